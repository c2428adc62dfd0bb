"""Moving to a typed position, and several rows together."""

import pytest
from playwright.sync_api import expect

from tests.browser.pages import Gate, drafted
from tests.browser.test_accessibility import Inspection

NBSP = "\N{NO-BREAK SPACE}"

pytestmark = pytest.mark.browser


@pytest.fixture
def press(page):
    return page.keyboard.press


@pytest.mark.firefox
def test_an_item_goes_to_a_typed_position(board, portal, page, press):
    live = portal.live("datasets")
    where = board.datasets.act(live[6], "place")
    where.focus()
    press("Enter")
    field = board.dialog.get_by_label("Position, de 1 à 9")
    expect(field).to_be_focused()

    page.keyboard.type("2")  # in place of the 7 that is there
    with board.saved("move"):
        press("Enter")
    order = [live[0], live[6], *live[1:6], *live[7:]]
    board.datasets.shows(order)
    expect(board.dialog).to_be_hidden()
    expect(where).to_be_focused()
    assert drafted("datasets") == tuple(order)


def test_several_move_and_go_together_and_come_back_in_one_step(board, portal, page, press):
    datasets, live = board.datasets, portal.live("datasets")
    bar = datasets.section.get_by_role("form", name="Éléments sélectionnés")
    expect(bar).to_be_hidden()
    datasets.section.get_by_role("button", name="Sélectionner").click()
    for item_id in (live[4], live[7]):
        datasets.row(item_id).get_by_role("checkbox").check()
    expect(bar).to_contain_text("Sélection\N{NO-BREAK SPACE}: 2")

    with board.saved("move"):
        bar.get_by_role("button", name="Déplacer").click()
    order = [live[4], live[7], *live[:4], *live[5:7], live[8]]
    datasets.shows(order)
    board.says("Éléments déplacés ensemble\N{NO-BREAK SPACE}: 2, à partir de la position 1.")
    expect(bar).to_contain_text("Sélection\N{NO-BREAK SPACE}: 2")
    page.emulate_media(reduced_motion="reduce")
    inspection = Inspection()
    inspection.look(page, "rows selected")
    assert inspection.found == []

    with board.saved("remove"):
        bar.get_by_role("button", name="Retirer").click()
    datasets.shows(order[2:])
    expect(bar).to_contain_text("Sélection\N{NO-BREAK SPACE}: 0")
    with board.saved("undo"):
        press("Control+z")
    datasets.shows(order)
    with board.saved("undo"):
        press("Control+z")
    datasets.shows(live)


def test_a_double_click_takes_them_out_once(board, portal, page):
    datasets, live = board.datasets, portal.live("datasets")
    bar = datasets.section.get_by_role("form", name="Éléments sélectionnés")
    datasets.section.get_by_role("button", name="Sélectionner").click()
    for item_id in live[:2]:
        datasets.row(item_id).get_by_role("checkbox").check()
    gate = Gate(page, "**/datasets/remove/")

    bar.get_by_role("button", name="Retirer").dblclick()
    with board.saved("remove"):
        gate.open()

    datasets.shows(live[2:])
    expect(page.locator("#toast-walk")).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(0)


def test_the_typed_position_of_several_outlives_a_step(board, portal, page):
    datasets, live = board.datasets, portal.live("datasets")
    bar = datasets.section.get_by_role("form", name="Éléments sélectionnés")
    datasets.section.get_by_role("button", name="Sélectionner").click()
    datasets.row(live[0]).get_by_role("checkbox").check()
    bar.get_by_label("Position").fill("7")

    with board.saved("remove"):
        datasets.act(live[3], "remove").click()

    expect(bar.get_by_label("Position")).to_have_value("7")


@pytest.mark.firefox
def test_rows_are_selected_by_shift_and_space_or_click(board, portal, page, press):
    datasets, live = board.datasets, portal.live("datasets")
    title = datasets.row(live[1]).get_attribute("data-title")
    datasets.grip(live[1]).focus()
    press("Shift+Space")
    box = datasets.row(live[1]).get_by_role("checkbox")
    expect(box).to_be_checked()
    expect(box).to_be_focused()
    board.says(f"{title} sélectionné. Sélection\N{NO-BREAK SPACE}: 1.")

    datasets.row(live[3]).locator(".item__meta").click(modifiers=["Shift"])
    expect(datasets.row(live[3]).get_by_role("checkbox")).to_be_checked()
    with board.refreshed():  # fresh lists keep the selection
        portal.set_live("datasets", live[:-1])
        page.evaluate("htmx.trigger(document.body, 'check')")
    datasets.shows(live[:-1])
    expect(box).to_be_checked()
    expect(datasets.section.locator("[data-picked]")).to_have_text(f"Sélection{NBSP}: 2")
    datasets.section.get_by_role("button", name="Sélectionner").click()
    expect(box).to_be_hidden()
    expect(page.locator(".item__pick:checked")).to_have_count(0)


def test_several_without_script(visit, editor, portal, board):
    page = visit(editor, java_script_enabled=False).new_page()
    live = portal.live("datasets")
    page.goto("/")
    for item_id in live[2:4]:
        page.locator(f'.item__pick[value="{item_id}"]').check()
    page.locator("#datasets-picks-to").fill("1")
    page.locator("#datasets-picks-move").click()

    expect(page.locator("ol[data-listing=datasets] > li").first).to_have_attribute(
        "data-id", live[2]
    )
    assert drafted("datasets") == (*live[2:4], *live[:2], *live[4:])
