"""Two editors at once: each sees the other, neither is locked out."""

import pytest
from playwright.sync_api import expect

from tests.browser.pages import Board, drafted

pytestmark = pytest.mark.browser


def test_two_editors_see_each_other(board: Board, visit, colleague, portal, page):
    live = portal.live("datasets")
    other = Board(visit(colleague).new_page()).open()
    expect(other.page.get_by_text("Claire Test a aussi le tableau ouvert, depuis")).to_be_visible()
    with other.saved("remove"):
        other.datasets.act(live[0], "remove").click()

    with board.refreshed():
        page.evaluate("htmx.trigger(document.body, 'check')")
    expect(page.get_by_text("Karim Test a aussi le tableau ouvert, depuis")).to_be_visible()
    told = board.datasets.section.get_by_text("Karim Test a aussi un brouillon de cette liste")
    expect(told).to_be_visible()
    expect(board.reuses.section.locator(".presence")).to_have_count(0)

    board.datasets.shows(live)
    other.page.close()
    with board.saved("remove"):
        board.datasets.act(live[1], "remove").click()
    expect(told).to_be_visible()  # the draft outlives the page
    assert drafted("datasets")
