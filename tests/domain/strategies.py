"""What Hypothesis draws for the tests of the domain, and how much of it.

Everything is decoded from a string of dice, one byte a throw: Hypothesis draws that several times
faster than nested lists, and ten thousand examples then hold few that are trivial.
"""

import os
from collections.abc import Iterator
from typing import NamedTuple

from hypothesis import settings
from hypothesis import strategies as st

from curation.domain import selection
from curation.domain.selection import Selection

# Ten thousand examples of a property wherever a change is judged, fewer while it is being made.
thorough = settings(max_examples=10_000 if os.environ.get("CI") else 500, deadline=None)

IDS = "abcdefghij"


class Fork(NamedTuple):
    """A base and what two sides made of it."""

    base: Selection
    mine: Selection
    theirs: Selection


def dealt(dice: Iterator[int]) -> Selection:
    """Up to nine of the ids, in any order."""
    deck = list(IDS)
    return tuple(deck.pop(next(dice) % len(deck)) for _ in range(next(dice) % len(IDS)))


def edited(base: Selection, dice: Iterator[int]) -> Selection:
    """Up to five edits, as an editor makes them: bring in, move or take out."""
    for _ in range(next(dice) % 6):
        id, place, leaves = IDS[next(dice) % len(IDS)], next(dice) % len(IDS), next(dice) % 3 == 1
        if id not in base:
            base = selection.added(base, id, place)
        elif leaves:
            base = selection.removed(base, id)
        else:
            base = selection.moved(base, id, place)
    return base


def forked(dice: Iterator[int]) -> Fork:
    """A few edits of one base on either side, or three lists that have little in common."""
    base = dealt(dice)
    if next(dice) % 4 == 1:
        return Fork(base, dealt(dice), dealt(dice))
    return Fork(base, edited(base, dice), edited(base, dice))


selections = st.binary(min_size=10, max_size=10).map(iter).map(dealt)
repeating = st.binary(max_size=8).map(lambda dice: tuple("abcd"[throw % 4] for throw in dice))
forks = st.binary(min_size=43, max_size=43).map(iter).map(forked)
