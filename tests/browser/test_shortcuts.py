"""The keys of a single character, their help, and how to turn them off."""

import pytest
from playwright.sync_api import expect

from tests.browser.test_accessibility import Inspection

pytestmark = pytest.mark.browser


def test_help_and_search_by_one_key_until_turned_off(board, page):
    press = page.keyboard.press
    page.emulate_media(reduced_motion="reduce")
    board.datasets.grip(board.datasets.rows.first.get_attribute("data-id")).focus()
    press("?")
    expect(board.dialog.get_by_role("heading", name="Raccourcis clavier")).to_be_focused()
    inspection = Inspection()
    inspection.look(page, "shortcuts")
    assert inspection.found == []
    press("Escape")
    expect(board.dialog).to_be_hidden()

    press("/")
    expect(board.datasets.search).to_be_focused()
    page.keyboard.type("/?")
    expect(board.datasets.search).to_have_value("/?")
    press("Escape")

    help_ = page.get_by_role("link", name="Raccourcis")
    help_.click()
    board.dialog.get_by_role("checkbox").uncheck()
    press("Escape")
    expect(help_).to_be_focused()
    hints = page.locator("#shortcuts-help kbd, .combo kbd")
    expect(hints.filter(visible=True)).to_have_count(0)
    press("?")
    press("/")
    expect(help_).to_be_focused()
    expect(board.dialog).to_be_hidden()
    board.open()
    expect(hints.filter(visible=True)).to_have_count(0)
    help_.click()
    expect(board.dialog.get_by_role("checkbox")).not_to_be_checked()
    board.dialog.get_by_role("checkbox").check()
    press("Escape")
    expect(hints.filter(visible=True)).to_have_count(2)
