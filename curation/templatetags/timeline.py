"""The words of a timeline: from when until when, for how long, by whom."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, Protocol

from babel.dates import format_date
from babel.numbers import format_decimal
from babel.units import format_unit
from django import template
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from curation.domain.chart import Unit
from curation.models import Action
from curation.templatetags.words import clock, reading_locale

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from babel import Locale

    from curation.domain.chart import Bar, Tick
    from curation.domain.exposures import Period
    from curation.models import AuditEntry

register = template.Library()

HOUR = timedelta(hours=1)
NAMED_MONTHS = timedelta(days=200)  # longer, and the names of months must be short


class Stretch(Protocol):
    """What begins and ends: a span or a bar."""

    @property
    def start(self) -> datetime: ...

    @property
    def end(self) -> datetime: ...


@register.filter
def day_brief(moment: datetime | date) -> str:
    """Write day and month shortly, and the year unless it is this one: "29 sept."."""
    day = timezone.localtime(moment).date() if isinstance(moment, datetime) else moment
    return _date(day, "d MMM" if day.year == timezone.localdate().year else "d MMM y")


@register.filter
def day_range(first: date, last: date) -> str:
    """Write two days, the year once: "25 août au 23 novembre 2026"."""
    if first == last:
        return _date(last, "d MMMM y")
    pattern = "d MMMM y" if first.year != last.year else "d MMMM"
    if (first.year, first.month) == (last.year, last.month):
        pattern = "d"
    return _("%(first)s to %(last)s") % {
        "first": _date(first, pattern),
        "last": _date(last, "d MMMM y"),
    }


@register.filter
def when(stretch: Stretch, period: Period) -> str:
    """Say when something stood, as seen from a period: "du 8 oct. au 16 oct."."""
    start, end = day_brief(stretch.start), day_brief(stretch.end)
    if stretch.end >= period.end:
        if stretch.start <= period.start:
            return _("over the whole period")
        return (_("since %(day)s") if period.is_running else _("from %(day)s on")) % {"day": start}
    if stretch.start <= period.start:
        return _("until %(day)s") % {"day": end}
    if start == end:
        return _("on %(day)s, from %(start)s to %(end)s") % {
            "day": start,
            "start": clock(stretch.start),
            "end": clock(stretch.end),
        }
    return _("from %(start)s to %(end)s") % {"start": start, "end": end}


@register.filter
def lasting(length: timedelta) -> str:
    """Say how long, in the largest unit that is still precise: "55 jours", "36 heures"."""
    if length >= 48 * HOUR:
        return _unit(round(length / (24 * HOUR)), "duration-day")
    if length >= 1.5 * HOUR:
        return _unit(round(length / HOUR), "duration-hour")
    return _unit(max(round(length / timedelta(minutes=1)), 1), "duration-minute")


@register.filter
def day_count(days: float) -> str:
    """Write a number of days; what is less than one is not none."""
    return "<\u202f1" if days < 1 else _decimal(round(days), "#,##0")


@register.filter
def days_brief(days: float) -> str:
    """Write a number of days with its unit: "90 j"."""
    if days < 1:
        return _("<\u202f1 day")
    return _unit(round(days), "duration-day", "short")


@register.filter
def mean(position: float) -> str:
    """Write a mean position: "3,6"."""
    return _decimal(position, "0.0")


@register.filter
def tick_name(tick: Tick, period: Period) -> str:
    """Name a tick of the scale: "septembre", "7 sept.", "2026"."""
    match tick.unit:
        case Unit.YEAR:
            pattern = "y"
        case Unit.QUARTER:
            pattern = "MMM y"
        case Unit.MONTH if period.length > NAMED_MONTHS:
            pattern = "y" if tick.day.month == 1 else "MMM"  # there is no room for both
        case Unit.MONTH:
            pattern = "MMMM y" if tick.day.month == 1 else "MMMM"
        case _:
            pattern = "d MMM"
    return _date(tick.day, pattern)


@register.filter
def bar_words(bar: Bar, period: Period) -> str:
    """Say what a bar shows: "n° 3 pendant 55 jours, depuis le 29 sept."."""
    if len(bar.spans) == 1:
        return _("no. %(position)s for %(length)s, %(when)s") % {
            "position": bar.best,
            "length": lasting(bar.spans[0].length),
            "when": when(bar, period),
        }
    count = len(bar.spans)
    if bar.best == bar.worst:
        words = ngettext(
            "%(count)d short stay at no. %(best)s, %(when)s",
            "%(count)d short stays at no. %(best)s, %(when)s",
            count,
        )
    else:
        words = ngettext(
            "%(count)d short stay between no. %(best)s and no. %(worst)s, %(when)s",
            "%(count)d short stays between no. %(best)s and no. %(worst)s, %(when)s",
            count,
        )
    return words % {
        "count": count,
        "best": bar.best,
        "worst": bar.worst,
        "when": when(bar, period),
    }


@register.filter
def change_days(entries: Sequence[AuditEntry]) -> str:
    """Say when one or several changes were made: "12 nov.", "3 changements, 12 nov. – 14 nov."."""
    first, last = day_brief(entries[0].recorded_at), day_brief(entries[-1].recorded_at)
    if len(entries) == 1:
        return f"{first}, {clock(entries[0].recorded_at)}"
    count = ngettext("%(count)d change", "%(count)d changes", len(entries)) % {
        "count": len(entries)
    }
    return f"{count}, {first}" if first == last else f"{count}, {first} – {last}"


@register.filter
def change_authors(entries: Sequence[AuditEntry]) -> str:
    """Say who made changes: "Claire Morel, changement externe"."""
    return ", ".join(dict.fromkeys(_author(entry) for entry in entries))


def _author(entry: AuditEntry) -> str:
    match entry.action:
        case Action.CHANGE_OUTSIDE:
            return _("outside change")
        case Action.LIVE_FIRST_READ:
            return _("first reading")
        case Action.PUBLISH_UNDETERMINED:
            return _("%(name)s, outcome unknown") % {"name": entry.actor_name}
        case _:
            return entry.actor_name


def _date(day: date, pattern: str) -> str:
    return _dated(day, pattern, reading_locale())


@lru_cache(maxsize=2000)  # a chart names few days and each of them often
def _dated(day: date, pattern: str, locale: Locale) -> str:
    text = str(format_date(day, pattern, locale=locale))
    # French says "first", and CLDR has no pattern for it.
    return f"1er{text[1:]}" if locale.language == "fr" and re.match(r"1\b", text) else text


def _decimal(number: float, pattern: str) -> str:
    return str(format_decimal(number, pattern, locale=reading_locale()))


def _unit(number: int, unit: str, length: Literal["long", "short"] = "long") -> str:
    return _counted(number, unit, length, reading_locale())


@lru_cache(maxsize=2000)
def _counted(number: int, unit: str, length: Literal["long", "short"], locale: Locale) -> str:
    return str(format_unit(number, unit, length, locale=locale))
