"""The drafts: an editor's unpublished selections, saved at each step.

Every function takes the `seen` token of the page that asks (`token()`): what the page showed must
still be true, or StaleDraft is raised and nothing is written.
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils import timezone

from curation.accounts.roles import Permission, require
from curation.domain import selection as selections
from curation.domain.changes import Changes, changes
from curation.domain.steps import Steps
from curation.models import Draft, DraftSteps, Listing
from curation.portal.items import ItemState
from curation.prepared import Prepared
from curation.services.errors import (
    AlreadyListed,
    ListFull,
    NoStep,
    NothingChosen,
    NotInList,
    NotShowable,
    StaleDraft,
    UnknownItem,
)
from curation.services.listings import known_items, remember_items

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from curation.domain.selection import Selection
    from curation.models import User
    from curation.portal.client import PortalClient

# udata takes 10 000 and more; nobody curates that by hand.
MAX_ITEMS = 500
# What visitors cannot see at all, and so is not added.
UNSHOWABLE = frozenset({ItemState.GONE, ItemState.DELETED, ItemState.PRIVATE})


@dataclass(frozen=True, slots=True)
class Edit:
    """What one step made of a draft, which is None if it does not differ from the live list."""

    draft: Draft | None
    before: Selection
    # What either differs from: a step leaves it as it is.
    base: Selection
    # What the same gesture did in other listings, by key.
    along: Mapping[str, Edit] = field(default_factory=dict)

    @property
    def after(self) -> Selection:
        """Return the selection that the step led to."""
        return self.draft.selection if self.draft else self.base

    @property
    def changes(self) -> Changes:
        """Return what the step changed."""
        return changes(self.before, self.after)


_DRAFT = Prepared(lambda: Draft.objects.filter(editor_id=0, listing_id=""))
_STEPS = Prepared(lambda: DraftSteps.objects.filter(editor_id=0, listing_id=""))


def token(listing: Listing, draft: Draft | None) -> str:
    """Name the exact state that a page shows: the draft's version, or the live revision.

    Ids of drafts are never given twice, so a token of a published draft cannot come back.
    """
    if draft is None:
        return f"live-{listing.revision}"
    return f"draft-{draft.pk}-{draft.version}"


def draft_of(editor: User, listing: Listing) -> Draft | None:
    """Return the editor's open draft of a listing, if any."""
    return next(iter(_DRAFT(editor.pk, listing.pk)), None)


def move_item(editor: User, listing: Listing, item_id: str, *, to: int, seen: str) -> Edit:
    """Move an item to a position, counted from 1; beyond the ends means the end."""
    return _edit(editor, listing, seen, lambda now: selections.moved(now, item_id, to), [item_id])


def shift_item(editor: User, listing: Listing, item_id: str, *, by: int, seen: str) -> Edit:
    """Move an item by so many places; beyond the ends means the end."""
    return _edit(
        editor,
        listing,
        seen,
        lambda now: selections.moved(now, item_id, now.index(item_id) + 1 + by),
        [item_id],
    )


def remove_item(editor: User, listing: Listing, item_id: str, *, seen: str) -> Edit:
    """Take an item out of the list."""
    return _edit(editor, listing, seen, lambda now: selections.removed(now, item_id), [item_id])


def move_items(
    editor: User, listing: Listing, item_ids: Collection[str], *, to: int, seen: str
) -> Edit:
    """Move several items in one step: in a row, the first at a position counted from 1."""
    if not item_ids:
        raise NothingChosen
    return _edit(
        editor, listing, seen, lambda now: selections.moved_together(now, item_ids, to), item_ids
    )


def remove_items(editor: User, listing: Listing, item_ids: Collection[str], *, seen: str) -> Edit:
    """Take several items out of the list in one step."""
    if not item_ids:
        raise NothingChosen
    return _edit(
        editor, listing, seen, lambda now: selections.removed_together(now, item_ids), item_ids
    )


def restore_item(editor: User, listing: Listing, item_id: str, *, seen: str) -> Edit:
    """Put an item back after the neighbour that it had in the live list."""
    draft = draft_of(editor, listing)
    base = draft.base if draft else Listing.objects.get(pk=listing.pk).live
    if item_id not in base:
        raise NotInList
    return _edit(editor, listing, seen, lambda now: selections.restored(now, base, item_id))


def add_item(
    editor: User,
    listing: Listing,
    item_id: str,
    *,
    seen: str,
    client: PortalClient,
    at: int | None = None,
) -> Edit:
    """Add an item at a position, at the end without one.

    The portal is asked only about an item that we have never seen: searching remembers what it
    finds. Raises AlreadyListed, UnknownItem, NotShowable, ListFull, or a PortalError.
    """
    require(editor, Permission.EDIT)
    if not selections.is_portal_id(item_id):
        raise UnknownItem
    known = known_items([(listing.key, item_id)]).get((listing.key, item_id))
    if known is None:
        known = client.item(listing.key, item_id)
        remember_items([known])
    if known.state in UNSHOWABLE:
        raise NotShowable

    def added(now: Selection) -> Selection:
        if item_id in now:
            raise AlreadyListed(now.index(item_id) + 1)
        if len(now) >= MAX_ITEMS:
            raise ListFull
        return selections.added(now, item_id, at)

    return _edit(editor, listing, seen, added)


def discard(editor: User, seen: Mapping[str, str]) -> bool:
    """Throw drafts away, all or none: the editor is back at the live lists.

    `seen` holds, by listing key, the token of each; StaleDraft if one is another by now. One step
    like any other, to undo, unless the live list changed since the draft began. Returns whether
    there was any.
    """
    require(editor, Permission.EDIT)
    together = _moment()
    with transaction.atomic():
        found = [
            (listing, draft)
            for listing in Listing.objects.filter(pk__in=seen)
            if (draft := draft_of(editor, listing))
        ]
        for listing, draft in found:
            if token(listing, draft) != seen[listing.key]:
                raise StaleDraft
            store(editor, listing, draft, draft.base, base=draft.base, at=together)
    return bool(found)


def undo(editor: User, listing: Listing, *, seen: str) -> Edit:
    """Take the last step back, in each list that it changed. NoStep if there is none."""
    return _walk(editor, listing, seen, Steps.undone, "undo_moment")


def redo(editor: User, listing: Listing, *, seen: str) -> Edit:
    """Make the step again that was undone last, as `undo` does."""
    return _walk(editor, listing, seen, Steps.redone, "redo_moment")


def store(
    editor: User,
    listing: Listing,
    draft: Draft | None,
    selection: Selection,
    *,
    base: Selection,
    origin: int | None = None,
    steps: Steps | None = None,
    at: str = "",
) -> Draft | None:
    """Write the next state of a draft that was just read, within the caller's transaction.

    One statement guarded by the version that was read (compare-and-set), or a creation guarded by
    the unique draft of an editor and a listing: of two writers at once, one gets StaleDraft. A
    draft that does not differ from its base is removed, and None returned.

    It becomes a step to undo, made `at` a moment or now; or `steps` are what can be undone and
    redone afterwards.
    """
    if draft is None and selection == base:
        return None
    stored = _write(editor, listing, draft, selection, base, origin)
    if steps is None:
        steps = _one_more(editor, listing, draft, selection, base, at or _moment())
    _keep_steps(editor, listing, selection, base, steps)
    return stored


def _write(
    editor: User,
    listing: Listing,
    draft: Draft | None,
    selection: Selection,
    base: Selection,
    origin: int | None,
) -> Draft | None:
    if draft is None:
        try:
            with transaction.atomic():
                return Draft.objects.create(
                    editor=editor,
                    listing=listing,
                    ids=list(selection),
                    base_ids=list(base),
                    origin=origin,
                )
        except IntegrityError as error:
            raise StaleDraft from error
    same = Draft.objects.filter(pk=draft.pk, version=draft.version)
    if selection == base:
        if not same.delete()[0]:
            raise StaleDraft
        return None
    stored = copy(draft)
    stored.ids, stored.base_ids, stored.origin = list(selection), list(base), origin
    stored.version, stored.updated_at = draft.version + 1, timezone.now()
    changed = ("ids", "base_ids", "origin", "version", "updated_at")
    if not same.update(**{name: getattr(stored, name) for name in changed}):
        raise StaleDraft
    return stored


def _edit(
    editor: User,
    listing: Listing,
    seen: str,
    change: Callable[[Selection], Selection],
    needed: Collection[str] = (),
) -> Edit:
    """Apply one step to what the page showed."""
    require(editor, Permission.EDIT)
    with transaction.atomic():
        draft, before, base = _shown(editor, listing, seen)
        if not set(needed) <= set(before):
            raise NotInList
        return Edit(store(editor, listing, draft, change(before), base=base), before, base)


def _walk(
    editor: User,
    listing: Listing,
    seen: str,
    way: Callable[[Steps, Selection, str], tuple[Selection, Steps]],
    moment_of: str,
) -> Edit:
    """Go one step back or forth from what the page showed; with it, what the same gesture did."""
    require(editor, Permission.EDIT)
    now, done = _moment(), dict[str, Edit]()
    with transaction.atomic():
        draft, before, base = _shown(editor, listing, seen)
        steps = _steps_at(editor, listing, before, base)
        gesture = getattr(steps, moment_of)
        if not gesture:
            raise NoStep
        places = [(listing, draft, before, base, steps)]
        same = DraftSteps.objects.filter(editor=editor, **{moment_of: gesture})
        for kept in same.exclude(listing=listing).select_related("listing"):
            draft = draft_of(editor, kept.listing)
            before, base = (
                (draft.selection, draft.base) if draft else (kept.listing.live, kept.listing.live)
            )
            if kept.holds(before, base):
                places.append((kept.listing, draft, before, base, kept.steps))
        for place, draft, before, base, steps in places:
            after, steps_then = way(steps, before, now)
            stored = store(editor, place, draft, after, base=base, steps=steps_then)
            done[place.pk] = Edit(stored, before, base)
    edit = done.pop(listing.pk)
    return replace(edit, along=done)


def _shown(editor: User, listing: Listing, seen: str) -> tuple[Draft | None, Selection, Selection]:
    """Read what a page showed: the draft, its selection and its base; StaleDraft if it changed."""
    draft = draft_of(editor, listing)
    now = listing if draft else Listing.objects.get(pk=listing.pk)
    if token(now, draft) != seen:
        raise StaleDraft
    return (draft, draft.selection, draft.base) if draft else (None, now.live, now.live)


def _one_more(
    editor: User,
    listing: Listing,
    draft: Draft | None,
    selection: Selection,
    base: Selection,
    at: str,
) -> Steps:
    """Return the steps with one more, to `selection`; none to undo if its base is another one."""
    before, base_before = (draft.selection, draft.base) if draft else (base, base)
    if base != base_before:
        return Steps()
    steps = _steps_at(editor, listing, before, base)
    return steps if selection == before else steps.made(before, at)


def _steps_at(editor: User, listing: Listing, selection: Selection, base: Selection) -> Steps:
    kept = next(iter(_STEPS(editor.pk, listing.pk)), None)
    return kept.steps if kept and kept.holds(selection, base) else Steps()


def _keep_steps(
    editor: User, listing: Listing, selection: Selection, base: Selection, steps: Steps
) -> None:
    """Remember what can be undone and redone now; whoever wrote the draft comes here in turn."""
    past, future = (
        [[step.moment, list(step.selection)] for step in each]
        for each in (steps.past, steps.future)
    )
    DraftSteps.objects.bulk_create(
        [
            DraftSteps(
                editor=editor,
                listing=listing,
                ids=list(selection),
                base_ids=list(base),
                past=past,
                future=future,
                undo_moment=steps.undo_moment or "",
                redo_moment=steps.redo_moment or "",
            )
        ],
        update_conflicts=True,
        unique_fields=["editor", "listing"],
        update_fields=["ids", "base_ids", "past", "future", "undo_moment", "redo_moment"],
    )


def _moment() -> str:
    """Return by what a step that is made now is told from earlier ones: later sorts behind."""
    return timezone.now().isoformat(timespec="microseconds")
