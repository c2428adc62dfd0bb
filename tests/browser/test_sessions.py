"""Several tabs, doubled clicks, the way back, sessions that end: the draft survives them all."""

import re

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Dialog, expect

from curation.models import Action, AuditEntry, Draft
from tests.browser.chromium import sign_in
from tests.browser.pages import Board, Gate, drafted

pytestmark = pytest.mark.browser


@pytest.fixture
def moved(board, page, portal):
    """Move the first dataset down; return the order that the draft has then."""
    first, second, *rest = portal.live("datasets")
    board.datasets.grip(first).focus()
    with board.saved("move"):
        page.keyboard.press("Alt+ArrowDown")
    return [second, first, *rest]


def test_a_second_tab_is_told_and_sees_the_true_list(board, page, portal, trouble):
    other = Board(page.context.new_page()).open()
    live = portal.live("datasets")
    board.datasets.grip(live[3]).focus()
    with board.saved("move"):
        page.keyboard.press("Alt+Home")
    order = [live[3], *live[:3], *live[4:]]

    trouble.expect("status of 409")
    other.datasets.grip(live[0]).focus()
    with other.saved("remove", 409):
        other.page.keyboard.press("Delete")

    expect(other.page.get_by_role("alert")).to_contain_text(
        "Cette liste a changé depuis que la page l’a affichée, sans doute dans un autre onglet."
    )
    other.datasets.shows(order)
    expect(other.dock).to_contain_text("1 modification non publiée")
    expect(other.datasets.grip(live[1])).to_be_focused()
    assert drafted("datasets") == tuple(order)

    # It works on from there, and the first tab is told in its turn.
    with other.saved("remove"):
        other.page.keyboard.press("Delete")
    expect(other.page.get_by_role("alert")).to_have_count(0)
    order.remove(live[1])
    assert drafted("datasets") == tuple(order)
    page.bring_to_front()
    with board.saved("move", 409):
        page.keyboard.press("Alt+ArrowDown")
    board.datasets.shows(order)
    assert drafted("datasets") == tuple(order)


def test_what_a_tab_is_told_can_be_seen_far_down_a_long_list(board, page, portal, trouble):
    ids = (*portal.live("datasets"), *portal.unlisted("datasets", 40))
    portal.set_live("datasets", ids)
    board.open()
    other = Board(page.context.new_page()).open()
    board.datasets.grip(ids[0]).focus()
    with board.saved("remove"):
        page.keyboard.press("Delete")

    trouble.expect("status of 409")
    other.datasets.grip(ids[40]).focus()
    with other.saved("move", 409):
        other.page.keyboard.press("Alt+ArrowUp")

    expect(other.page.get_by_role("alert")).to_be_in_viewport()
    expect(other.datasets.rows).to_have_count(48)
    expect(other.datasets.rows.first).to_have_attribute("data-id", ids[1])


def test_a_tab_that_comes_to_the_front_catches_up(board, page, portal, moved):
    other = Board(page.context.new_page()).open()
    other.datasets.grip(moved[4]).focus()
    with other.saved("remove"):
        other.page.keyboard.press("Delete")

    with board.refreshed():
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")

    board.datasets.shows([*moved[:4], *moved[5:]])
    expect(board.datasets.tray).to_be_visible()


def test_a_double_click_publishes_once(board, portal, moved):
    board.button("review").click()

    with board.refreshed():
        board.button("publish").dblclick()

    expect(board.page.get_by_role("status").filter(has_text="Publié :")).to_be_visible()
    assert portal.live("datasets") == tuple(moved)
    assert AuditEntry.objects.filter(action=Action.PUBLISH_STARTED).count() == 1
    assert AuditEntry.objects.filter(action=Action.PUBLISH_SUCCEEDED).count() == 1


def test_a_double_click_is_one_step(board, page, portal):
    """The row that comes under the pointer after the first click is not meant by the second."""
    live = portal.live("datasets")
    with board.saved("remove"):
        board.datasets.act(live[2], "remove").dblclick()
    board.datasets.shows([*live[:2], *live[3:]])
    with board.saved("move"):
        board.datasets.act(live[3], "down").dblclick()
    order = [*live[:2], live[4], live[3], *live[5:]]
    board.datasets.shows(order)
    with board.saved("undo"):
        page.locator("#toast-walk").dblclick()
    board.datasets.shows([*live[:2], *live[3:]])
    assert drafted("datasets") == (*live[:2], *live[3:])


@pytest.mark.firefox
def test_the_way_back_shows_what_is_true_now(board, page, portal, moved):
    page.goto("/history/")
    page.goto("/review/")
    with board.refreshed():
        board.button("publish").click()
    expect(page).to_have_url(re.compile(r"/$"))

    page.go_back()
    expect(page.get_by_role("heading", name="Rien à publier")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("listitem").filter(has_text="a publié la version")).to_have_count(1)
    page.go_back()
    board.datasets.shows(moved)
    expect(board.dock).to_be_hidden()


def test_an_expired_session_leads_to_sign_in_and_back_to_the_draft(board, page, portal, moved):
    Session.objects.all().delete()

    page.keyboard.press("Alt+ArrowDown")

    expect(page).to_have_url(re.compile(r"/sign-in/\?next=/$"))
    assert drafted("datasets") == tuple(moved)
    page.get_by_label("Nom d’utilisateur").fill("claire")
    page.get_by_label("Mot de passe").fill("claire")
    with board.refreshed():
        page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/$"))
    board.datasets.shows(moved)
    expect(board.dock).to_contain_text("1 modification non publiée")
    board.datasets.grip(moved[1]).focus()
    with board.saved("move"):
        page.keyboard.press("Alt+ArrowUp")
    assert drafted("datasets") is None


@pytest.mark.parametrize("where", ["dialog", "page"])
def test_the_note_of_a_publication_outlives_dialog_and_session(board, page, portal, moved, where):
    def review():
        if where == "page":
            page.goto("/review/")
        else:
            board.button("review").click()

    note = page.get_by_label("Pourquoi ce changement ?")
    review()
    note.fill("La rentrée")
    if where == "dialog":
        page.keyboard.press("Escape")
        expect(note).to_have_count(0)
        review()
        expect(note).to_have_value("La rentrée")
    Session.objects.all().delete()
    board.button("publish").click()
    page.get_by_label("Nom d’utilisateur").fill("claire")
    page.get_by_label("Mot de passe").fill("claire")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/sign-in/" not in url)
    review()
    expect(note).to_have_value("La rentrée")
    with board.refreshed():
        board.button("publish").click()
    assert AuditEntry.objects.latest("sequence").note == "La rentrée"

    board.datasets.grip(moved[1]).focus()
    with board.saved("move"):
        page.keyboard.press("Alt+ArrowUp")
    review()
    expect(note).to_have_value("")


@pytest.mark.parametrize("is_dropped", [True, False], ids=["drop", "reading"])
def test_a_session_that_ends_with_a_row_in_hand_asks_nothing(board, page, portal, is_dropped):
    """To stay would save nothing: the browser's question whether to leave would only mislead."""
    asked = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    live = portal.live("datasets")
    board.datasets.carry(live[0], 4)
    Session.objects.all().delete()
    if is_dropped:
        page.mouse.up()
    else:
        page.evaluate("htmx.trigger(document.body, 'check')")

    expect(page).to_have_url(re.compile(r"/sign-in/\?next=/$"))
    expect(page.get_by_role("status")).to_contain_text("Ce qui était enregistré est conservé")
    assert asked == []
    assert drafted("datasets") is None


def test_signing_in_again_elsewhere_does_not_strand_a_page(board, page, portal, moved, trouble):
    other = page.context.new_page()
    other.goto("/")
    other.locator("summary.me").click()
    other.get_by_role("button", name="Se déconnecter").click()
    other.get_by_label("Nom d’utilisateur").fill("claire")
    other.get_by_label("Mot de passe").fill("claire")
    with Board(other).refreshed():
        other.keyboard.press("Enter")
    page.bring_to_front()

    # The form of the first tab is of the session before.
    trouble.expect("status of 403")
    with board.refreshed():
        page.keyboard.press("Alt+ArrowDown")

    expect(page.get_by_role("alert")).to_contain_text(
        "Cette page est restée ouverte trop longtemps : rien n’a été modifié."
    )
    board.datasets.shows(moved)
    assert drafted("datasets") == tuple(moved)
    board.datasets.grip(moved[1]).focus()
    with board.saved("move"):
        page.keyboard.press("Alt+ArrowUp")
    assert drafted("datasets") is None


def test_the_note_does_not_pass_to_what_a_restoration_makes_of_the_draft(
    board, page, portal, moved
):
    def review():
        board.button("review").click()

    review()
    with board.refreshed():
        board.button("publish").click()
    board.reuses.grip(portal.live("reuses")[1]).focus()
    with board.saved("move"):
        page.keyboard.press("Alt+ArrowUp")
    board.datasets.grip(moved[1]).focus()
    with board.saved("move"):
        page.keyboard.press("Alt+ArrowDown")
    review()
    note = page.get_by_label("Pourquoi ce changement ?")
    note.fill("Pour l’ordre d’avant")
    first = AuditEntry.objects.get(action=Action.LIVE_FIRST_READ, listing="datasets")
    page.goto(f"/history/{first.sequence}/restore/")
    page.get_by_role("button", name="En faire mon brouillon").click()

    expect(page.get_by_role("heading", name="Relire et publier")).to_be_visible()
    expect(note).to_have_value("")


def test_a_tab_in_which_another_person_signed_in_since_becomes_theirs(
    board, page, portal, moved, colleague, live_server
):
    board.button("review").click()
    note = page.get_by_label("Pourquoi ce changement ?")
    note.fill("Le motif de Claire")
    page.keyboard.press("Escape")
    sign_in(page.context, colleague, live_server.url)

    page.evaluate("htmx.trigger(document.body, 'check')")

    expect(page.get_by_role("alert")).to_contain_text("Une autre personne s’est connectée ici.")
    expect(page.locator(".me")).to_contain_text("Karim Test")
    live = portal.live("datasets")
    board.datasets.shows(live)
    board.datasets.grip(live[2]).focus()
    with board.saved("move"):
        page.keyboard.press("Alt+ArrowUp")
    board.button("review").click()
    expect(note).to_have_value("")
    assert set(Draft.objects.values_list("editor__username", flat=True)) == {"claire", "karim"}


def test_somebody_who_may_no_longer_edit_is_told(board, page, editor, trouble, moved):
    editor.role = ""
    editor.save()

    trouble.expect("status of 403")
    page.keyboard.press("Alt+ArrowDown")

    expect(page.get_by_role("heading", name="Vous n’avez pas accès à cela")).to_be_visible()
    assert drafted("datasets") == tuple(moved)


def test_leaving_before_a_step_is_saved_is_asked_about(board, page, portal, trouble):
    """Afterwards nothing is at stake, and nobody is asked."""
    live, asked = portal.live("datasets"), []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    gate = Gate(page, "**/remove/")
    board.datasets.act(live[0], "remove").click()
    gate.wait()

    page.evaluate("location.assign('/history/')")
    expect(board.dock).to_be_hidden()
    with board.saved("remove"):
        gate.open()
    expect(board.dock).to_contain_text("1 modification non publiée")
    assert asked == ["beforeunload"]

    page.goto("/history/")
    assert asked == ["beforeunload"]
    assert drafted("datasets") == live[1:]
