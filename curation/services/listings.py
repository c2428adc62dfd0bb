"""What we know of the portal's lists: reading them, remembering them, naming their items."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from datetime import timedelta
from functools import lru_cache
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import F, TextField
from django.db.models.functions import Cast
from django.utils import timezone

from curation.domain.changes import changes
from curation.models import Action, AuditEntry, KnownItem, Listing
from curation.portal.errors import ItemDeleted, ItemNotFound, PortalError
from curation.portal.items import Item, ItemState, Page
from curation.prepared import Prepared
from curation.services import audit

if TYPE_CHECKING:
    import uuid
    from collections.abc import Iterable

    from curation.domain.selection import Selection
    from curation.portal.addresses import ItemAddress
    from curation.portal.client import PortalClient

# As many as the client asks at once. More are gone because a person took them off.
_MOST_DROPPED = 8
# No gateway holds a request back for longer.
_LATEST = timedelta(days=1)


def remember_items(items: Iterable[Item]) -> None:
    """Keep the portal's latest description of items.

    An item that the portal has purged comes back without a title: its last description stays,
    marked as gone, so that a list and its history can still name it. While it hangs in a list, the
    others there come without link and figures (`PortalClient.home`): theirs stay, too. Most items
    are as they were, and nothing is written.
    """
    latest = {(item.kind, item.id): item for item in items}
    earlier = known_items(latest)
    now = timezone.now()
    rows = []
    for key, item in sorted(latest.items(), key=itemgetter(0)):
        was = earlier.get(key)
        described = item
        if was and item.title is None:
            described = replace(was, gone=True)
        elif was and not item.page:
            figures = {name: getattr(was, name) for name in ("page", "views", "followers", "uses")}
            described = replace(item, **figures)
        if described != was:
            card = described.to_card()
            rows.append(KnownItem(kind=item.kind, portal_id=item.id, card=card, seen_at=now))
    if not rows:
        return
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
    ids = list({item_id for _, item_id in keys})
    ids += ids[:1] * (-len(ids) % 16)  # so that few lengths are ever asked with
    rows = _cards(len(ids)).tuples(*ids)
    return {(kind, item_id): _item(card) for kind, item_id, card in rows if (kind, item_id) in keys}


@lru_cache(maxsize=100)
def _cards(count: int) -> Prepared[KnownItem]:
    """Return the question for the cards of so many ids."""
    of_items = KnownItem.objects.values_list("kind", "portal_id", Cast("card", TextField()))
    return Prepared(lambda: of_items.filter(portal_id__in=map(str, range(count))))


@lru_cache(maxsize=1000)
def _item(card: str) -> Item:
    """Read a card once: boards show the same ones again and again."""
    return Item.from_card(json.loads(card))


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


def look_up(client: PortalClient, address: ItemAddress, kinds: Iterable[str]) -> Item:
    """Ask the portal for the item that somebody pasted, and remember it.

    Of an id alone the kind is found by asking for each of `kinds`. Raises ItemNotFound, ItemDeleted
    or another PortalError.
    """
    missing = ItemNotFound()
    for kind in (address.kind,) if address.kind else kinds:
        try:
            item = client.item(kind, address.ref)
        except ItemNotFound as error:
            missing = error
        else:
            remember_items([item])
            return item
    raise missing


def refresh(client: PortalClient) -> dict[str, PortalError | None]:
    """Read every live list, side by side, and remember what was read.

    One round trip for all listings. A list that could not be read keeps what we knew, with the
    time since when; returns what went wrong by listing key.
    """
    listings = list(Listing.objects.all())
    began = time.monotonic()
    answers = client.homes([listing.key for listing in listings])
    took = round((time.monotonic() - began) * 1000)
    problems: dict[str, PortalError | None] = {}
    remember_items(
        item for answer in answers.values() if isinstance(answer, tuple) for item in answer
    )
    for listing in listings:
        answer = answers[listing.key]
        if isinstance(answer, PortalError):
            problems[listing.key] = answer
            note_unreachable(listing)
        else:
            problems[listing.key] = None
            observe(listing, tuple(item.id for item in answer), client, took=took)
    return problems


def note_unreachable(listing: Listing) -> None:
    """Remember since when a list cannot be read."""
    Listing.objects.filter(pk=listing.pk, unreachable_since=None).update(
        unreachable_since=timezone.now()
    )
    listing.refresh_from_db()


def observe(
    listing: Listing,
    live: Selection,
    client: PortalClient,
    *,
    claim: uuid.UUID | None = None,
    took: int | None = None,
) -> None:
    """Compare a reading with what we knew, and record a change made by someone else.

    `listing` is as it was before the reading began: one that others overtook meanwhile (they read,
    published or settled) is out of date, and says nothing. While an attempt of ours is under way or
    not settled, a difference may be its effect: it is left to settling, unless the caller holds the
    `claim` and has sent nothing yet. The row lock lets exactly one of several observers record it.
    `took` is in milliseconds, of a reading whose speed is to be remembered.
    """
    if listing.known is not None and listing.live == live and _is_as_it_was(listing, took):
        return
    deleted = _dropped(listing, live, client)
    with transaction.atomic():
        current = lock(listing.key)
        if current.revision == listing.revision:
            current.checked_at = timezone.now()
            current.unreachable_since = None
            if took is not None:
                current.readings += 1
                current.reading_milliseconds += took
            current.save(
                update_fields=[
                    *("checked_at", "unreachable_since", "readings", "reading_milliseconds")
                ]
            )
            may_be_ours = (current.is_held and current.claim != claim) or (
                AuditEntry.objects.unsettled().filter(listing=current.key).exists()
            )
            if current.known is None:
                _record_reading(Action.LIVE_FIRST_READ, audit.SYSTEM, current, live, {})
            elif current.live != live and not may_be_ours:
                detail = _late(current, live) or ({"deleted": deleted} if deleted else {})
                _record_reading(Action.CHANGE_OUTSIDE, audit.OUTSIDER, current, live, detail)
    listing.refresh_from_db()


def _is_as_it_was(listing: Listing, took: int | None) -> bool:
    """Note that a list was read and has not changed, unless others moved what is known of it."""
    now = timezone.now()
    read: dict[str, Any] = {"checked_at": now, "unreachable_since": None}
    if took is not None:
        read |= {
            "readings": F("readings") + 1,
            "reading_milliseconds": F("reading_milliseconds") + took,
        }
    same = Listing.objects.filter(pk=listing.pk, revision=listing.revision)
    if not same.update(**read):
        return False
    listing.checked_at, listing.unreachable_since = now, None
    return True


def lock(key: str) -> Listing:
    """Lock a listing until the transaction ends, and return it.

    Whoever also writes to the log locks the listing first: the other order could deadlock. Drafts
    can be created meanwhile (`no_key`).
    """
    return Listing.objects.select_for_update(no_key=True).on_time().get(pk=key)


def set_known(listing: Listing, live: Selection) -> None:
    """Move the listing's known selection, within the caller's transaction."""
    Listing.objects.filter(pk=listing.pk).update(
        known=list(live), revision=F("revision") + 1, checked_at=timezone.now()
    )


def _record_reading(
    action: Action, actor: audit.Actor, listing: Listing, live: Selection, detail: dict[str, Any]
) -> None:
    audit.record(
        action,
        actor=actor,
        listing=listing.key,
        before=listing.live,
        after=live,
        titles=titles_of(listing.key, {*listing.live, *live}),
        detail=detail,
    )
    set_known(listing, live)


def _dropped(listing: Listing, live: Selection, client: PortalClient) -> list[str]:
    """Return the items that the portal took off by itself, since they were deleted there.

    Asked only when nothing but removals happened, and as well as it can be known: a portal that
    does not answer leaves it open.
    """
    if live == listing.live:
        return []
    difference = changes(listing.live, live)
    gone = [item_id for item_id, _ in difference.removed]
    if difference.added or difference.moved or len(gone) > _MOST_DROPPED:
        return []
    return [
        item_id
        for item_id, answer in client.items(listing.key, gone).items()
        if isinstance(answer, ItemDeleted)
        or (isinstance(answer, Item) and answer.id == item_id and answer.state is ItemState.DELETED)
    ]


def _late(listing: Listing, live: Selection) -> dict[str, Any]:
    """Name the attempt that sent this very list and was given up: it may have landed since."""
    given_up = AuditEntry.objects.filter(
        listing=listing.key,
        action__in=[Action.PUBLISH_FAILED, Action.PUBLISH_UNDETERMINED],
        recorded_at__gte=timezone.now() - _LATEST,
    )
    return next(
        (
            {"late": entry.sequence}
            for entry in given_up
            if tuple(entry.after) == live and entry.detail.get("known_by") != "not sent"
        ),
        {},
    )
