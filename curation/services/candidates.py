"""What could be put on the front page next, without a search: proposals, group by group."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from django.core.cache import cache
from django.utils import timezone

from curation.domain.trend import views_a_day
from curation.models import Action, AuditEntry
from curation.portal.items import Item, Page
from curation.services.listings import known_items, remember_items

if TYPE_CHECKING:
    from curation.domain.selection import Selection
    from curation.models import Listing
    from curation.portal.client import PortalClient

SIZE = 4
# Seconds for which the portal's answer is used again: nobody looks for news of the second here.
_FRESH = 300
# How many of the latest reuses, and of the latest changes of a list, are looked through.
_LATEST = 50
_CHANGES = 30


class Group(StrEnum):
    """Why items are proposed."""

    REMOVED = "removed"
    UPDATED = "updated"
    NEW = "new"
    TRENDING = "trending"
    VIEWED = "viewed"


# How the portal sorts what it is asked for. It cannot sort reuses by their update. Datasets it
# sorts by their last edit, of data or of words about them, where it has no search service.
_SORTS = {
    "datasets": {Group.UPDATED: "-last_update", Group.VIEWED: "-views"},
    "reuses": {Group.NEW: "-created", Group.VIEWED: "-views"},
}


@dataclass(frozen=True, slots=True)
class Proposal:
    """A group of items to choose from; none of them is in the list."""

    group: Group
    items: tuple[Item, ...]


def candidates(client: PortalClient, listing: Listing, selection: Selection) -> list[Proposal]:
    """Propose items that `selection` does not hold; groups without any are left out.

    What was removed is known from the log. The rest is the portal's, asked at most once in five
    minutes and in one round trip; if it does not answer, it is left out.
    """
    groups = {Group.REMOVED: _removed(listing), **_of_portal(client, listing.key)}
    listed = set(selection)
    proposals = []
    for group, items in groups.items():
        new = tuple(item for item in items if item.id not in listed)[:SIZE]
        # Each item once, in the first group that has it.
        listed.update(item.id for item in new)
        if new:
            proposals.append(Proposal(group, new))
    return proposals


def _removed(listing: Listing) -> list[Item]:
    """Return what left the live list, the latest first, if we still know it."""
    entries = AuditEntry.objects.filter(
        listing=listing.key, action__in=[Action.PUBLISH_SUCCEEDED, Action.CHANGE_OUTSIDE]
    ).order_by("-sequence")[:_CHANGES]
    gone = dict.fromkeys(
        item_id for entry in entries for item_id in entry.before if item_id not in entry.after
    )
    known = known_items((listing.key, item_id) for item_id in gone)
    return [
        item
        for item_id in gone
        if (item := known.get((listing.key, item_id))) and item.state == "visible"
    ]


def _of_portal(client: PortalClient, kind: str) -> dict[Group, tuple[Item, ...]]:
    sorts = _SORTS.get(kind, {})
    kept = cache.get(f"candidates:{kind}")
    if kept is not None:
        return dict(kept)
    answers = client.ranked(kind, list(sorts.values()), _LATEST)
    found = {
        group: answer.items
        for group, sort in sorts.items()
        if isinstance(answer := answers[sort], Page)
    }
    if Group.NEW in found:
        found = {Group.NEW: found[Group.NEW], Group.TRENDING: _trending(found[Group.NEW]), **found}
    remember_items(item for items in found.values() for item in items)
    if len(found) >= len(sorts):
        cache.set(f"candidates:{kind}", found, _FRESH)
    return found


def _trending(items: tuple[Item, ...]) -> tuple[Item, ...]:
    now = timezone.now()
    rated = [(views_a_day(item.views, item.created_at, now), item) for item in items]
    return tuple(item for rate, item in sorted(rated, key=lambda each: -each[0]) if rate)
