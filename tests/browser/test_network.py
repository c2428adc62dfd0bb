"""A server that fails, a network that is cut, and answers that come at the wrong moment.

Only the way to the server is tampered with: the page and the server are the real ones.
"""

import re

import pytest
from playwright.sync_api import expect

from curation.models import Action, AuditEntry
from tests.browser.pages import Gate, drafted

pytestmark = pytest.mark.browser

MOVE, REMOVE, RESTORE, ADD = (f"**/{step}/" for step in ("move", "remove", "restore", "add"))
CUT = "Le tableau de bord ne répond pas. Vérifiez votre connexion"
FAILED = "Votre dernière modification n’a pas pu être enregistrée."


@pytest.fixture
def failing(trouble):
    """Return a function that lets a request fail, by its status or by a cut, as it will show."""

    def failing(gate, status):
        cut = "ERR_CONNECTION_FAILED|NS_ERROR_ABORT"
        trouble.expect(cut if status is None else f"status of {status}")
        trouble.expect("error: (htmx:|Response Status Error)")  # htmx says what it saw
        gate.fail(status)

    return failing


@pytest.mark.firefox
@pytest.mark.parametrize(
    ("status", "words"), [(None, CUT), (500, FAILED), (502, FAILED)], ids=["cut", "500", "proxy"]
)
def test_a_step_that_is_not_saved_is_taken_back(board, portal, page, failing, status, words):
    datasets, live = board.datasets, portal.live("datasets")
    gate = Gate(page, "**/items/**")

    datasets.grip(live[2]).focus()
    page.keyboard.press("Alt+ArrowUp")
    datasets.shows([live[0], live[2], live[1], *live[3:]])  # at once
    failing(gate, status)

    expect(page.get_by_role("alert")).to_contain_text(words)
    datasets.shows(live)
    expect(datasets.grip(live[2])).to_be_focused()
    assert drafted("datasets") is None

    # The next gesture works, and what was said is no longer.
    gate.open()
    with board.saved("move"):
        page.keyboard.press("Alt+ArrowUp")
    datasets.shows([live[0], live[2], live[1], *live[3:]])
    expect(page.get_by_role("alert")).to_have_count(0)
    assert drafted("datasets") == (live[0], live[2], live[1], *live[3:])


def test_what_was_saved_before_the_failure_stays(board, portal, page, failing):
    datasets, live = board.datasets, portal.live("datasets")
    gate = Gate(page, "**/items/**")

    datasets.grip(live[0]).focus()
    page.keyboard.press("Delete")
    page.keyboard.press("Alt+ArrowDown")
    with board.saved("remove"):
        gate.let_go()
    failing(gate, 500)

    expect(page.get_by_role("alert")).to_contain_text(FAILED)
    datasets.shows(live[1:])
    expect(datasets.tray.get_by_role("listitem")).to_have_count(1)
    assert drafted("datasets") == live[1:]
    gate.open()
    with board.saved("move"):
        page.keyboard.press("Alt+ArrowDown")
    assert drafted("datasets") == (live[2], live[1], *live[3:])


def test_a_row_lifted_while_a_step_is_saved_can_still_be_taken_back(board, portal, page, failing):
    datasets, live = board.datasets, portal.live("datasets")
    gate = Gate(page, "**/items/**")

    datasets.grip(live[0]).focus()
    page.keyboard.press("Delete")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    with board.saved("remove"):
        gate.let_go()
    expect(board.dock).to_contain_text("1 modification")
    expect(datasets.row(live[1])).to_have_class(re.compile("item--lifted"))
    datasets.shows([live[2], live[1], *live[3:]])
    page.keyboard.press("Space")
    failing(gate, 500)

    datasets.shows(live[1:])
    expect(datasets.tray).to_be_visible()
    assert drafted("datasets") == live[1:]


def test_a_row_put_back_shows_what_was_saved_meanwhile(board, portal, page):
    datasets, live = board.datasets, portal.live("datasets")
    gate = Gate(page, "**/items/**")

    datasets.grip(live[0]).focus()
    page.keyboard.press("Delete")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    with board.saved("remove"):
        gate.let_go()
    expect(board.dock).to_contain_text("1 modification")
    page.keyboard.press("Escape")

    datasets.shows(live[1:])
    expect(datasets.tray).to_be_visible()
    expect(datasets.grip(live[1])).to_be_focused()


def test_a_failure_during_a_drag_ends_it(board, portal, page, failing):
    datasets, live = board.datasets, portal.live("datasets")
    gate = Gate(page, "**/items/**")

    datasets.grip(live[0]).focus()
    page.keyboard.press("Delete")
    datasets.carry(live[4], 2)
    expect(datasets.row(live[4])).to_have_class(re.compile("item--lifted"))
    failing(gate, 500)
    expect(page.get_by_role("alert")).to_contain_text(FAILED)
    page.mouse.up()

    datasets.shows(live)
    expect(page.locator(".item--lifted, .gap, .is-aside")).to_have_count(0)
    gate.open()
    datasets.carry(live[4], 2)
    with board.saved("move"):
        page.mouse.up()
    assert drafted("datasets") == (live[0], live[4], *live[1:4], *live[5:])


def test_a_drag_during_which_another_tab_changed_the_list_ends_told(
    board, portal, page, trouble, visit, editor
):
    datasets, live = board.datasets, portal.live("datasets")
    gate = Gate(page, "**/items/**")
    datasets.grip(live[0]).focus()
    page.keyboard.press("Delete")
    gate.wait()
    other = type(board)(page.context.new_page()).open()
    other.datasets.grip(live[8]).focus()
    with other.saved("move"):
        other.page.keyboard.press("Alt+Home")
    page.bring_to_front()

    trouble.expect("status of 409")
    datasets.carry(live[4], 2)
    expect(datasets.row(live[4])).to_have_class(re.compile("item--lifted"))
    with board.saved("remove", 409):
        gate.let_go()

    expect(page.get_by_role("alert")).to_contain_text(
        "Cette liste a changé depuis que la page l’a affichée"
    )
    page.mouse.up()
    datasets.shows([live[8], *live[:8]])
    assert drafted("datasets") == (live[8], *live[:8])


def test_a_restoration_that_fails_can_be_tried_again(board, portal, page, failing):
    datasets, live = board.datasets, portal.live("datasets")
    datasets.grip(live[0]).focus()
    with board.saved("remove"):
        page.keyboard.press("Delete")
    gate = Gate(page, RESTORE)
    restore = datasets.tray.get_by_role("button", name="Rétablir")

    restore.click()
    failing(gate, 500)

    expect(page.get_by_role("alert")).to_contain_text(FAILED)
    gate.open()
    with board.saved("restore"):
        restore.click()
    datasets.shows(live)


def test_fresh_lists_from_before_a_gesture_do_not_undo_it(board, portal, page):
    datasets, live = board.datasets, portal.live("datasets")
    portal.set_live("reuses", tuple(reversed(portal.live("reuses"))))
    gate = Gate(page, "**/live/**", answered=True)
    page.evaluate("htmx.trigger(document.body, 'check')")
    gate.wait()

    datasets.grip(live[0]).focus()
    with board.saved("remove"):
        page.keyboard.press("Delete")
    expect(board.dock).to_contain_text("1 modification non publiée")
    with board.refreshed():
        gate.let_go()

    board.reuses.shows(portal.live("reuses"))  # what the editor did not touch is fresh
    datasets.shows(live[1:])
    expect(datasets.tray).to_be_visible()
    expect(board.dock).to_contain_text("1 modification non publiée")
    expect(datasets.section.locator(".sync")).to_contain_text("1 modification")
    expect(page.get_by_role("heading", level=1)).to_have_text("La une en préparation")
    gate.wait()  # what was passed over is asked for again
    gate.open()


@pytest.mark.parametrize("way", ["keyboard", "mouse"])
def test_fresh_lists_wait_for_a_row_in_hand(board, portal, page, way):
    datasets, live = board.datasets, portal.live("datasets")
    changed = tuple(reversed(live))
    if way == "mouse":
        datasets.carry(live[4], 2)
    else:
        datasets.grip(live[4]).focus()
        page.keyboard.press("Space")
        page.keyboard.press("ArrowUp")

    portal.set_live("datasets", changed)
    with board.refreshed():
        page.evaluate("htmx.trigger(document.body, 'check')")
    expect(datasets.row(live[4])).to_have_class(re.compile("item--lifted"))
    expect(datasets.rows.first).to_have_attribute("data-id", live[0])

    with board.refreshed():
        page.keyboard.press("Escape")
    datasets.shows(changed)
    expect(datasets.grip(live[4])).to_be_focused()
    page.mouse.up()


@pytest.mark.parametrize("status", [500, 502], ids=["500", "proxy"])
def test_a_search_that_fails_says_nothing_of_drafts(board, page, failing, status):
    gate = Gate(page, "**/search/**")

    board.datasets.search.fill("prix")
    failing(gate, status)

    expect(page.get_by_role("alert")).to_contain_text("Un problème est survenu de notre côté")
    expect(page.get_by_role("alert")).not_to_contain_text(FAILED)
    gate.open()
    board.datasets.search.press("Enter")
    expect(board.datasets.options.first).to_be_visible()


@pytest.mark.parametrize("status", [None, 500, 502], ids=["cut", "500", "proxy"])
def test_publishing_without_an_answer_claims_nothing_and_can_be_repeated(
    board, portal, page, failing, status
):
    live = portal.live("datasets")
    board.datasets.grip(live[0]).focus()
    with board.saved("move"):
        page.keyboard.press("Alt+ArrowDown")
    board.button("review").click()
    board.dialog.get_by_label("Pourquoi ce changement ?").fill("Malgré la coupure")
    gate = Gate(page, "**/review/publish/")
    publish = board.button("publish")

    # The words are where they can be seen: in the dialog.
    publish.click()
    expect(publish).to_have_text("Publication…")
    failing(gate, status)
    expect(board.dialog.get_by_role("alert")).to_contain_text(
        "on ne sait pas si la liste est publiée"
    )
    expect(publish).to_have_text("Publier maintenant")
    expect(publish).to_be_enabled()

    gate.open()
    with board.refreshed():
        publish.click()
    expect(page.get_by_role("status").filter(has_text="Publié :")).to_be_visible()
    assert portal.live("datasets") == (live[1], live[0], *live[2:])
    assert AuditEntry.objects.get(action=Action.PUBLISH_SUCCEEDED).note == "Malgré la coupure"


def test_being_offline_is_said_until_it_is_over(board, portal, page):
    page.context.set_offline(True)
    away = page.get_by_role("alert")
    expect(away).to_contain_text("Vous êtes hors ligne.")
    board.datasets.shows(portal.live("datasets"))

    with board.refreshed():
        page.context.set_offline(False)
    expect(away).to_be_hidden()


def test_a_search_that_failed_offline_is_forgotten_afterwards(board, page, trouble):
    """Nothing was lost with it: the words ask to try again, which works now."""
    page.context.set_offline(True)
    trouble.expect("ERR_INTERNET_DISCONNECTED")
    trouble.expect("htmx:sendError")
    board.datasets.search.fill("base")
    expect(page.get_by_role("alert")).to_contain_text("puis réessayez")

    with board.refreshed():
        page.context.set_offline(False)
    expect(page.get_by_role("alert")).to_have_count(0)


def test_a_step_that_failed_offline_is_still_told_of_afterwards(board, portal, page, trouble):
    trouble.expect("ERR_INTERNET_DISCONNECTED")
    trouble.expect("htmx:sendError")
    page.context.set_offline(True)
    board.datasets.act(portal.live("datasets")[0], "remove").click()
    told = page.get_by_role("alert")
    expect(told).to_contain_text("votre dernière modification n’est peut-être pas enregistrée")

    with board.refreshed():
        page.context.set_offline(False)
    expect(told).to_contain_text("votre dernière modification n’est peut-être pas enregistrée")
    board.datasets.shows(portal.live("datasets"))
