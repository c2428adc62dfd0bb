"""What differs between two selections: additions, removals, and the fewest moves.

An item that only shifts because a neighbour came or went has not moved. Of the ids both selections
hold, as many as possible are taken to have stayed (a longest increasing subsequence of positions);
the others have moved.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from curation.domain.selection import Selection


class Placed(NamedTuple):
    """An id and its position, from 1: in `after` if it was added, in `before` if removed."""

    id: str
    position: int


class Moved(NamedTuple):
    """An id and its positions, from 1, in `before` and in `after`.

    They are equal if the item kept its number while others passed from one side of it to the other.
    """

    id: str
    was: int
    now: int


@dataclass(frozen=True, slots=True)
class Changes:
    """The difference between two selections; false if there is none.

    `added` and `moved` are in the order of `after`, `removed` in that of `before`.
    """

    added: tuple[Placed, ...] = ()
    removed: tuple[Placed, ...] = ()
    moved: tuple[Moved, ...] = ()

    def __bool__(self) -> bool:
        return self.count > 0

    @property
    def count(self) -> int:
        """How many changes there are."""
        return len(self.added) + len(self.removed) + len(self.moved)


def changes(before: Iterable[str], after: Iterable[str]) -> Changes:
    """Compare two selections, in O(n log n).

    Where several answers have equally few moves, the one is taken that leaves the most items at
    their very position, then the one in which the items that moved are those that went up, then
    the one whose unmoved items shifted least. An id held several times is compared occurrence by
    occurrence: the second of `before` with the second of `after`.
    """
    old, new = tuple(before), tuple(after)
    was = {key: place for place, key in enumerate(_occurrences(old))}
    now = {key: place for place, key in enumerate(_occurrences(new))}
    common = [(was[key], place) for key, place in now.items() if key in was]
    stayed = _longest_stay(common, len(old))
    return Changes(
        added=tuple(Placed(new[j], j + 1) for key, j in now.items() if key not in was),
        removed=tuple(Placed(old[i], i + 1) for key, i in was.items() if key not in now),
        moved=tuple(
            Moved(new[j], i + 1, j + 1) for n, (i, j) in enumerate(common) if n not in stayed
        ),
    )


def _occurrences(selection: Selection) -> Iterator[tuple[str, int]]:
    """Tell repeated ids apart: a, b, a gives (a, 1), (b, 1), (a, 2)."""
    seen = Counter[str]()
    for id in selection:
        seen[id] += 1
        yield id, seen[id]


def _longest_stay(common: Sequence[tuple[int, int]], size: int) -> set[int]:
    """Choose what stayed among `common`, the (before, after) places of the ids on both sides.

    `common` is in order of the after places; the answer holds indexes into it. It is the best
    chain whose before places rise too, by the score (how many, how many of them at their very
    place, how many that did not go up, how little they shifted). `best` is a Fenwick tree over
    the before places: it gives the best chain that ends ahead of a place in O(log n).
    """
    nothing = (0, 0, 0, 0, 1)  # the score, then minus the index of the chain's last link
    best = [nothing] * size
    links: list[int] = []
    champion = nothing
    for n, (i, j) in enumerate(common):
        chain = nothing
        node = i
        while node:
            chain = max(chain, best[node])
            node &= node - 1
        count, intact, not_up, shift, last = chain
        links.append(-last)
        chain = (count + 1, intact + (i == j), not_up + (j >= i), shift - abs(i - j), -n)
        champion = max(champion, chain)
        node = i + 1
        while node < size:
            best[node] = max(best[node], chain)
            node += node & -node
    stayed = set[int]()
    link = -champion[-1]
    while link >= 0:
        stayed.add(link)
        link = links[link]
    return stayed
