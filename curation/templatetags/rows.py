"""The rows of a list on the board."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from django import template
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from curation.fragments import rendered
from curation.templatetags.words import ago

if TYPE_CHECKING:
    from django.template import Context

    from curation.comparison import Row

register = template.Library()


class Column(Protocol):
    """What is asked of one listing on the board."""

    @property
    def key(self) -> str:
        """The listing's key."""

    @property
    def rows(self) -> tuple[Row, ...]:
        """The rows in order."""


@register.simple_tag(takes_context=True)
def item_rows(context: Context, column: Column) -> SafeString:
    """Render the rows of a column, those that this process has not rendered alike before."""
    total, can_edit = len(column.rows), context["can_edit"]
    # All that board/_item.html shows: how long ago something was changes with the day, or sooner.
    common = (column.key, total, can_edit, timezone.localdate())
    rows = {repr((*common, ago(row.item.updated_at), row)): row for row in column.rows}

    def contexts(missing: list[str]) -> dict[str, dict[str, Any]]:
        shown = {"column": column, "total": total, "can_edit": can_edit}
        return {key: shown | {"row": rows[key]} for key in missing}

    found = rendered("board/_item.html", list(rows), contexts)
    return mark_safe("".join(found[key] for key in rows))  # noqa: S308 (rendered by templates)
