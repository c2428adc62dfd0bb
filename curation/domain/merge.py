"""The three-way merge of a draft with a live selection that changed since the draft began.

Both sides agree on a *backbone*: the items that neither touched, and those that both put at the
same place. It stands in the same order on both sides; whatever else a side placed stands in runs
between its items. The merge walks along the backbone and lays down, after each of its items, my
run and then theirs. So the result keeps all that I placed in my order, and all that they placed in
theirs.
"""

from collections.abc import Collection, Iterable, Iterator, Set
from dataclasses import dataclass
from enum import StrEnum

from curation.domain.changes import changes
from curation.domain.selection import Selection, without_duplicates


class Deed(StrEnum):
    """What a side did to an item."""

    ADDED = "added"
    MOVED = "moved"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Decision:
    """What a side decided on an item, and the position (from 1) the item has there.

    The position of a removed item is the one it had in the base.
    """

    deed: Deed
    position: int


@dataclass(frozen=True, slots=True)
class Contest:
    """An item on which both sides decided differently. The result follows mine."""

    id: str
    mine: Decision
    theirs: Decision


@dataclass(frozen=True, slots=True)
class Tie:
    """One place that each side filled with items of its own. Mine come first.

    Both runs follow the item `after`; None is the front of the list.
    """

    after: str | None
    mine: Selection
    theirs: Selection


@dataclass(frozen=True, slots=True)
class Merge:
    """A merged selection, and what an editor may want to decide otherwise.

    `placed_by_mine` and `placed_by_theirs` hold the ids of the result that owe their place to that
    side: both hold an item that both put there, neither an item that nobody touched.
    """

    result: Selection
    contests: tuple[Contest, ...]
    ties: tuple[Tie, ...]
    placed_by_mine: frozenset[str]
    placed_by_theirs: frozenset[str]

    @property
    def contested(self) -> tuple[str, ...]:
        """The ids on which both sides decided differently."""
        return tuple(contest.id for contest in self.contests)


def merge(
    base: Iterable[str],
    mine: Iterable[str],
    theirs: Iterable[str],
    *,
    conceded: Collection[str] = (),
    behind: Collection[str | None] = (),
) -> Merge:
    """Apply what I changed since `base` to `theirs`.

    Nobody's addition is lost and nobody's removal undone. What a side placed comes after its
    neighbour, the nearest item before it on the backbone. An item that one side removed and the
    other moved, or that both put at different places, is contested and follows mine. Every id is
    in the result once, also where an input repeats it.

    `conceded` and `behind` are the editor's choices: the contested ids that shall follow theirs,
    and the `Tie.after` of the ties in which theirs shall come first. Other values in them have no
    effect. Choices leave the contests as they are; conceding an item can end or begin a tie.
    """
    origin = without_duplicates(tuple(base))
    my, their = _Side(origin, mine), _Side(origin, theirs)
    backbone = _backbone(origin, my, their)
    contests = tuple(_contests(my, their, backbone))
    yielded = {contest.id for contest in contests}.intersection(conceded)

    my_items = my.placed - backbone - yielded
    their_items = set(their.selection) - backbone - my_items - (my.removed - yielded)
    my_runs = _runs(my.selection, backbone, my_items)
    their_runs = _runs(their.selection, backbone, their_items)

    result: list[str] = []
    ties: list[Tie] = []
    for after in (None, *(id for id in their.selection if id in backbone)):
        if after is not None:
            result.append(after)
        first, second = my_runs.get(after, ()), their_runs.get(after, ())
        if first and second:
            ties.append(Tie(after, mine=first, theirs=second))
        if after in behind:
            first, second = second, first
        result += first + second
    return Merge(
        result=tuple(result),
        contests=contests,
        ties=tuple(ties),
        placed_by_mine=(my.placed & backbone) | my_items,
        placed_by_theirs=their.placed & (backbone | their_items),
    )


class _Side:
    """One side's selection, and what it decided since the base."""

    def __init__(self, origin: Selection, selection: Iterable[str]) -> None:
        self.selection = without_duplicates(tuple(selection))
        since = changes(origin, self.selection)
        self.decisions = {
            **{id: Decision(Deed.ADDED, position) for id, position in since.added},
            **{id: Decision(Deed.MOVED, now) for id, _, now in since.moved},
            **{id: Decision(Deed.REMOVED, position) for id, position in since.removed},
        }
        self.removed = frozenset(id for id, _ in since.removed)
        self.placed = frozenset(self.decisions) - self.removed


def _backbone(origin: Selection, my: _Side, their: _Side) -> frozenset[str]:
    """Find the items that stand at the same place on both sides.

    Those that neither touched divide the list into the same stretches on both sides. What both put
    into the same stretch is on the backbone as far as its order is the same too.
    """
    untouched = frozenset(origin).difference(my.decisions, their.decisions)
    my_stretch = dict(_neighbours(my.selection, untouched))
    their_stretch = dict(_neighbours(their.selection, untouched))
    shared = untouched.union(
        id for id in my.placed & their.placed if my_stretch[id] == their_stretch[id]
    )
    # Nothing in `shared` crosses an untouched item, so none of those is among the moves.
    out_of_order = changes(
        (id for id in my.selection if id in shared),
        (id for id in their.selection if id in shared),
    ).moved
    return shared.difference(move.id for move in out_of_order)


def _contests(my: _Side, their: _Side, backbone: Set[str]) -> Iterator[Contest]:
    """Yield the contests in the order of my list; what I removed comes last, in theirs."""
    for id in dict.fromkeys(my.selection + their.selection):
        if id in my.decisions and id in their.decisions and id not in backbone:
            yield Contest(id, my.decisions[id], their.decisions[id])


def _runs(
    selection: Selection, backbone: Set[str], members: Set[str]
) -> dict[str | None, Selection]:
    """Group `members`, in the order of `selection`, by the backbone item they follow."""
    runs: dict[str | None, Selection] = {}
    for id, after in _neighbours(selection, backbone):
        if id in members:
            runs[after] = (*runs.get(after, ()), id)
    return runs


def _neighbours(selection: Selection, backbone: Set[str]) -> Iterator[tuple[str, str | None]]:
    """Pair every id off the backbone with the nearest backbone item before it (None: the front)."""
    after: str | None = None
    for id in selection:
        if id in backbone:
            after = id
        else:
            yield id, after
