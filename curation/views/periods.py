"""The period that an address asks for: the last 30 or 90 days, 12 months, or two dates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from curation.domain.exposures import DAY, Period

if TYPE_CHECKING:
    from collections.abc import Mapping

LAST_30, LAST_90, LAST_YEAR, CHOSEN = "30d", "90d", "12m", "chosen"
FIRST_YEAR = 1970
LONGEST_QUOTE = 20


class BadPeriod(ValueError):
    """An address asks for a period that makes no sense. `str()` says why to the reader."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A period as the reader chose it. Days are in the reader's time zone, both included."""

    key: str
    period: Period
    first: date
    last: date

    @property
    def query(self) -> str:
        """The parameters that ask for the same period again."""
        if self.key == CHOSEN:
            return urlencode({"from": self.first.isoformat(), "to": self.last.isoformat()})
        return urlencode({"period": self.key})


def period_of(form: Mapping[str, str], now: datetime) -> Choice:
    """Read the period of an address; without any, the last 90 days. Raises BadPeriod.

    A missing end is today, a missing start 90 days before the end.
    """
    if form.get("from") or form.get("to"):
        return _chosen(form.get("from", ""), form.get("to", ""), now)
    key = form.get("period") or LAST_90
    today = timezone.localdate(now)
    begins = {LAST_30: today - 30 * DAY, LAST_90: today - 90 * DAY, LAST_YEAR: _year_before(today)}
    if key not in begins:
        raise BadPeriod(_("This period does not exist. Choose one of those above."))
    first = begins[key]
    start = now - (today - first)
    return Choice(key, Period(start.astimezone(UTC), now.astimezone(UTC), True), first, today)


def _chosen(since: str, until: str, now: datetime) -> Choice:
    today = timezone.localdate(now)
    last = _day(until, today) if until else today
    first = _day(since, today) if since else last - 90 * DAY
    if first > today:
        raise BadPeriod(_("This period has not begun yet. Choose a start in the past."))
    if last < first:
        raise BadPeriod(_("The period ends before it begins. Exchange the two dates."))
    start, end = _midnight(first), _midnight(last + DAY)
    return Choice(CHOSEN, Period(start, min(end, now), end > now), first, min(last, today))


def day_of(text: str) -> date | None:
    """Read a day; None if it is none."""
    try:
        return parse_date(text)
    except ValueError:  # well formed, but no such day
        return None


def _day(text: str, today: date) -> date:
    day = day_of(text)
    if day is None:
        raise BadPeriod(
            _("“%(text)s” is not a date. Write year, month and day: %(example)s.")
            % {"text": text[:LONGEST_QUOTE], "example": today.isoformat()}
        )
    if not FIRST_YEAR <= day.year <= today.year + 1:
        raise BadPeriod(
            _("Choose dates between %(first)s and %(last)s.")
            % {"first": FIRST_YEAR, "last": today.year + 1}
        )
    return day


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min)).astimezone(UTC)


def _year_before(day: date) -> date:
    try:
        return day.replace(year=day.year - 1)
    except ValueError:  # 29 February
        return day.replace(year=day.year - 1, day=28)
