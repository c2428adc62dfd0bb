"""Going back and forth between the steps of a draft."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.domain.selection import Selection
from curation.domain.steps import MOST, Steps
from tests.domain.strategies import selections, thorough


def walked(selections: list[Selection]) -> tuple[Selection, Steps]:
    """Go through selections, one step each; return the last one and the steps to it."""
    present, *rest = selections
    steps = Steps()
    for moment, after in enumerate(rest):
        steps = steps.made(present, f"{moment:04}")
        present = after
    return present, steps


walks = st.lists(selections, min_size=2, max_size=8)


@thorough
@given(walks, selections)
def test_undoing_a_step_gives_what_was_before(walk, after):
    before, earlier = walked(walk)

    selection, steps = earlier.made(before, "1").undone(after, "2")

    assert selection == before
    assert steps.past == earlier.past
    assert steps.redo_moment == "2"


@thorough
@given(walks)
def test_redoing_what_was_undone_gives_what_was_after(walk):
    present, steps = walked(walk)

    undone, back = steps.undone(present, "1")
    selection, forth = back.redone(undone, "2")

    assert selection == present
    assert [step.selection for step in forth.past] == [step.selection for step in steps.past]
    assert forth.future == ()


@thorough
@given(walks)
def test_all_steps_can_be_undone_and_redone(walk):
    present, steps = walked(walk)

    for before in reversed(walk[:-1]):
        present, steps = steps.undone(present, "x")
        assert present == before
    assert steps.undo_moment is None
    for after in walk[1:]:
        present, steps = steps.redone(present, "y")
        assert present == after
    assert steps.redo_moment is None


@thorough
@given(walks, selections)
def test_a_new_step_drops_what_was_undone(walk, other):
    present, steps = walked(walk)
    present, steps = steps.undone(present, "1")

    steps = steps.made(present, "2")

    assert steps.future == ()
    assert steps.undone(other, "3")[0] == present


@given(st.integers(min_value=0, max_value=3 * MOST))
def test_only_the_latest_steps_are_kept(count):
    _, steps = walked([(f"{index}",) for index in range(count + 1)])

    assert [step.selection for step in steps.past] == [
        (f"{index}",) for index in range(max(count - MOST, 0), count)
    ]


def test_moments_tell_which_list_was_changed_last():
    datasets = Steps().made(("a", "b"), "10:00")
    reuses = Steps().made(("x", "y"), "10:01")

    _, reuses = reuses.undone(("y", "x"), "10:02")

    assert (datasets.undo_moment, reuses.undo_moment, reuses.redo_moment) == (
        "10:00",
        None,
        "10:02",
    )


@pytest.mark.parametrize("way", ["undone", "redone"])
def test_there_is_nothing_before_the_first_step_and_after_the_last(way):
    with pytest.raises(IndexError):
        getattr(Steps(), way)(("a",), "1")
