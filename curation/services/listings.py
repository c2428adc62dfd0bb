"""What we know of the portal's lists: reading them, remembering them, naming their items."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from curation.models import Action, AuditEntry, KnownItem, Listing
from curation.portal.errors import PortalError
from curation.portal.items import Item, Page
from curation.services import audit

if TYPE_CHECKING:
    from collections.abc import Iterable

    from curation.domain.selection import Selection
    from curation.portal.client import PortalClient


def remember_items(items: Iterable[Item]) -> None:
    """Keep the portal's latest description of items.

    An item that the portal has purged comes back without a title: its last description stays,
    marked as gone, so that a list and its history can still name it.
    """
    latest = {(item.kind, item.id): item for item in items}
    if not latest:
        return
    now = timezone.now()
    gone = {key for key, item in latest.items() if item.title is None}
    earlier = {
        (known.kind, known.portal_id): known.card
        for known in KnownItem.objects.filter(portal_id__in=[item_id for _, item_id in gone])
    }
    rows = []
    for key in sorted(latest):
        item = latest[key]
        card = item.to_card()
        if key in gone and key in earlier:
            card = earlier[key] | {"gone": True}
        rows.append(KnownItem(kind=item.kind, portal_id=item.id, card=card, seen_at=now))
    KnownItem.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["kind", "portal_id"],
        update_fields=["card", "seen_at"],
    )


def known_items(wanted: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Item]:
    """Return what we know of items, by (kind, id), in one query; unknown ones are left out."""
    keys = set(wanted)
    if not keys:
        return {}
    rows = KnownItem.objects.filter(portal_id__in={item_id for _, item_id in keys})
    return {
        (row.kind, row.portal_id): Item.from_card(row.card)
        for row in rows
        if (row.kind, row.portal_id) in keys
    }


def titles_of(kind: str, ids: Iterable[str]) -> dict[str, str]:
    """Return the titles by which we know items, for an audit entry."""
    known = known_items((kind, item_id) for item_id in ids)
    return {item_id: item.title for (_, item_id), item in known.items() if item.title}


def find(client: PortalClient, kind: str, query: str, size: int) -> Page:
    """Search the portal and remember what was found.

    The search knows whole words, which somebody who is still typing has not written yet: where it
    finds nothing, the suggestions do (parts of titles, no figures), named as we know them.
    """
    page = client.search(kind, query, page_size=size)
    if page.items:
        remember_items(page.items)
        return page
    suggested = client.suggest(kind, query, size)
    known = known_items((kind, item.id) for item in suggested)
    items = tuple(known.get((kind, item.id), item) for item in suggested)
    return Page(items=items, total=len(items))


def refresh(client: PortalClient) -> dict[str, PortalError | None]:
    """Read every live list, side by side, and remember what was read.

    One round trip for all listings. A list that could not be read keeps what we knew, with the
    time since when; returns what went wrong by listing key.
    """
    listings = list(Listing.objects.all())
    answers = client.homes([listing.key for listing in listings])
    problems: dict[str, PortalError | None] = {}
    for listing in listings:
        answer = answers[listing.key]
        if isinstance(answer, PortalError):
            problems[listing.key] = answer
            note_unreachable(listing)
        else:
            problems[listing.key] = None
            remember_items(answer)
            observe(listing, tuple(item.id for item in answer))
    return problems


def note_unreachable(listing: Listing) -> None:
    """Remember since when a list cannot be read."""
    Listing.objects.filter(pk=listing.pk, unreachable_since=None).update(
        unreachable_since=timezone.now()
    )
    listing.refresh_from_db()


def observe(listing: Listing, live: Selection, *, holds_claim: bool = False) -> None:
    """Compare a fresh reading with what we knew, and record a change made by someone else.

    The row lock lets exactly one of several observers record it. While an attempt of ours is
    under way or not settled, a difference may be its effect: it is left to settling, unless the
    caller holds the claim itself and has sent nothing yet.
    """
    now = timezone.now()
    with transaction.atomic():
        current = Listing.objects.select_for_update().get(pk=listing.pk)
        current.checked_at = now
        current.unreachable_since = None
        current.save(update_fields=["checked_at", "unreachable_since"])
        may_be_ours = not holds_claim and (
            current.is_claimed(now)
            or AuditEntry.objects.unsettled().filter(listing=current.key).exists()
        )
        if current.known is None or (current.live != live and not may_be_ours):
            is_first = current.known is None
            audit.record(
                Action.LIVE_FIRST_READ if is_first else Action.CHANGE_OUTSIDE,
                actor=audit.SYSTEM if is_first else audit.OUTSIDER,
                listing=current.key,
                before=current.live,
                after=live,
                titles=titles_of(current.key, {*current.live, *live}),
            )
            set_known(current, live)
    listing.refresh_from_db()


def set_known(listing: Listing, live: Selection) -> None:
    """Move the listing's known selection, within the caller's transaction."""
    Listing.objects.filter(pk=listing.pk).update(
        known=list(live), revision=F("revision") + 1, checked_at=timezone.now()
    )
