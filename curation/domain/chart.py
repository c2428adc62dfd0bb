"""The geometry of the timeline: time from left to right, one row of bars for each item.

Numbers only: no markup, no words, no colours. All are strings ready for SVG attributes, because a
template would write 8.5 as "8,5" in French. `x` and `width` are percents of the picture's width,
`y` and heights are pixels.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from enum import StrEnum
from typing import TYPE_CHECKING

from curation.domain.exposures import DAY

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from curation.domain.exposures import Period, Span

HEAD, ROW, BAR = 44, 32, 20  # heights, as in the CSS
NARROWEST = 0.004  # of the width: what is narrower is drawn together, and never narrower
NUMBERED = 0.03  # of the width: a bar with room for its position
PIN_SLOT = 0.006  # of the width: pins nearer to each other are one
BANDS = (1, 3, 6, 8)  # the last position of each band of colour; a fifth holds the rest


class Unit(StrEnum):
    """What one tick of the scale is."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


# The longest period for each unit: at most some fourteen ticks.
_UNITS = (
    (10 * DAY, Unit.DAY),
    (45 * DAY, Unit.WEEK),
    (400 * DAY, Unit.MONTH),
    (1200 * DAY, Unit.QUARTER),
)
_MONTHS = {Unit.MONTH: 1, Unit.QUARTER: 3, Unit.YEAR: 12}


@dataclass(frozen=True, slots=True)
class Bar:
    """One span; or several in a row that are too short to be drawn each for itself."""

    spans: tuple[Span, ...]
    x: str
    width: str
    y: str
    height: str
    baseline: str  # of the position's number
    band: int  # 1 is the strongest colour
    number: str  # "" if there is no room

    @property
    def start(self) -> datetime:
        """When the first of its spans begins."""
        return self.spans[0].start

    @property
    def end(self) -> datetime:
        """When the last of its spans ends."""
        return max(span.end for span in self.spans)

    @property
    def best(self) -> int:
        """The foremost of its positions."""
        return min(span.position for span in self.spans)

    @property
    def worst(self) -> int:
        """The last of its positions."""
        return max(span.position for span in self.spans)


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on the scale: where, for which day, and whether its name has room there."""

    x: str
    day: date
    unit: Unit
    is_named: bool


@dataclass(frozen=True, slots=True)
class Pin:
    """A moment at which the list changed, or several too near to each other: `first` to `last`."""

    x: str
    first: int  # index of a moment
    last: int


def band(position: int) -> int:
    """Return the band of colour of a position, from 1."""
    return next((n for n, last in enumerate(BANDS, start=1) if position <= last), len(BANDS) + 1)


def bars(spans: Iterable[Span], period: Period, row: int) -> list[Bar]:
    """Draw the spans of one item in a row (from 0), in the order of time.

    An item that the list held twice has its bars above one another.
    """
    lanes = _lanes(spans)
    height = BAR // max(len(lanes), 1)
    drawn = []
    for number, lane in enumerate(lanes):
        y = HEAD + row * ROW + (ROW - BAR) // 2 + number * height
        drawn += [_bar(group, period, y, height) for group in _legible(lane, period)]
    return sorted(drawn, key=lambda bar: (bar.start, bar.y))


def ticks(period: Period, zone: tzinfo) -> list[Tick]:
    """Divide a period into days, weeks, months, quarters or years of a time zone."""
    unit = next((unit for longest, unit in _UNITS if period.length <= longest), Unit.YEAR)
    # Names stand to the right of their tick; the end has the word for today.
    room = 0.86 if period.is_running else 0.93
    found = []
    day = _first_day(period.start.astimezone(zone).date(), unit)
    while (moment := datetime(day.year, day.month, day.day, tzinfo=zone)) < period.end:
        at = _share(moment, period)
        if at >= 0:
            found.append(Tick(_percent(at), day, unit, at <= room))
        day = _next_day(day, unit)
    return found


def pins(moments: Sequence[datetime], period: Period) -> list[Pin]:
    """Place the moments of a period, which are in order, on the scale."""
    found: list[Pin] = []
    first = 0
    for index, moment in enumerate(moments):
        at, left = _share(moment, period), _share(moments[first], period)
        if found and at - left < PIN_SLOT:
            found[-1] = Pin(_percent((left + at) / 2), first, index)
        else:
            first = index
            found.append(Pin(_percent(at), index, index))
    return found


def place(moment: datetime, period: Period) -> str:
    """Return where a moment of a period is."""
    return _percent(_share(moment, period))


def height(rows: int) -> str:
    """Return the height of the picture."""
    return str(HEAD + rows * ROW)


def top(row: int) -> str:
    """Return where a row begins, on the pixel so that a line there is sharp."""
    return str(HEAD + row * ROW - 0.5)


def _lanes(spans: Iterable[Span]) -> list[list[Span]]:
    """Divide spans so that those of one lane do not overlap."""
    lanes: list[list[Span]] = []
    for span in sorted(spans, key=lambda span: (span.start, span.position)):
        free = next((lane for lane in lanes if lane[-1].end <= span.start), None)
        if free is None:
            lanes.append([span])
        else:
            free.append(span)
    return lanes


def _legible(lane: Iterable[Span], period: Period) -> Iterator[tuple[Span, ...]]:
    """Group the spans of a lane: those wide enough each by itself, slivers with those close by."""
    narrow = period.length * NARROWEST
    run: list[Span] = []
    for span in lane:
        is_sliver = span.length < narrow
        if run and not (is_sliver and span.start - run[-1].end < narrow):
            yield tuple(run)
            run = []
        if is_sliver:
            run.append(span)
        else:
            yield (span,)
    if run:
        yield tuple(run)


def _bar(spans: tuple[Span, ...], period: Period, y: int, height: int) -> Bar:
    left = _share(spans[0].start, period)
    width = max(_share(spans[-1].end, period) - left, NARROWEST)
    longest = max(spans, key=lambda span: span.length)
    has_number = len(spans) == 1 and width >= NUMBERED and height == BAR
    return Bar(
        spans=spans,
        x=_percent(min(left, 1 - width)),
        width=_percent(width),
        y=str(y),
        height=str(height),
        baseline=str(y + 14),
        band=band(longest.position),
        number=str(longest.position) if has_number else "",
    )


def _share(moment: datetime, period: Period) -> float:
    return (moment - period.start) / period.length


def _percent(share: float) -> str:
    return f"{share * 100:.3f}".rstrip("0").rstrip(".") + "%"


def _first_day(day: date, unit: Unit) -> date:
    """Return the first day of the unit that a day is in."""
    match unit:
        case Unit.DAY:
            return day
        case Unit.WEEK:
            return day - timedelta(days=day.weekday())
        case _:
            return day.replace(month=day.month - (day.month - 1) % _MONTHS[unit], day=1)


def _next_day(day: date, unit: Unit) -> date:
    match unit:
        case Unit.DAY:
            return day + DAY
        case Unit.WEEK:
            return day + 7 * DAY
        case _:
            month = day.month + _MONTHS[unit]
            return date(day.year + (month - 1) // 12, (month - 1) % 12 + 1, 1)
