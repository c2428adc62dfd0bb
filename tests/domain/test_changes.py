"""What differs between two selections."""

from itertools import combinations

import pytest
from hypothesis import given

from curation.domain.changes import Changes, Moved, Placed, changes
from tests.domain.strategies import repeating, selections, thorough

ONLINE = ("sirene", "ban", "dvf", "covid", "carb", "irve", "rne", "acc", "edu")
DRAFT = ("sirene", "ban", "dvf", "irve", "carb", "rne", "dpe", "acc", "edu")


@pytest.mark.parametrize(
    ("before", "after", "added", "removed", "moved"),
    [
        pytest.param("", "", [], [], [], id="nothing"),
        pytest.param("abc", "abc", [], [], [], id="same"),
        pytest.param("", "ab", [("a", 1), ("b", 2)], [], [], id="from-empty"),
        pytest.param("ab", "", [], [("a", 1), ("b", 2)], [], id="to-empty"),
        pytest.param("abc", "xabc", [("x", 1)], [], [], id="addition-shifts-nobody"),
        pytest.param("abc", "bc", [], [("a", 1)], [], id="removal-shifts-nobody"),
        pytest.param("ab", "xy", [("x", 1), ("y", 2)], [("a", 1), ("b", 2)], [], id="all-other"),
        pytest.param("abcde", "eabcd", [], [], [("e", 5, 1)], id="last-to-front"),
        pytest.param("abcde", "bcdea", [], [], [("a", 1, 5)], id="first-to-end"),
        pytest.param("ab", "ba", [], [], [("b", 2, 1)], id="neighbours-the-one-that-went-up"),
        pytest.param("abcd", "badc", [], [], [("b", 2, 1), ("d", 4, 3)], id="two-pairs"),
        pytest.param("abc", "cba", [], [], [("c", 3, 1), ("a", 1, 3)], id="middle-keeps-its-place"),
        pytest.param("abcd", "cdab", [], [], [("c", 3, 1), ("d", 4, 2)], id="halves-those-went-up"),
        pytest.param("abcd", "cxab", [("x", 2)], [("d", 4)], [("c", 3, 1)], id="all-three"),
        pytest.param(
            *("abcdef", "bxydac", [("x", 2), ("y", 3)], [("e", 5), ("f", 6)]),
            [("a", 1, 5), ("c", 3, 6)],
            id="keeping-a-place-outweighs-going-up",
        ),
        pytest.param(
            *("abcde", "cedb", [], [("a", 1)], [("e", 5, 2), ("b", 2, 4)]),
            id="the-least-shifted-stay",
        ),
        pytest.param("aba", "aab", [], [], [("a", 3, 2)], id="second-of-two"),
        pytest.param("aa", "a", [], [("a", 2)], [], id="one-of-two-goes"),
        pytest.param("a", "aa", [("a", 2)], [], [], id="one-comes-again"),
    ],
)
def test_changes(before, after, added, removed, moved):
    found = changes(before, after)

    assert found == Changes(
        added=tuple(Placed(*each) for each in added),
        removed=tuple(Placed(*each) for each in removed),
        moved=tuple(Moved(*each) for each in moved),
    )


def test_changes_of_an_ordinary_draft():
    found = changes(ONLINE, DRAFT)

    assert found.added == (("dpe", 7),)
    assert found.removed == (("covid", 4),)
    assert found.moved == (("irve", 6, 4),)
    assert found.count == 3
    assert found


def test_no_changes_are_false():
    assert not changes(ONLINE, ONLINE)
    assert not Changes()
    assert changes(ONLINE, ONLINE).count == 0


def test_an_item_can_move_among_the_others_and_keep_its_number():
    # c stays third while all the others pass from one side of it to the other.
    found = changes("abcde", "decab")

    assert found.moved == (Moved("d", 4, 1), Moved("e", 5, 2), Moved("c", 3, 3))


def test_all_but_one_of_a_list_turned_round_have_moved():
    before = [f"{n:024x}" for n in range(2000)]  # hangs if the search were cubic

    assert len(changes(before, before[::-1]).moved) == 1999


def replayed(before, found):
    """Take out what went or moved, then put everything at its new place, front first."""
    gone = {position for _, position in found.removed} | {was for _, was, _ in found.moved}
    result = [id for place, id in enumerate(before, start=1) if place not in gone]
    arrivals = [(now, id) for id, _, now in found.moved] + [(now, id) for id, now in found.added]
    for now, id in sorted(arrivals):
        result.insert(now - 1, id)
    return tuple(result)


@thorough
@given(selections | repeating, selections | repeating)
def test_changes_lead_from_before_to_after(before, after):
    assert replayed(before, changes(before, after)) == after


@thorough
@given(repeating, repeating)
def test_changes_name_true_positions(before, after):
    found = changes(before, after)

    assert all(before[was - 1] == id for id, was in found.removed)
    assert all(after[now - 1] == id for id, now in found.added)
    assert all(before[was - 1] == id == after[now - 1] for id, was, now in found.moved)
    assert bool(found) == (before != after)


@thorough
@given(selections, selections)
def test_changes_back_are_the_changes_turned_round(before, after):
    there, back = changes(before, after), changes(after, before)

    assert back.added == there.removed
    assert back.removed == there.added
    assert len(back.moved) == len(there.moved)


def score(chain, before, after):
    """What makes one choice of unmoved items better than another, most important first."""
    places = [(before.index(id), after.index(id)) for id in chain]
    return (
        len(places),
        sum(was == now for was, now in places),
        sum(now >= was for was, now in places),
        -sum(abs(was - now) for was, now in places),
    )


@thorough
@given(selections, selections)
def test_no_other_choice_of_what_stayed_is_better(before, after):
    common = [id for id in after if id in before]
    chosen = [id for id in common if id not in {move.id for move in changes(before, after).moved}]

    best = max(
        score(chain, before, after)
        for size in range(len(common) + 1)
        for chain in combinations(common, size)
        if list(chain) == sorted(chain, key=before.index)
    )

    assert score(chosen, before, after) == best
