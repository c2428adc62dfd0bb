"""What the last step did stands at the bottom, with the way back beside it."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pages import Board, drafted

pytestmark = pytest.mark.browser

NBSP = "\N{NO-BREAK SPACE}"


@pytest.fixture
def toast(page: Page):
    return page.get_by_role("complementary", name="Dernière étape")


def title_of(board: Board, item_id: str) -> str:
    return board.datasets.row(item_id).get_attribute("data-title") or ""


def test_a_removal_is_told_and_undone_beside_it(board, portal, page, toast):
    live = portal.live("datasets")
    title = title_of(board, live[2])
    expect(toast).to_be_hidden()
    with board.saved("remove"):
        board.datasets.act(live[2], "remove").click()
    expect(toast).to_contain_text(f"«{NBSP}{title}{NBSP}» retiré de la liste.")

    with board.saved("undo"):
        toast.get_by_role("button", name="Annuler").click()
    board.datasets.shows(live)
    assert drafted("datasets") is None
    # The row that came back is shown for a moment; the button under the hand now leads forth again.
    expect(board.datasets.row(live[2])).to_have_class(re.compile("is-fresh"))
    expect(board.datasets.list.locator(".is-fresh")).to_have_count(1)
    redo = toast.get_by_role("button", name="Refaire")
    expect(redo).to_be_focused()
    with board.saved("redo"):
        page.keyboard.press("Enter")
    board.datasets.shows([*live[:2], *live[3:]])


def test_it_is_announced_once(board, portal, page, toast):
    """The page says at once what it does; the message is seen, and not said again."""
    live = portal.live("datasets")
    title = title_of(board, live[1])
    page.evaluate(
        """() => {
          window.heard = [];
          new MutationObserver((all) => {
            for (const { addedNodes } of all) for (const node of addedNodes)
              if (node.textContent.trim()) window.heard.push(node.textContent.trim());
          }).observe(document.getElementById("live"), { childList: true });
        }"""
    )
    board.datasets.grip(live[1]).focus()
    with board.saved("move"):
        page.keyboard.press("Alt+ArrowUp")
    expect(toast).to_contain_text(f"«{NBSP}{title}{NBSP}» placé en position 1.")

    assert page.evaluate("window.heard") == [f"{title} monté en position 1 sur {len(live)}."]
    expect(toast.locator("[role=status], [role=alert], [aria-live]")).to_have_count(0)
    expect(board.datasets.grip(live[1])).to_be_focused()


def test_it_stays_until_it_is_closed_by_keyboard(board, portal, page, toast):
    live = portal.live("datasets")
    page.clock.install()
    with board.saved("remove"):
        board.datasets.act(live[0], "remove").click()
    expect(toast).to_be_visible()
    page.clock.fast_forward("10:00")
    expect(toast).to_be_visible()

    toast.get_by_role("button", name="Annuler").focus()
    page.keyboard.press("Tab")
    close = toast.get_by_role("link", name="Fermer ce message")
    expect(close).to_be_focused()
    page.keyboard.press("Enter")
    expect(toast).to_be_hidden()
    expect(page.locator("#dock-preview")).to_be_focused()

    with board.saved("remove"):
        board.datasets.act(live[1], "remove").click()
    toast.get_by_role("button", name="Annuler").focus()
    page.keyboard.press("Escape")
    expect(toast).to_be_hidden()
    assert drafted("datasets") == live[2:]


def test_a_step_of_another_tab_ends_what_is_told_of_this_one(board, portal, page, toast):
    live = portal.live("datasets")
    with board.saved("remove"):
        board.datasets.act(live[0], "remove").click()
    expect(toast).to_be_visible()
    other = Board(page.context.new_page()).open()
    with other.saved("remove"):
        other.datasets.act(live[1], "remove").click()

    with board.refreshed():
        page.evaluate("htmx.trigger(document.body, 'check')")
    board.datasets.shows(live[2:])
    expect(toast).to_be_hidden()


def test_a_discarded_draft_comes_back(board, portal, page, toast):
    live = portal.live("datasets")
    with board.saved("remove"):
        board.datasets.act(live[0], "remove").click()
    board.button("discard").click()
    board.button("discard-confirmed").click()
    expect(toast).to_contain_text("Votre brouillon est abandonné.")
    board.datasets.shows(live)

    with board.saved("undo"):
        toast.get_by_role("button", name="Annuler").click()
    board.datasets.shows(live[1:])


def test_the_drafts_of_both_lists_come_back_together(board, portal, page, toast):
    datasets, reuses = portal.live("datasets"), portal.live("reuses")
    for column, live in ((board.datasets, datasets), (board.reuses, reuses)):
        column.grip(live[0]).focus()
        with board.saved("remove"):
            page.keyboard.press("Delete")
    board.button("discard").click()
    with board.refreshed():
        board.button("discard-confirmed").click()
    board.datasets.shows(datasets)

    with board.saved("undo"):
        toast.get_by_role("button", name="Annuler").click()
    board.datasets.shows(datasets[1:])
    board.reuses.shows(reuses[1:])
    expect(board.dock).to_contain_text("2 modifications non publiées")
    # It was one gesture: forth, and back to those before it.
    with board.saved("redo"):
        page.keyboard.press("Control+Shift+Z")
    board.datasets.shows(datasets)
    board.reuses.shows(reuses)
    expect(board.dock).to_be_hidden()
    for _gesture in range(3):
        with board.saved("undo"):
            page.keyboard.press("Control+z")
    board.datasets.shows(datasets)
    board.reuses.shows(reuses)


def test_no_focused_row_hides_behind_it(board, portal, page, toast):
    """The page scrolls far enough for the row that has the focus (WCAG 2.4.11)."""
    live = portal.live("datasets")
    page.set_viewport_size({"width": 1440, "height": 500})
    with board.saved("remove"):
        board.datasets.act(live[0], "remove").click()
    for item_id in live[1:]:
        board.datasets.grip(item_id).focus()
        row, message = board.datasets.grip(item_id).bounding_box(), toast.bounding_box()
        assert row
        assert message
        assert row["y"] + row["height"] <= message["y"]
