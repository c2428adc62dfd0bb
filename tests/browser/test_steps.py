"""Going back and forth between the steps of a draft."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.pages import Board, Gate, drafted

pytestmark = pytest.mark.browser


@pytest.fixture
def press(page):
    return page.keyboard.press


@pytest.mark.firefox
def test_by_keyboard_across_both_lists(board, portal, page, press):
    datasets, reuses = portal.live("datasets"), portal.live("reuses")
    title = board.reuses.row(reuses[0]).get_attribute("data-title")
    board.datasets.grip(datasets[1]).focus()
    with board.saved("move"):
        press("Alt+ArrowUp")
    board.reuses.grip(reuses[0]).focus()
    with board.saved("remove"):
        press("Delete")

    with board.saved("undo"):
        press("Control+z")
    board.reuses.shows(reuses)
    board.says(f"Annulé : «\N{NO-BREAK SPACE}{title}\N{NO-BREAK SPACE}» est en position 1.")
    expect(board.reuses.grip(reuses[1])).to_be_focused()
    with board.saved("undo"):
        press("Control+z")
    board.datasets.shows(datasets)
    expect(board.dock).to_be_hidden()

    with board.saved("redo"):
        press("Control+Shift+z")
    board.datasets.shows([datasets[1], datasets[0], *datasets[2:]])
    with board.saved("redo"):
        press("Control+y")
    board.reuses.shows(reuses[1:])
    board.says(f"Refait : «\N{NO-BREAK SPACE}{title}\N{NO-BREAK SPACE}» n’est pas dans la liste.")
    assert drafted("reuses") == reuses[1:]


def test_two_in_quick_succession_go_back_through_the_lists_in_order(board, portal, page, press):
    datasets, reuses = portal.live("datasets"), portal.live("reuses")
    for column, item_id in (
        (board.reuses, reuses[0]),
        (board.datasets, datasets[0]),
        (board.reuses, reuses[2]),
    ):
        column.grip(item_id).focus()
        with board.saved("move"):
            press("Alt+ArrowDown")
    gate = Gate(page, "**/undo/")

    press("Control+z")
    press("Control+z")
    gate.open()

    board.datasets.shows(datasets)
    board.reuses.shows([reuses[1], reuses[0], *reuses[2:]])
    with board.saved("undo"):
        press("Control+z")
    expect(board.dock).to_be_hidden()


def test_by_the_buttons_which_keep_the_focus(board, portal, page):
    live = portal.live("datasets")
    undo = page.get_by_role("button", name=re.compile(r"^Annuler ?, Jeux de données$"))
    idle = page.get_by_role("button", name="Annuler", exact=True)
    expect(idle).to_have_attribute("aria-disabled", "true")
    with board.saved("remove"):
        board.datasets.act(live[0], "remove").click()

    with board.saved("undo"):
        undo.click()
    board.datasets.shows(live)
    expect(idle).to_have_attribute("aria-disabled", "true")
    expect(idle).to_be_focused()
    with board.saved("redo"):
        page.get_by_role("button", name=re.compile(r"^Refaire ?, Jeux")).click()
    board.datasets.shows(live[1:])


def test_a_gesture_that_is_not_saved_yet_is_undone_after_it(board, portal, page, press):
    live = portal.live("datasets")
    gate = Gate(page, "**/move/")
    board.datasets.grip(live[1]).focus()
    press("Alt+ArrowUp")
    press("Control+z")
    with board.saved("undo"):
        gate.open()

    board.datasets.shows(live)
    assert drafted("datasets") is None


def test_the_keys_belong_to_the_field_in_which_somebody_types(board, portal, page, press):
    live = portal.live("datasets")
    with board.saved("remove"):
        board.datasets.act(live[0], "remove").click()
    search = board.datasets.search
    search.press_sequentially("prix")

    press("Control+z")
    expect(search).not_to_have_value("prix")
    press("Control+y")
    expect(search).to_have_value("prix")
    assert drafted("datasets") == live[1:]


def test_what_was_just_added_is_undone_from_the_emptied_field(board, portal, page, press):
    live = portal.live("datasets")
    board.datasets.search.press_sequentially("carburants")
    expect(board.datasets.options.first).to_be_visible()
    with board.saved("add"):
        press("Enter")
    expect(board.datasets.rows).to_have_count(len(live) + 1)
    expect(board.datasets.search).to_be_focused()

    with board.saved("undo"):
        press("Control+z")
    board.datasets.shows(live)
    expect(board.datasets.search).to_be_focused()


@pytest.mark.firefox
def test_undo_from_a_tab_that_is_behind_shows_the_list(board, portal, page, press, trouble):
    live = portal.live("datasets")
    with board.saved("remove"):
        board.datasets.act(live[0], "remove").click()
    other = Board(page.context.new_page()).open()
    with other.saved("remove"):
        other.datasets.act(live[1], "remove").click()

    trouble.expect("status of 409")
    with board.saved("undo", 409):
        press("Control+z")
    expect(board.messages).to_contain_text("Cette liste a changé")
    board.datasets.shows(live[2:])
    with board.saved("undo"):
        press("Control+z")
    board.datasets.shows(live[1:])


def test_rows_that_look_the_same_stay_where_they_are(board, portal, page):
    """Their pictures do not flicker, and a list of 200 is not made again for each step."""
    datasets, live = board.datasets, portal.live("datasets")
    page.evaluate("for (const row of document.querySelectorAll('.items > li')) row.isOld = true")

    datasets.grip(live[2]).focus()
    with board.saved("move"):
        page.keyboard.press("Alt+ArrowUp")

    expect(datasets.row(live[2])).to_contain_text("1 place")
    datasets.shows([live[0], live[2], live[1], *live[3:]])
    expect(datasets.grip(live[2])).to_be_focused()
    is_old = {
        item_id: datasets.row(item_id).evaluate("row => row.isOld ?? false") for item_id in live
    }
    assert [item_id for item_id in live if not is_old[item_id]] == [live[2]]
