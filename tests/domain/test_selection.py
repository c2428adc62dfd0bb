"""Edits of a selection, as an editor makes them."""

import pytest
from hypothesis import given

from curation.domain.selection import (
    added,
    is_portal_id,
    moved,
    moved_together,
    removed,
    removed_together,
    without_duplicates,
)
from tests.domain.strategies import selections


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5de8f397634f4164071119c5", True),
        ("000000000000000000000000", True),
        ("5DE8F397634F4164071119C5", False),
        ("5de8f397634f4164071119c", False),
        ("5de8f397634f4164071119c55", False),
        ("5de8f397634f4164071119cg", False),
        ("5de8f397634f4164071119c5\n", False),
        (" 5de8f397634f4164071119c5", False),
        ("٥de8f397634f4164071119c5", False),
        ("base-sirene-des-entreprises", False),
        ("", False),
    ],
)
def test_is_portal_id_accepts_only_what_the_portal_writes(text, expected):
    assert is_portal_id(text) is expected


@pytest.mark.parametrize(
    ("id", "to", "expected"),
    [
        ("c", 1, "cabd"),
        ("c", 3, "abcd"),
        ("a", 3, "bcad"),
        ("a", 4, "bcda"),
        ("d", 0, "dabc"),
        ("a", -7, "abcd"),
        ("a", 99, "bcda"),
    ],
)
def test_moved_puts_the_item_at_the_position_within_the_list(id, to, expected):
    assert moved(tuple("abcd"), id, to) == tuple(expected)


@pytest.mark.parametrize(
    ("at", "expected"),
    [(None, "abx"), (1, "xab"), (2, "axb"), (3, "abx"), (0, "xab"), (99, "abx")],
)
def test_added_inserts_the_item_at_the_position_within_the_list(at, expected):
    assert added(tuple("ab"), "x", at) == tuple(expected)


def test_added_starts_an_empty_selection():
    assert added((), "x") == ("x",)
    assert added((), "x", 5) == ("x",)


def test_removed_closes_the_ranks():
    assert removed(tuple("abc"), "b") == ("a", "c")


@pytest.mark.parametrize(
    ("edit", "arguments"),
    [(moved, ("x", 1)), (removed, ("x",)), (added, ("a",)), (added, ("a", 1))],
)
def test_edits_refuse_what_they_cannot_do(edit, arguments):
    with pytest.raises(ValueError, match="the selection"):
        edit(tuple("abc"), *arguments)


def test_of_several_occurrences_the_last_is_removed_and_the_first_moved():
    assert removed(tuple("abcb"), "b") == tuple("abc")
    assert moved(tuple("abcb"), "b", 4) == tuple("acbb")


def test_without_duplicates_keeps_the_first_occurrences_in_order():
    assert without_duplicates(tuple("abcbad")) == tuple("abcd")
    assert without_duplicates(()) == ()


@given(selections)
def test_moving_there_and_back_restores_a_selection(selection):
    for place, id in enumerate(selection, start=1):
        for elsewhere in range(1, len(selection) + 1):
            away = moved(selection, id, elsewhere)

            assert away.index(id) == elsewhere - 1
            assert moved(away, id, place) == selection


@pytest.mark.parametrize(
    ("ids", "to", "expected"),
    [
        ("bd", 1, "bdace"),
        ("db", 1, "bdace"),
        ("bd", 2, "abdce"),
        ("bd", 4, "acebd"),
        ("bd", 99, "acebd"),
        ("bd", 0, "bdace"),
        ("abcde", 3, "abcde"),
        ("e", 1, "eabcd"),
    ],
)
def test_several_are_moved_in_a_row_in_their_order(ids, to, expected):
    assert moved_together(tuple("abcde"), set(ids), to) == tuple(expected)


def test_several_are_removed():
    assert removed_together(tuple("abcde"), ["d", "b", "d"]) == tuple("ace")


@given(selections, selections)
def test_moving_several_keeps_all_and_the_order_of_the_others(selection, other):
    ids = set(selection) & set(other)

    after = moved_together(selection, ids, 2)

    assert sorted(after) == sorted(selection)
    assert removed_together(after, ids) == removed_together(selection, ids)


@pytest.mark.parametrize("edit", [lambda s, ids: moved_together(s, ids, 1), removed_together])
def test_several_must_all_be_there(edit):
    with pytest.raises(ValueError, match="not in the selection"):
        edit(tuple("abc"), ["a", "x"])
