"""Numbers and times in the reader's language, by CLDR (Babel)."""

import re
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from babel import Locale
from babel.dates import format_date, format_time, format_timedelta
from babel.numbers import format_compact_decimal, format_decimal
from django import template
from django.utils import timezone
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from curation.domain.text import fold
from curation.portal.errors import recorded
from curation.portal.items import Item

register = template.Library()

# A French title such as "Où aller ?" keeps its sign on the line of its last word.
_BEFORE_HIGH_SIGN = re.compile(r" (?=[:;!?»](?:\s|$))")
# British spelling and the 24-hour clock go with "organisation".
_LOCALES = {"fr": Locale.parse("fr"), "en": Locale.parse("en_GB")}


def reading_locale() -> Locale:
    """Return the CLDR locale of the active language."""
    return _LOCALES.get((get_language() or "")[:2], _LOCALES["en"])


def load_locales() -> None:
    """Read what CLDR has of each language: workers that are forked afterwards share it."""
    for locale in _LOCALES.values():
        format_decimal(1, locale=locale)


@register.simple_tag
def item_title(item: Item, searched: str = "") -> str:
    """Name an item, what was searched for marked; one that the portal never named by its id."""
    if item.title:
        return _marked(_BEFORE_HIGH_SIGN.sub("\xa0", item.title), searched.split())
    return format_html(
        '<span class="muted">{}</span> <span class="mono muted">{}</span>',
        _("Item without a title"),
        item.id,
    )


@register.filter
def cause(detail: dict[str, Any]) -> str:
    """Say why an attempt failed: in the reader's words, else in those that were recorded."""
    return recorded(detail.get("error", ""), detail.get("status")) or detail.get("sentence", "")


@register.filter
def compact(number: int | None) -> str:
    """Shorten a count: 48210 is "48,2 k"; unknown is a dash."""
    if number is None:
        return "–"
    digits = 0 if number >= 100_000 else 1
    return str(format_compact_decimal(number, locale=reading_locale(), fraction_digits=digits))


@register.filter
def plain(number: int | None) -> str:
    """Write a count in full: 48210 is "48 210"."""
    return "–" if number is None else str(format_decimal(number, locale=reading_locale()))


@register.filter
def ago(moment: datetime | None) -> str:
    """Say how long ago, shortly: "il y a 3 j", "il y a 2 mois"; unknown is a dash."""
    if moment is None:
        return "–"
    elapsed = max(timezone.now() - moment, timedelta(0))
    if elapsed < timedelta(seconds=5):
        return _("just now")
    # As exact as the words are.
    step = 1 if elapsed < timedelta(minutes=1) else 60 if elapsed < timedelta(days=1) else 3600
    return _ago(int(elapsed.total_seconds()) // step * step, reading_locale())


@lru_cache(maxsize=2000)
def _ago(seconds: int, locale: Locale) -> str:
    elapsed = timedelta(seconds=seconds)
    # CLDR's short months and years ("2 m.", "1 a") are not understood: those two in full.
    style = "short" if elapsed < timedelta(days=27) else "long"
    return str(
        format_timedelta(-elapsed, add_direction=True, format=style, locale=locale)  # type: ignore[arg-type]
    )


@register.filter
def day(moment: datetime | date) -> str:
    """Write a date in full: "vendredi 20 novembre 2026"."""
    return str(format_date(_local(moment), "full", locale=reading_locale()))


@register.filter
def day_name(moment: date) -> str:
    """Name a day as one would say it: "Aujourd'hui", "Hier", "Vendredi"."""
    today = timezone.localdate()
    if moment == today:
        return _("Today")
    if moment == today - timedelta(days=1):
        return _("Yesterday")
    return str(format_date(moment, "EEEE", locale=reading_locale())).capitalize()


@register.filter
def day_short(moment: datetime | date) -> str:
    """Write day and month, and the year unless it is this one: "20 novembre"."""
    local = _local(moment)
    pattern = "d MMMM" if local.year == timezone.localdate().year else "d MMMM y"
    return str(format_date(local, pattern, locale=reading_locale()))


@register.filter
def weekday(moment: datetime | date) -> str:
    """Write weekday, day and month: "vendredi 20 novembre"."""
    return str(format_date(_local(moment), "EEEE d MMMM", locale=reading_locale()))


@register.filter
def clock(moment: datetime | None) -> str:
    """Write the time of day: "17:42"; nothing if it is unknown."""
    return (
        ""
        if moment is None
        else str(format_time(timezone.localtime(moment), "HH:mm", locale=reading_locale()))
    )


@register.filter
def when(moment: datetime | None) -> str:
    """Say when: "à 17:42" today, else "le 20 novembre à 17:42"; nothing if it is unknown."""
    if moment is None:
        return ""
    if _local(moment) == timezone.localdate():
        return _("at %(time)s") % {"time": clock(moment)}
    return _("on %(day)s at %(time)s") % {"day": day_short(moment), "time": clock(moment)}


@register.filter
def since(moment: datetime) -> str:
    """Say since when: "depuis 17:42" today, else "depuis le 20 novembre"."""
    if _local(moment) == timezone.localdate():
        return _("since %(time)s") % {"time": clock(moment)}
    return _("since %(day)s") % {"day": day_short(moment)}


@register.filter
def clock_precise(moment: datetime) -> str:
    """Write the time of day to the second: "17:42:08"."""
    return str(format_time(timezone.localtime(moment), "HH:mm:ss", locale=reading_locale()))


def _marked(text: str, words: list[str]) -> str:
    """Mark each word where it begins a word of the text, whatever case and accents."""
    folded = [fold(word) for word in words if any(map(str.isalnum, word))]
    if not folded:
        return conditional_escape(text)
    begins = re.compile(r"\b(?:" + "|".join(map(re.escape, folded)) + ")")
    # One letter for one letter, so that positions in the folded text are those of the text.
    parts, end = [], 0
    for found in begins.finditer("".join((fold(letter) or letter)[0] for letter in text)):
        parts += [
            conditional_escape(text[end : found.start()]),
            format_html("<mark>{}</mark>", text[found.start() : found.end()]),
        ]
        end = found.end()
    return mark_safe("".join([*parts, conditional_escape(text[end:])]))  # noqa: S308 (escaped above)


def _local(moment: datetime | date) -> date:
    return timezone.localtime(moment).date() if isinstance(moment, datetime) else moment
