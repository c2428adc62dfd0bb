"""Bringing a past state back, as a draft: nothing is published without a review."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from django.db import transaction

from curation.accounts.roles import Permission, require
from curation.domain.selection import without_duplicates
from curation.models import Listing
from curation.portal.errors import ItemDeleted, ItemNotFound, PortalError
from curation.portal.items import Item
from curation.services import history
from curation.services.drafts import UNSHOWABLE, draft_of, store, token
from curation.services.errors import StaleDraft
from curation.services.listings import remember_items

if TYPE_CHECKING:
    from curation.domain.selection import Selection
    from curation.models import AuditEntry, Draft, User
    from curation.portal.client import PortalClient


class Side(StrEnum):
    """Which state of an entry: what it led to, or what it replaced."""

    AFTER = "after"
    BEFORE = "before"


@dataclass(frozen=True, slots=True)
class PastState:
    """A selection of the past, and what of it cannot be shown any more."""

    selection: Selection  # without what is lost
    lost: tuple[str, ...]


def past_state(entry: AuditEntry, side: Side, live: Selection, client: PortalClient) -> PastState:
    """Return a past state as far as the portal still has it.

    Asks about what is not live now. Raises a PortalError if the portal does not answer.
    """
    after = entry.shown_after
    assert after is not None  # noqa: S101 (an entry that tells no state is not offered)
    wanted = without_duplicates(tuple(entry.before) if side is Side.BEFORE else after)
    answers = client.items(entry.listing, [item_id for item_id in wanted if item_id not in live])
    remember_items(answer for answer in answers.values() if isinstance(answer, Item))
    lost = tuple(item_id for item_id, answer in answers.items() if _is_lost(answer))
    return PastState(tuple(item_id for item_id in wanted if item_id not in lost), lost)


def restore_state(
    editor: User,
    listing: Listing,
    entry: AuditEntry,
    side: Side,
    state: PastState,
    *,
    seen: str,
) -> Draft | None:
    """Make a past state the editor's draft, in place of the one that the page showed.

    Returns None if the live list is that already. StaleDraft if the page is behind.
    """
    require(editor, Permission.EDIT)
    with transaction.atomic():
        current = Listing.objects.select_for_update().get(pk=listing.pk)
        draft = draft_of(editor, current)
        if token(current, draft) != seen:
            raise StaleDraft
        origin = entry.pk if side is Side.AFTER else _source(entry)
        return store(editor, current, draft, state.selection, base=current.live, origin=origin)


def _source(entry: AuditEntry) -> int | None:
    """Return the entry whose state an entry replaced: that is what an undo brings back."""
    source = history.state_before(entry)
    return source.pk if source and source.shown_after == tuple(entry.before) else None


def _is_lost(answer: Item | PortalError) -> bool:
    if isinstance(answer, ItemNotFound | ItemDeleted):
        return True
    if isinstance(answer, PortalError):
        raise answer
    return answer.state in UNSHOWABLE
