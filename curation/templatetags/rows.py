"""The rows of a list on the board."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from django import template
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from curation.fragments import rendered
from curation.templatetags.words import ago

if TYPE_CHECKING:
    from collections.abc import Hashable

    from django.template import Context

    from curation.comparison import Row

register = template.Library()

Key = tuple[object, ...]


class Column(Protocol):
    """What is asked of one listing on the board."""

    @property
    def key(self) -> str:
        """The listing's key."""

    @property
    def rows(self) -> tuple[Row, ...]:
        """The rows in order."""


# Stands for the place in a row that is kept for all places; no escaped text can look like it.
PLACE = mark_safe("<!--place-->")


@register.simple_tag
def kept(name: str, **shown: Hashable) -> SafeString:
    """Include a template that shows these values alone, rendered once by each process."""
    key = tuple(shown.items())
    return rendered(name, [key], lambda _missing: {key: shown})[key]


@register.simple_tag(takes_context=True)
def item_rows(context: Context, column: Column) -> SafeString:
    """Render the rows of a column, those that this process has not rendered alike before."""
    can_edit = context["can_edit"]
    # All that board/_item.html shows: how long ago something was changes with the day, or sooner.
    common = (column.key, can_edit, timezone.localdate())
    rows = [((*common, ago(row.item.updated_at), *_look(row)), row) for row in column.rows]
    by_key: dict[Key, Row] = dict(rows)

    def contexts(missing: list[Key]) -> dict[Key, dict[str, Any]]:
        shown = {"column": column, "can_edit": can_edit, "place": PLACE}
        return {key: shown | {"row": by_key[key]} for key in missing}

    found = rendered("board/_item.html", list(by_key), contexts)
    placed = (found[key].replace(PLACE, str(row.position), 1) for key, row in rows)
    return mark_safe("".join(placed))  # noqa: S308 (rendered by templates)


def _look(row: Row) -> tuple[object, ...]:
    """Return what a row shows beside its place: by how far it moved, if it moved by itself."""
    return row.item, row.tone, row.findings, row.tone == "mov" and (row.position, row.was)
