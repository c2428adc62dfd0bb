"""The geometry of the strip and of the links."""

import re

import pytest
from hypothesis import given

from curation.domain.changes import changes
from curation.domain.drawing import (
    LINKS_PITCH,
    STRIP_COLUMNS,
    Drawing,
    Label,
    Mark,
    Summary,
    Tone,
    links,
    strip,
)
from tests.domain.strategies import repeating, selections

LONG = tuple(f"{n:024x}" for n in range(200))


def test_strip_draws_each_kind_of_change():
    drawing = strip("abcd", "cxab")

    assert drawing == Drawing(
        width="62",
        height="48",
        quiet="M8.5 14C8.5 24 38.5 24 38.5 34M23.5 14C23.5 24 53.5 24 53.5 34",
        quiet_dots=(
            "M7 14a1.5 1.5 0 1 0 3 0a1.5 1.5 0 1 0 -3 0"
            "M37 34a1.5 1.5 0 1 0 3 0a1.5 1.5 0 1 0 -3 0"
            "M22 14a1.5 1.5 0 1 0 3 0a1.5 1.5 0 1 0 -3 0"
            "M52 34a1.5 1.5 0 1 0 3 0a1.5 1.5 0 1 0 -3 0"
        ),
        marks=(
            Mark(
                Tone.DEL,
                "M50.7 11.2l5.6 5.6m0-5.6l-5.6 5.6",
                labels=(Label("53.5", "8", "4"),),
            ),
            Mark(Tone.ADD, "M20 34h7M23.5 30.5v7", labels=(Label("23.5", "47", "2"),)),
            Mark(
                Tone.MOV,
                "M38.5 14C38.5 24 8.5 24 8.5 34",
                dots=(
                    "M36 14a2.5 2.5 0 1 0 5 0a2.5 2.5 0 1 0 -5 0"
                    "M5 34a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0 -7 0"
                ),
                labels=(Label("38.5", "8", "3"), Label("8.5", "47", "1")),
            ),
        ),
        summary=Summary(added=1, removed=1, moved=1),
    )
    assert drawing.view_box == "0 0 62 48"


def test_links_draw_each_kind_of_change():
    drawing = links("abcd", "cxab")

    assert drawing == Drawing(
        width="96",
        height="152",
        quiet="M0 17C48 17 48 93 96 93M0 55C48 55 48 131 96 131",
        quiet_dots="",
        marks=(
            Mark(Tone.DEL, "M0 131H30M34 127l8 8m0-8l-8 8"),
            Mark(Tone.ADD, "M96 55H66M54 55h8M58 51v8"),
            Mark(
                Tone.MOV,
                "M0 93C48 93 48 17 96 17M89 12.5L95 17L89 21.5",
                dots="M-3 93a3 3 0 1 0 6 0a3 3 0 1 0 -6 0",
            ),
        ),
        summary=Summary(added=1, removed=1, moved=1),
    )


def test_links_mirrored_run_from_right_to_left():
    drawing = links("abcd", "cxab", width=72, mirrored=True)

    assert drawing.width == "72"
    assert drawing.quiet == "M72 17C36 17 36 93 0 93M72 55C36 55 36 131 0 131"
    assert drawing.marks == (
        Mark(Tone.DEL, "M72 131H42M30 127l8 8m0-8l-8 8"),
        Mark(Tone.ADD, "M0 55H30M34 55h8M38 51v8"),
        Mark(
            Tone.MOV,
            "M72 93C36 93 36 17 0 17M7 12.5L1 17L7 21.5",
            dots="M69 93a3 3 0 1 0 6 0a3 3 0 1 0 -6 0",
        ),
    )


def test_what_did_not_shift_is_drawn_straight():
    assert strip("a", "a").quiet == "M8.5 14V34"
    assert links("a", "a").quiet == "M0 17H96"


@pytest.mark.parametrize("draw", [strip, links])
def test_nothing_is_an_empty_picture(draw):
    drawing = draw((), ())

    assert drawing.quiet == drawing.quiet_dots == ""
    assert drawing.marks == ()
    assert drawing.summary == Summary(added=0, removed=0, moved=0)
    assert float(drawing.width) > 0


def test_an_id_held_twice_is_drawn_twice():
    assert links("aba", "aba").quiet == "M0 17H96M0 55H96M0 93H96"
    assert links("aba", "ab").marks == (Mark(Tone.DEL, "M0 93H30M34 89l8 8m0-8l-8 8"),)


def positions(drawing):
    """The positions written above and below a strip."""
    above = [label.text for mark in drawing.marks for label in mark.labels if label.y == "8"]
    below = [label.text for mark in drawing.marks for label in mark.labels if label.y == "47"]
    return above, below


def threads(drawing):
    """How many items are drawn as not moved."""
    return drawing.quiet.count("M")


def folds(drawing):
    """How many stretches of the list are folded: three dots of radius 1 each."""
    return drawing.quiet_dots.count("a1 1 ") // 6


def test_a_strip_shows_every_place_of_a_list_that_fits():
    drawing = strip(LONG[:STRIP_COLUMNS], LONG[:STRIP_COLUMNS])

    assert threads(drawing) == STRIP_COLUMNS
    assert folds(drawing) == 0
    assert drawing.width == str(STRIP_COLUMNS * 15 + 2)


def test_a_strip_folds_what_lies_far_from_a_change():
    before = LONG
    after = (*LONG[:2], LONG[179], *LONG[2:179], *LONG[180:])

    drawing = strip(before, after)

    assert positions(drawing) == (["180"], ["3"])
    assert drawing.summary == Summary(added=0, removed=0, moved=1)
    assert drawing.width == str(STRIP_COLUMNS * 20 + 2)
    assert folds(drawing) == 2  # between the two places, and after the second
    assert threads(drawing) > 15


def test_a_strip_of_a_long_list_without_changes_shows_its_front():
    drawing = strip(LONG, LONG)

    assert drawing.quiet.startswith("M11 14V34M31 14V34")
    assert drawing.quiet_dots.endswith("M474 24a1 1 0 1 0 2 0a1 1 0 1 0 -2 0")
    assert threads(drawing) == STRIP_COLUMNS - 1
    assert folds(drawing) == 1
    assert drawing.marks == ()


def test_a_strip_says_how_many_changes_it_left_out():
    drawing = strip(LONG, LONG[::-1])

    assert drawing.summary.moved == 199
    assert drawing.summary.left_out == 199 - len(drawing.marks)
    assert len(drawing.marks) >= 10
    assert "200" in positions(drawing)[0]
    assert drawing.width == str(STRIP_COLUMNS * 20 + 2)


def test_links_show_every_row_of_a_long_list():
    drawing = links(LONG, LONG[::-1])

    assert len(drawing.marks) == drawing.summary.moved == 199
    assert drawing.summary.left_out == 0
    assert drawing.height == str(200 * LINKS_PITCH)


@pytest.mark.parametrize("draw", [strip, links])
@given(selections | repeating, selections | repeating)
def test_a_drawing_has_one_mark_a_change_and_one_line_for_what_stayed(draw, before, after):
    found = changes(before, after)

    drawing = draw(before, after)

    assert [mark.tone for mark in drawing.marks] == (
        [Tone.DEL] * len(found.removed)
        + [Tone.ADD] * len(found.added)
        + [Tone.MOV] * len(found.moved)
    )
    assert threads(drawing) == len(before) - len(found.removed) - len(found.moved)
    assert drawing.summary == Summary(len(found.added), len(found.removed), len(found.moved))


@given(selections, selections)
def test_a_strip_stays_within_its_width_and_names_true_positions(head, tail):
    before = (*head, *LONG[:60], *tail)
    after = (*tail, *LONG[:60], *head)

    drawing = strip(before, after)
    above, below = positions(drawing)
    found = changes(before, after)

    assert float(drawing.width) <= STRIP_COLUMNS * 15 + 2
    assert set(above) <= {str(was) for _, was, *_ in (*found.removed, *found.moved)}
    assert set(below) <= {str(each[-1]) for each in (*found.added, *found.moved)}
    assert drawing.summary.left_out == found.count - len(drawing.marks)
    assert not found or drawing.marks


@pytest.mark.parametrize("draw", [strip, links])
def test_numbers_are_written_for_svg(draw):
    drawing = draw(LONG, (*LONG[3:90], "x", *LONG[90:], *LONG[:2]))
    paths = drawing.quiet + drawing.quiet_dots + "".join(m.path + m.dots for m in drawing.marks)

    assert re.fullmatch(r"(?:[MLHVCahlmv]| |-?\d+(?:\.\d+)?)+", paths)
