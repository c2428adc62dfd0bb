"""How long each item stood where, from the states that a listing went through.

A log is an iterable of (moment, selection) in the order of the log: from that moment until the next
one, the list was that selection. Before its first moment nothing is known, and nothing stands
anywhere. A moment before the one it follows (a clock that was put back) counts as that one; one
past the end of a period (a clock that ran ahead) does not count there.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from curation.domain.selection import Selection

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Period:
    """A time to look at, in UTC: differences of local times forget the hour of summer time.

    Holds its start and not its end. `is_running`: it ends now, what stands then still stands.
    """

    start: datetime
    end: datetime
    is_running: bool = False

    @property
    def length(self) -> timedelta:
        """How long it lasts."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Span:
    """A time without a break at one position (from 1). Holds its start and not its end."""

    position: int
    start: datetime
    end: datetime

    @property
    def length(self) -> timedelta:
        """How long it lasted."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Exposure:
    """What became of one item in a period.

    `spans` are in the order of time; they overlap only where a list held the item twice. Then the
    time counts once, at the position that visitors come to first.
    """

    id: str
    spans: tuple[Span, ...]
    shown: timedelta
    mean_position: float  # weighted by time

    @property
    def days(self) -> float:
        """How long it stood on the list, in days of 24 hours."""
        return self.shown / DAY

    @property
    def best_position(self) -> int:
        """The foremost position that it ever had."""
        return min(span.position for span in self.spans)

    @property
    def end(self) -> datetime:
        """When it was last there."""
        return max(span.end for span in self.spans)


def stretches(
    log: Iterable[tuple[datetime, Selection]], start: datetime, end: datetime
) -> Iterator[tuple[Selection, datetime, datetime]]:
    """Divide a period into what the list was, from when, and until when; no gap, no overlap."""
    selection: Selection = ()
    since = start
    for moment, after in log:
        if moment >= end:
            continue
        if moment > since:
            yield selection, since, moment
            since = moment
        selection = after
    if since < end:
        yield selection, since, end


def exposures(
    log: Iterable[tuple[datetime, Selection]], start: datetime, end: datetime
) -> list[Exposure]:
    """Return the exposure of each item in a period: the longest first, then the foremost."""
    spans: defaultdict[str, list[Span]] = defaultdict(list)
    shown: defaultdict[str, timedelta] = defaultdict(timedelta)
    weighted: defaultdict[str, timedelta] = defaultdict(timedelta)
    held: dict[tuple[int, str], datetime] = {}  # the places of the present state, and since when

    for selection, since, until in stretches(log, start, end):
        places = set(enumerate(selection, start=1))
        for place in held.keys() - places:
            position, item = place
            spans[item].append(Span(position, held.pop(place), since))
        for place in places - held.keys():
            held[place] = since
        # Backwards, so that the foremost position of an item is the one that stays.
        foremost = {item: position for position, item in sorted(places, reverse=True)}
        for item, position in foremost.items():
            shown[item] += until - since
            weighted[item] += position * (until - since)
    for (position, item), since in held.items():
        spans[item].append(Span(position, since, end))

    found = [
        Exposure(
            item,
            tuple(sorted(parts, key=lambda span: (span.start, span.position))),
            shown[item],
            weighted[item] / shown[item],
        )
        for item, parts in spans.items()
    ]
    return sorted(found, key=lambda each: (-each.shown, each.mean_position, each.id))
