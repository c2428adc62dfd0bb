"""The geometry of the two pictures of a change: the strip (lying) and the links (upright).

Numbers only: no markup, no words, no colours. All are strings ready for SVG attributes, because a
template would write 8.5 as "8,5" in French. Units are pixels; a `path` is the `d` of an SVG path.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from curation.domain.changes import Changes, changes

UPPER, LOWER = 14, 34  # the two rows of a strip
STRIP_COLUMNS = 24  # at most, so that a strip fits beside the words of a history entry
LINKS_PITCH = 38  # from one row to the next: the height of a slip and the gap below it, in the CSS


class Tone(StrEnum):
    """What a mark shows; its CSS class is `is-<tone>`."""

    ADD = "add"
    DEL = "del"
    MOV = "mov"


class Label(NamedTuple):
    """A position of the list (from 1), and the point on which the text is centred."""

    x: str
    y: str
    text: str


@dataclass(frozen=True, slots=True)
class Mark:
    """One change: a path to stroke, a path of dots to fill (may be empty), and its positions."""

    tone: Tone
    path: str
    dots: str = ""
    labels: tuple[Label, ...] = ()


@dataclass(frozen=True, slots=True)
class Summary:
    """How many items were added, removed and moved; `left_out` of them have no mark."""

    added: int
    removed: int
    moved: int
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Drawing:
    """A picture of a change. What stayed is two paths: `quiet` to stroke, `quiet_dots` to fill."""

    width: str
    height: str
    quiet: str
    quiet_dots: str
    marks: tuple[Mark, ...]
    summary: Summary

    @property
    def view_box(self) -> str:
        """The viewBox of the svg element."""
        return f"0 0 {self.width} {self.height}"


def strip(before: Iterable[str], after: Iterable[str]) -> Drawing:
    """Draw the places before (above) and after (below) as two rows of dots, joined by lines.

    A strip has at most STRIP_COLUMNS columns. For a longer list, stretches of it are folded to
    three dots. Shown are the places of as many changes as fit, those nearest the front first, and
    the places around them; changes for which there is no room are in `summary.left_out`.
    """
    old, new = tuple(before), tuple(after)
    diff = changes(old, new)
    places = max(len(old), len(new))
    columns, folds = _columns(_shown(diff, places), places)
    step = 15 if places < 100 else 20  # three digits need more room
    x = {place: column * step + step / 2 + 1 for place, column in columns.items()}
    still = [
        (x[was], x[now]) for was, now in _stayed(diff, len(old), len(new)) if was in x and now in x
    ]
    marks = tuple(_strip_marks(diff, x))
    return Drawing(
        width=_n(max(len(columns) + len(folds), 1) * step + 2),
        height="48",
        quiet="".join(_thread(left, right) for left, right in still),
        quiet_dots="".join(
            [_dot(left, UPPER, 1.5) + _dot(right, LOWER, 1.5) for left, right in still]
            + [_ellipsis(fold * step + step / 2 + 1) for fold in folds]
        ),
        marks=marks,
        summary=_summary(diff, left_out=diff.count - len(marks)),
    )


def links(
    before: Iterable[str], after: Iterable[str], *, width: int = 96, mirrored: bool = False
) -> Drawing:
    """Draw the lines that join two columns of slips, `before` on the left and `after` on the right.

    `mirrored` puts `before` on the right. Every row is drawn, since every slip is shown.
    """
    old, new = tuple(before), tuple(after)
    diff = changes(old, new)
    quiet = (_link(was, now, width, mirrored) for was, now in _stayed(diff, len(old), len(new)))
    return Drawing(
        width=str(width),
        height=str(max(len(old), len(new)) * LINKS_PITCH),
        quiet="".join(quiet),
        quiet_dots="",
        marks=tuple(_links_marks(diff, width, mirrored)),
        summary=_summary(diff),
    )


# What both pictures share


def _stayed(diff: Changes, before: int, after: int) -> Iterator[tuple[int, int]]:
    """Pair the positions, before and after, of what did not move: the rest, in order."""
    gone = {was for _, was in diff.removed}.union(was for _, was, _ in diff.moved)
    come = {now for _, now in diff.added}.union(now for _, _, now in diff.moved)
    return zip(
        (was for was in range(1, before + 1) if was not in gone),
        (now for now in range(1, after + 1) if now not in come),
        strict=True,
    )


def _summary(diff: Changes, left_out: int = 0) -> Summary:
    return Summary(len(diff.added), len(diff.removed), len(diff.moved), left_out)


def _n(number: float) -> str:
    """Write a number for SVG: a dot whatever the locale, no needless zeros."""
    return f"{number:g}"


def _dot(x: float, y: float, radius: float) -> str:
    """Draw a disc as two half circles, so that many are one path."""
    half = f"a{_n(radius)} {_n(radius)} 0 1 0 "
    return f"M{_n(x - radius)} {_n(y)}{half}{_n(2 * radius)} 0{half}{_n(-2 * radius)} 0"


def _cross(x: float, y: float, reach: float) -> str:
    size = _n(2 * reach)
    return f"M{_n(x - reach)} {_n(y - reach)}l{size} {size}m0-{size}l-{size} {size}"


def _plus(x: float, y: float, reach: float) -> str:
    return f"M{_n(x - reach)} {_n(y)}h{_n(2 * reach)}M{_n(x)} {_n(y - reach)}v{_n(2 * reach)}"


# The strip


def _shown(diff: Changes, places: int) -> set[int]:
    """Choose the places (positions from 1) for which a strip has room."""
    if places <= STRIP_COLUMNS:
        return set(range(1, places + 1))
    shown = set[int]()
    wanted = [{place} for _, place in (*diff.added, *diff.removed)]
    wanted += [{was, now} for _, was, now in diff.moved]
    for ends in sorted(wanted, key=min):
        if _fits(shown | ends, places):
            shown |= ends
    marked = shown or {1}
    for place in sorted(
        range(1, places + 1), key=lambda place: min(abs(place - mark) for mark in marked)
    ):
        if _fits(shown | {place}, places):
            shown.add(place)
    return shown


def _fits(shown: set[int], places: int) -> bool:
    columns, folds = _columns(shown, places)
    return len(columns) + len(folds) <= STRIP_COLUMNS


def _columns(shown: set[int], places: int) -> tuple[dict[int, int], list[int]]:
    """Give each shown place its column (from 0), and the columns of the folds between them."""
    columns: dict[int, int] = {}
    folds: list[int] = []
    last = 0
    for place in (*sorted(shown), places + 1):
        if place > last + 1:
            folds.append(len(columns) + len(folds))
        if place <= places:
            columns[place] = len(columns) + len(folds)
        last = place
    return columns, folds


def _strip_marks(diff: Changes, x: dict[int, float]) -> Iterator[Mark]:
    """Yield the marks of the changes whose every end is on the strip."""
    for _, was in diff.removed:
        if was in x:
            yield Mark(Tone.DEL, _cross(x[was], UPPER, 2.8), labels=(_above(x[was], was),))
    for _, now in diff.added:
        if now in x:
            yield Mark(Tone.ADD, _plus(x[now], LOWER, 3.5), labels=(_below(x[now], now),))
    for _, was, now in diff.moved:
        if was in x and now in x:
            yield Mark(
                Tone.MOV,
                _thread(x[was], x[now]),
                dots=_dot(x[was], UPPER, 2.5) + _dot(x[now], LOWER, 3.5),
                labels=(_above(x[was], was), _below(x[now], now)),
            )


def _thread(left: float, right: float) -> str:
    """Join a place of the upper row with one of the lower row."""
    start = f"M{_n(left)} {UPPER}"
    if left == right:
        return f"{start}V{LOWER}"
    return f"{start}C{_n(left)} {UPPER + 10} {_n(right)} {LOWER - 10} {_n(right)} {LOWER}"


def _ellipsis(x: float) -> str:
    return "".join(_dot(x + shift, (UPPER + LOWER) / 2, 1) for shift in (-4, 0, 4))


def _above(x: float, place: int) -> Label:
    return Label(_n(x), "8", str(place))


def _below(x: float, place: int) -> Label:
    return Label(_n(x), "47", str(place))


# The links


def _links_marks(diff: Changes, width: int, mirrored: bool) -> Iterator[Mark]:
    def x(distance: float) -> float:
        return width - distance if mirrored else distance

    for _, was in diff.removed:
        y = _row(was)
        yield Mark(Tone.DEL, f"M{_n(x(0))} {y}H{_n(x(30))}{_cross(x(38), y, 4)}")
    for _, now in diff.added:
        y = _row(now)
        yield Mark(Tone.ADD, f"M{_n(x(width))} {y}H{_n(x(width - 30))}{_plus(x(width - 38), y, 4)}")
    for _, was, now in diff.moved:
        y = _row(now)
        back, tip = _n(x(width - 7)), _n(x(width - 1))
        arrow = f"M{back} {_n(y - 4.5)}L{tip} {y}L{back} {_n(y + 4.5)}"
        yield Mark(
            Tone.MOV,
            _link(was, now, width, mirrored) + arrow,
            dots=_dot(x(0), _row(was), 3),
        )


def _link(was: int, now: int, width: int, mirrored: bool) -> str:
    """Join the middle of a slip of one column with that of one of the other."""
    start, end = (width, 0) if mirrored else (0, width)
    upper, lower = _row(was), _row(now)
    if upper == lower:
        return f"M{start} {upper}H{end}"
    middle = _n(width / 2)
    return f"M{start} {upper}C{middle} {upper} {middle} {lower} {end} {lower}"


def _row(place: int) -> int:
    """The middle of the slip at a position (from 1)."""
    return (place - 1) * LINKS_PITCH + (LINKS_PITCH - 4) // 2
