"""Two selections side by side, as pages show them: rows in order, each toned by its change."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from curation.domain import health
from curation.domain.changes import Changes, changes
from curation.domain.health import Findings, Kind, Severity
from curation.portal.items import Item

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from curation.domain.selection import Selection


@dataclass(frozen=True, slots=True)
class Row:
    """One place of a list. `tone` is "add", "del", "mov" or "" (untouched)."""

    item: Item
    position: int
    tone: str = ""
    was: int = 0  # position in the live list, 0 if it had none
    findings: Findings = ()

    @property
    def severity(self) -> str:
        """Return that of the gravest finding, "" if nothing was found."""
        return self.findings[0].severity if self.findings else ""

    @property
    def is_invisible(self) -> bool:
        """Tell whether visitors do not see the item."""
        return self.severity == Severity.INVISIBLE

    @property
    def reasons(self) -> Findings:
        """Return why visitors do not see the item."""
        return tuple(finding for finding in self.findings if finding.is_invisible)

    @property
    def doubts(self) -> Findings:
        """Return what is to be said of the item itself, although visitors see it."""
        apart = {Kind.BEYOND_LIMIT}
        return tuple(f for f in self.findings if not f.is_invisible and f.kind not in apart)

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


def examined(comparison: Comparison, now: datetime, limit: int | None = None) -> Comparison:
    """Return the comparison with what is to be said of each row of `after`, see `domain.health`."""
    facts = {row.item.id: row.item.facts for row in comparison.rows_after}
    found = health.of_selection(comparison.after, facts, now, limit)
    rows = zip(comparison.rows_after, found, strict=True)
    return replace(
        comparison, rows_after=tuple(replace(row, findings=findings) for row, findings in rows)
    )


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
