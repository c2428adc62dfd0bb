"""What the pages show of a listing: rows in order, and what changed against the live list."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse

from curation.domain.changes import Changes, changes
from curation.models import Draft, Listing
from curation.portal.items import Item
from curation.services.drafts import token
from curation.services.listings import known_items

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from django.contrib.auth.models import AnonymousUser

    from curation.domain.selection import Selection
    from curation.models import User


@dataclass(frozen=True, slots=True)
class Row:
    """One place of a list. `tone` is "add", "del", "mov" or "" (untouched)."""

    item: Item
    position: int
    tone: str = ""
    was: int = 0  # position in the live list, 0 if it had none

    @property
    def went_up(self) -> bool:
        """Tell whether the item moved towards the top."""
        return self.position < self.was

    @property
    def places(self) -> int:
        """Return by how many places the item moved."""
        return abs(self.position - self.was)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two selections of one listing, side by side, and the changes between them."""

    before: Selection
    after: Selection
    changes: Changes
    rows_before: tuple[Row, ...]
    rows_after: tuple[Row, ...]

    @property
    def added(self) -> tuple[Row, ...]:
        """Rows of `after` that are new."""
        return tuple(row for row in self.rows_after if row.tone == "add")

    @property
    def removed(self) -> tuple[Row, ...]:
        """Rows of `before` that are gone."""
        return tuple(row for row in self.rows_before if row.tone == "del")

    @property
    def moved(self) -> tuple[Row, ...]:
        """Rows of `after` that changed places by themselves."""
        return tuple(row for row in self.rows_after if row.tone == "mov")


def compare(
    kind: str, before: Selection, after: Selection, items: Mapping[tuple[str, str], Item]
) -> Comparison:
    """Put two selections side by side."""
    difference = changes(before, after)
    added = {position for _, position in difference.added}
    removed = {position for _, position in difference.removed}
    moved_from = {position: to for _, position, to in difference.moved}
    moved_to = {to: position for _, position, to in difference.moved}

    def item(item_id: str) -> Item:
        return items.get((kind, item_id)) or Item(kind=kind, id=item_id, title=None)

    rows_before = tuple(
        Row(
            item(item_id),
            position,
            "del" if position in removed else "mov" if position in moved_from else "",
            position,
        )
        for position, item_id in enumerate(before, start=1)
    )
    rows_after = tuple(
        Row(
            item(item_id),
            position,
            "add" if position in added else "mov" if position in moved_to else "",
            moved_to.get(position, 0),
        )
        for position, item_id in enumerate(after, start=1)
    )
    return Comparison(before, after, difference, rows_before, rows_after)


@dataclass(frozen=True, slots=True)
class Column:
    """One listing on the board: the editor's draft if there is one, else the live list."""

    listing: Listing
    draft: Draft | None
    comparison: Comparison

    @property
    def key(self) -> str:
        """Return the listing's key."""
        return self.listing.key

    @property
    def items_url(self) -> str:
        """Return the address under which each item has its actions."""
        # One reversal for the whole list instead of five a row.
        return reverse("list-move", args=[self.key, "-"]).removesuffix("-/move/")

    @property
    def rows(self) -> tuple[Row, ...]:
        """Return the rows in order."""
        return self.comparison.rows_after

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
        shown = repr((self.token, self.rows, self.removed, self.is_outdated))
        return hashlib.blake2s(shown.encode(), digest_size=8).hexdigest()


def load_columns(user: User | AnonymousUser, keys: Iterable[str] | None = None) -> list[Column]:
    """Return the columns of a person's board, in order. Three queries, however long the lists."""
    listings = Listing.objects.all() if keys is None else Listing.objects.filter(pk__in=list(keys))
    drafts = {draft.listing_id: draft for draft in Draft.objects.filter(editor_id=user.pk)}
    pairs = [(listing, drafts.get(listing.key)) for listing in listings]
    items = known_items(
        (listing.key, item_id)
        for listing, draft in pairs
        for item_id in {*listing.live, *(draft.selection + draft.base if draft else ())}
    )
    return [
        Column(
            listing,
            draft,
            compare(
                listing.key,
                draft.base if draft else listing.live,
                draft.selection if draft else listing.live,
                items,
            ),
        )
        for listing, draft in pairs
    ]


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
    def saved_at(self) -> datetime | None:
        """Return when the last step was saved."""
        return max(
            (column.draft.updated_at for column in self.columns if column.draft), default=None
        )


def dock_of(columns: Iterable[Column]) -> Dock | None:
    """Return the dock, or None when nothing differs from the portal."""
    changed = tuple(column for column in columns if column.draft is not None)
    return Dock(changed) if changed else None
