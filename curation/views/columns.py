"""What the pages show of a listing: rows in order, and what changed against the live list."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from curation.accounts.roles import Permission, may
from curation.comparison import Comparison, Row, compare, examined
from curation.domain.changes import Changes
from curation.domain.health import Severity
from curation.models import Draft, DraftSteps, Listing
from curation.prepared import Prepared
from curation.services.drafts import token
from curation.services.listings import known_items, titles_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from django.contrib.auth.models import AnonymousUser

    from curation.domain.selection import Selection
    from curation.models import User
    from curation.portal.items import Item
    from curation.services.drafts import Edit


_LISTINGS = Prepared(Listing.objects.all)
_DRAFTS = Prepared(lambda: Draft.objects.filter(editor_id=0))
_STEPS = Prepared(lambda: DraftSteps.objects.filter(editor_id=0).defer("past", "future"))


class Heading(NamedTuple):
    """What the heading of a column tells: how its list stands, in numbers."""

    key: str
    title: str
    items: int
    changes: int
    invisible: int
    doubtful: int
    has_draft: bool
    is_outdated: bool
    is_away: bool


@dataclass(frozen=True, slots=True)
class Column:
    """One listing on the board: the editor's draft if there is one, else the live list."""

    listing: Listing
    draft: Draft | None
    comparison: Comparison
    # When the step was made that can be undone now, or undone that can be made again; "" without.
    undo_moment: str = ""
    redo_moment: str = ""

    @property
    def key(self) -> str:
        """Return the listing's key."""
        return self.listing.key

    @property
    def url(self) -> str:
        """Return the address under which the listing has its actions."""
        return reverse("list-undo", args=[self.key]).removesuffix("undo/")

    @property
    def items_url(self) -> str:
        """Return the address under which each item has its actions."""
        # One reversal for the whole list instead of five a row.
        return f"{self.url}items/"

    @property
    def rows(self) -> tuple[Row, ...]:
        """Return the rows in order."""
        return self.comparison.rows_after

    def row_of(self, item_id: str) -> Row | None:
        """Return the row of an item, in the list or taken out of it; None if it never was in it."""
        rows = (*self.rows, *self.removed)
        return next((row for row in rows if row.item.id == item_id), None)

    @property
    def heading(self) -> Heading:
        """Return what the heading tells, apart from when the portal was read."""
        return Heading(
            key=self.key,
            title=str(self.listing.words.title),
            items=len(self.rows),
            changes=self.changes.count,
            invisible=len(self.invisible),
            doubtful=len(self.doubtful),
            has_draft=self.draft is not None,
            is_outdated=self.is_outdated,
            is_away=self.listing.unreachable_since is not None,
        )

    @property
    def invisible(self) -> tuple[Row, ...]:
        """Return the rows that visitors do not see."""
        return tuple(row for row in self.rows if row.is_invisible)

    @property
    def doubtful(self) -> tuple[Row, ...]:
        """Return the rows that visitors see, and that an editor had better look at."""
        return tuple(row for row in self.rows if row.severity == Severity.WARNING)

    @property
    def limit(self) -> int | None:
        """Return how many places the homepage shows, None if all."""
        return _limit(self.listing)

    @property
    def within(self) -> tuple[Row, ...]:
        """Return the rows at the places that the homepage shows."""
        return self.rows[: self.limit]

    @property
    def beyond(self) -> tuple[Row, ...]:
        """Return the rows behind those."""
        return self.rows[len(self.within) :]

    @property
    def shown(self) -> tuple[Row, ...]:
        """Return the rows that visitors see."""
        return tuple(row for row in self.within if not row.is_invisible)

    @property
    def removed(self) -> tuple[Row, ...]:
        """Return what the draft takes out."""
        return self.comparison.removed

    @property
    def changes(self) -> Changes:
        """Return the difference between the draft's base and the draft."""
        return self.comparison.changes

    @property
    def token(self) -> str:
        """Name the state that this column shows."""
        return token(self.listing, self.draft)

    @property
    def is_outdated(self) -> bool:
        """Tell whether the live list changed since the draft began."""
        return self.draft is not None and self.draft.base != self.listing.live

    @property
    def fingerprint(self) -> str:
        """Return a short digest of what is shown: a page that has it needs no new rows."""
        return _fingerprint(self.token, self.is_outdated, self.comparison)


def rows_on_page(column: Column, edit: Edit, seen: str, shown: str | None) -> tuple[Row, ...]:
    """Return the rows before an edit, if the page that asked for it shows just those.

    `seen` and `shown` are the token and the fingerprint of what that page shows.
    """
    around = (*column.comparison.rows_before, *column.rows)
    items = {(column.key, row.item.id): row.item for row in around}
    # What an edit takes out again of what was added by another.
    items |= known_items({(column.key, item_id) for item_id in edit.before} - items.keys())
    comparison = _compared(column.listing, edit.base, edit.before, items)
    is_outdated = edit.base != column.listing.live
    return comparison.rows_after if _fingerprint(seen, is_outdated, comparison) == shown else ()


def load_columns(user: User | AnonymousUser, keys: Iterable[str] | None = None) -> list[Column]:
    """Return the columns of a person's board, in order. Four queries, however long the lists.

    The draft of somebody who may no longer edit is kept, and not shown: it would be in their way.
    """
    # Nobody has the number 0: a reader has no draft.
    editor = (user.pk or 0) if may(user, Permission.EDIT) else 0
    drafts = {draft.listing_id: draft for draft in _DRAFTS(editor)}
    steps = {each.listing_id: each for each in _STEPS(editor)}
    wanted = None if keys is None else set(keys)
    pairs = [
        (listing, drafts.get(listing.key))
        for listing in _LISTINGS()
        if wanted is None or listing.key in wanted
    ]
    items = known_items(
        (listing.key, item_id)
        for listing, draft in pairs
        for item_id in {*listing.live, *(draft.selection + draft.base if draft else ())}
    )
    return [_column(listing, draft, items, steps.get(listing.key)) for listing, draft in pairs]


def _column(
    listing: Listing,
    draft: Draft | None,
    items: Mapping[tuple[str, str], Item],
    steps: DraftSteps | None,
) -> Column:
    base, selection = (draft.base, draft.selection) if draft else (listing.live, listing.live)
    comparison = _compared(listing, base, selection, items)
    if steps is None or not steps.holds(selection, base):
        return Column(listing, draft, comparison)
    return Column(listing, draft, comparison, steps.undo_moment, steps.redo_moment)


def _compared(
    listing: Listing,
    base: Selection,
    selection: Selection,
    items: Mapping[tuple[str, str], Item],
) -> Comparison:
    compared = compare(listing.key, base, selection, items)
    return examined(compared, timezone.now(), _limit(listing))


def _fingerprint(token: str, is_outdated: bool, comparison: Comparison) -> str:
    rows = "".join(map(_told, (*comparison.rows_after, *comparison.removed)))
    shown = f"{token} {is_outdated} {rows}"
    return hashlib.blake2s(shown.encode(), digest_size=8).hexdigest()


@lru_cache(maxsize=1000)
def _told(row: Row) -> str:
    return repr(row)


def _limit(listing: Listing) -> int | None:
    limit: int | None = settings.HOMEPAGE_LIMITS.get(listing.key)
    return limit


@dataclass(frozen=True, slots=True)
class Dock:
    """The unpublished changes of all listings together."""

    columns: tuple[Column, ...]

    @property
    def count(self) -> int:
        """Return the number of changes."""
        return sum(column.changes.count for column in self.columns)

    @property
    def added(self) -> int:
        """Return how many items are new."""
        return sum(len(column.changes.added) for column in self.columns)

    @property
    def removed(self) -> int:
        """Return how many items are gone."""
        return sum(len(column.changes.removed) for column in self.columns)

    @property
    def moved(self) -> int:
        """Return how many items moved."""
        return sum(len(column.changes.moved) for column in self.columns)

    @property
    def is_outdated(self) -> bool:
        """Tell whether a live list changed since its draft began."""
        return any(column.is_outdated for column in self.columns)

    @property
    def saved_at(self) -> datetime | None:
        """Return when the last step was saved."""
        return max(
            (column.draft.updated_at for column in self.columns if column.draft), default=None
        )


def dock_of(columns: Iterable[Column]) -> Dock | None:
    """Return the dock, or None when nothing differs from the portal."""
    changed = tuple(column for column in columns if column.draft is not None)
    return Dock(changed) if changed else None


def outline(key: str, done: Changes) -> str:
    """Say in one sentence what became of a listing's items."""
    moved = [(item_id, to) for item_id, _from, to in done.moved]
    placed, gone = [*done.added, *moved], [item_id for item_id, _position in done.removed]
    if len(placed) + len(gone) != 1:
        count = len(placed) + len(gone)
        return ngettext("%(count)d item changed.", "%(count)d items changed.", count) % {
            "count": count
        }
    titles = titles_of(key, {*gone, *(item_id for item_id, _position in placed)})
    for item_id, position in placed:
        return _("“%(title)s” is at position %(position)d.") % {
            "title": titles.get(item_id, item_id),
            "position": position,
        }
    return _("“%(title)s” is not in the list.") % {"title": titles.get(gone[0], gone[0])}
