"""Reading, from the audit log, what stood on a list in a period and for how long.

Costs what the period holds, however long the log: some steps on the index of time, then one walk on
the index of the listing. No COUNT, no DISTINCT.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from curation.domain import exposures as domain
from curation.models import AuditEntry, AuditItem, AuditTitle
from curation.portal.items import Item
from curation.services.errors import TooManyChanges
from curation.services.history import LIVE_ACTIONS, end_of, start_of, state_at
from curation.services.listings import known_items

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from curation.domain.exposures import Exposure, Period

# Far more than a period that can be looked at: a change every ten minutes for four months.
MOST_CHANGES = 20_000
MOST_TITLES = 20


@dataclass(frozen=True, slots=True)
class Timeline:
    """What stood on a list in a period.

    `changes` are the entries that made the live list what it was, in order, only those within the
    period. `titles` name each item as it was called when it last stood there. `known_since` is
    None if the log knows what stood at the start, else from when on it does.
    """

    exposures: list[Exposure]
    changes: list[AuditEntry]
    titles: Mapping[str, str]
    known_since: datetime | None


def timeline(listing: str, period: Period) -> Timeline:
    """Return what stood on a list in a period. Raises TooManyChanges."""
    before = state_at(listing, period.start)
    changes = _changes(listing, period)
    told = [entry for entry in (before, *changes) if entry is not None]
    found = domain.exposures(_log(told), period.start, period.end)
    first = told[0].recorded_at if told else period.end
    return Timeline(
        exposures=found,
        changes=changes,
        titles=_titles(told, {each.id for each in found}),
        known_since=None if before else first,
    )


@dataclass(frozen=True, slots=True)
class Identity:
    """An item as the portal describes it, or as the log last named it, and its other titles."""

    item: Item
    other_titles: list[str]


def identify(listing: str, item_id: str) -> Identity | None:
    """Return what is known of an item of a list; None if neither log nor portal told of it."""
    item = known_items([(listing, item_id)]).get((listing, item_id))
    titles = list(
        AuditTitle.objects.filter(kind=listing, portal_id=item_id)
        .order_by("-pk")
        .values_list("title", flat=True)[:MOST_TITLES]
    )
    if item is None:
        changed = AuditItem.objects.filter(portal_id=item_id, kind=listing)
        if not titles and not changed.exists():
            return None
        item = Item(kind=listing, id=item_id, title=titles[0] if titles else None)
    return Identity(item, [title for title in titles if title != item.title])


def _changes(listing: str, period: Period) -> list[AuditEntry]:
    entries = (
        AuditEntry.objects.filter(
            listing=listing,
            action__in=LIVE_ACTIONS,
            sequence__gte=start_of(period.start),
            sequence__lt=end_of(period.end),
        )
        .order_by("sequence")
        .defer("before", "titles", "note", "previous_digest", "digest")
    )
    changes = [e for e in entries[: MOST_CHANGES + 1] if e.shown_after is not None]
    if len(changes) > MOST_CHANGES:
        raise TooManyChanges(MOST_CHANGES)
    return changes


def _log(entries: Iterable[AuditEntry]) -> Iterable[tuple[datetime, tuple[str, ...]]]:
    return ((entry.recorded_at, entry.shown_after or ()) for entry in entries)


def _titles(entries: Iterable[AuditEntry], wanted: set[str]) -> dict[str, str]:
    """Name items by the latest entry whose list held each: titles are long, most are not read."""
    named_by = {item: entry.pk for entry in entries for item in entry.shown_after or ()}
    sequences = {named_by[item] for item in wanted}
    titles = dict(AuditEntry.objects.filter(pk__in=sequences).values_list("pk", "titles"))
    return {item: title for item in wanted if (title := titles.get(named_by[item], {}).get(item))}
