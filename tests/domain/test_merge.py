"""The three-way merge: what it does in ordinary cases, and what it promises in all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.domain.changes import changes
from curation.domain.merge import Contest, Decision, Deed, Tie, merge
from tests.domain.strategies import IDS, forks, repeating, selections, thorough

ADDED, MOVED, REMOVED = Deed.ADDED, Deed.MOVED, Deed.REMOVED


@pytest.mark.parametrize(
    ("base", "mine", "theirs", "expected"),
    [
        pytest.param("", "", "", "", id="nothing"),
        pytest.param("", "a", "", "a", id="my-first-item"),
        pytest.param("", "", "a", "a", id="their-first-item"),
        pytest.param("abcd", "dxb", "abcd", "dxb", id="only-i-changed"),
        pytest.param("abcd", "abcd", "xbyd", "xbyd", id="only-they-changed"),
        pytest.param("abcd", "axbcd", "abcyd", "axbcyd", id="both-add"),
        pytest.param("abcd", "bcd", "abc", "bc", id="both-remove"),
        pytest.param("abcde", "bacde", "abced", "baced", id="both-move"),
        pytest.param("abcd", "axbcd", "axbcd", "axbcd", id="both-add-the-same"),
        pytest.param("abcd", "acd", "acd", "acd", id="both-remove-the-same"),
        pytest.param("abcd", "dabc", "dabc", "dabc", id="both-move-the-same"),
        pytest.param("abcd", "dabc", "edabc", "edabc", id="same-move-beside-an-addition"),
        pytest.param("abcd", "abxcd", "acd", "axcd", id="my-neighbour-is-gone"),
        pytest.param("abcd", "axbcd", "bcd", "xbcd", id="nothing-before-is-left"),
        pytest.param("abcde", "abxcde", "acdeb", "axcdeb", id="my-neighbour-went-elsewhere"),
        pytest.param("abc", "xyabc", "abcz", "xyabcz", id="a-run-stays-together"),
        pytest.param("aab", "aabc", "aab", "abc", id="duplicates-are-dropped"),
    ],
)
def test_merge_with_nothing_to_choose(base, mine, theirs, expected):
    merged = merge(base, mine, theirs)

    assert merged.result == tuple(expected)
    assert merged.contests == ()
    assert merged.ties == ()


@pytest.mark.parametrize(
    ("base", "mine", "theirs", "conceded", "contest"),
    [
        pytest.param(
            *("abcde", "eabcd", "abecd", "abecd"),
            Contest("e", Decision(MOVED, 1), Decision(MOVED, 3)),
            id="moved-elsewhere",
        ),
        pytest.param(
            *("abcd", "axbcd", "abcdx", "abcdx"),
            Contest("x", Decision(ADDED, 2), Decision(ADDED, 5)),
            id="added-elsewhere",
        ),
        pytest.param(
            *("abc", "xyabc", "yxabc", "yxabc"),
            Contest("y", Decision(ADDED, 2), Decision(ADDED, 1)),
            id="added-at-the-same-place-in-another-order",
        ),
        pytest.param(
            *("abcd", "abc", "dabc", "dabc"),
            Contest("d", Decision(REMOVED, 4), Decision(MOVED, 1)),
            id="i-removed-what-they-moved",
        ),
        pytest.param(
            *("abcd", "dabc", "abc", "abc"),
            Contest("d", Decision(MOVED, 1), Decision(REMOVED, 4)),
            id="i-moved-what-they-removed",
        ),
    ],
)
def test_a_contested_item_follows_mine_unless_conceded(base, mine, theirs, conceded, contest):
    merged = merge(base, mine, theirs)
    given_way = merge(base, mine, theirs, conceded={contest.id})

    assert merged.contests == given_way.contests == (contest,)
    assert merged.contested == (contest.id,)
    assert merged.result == tuple(mine)
    assert given_way.result == tuple(conceded)


@pytest.mark.parametrize(
    ("conceded", "expected"),
    [("", "gabdef"), ("g", "abdegf"), ("c", "gacbdef"), ("gc", "acbdegf"), ("bx", "gabdef")],
)
def test_contests_are_conceded_one_by_one(conceded, expected):
    merged = merge("abcdefg", "gabdef", "acbdegf", conceded=conceded)

    assert merged.contested == ("g", "c")
    assert merged.result == tuple(expected)


@pytest.mark.parametrize(
    ("behind", "expected"),
    [
        ([], "xy1a2bzc"),
        ([None], "1xya2bzc"),
        (["a"], "xy1a2bzc"),
        (["b"], "xy1a2bzc"),
        ([None, "b", "nowhere"], "1xya2bzc"),
    ],
)
def test_ties_put_mine_first_unless_behind(behind, expected):
    merged = merge("abc", "xyabzc", "1a2bc", behind=behind)

    assert merged.ties == (Tie(None, mine=("x", "y"), theirs=("1",)),)
    assert merged.result == tuple(expected)


def test_the_merge_of_an_ordinary_morning():
    # Claire moved edu up and published, while a draft dropped covid, moved irve up and added dpe.
    base = ("sirene", "ban", "dvf", "covid", "carb", "irve", "rne", "acc", "edu")
    mine = ("sirene", "ban", "dvf", "irve", "carb", "rne", "dpe", "acc", "edu")
    theirs = ("sirene", "ban", "dvf", "edu", "covid", "carb", "irve", "rne", "acc")

    merged = merge(base, mine, theirs)
    behind = merge(base, mine, theirs, behind=["dvf"])

    assert merged.result == ("sirene", "ban", "dvf", "irve", "edu", "carb", "rne", "dpe", "acc")
    assert merged.contested == ()
    assert merged.ties == behind.ties == (Tie("dvf", mine=("irve",), theirs=("edu",)),)
    assert merged.placed_by_mine == {"irve", "dpe"}
    assert merged.placed_by_theirs == {"edu"}
    assert behind.result == ("sirene", "ban", "dvf", "edu", "irve", "carb", "rne", "dpe", "acc")


@thorough
@given(selections, selections)
def test_merge_is_the_one_change_if_only_one_side_changed_or_both_did_the_same(base, changed):
    for fork in [(base, changed, base), (base, base, changed), (base, changed, changed)]:
        merged = merge(*fork)

        assert merged.result == changed
        assert merged.contests == ()
        assert merged.ties == ()


# An editor's choices; "-" is the front of the list.
def test_merge_says_to_whom_an_item_owes_its_place():
    merged = merge("abcdef", "fabxd", "eyfabcdx")

    assert merged.result == tuple("yfabxd")
    assert merged.contested == ("x", "e")
    assert merged.placed_by_mine == set("fx")
    assert merged.placed_by_theirs == set("yf")


choices = st.builds(
    lambda conceded, behind: {
        "conceded": set(conceded),
        "behind": {None if after == "-" else after for after in behind},
    },
    st.text(IDS, max_size=8),
    st.text(IDS + "-", max_size=8),
)


@thorough
@given(forks, choices)
def test_merge_holds_every_id_once_whatever_is_chosen(fork, choices):
    result = merge(*fork, **choices).result

    assert len(result) == len(set(result))
    assert set(result) <= set(fork.mine + fork.theirs)


@thorough
@given(repeating, repeating, repeating)
def test_merge_holds_every_id_once_even_if_its_inputs_do_not(base, mine, theirs):
    merged = merge(base, mine, theirs)

    assert len(merged.result) == len(set(merged.result))
    assert set(merged.result) >= (set(mine) | set(theirs)) - set(base)


@thorough
@given(forks, choices)
def test_merge_loses_no_addition_and_undoes_no_removal(fork, choices):
    base, mine, theirs = map(set, fork)
    merged = merge(*fork, **choices)
    result, contested = set(merged.result), set(merged.contested)

    assert result >= (mine | theirs) - base
    assert not result & (base - mine - contested)
    assert not result & (base - theirs - contested)
    assert result >= base & mine & theirs


def touched(before, after):
    """Every id added, removed or moved."""
    found = changes(before, after)
    return {id for id, *_ in (*found.added, *found.removed, *found.moved)}


@thorough
@given(forks)
def test_merge_contests_only_what_both_touched(fork):
    base, mine, theirs = fork
    contested = merge(*fork).contested

    assert len(contested) == len(set(contested))
    assert set(contested) <= touched(base, mine) & touched(base, theirs)


@thorough
@given(forks)
def test_merge_contests_what_one_removed_and_the_other_moved(fork):
    base, mine, theirs = fork
    my_moves = {move.id for move in changes(base, mine).moved}
    their_moves = {move.id for move in changes(base, theirs).moved}
    contested = merge(*fork).contested

    assert set(contested) >= my_moves - set(theirs)
    assert set(contested) >= their_moves - set(mine)


@thorough
@given(forks, choices)
def test_merge_leaves_untouched_items_in_their_order(fork, choices):
    base, mine, theirs = fork
    untouched = set(base) - touched(base, mine) - touched(base, theirs)

    result = merge(*fork, **choices).result

    assert [id for id in result if id in untouched] == [id for id in base if id in untouched]


@thorough
@given(forks, choices)
def test_merge_keeps_what_a_side_placed_in_the_order_of_that_side(fork, choices):
    base, mine, theirs = fork
    untouched = set(base) - touched(base, mine) - touched(base, theirs)
    merged = merge(*fork, **choices)

    for side, placed in [(mine, merged.placed_by_mine), (theirs, merged.placed_by_theirs)]:
        kept = placed | untouched
        assert [id for id in merged.result if id in kept] == [id for id in side if id in kept]
    assert untouched | merged.placed_by_mine | merged.placed_by_theirs == set(merged.result)


@thorough
@given(forks, choices)
def test_merge_decides_a_contest_as_chosen(fork, choices):
    merged = merge(*fork, **choices)

    for contest in merged.contests:
        conceded = contest.id in choices["conceded"]
        decision = contest.theirs if conceded else contest.mine
        placed = merged.placed_by_theirs if conceded else merged.placed_by_mine
        assert (contest.id in merged.result) is (decision.deed is not REMOVED)
        assert (contest.id in placed) is (decision.deed is not REMOVED)
        assert contest.mine != contest.theirs or contest.mine.deed is not REMOVED


@thorough
@given(forks, choices)
def test_choosing_leaves_the_contests_as_they_were(fork, choices):
    assert merge(*fork, **choices).contests == merge(*fork).contests


@thorough
@given(forks)
def test_without_a_contest_the_merge_is_the_same_from_either_side(fork):
    base, mine, theirs = fork
    merged = merge(base, mine, theirs)

    if not merged.contests:
        behind = [tie.after for tie in merged.ties]
        assert merge(base, theirs, mine).contests == ()
        assert merge(base, theirs, mine, behind=behind).result == merged.result
