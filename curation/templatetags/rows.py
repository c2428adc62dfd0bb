"""The rows of a list on the board."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Protocol

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from curation.fragments import rendered
from curation.templatetags.words import ago

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

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
    """Render the rows of a column, those that this process has not rendered alike before.

    Of those that look as they do in `on_page`, the rows that the page shows, just the id: app.js
    keeps what is there.
    """
    can_edit = context["can_edit"]
    # An item that is listed twice has rows that cannot be told apart.
    there = _looks(context.get("on_page") or (), _once(column.rows))
    # All that board/_item.html shows: how long ago something was changes with the day, or sooner.
    common = (column.key, can_edit, timezone.localdate())
    keys = {
        row.position: (*common, ago(row.item.updated_at), *look)
        for row in column.rows
        if (look := _look(row)) != there.get(row.item.id)
    }
    by_key: dict[Key, Row] = {
        keys[row.position]: row for row in column.rows if row.position in keys
    }

    def contexts(missing: list[Key]) -> dict[Key, dict[str, Any]]:
        shown = {"column": column, "can_edit": can_edit, "place": PLACE}
        return {key: shown | {"row": by_key[key]} for key in missing}

    found = rendered("board/_item.html", list(by_key), contexts)
    return mark_safe(  # noqa: S308 (rendered by templates, and escaped here)
        "".join(
            found[keys[row.position]].replace(PLACE, str(row.position), 1)
            if row.position in keys
            else format_html('<li data-id="{}" data-same></li>\n', row.item.id)
            for row in column.rows
        )
    )


def _looks(rows: Sequence[Row], once: set[str]) -> dict[str, tuple[object, ...]]:
    """Return how items look, by id, that are listed once, here and elsewhere."""
    once &= _once(rows)
    return {row.item.id: _look(row) for row in rows if row.item.id in once}


def _once(rows: Sequence[Row]) -> set[str]:
    return {
        item_id for item_id, times in Counter(row.item.id for row in rows).items() if times == 1
    }


def _look(row: Row) -> tuple[object, ...]:
    """Return what a row shows beside its place: by how far it moved, if it moved by itself."""
    return row.item, row.tone, row.findings, row.tone == "mov" and (row.position, row.was)
