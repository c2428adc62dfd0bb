"""Icons, the letters that stand for a missing picture, and the drawings of a change."""

import re
from functools import cache, lru_cache

from django import template
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from curation.comparison import Comparison
from curation.domain import drawing
from curation.domain.selection import Selection
from curation.portal.items import Item

register = template.Library()

TONES = 6  # [data-tone] in app.css


@cache
def _sprite() -> str:
    return static("img/icons.svg")


@register.simple_tag
def icon(name: str, extra_class: str = "") -> SafeString:
    """Show an icon of the sprite; always beside words, so hidden from assistive technology."""
    classes = f"icon {extra_class}".strip()
    return format_html(
        '<svg class="{}" aria-hidden="true"><use href="{}#{}"/></svg>', classes, _sprite(), name
    )


@register.filter
def tone(item: Item) -> int:
    """Choose a tint by organisation, the same wherever it shows."""
    return sum((item.organization or item.id).encode()) % TONES


@register.filter
def letters(item: Item) -> str:
    """Return an acronym or initials, at most five letters."""
    if item.acronym and len(item.acronym) <= 5:
        return item.acronym
    words = re.findall(r"[^\W\d_]+", item.organization or item.title or "")
    capitals = [word[0] for word in words if word[0].isupper()] or [word[0] for word in words]
    return "".join(capitals[:3]).upper()


@register.simple_tag
def strip(comparison: Comparison) -> SafeString:
    """Draw a change as a small strip: the order before above, the order after below."""
    return _strip(comparison.before, comparison.after, summary(comparison))


@lru_cache(maxsize=100)
def _strip(before: Selection, after: Selection, words: str) -> SafeString:
    return _svg(
        drawing.strip(before, after), "strip", format_html('role="img" aria-label="{}"', words)
    )


@register.simple_tag
def links(comparison: Comparison, width: int = 96, mirrored: bool = False) -> SafeString:
    """Draw the lines between the slips of a before and an after (on the left if mirrored)."""
    return _svg(
        drawing.links(comparison.before, comparison.after, width=width, mirrored=mirrored),
        "links",
        SafeString('aria-hidden="true" focusable="false"'),
    )


@register.filter
def summary(comparison: Comparison) -> str:
    """Say how many additions, removals and moves: "one addition, two moves"."""
    changes = comparison.changes
    parts = [
        (len(changes.added), ngettext("%(n)d addition", "%(n)d additions", len(changes.added))),
        (len(changes.removed), ngettext("%(n)d removal", "%(n)d removals", len(changes.removed))),
        (len(changes.moved), ngettext("%(n)d move", "%(n)d moves", len(changes.moved))),
    ]
    return ", ".join(words % {"n": n} for n, words in parts if n) or _("no change")


def _svg(picture: drawing.Drawing, css_class: str, attributes: SafeString) -> SafeString:
    marks = format_html_join(
        "",
        '<g class="is-{}"><path class="is-{}" d="{}"/>{}{}</g>',
        (
            (
                mark.tone,
                mark.tone,
                mark.path,
                format_html('<path class="pt is-{}" d="{}"/>', mark.tone, mark.dots)
                if mark.dots
                else "",
                format_html_join(
                    "",
                    '<text class="is-{}" x="{}" y="{}">{}</text>',
                    ((mark.tone, label.x, label.y, label.text) for label in mark.labels),
                ),
            )
            for mark in picture.marks
        ),
    )
    quiet_dots = format_html('<path class="pt" d="{}"/>', picture.quiet_dots)
    return format_html(
        '<svg class="{}" viewBox="{}" width="{}" height="{}" {}><path d="{}"/>{}{}</svg>',
        css_class,
        picture.view_box,
        picture.width,
        picture.height,
        attributes,
        picture.quiet,
        quiet_dots if picture.quiet_dots else "",
        marks,
    )
