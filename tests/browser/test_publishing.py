"""Publishing when it does not go as planned: words, the draft kept, and nothing overwritten."""

import re

import pytest
from playwright.sync_api import expect

from curation.models import Action, AuditEntry
from curation.sandbox import faults
from curation.sandbox.faults import Fault, What
from tests.browser.pages import Board, drafted

pytestmark = pytest.mark.browser

DOWN = Fault(What.REFUSE, times=0)


@pytest.fixture
def moved(board, page, portal):
    """Move the first dataset down; return the order that the draft has then."""
    first, second, *rest = portal.live("datasets")
    board.datasets.grip(first).focus()
    with board.saved("move"):
        page.keyboard.press("Alt+ArrowDown")
    return [second, first, *rest]


def test_a_portal_that_is_down_and_comes_back(board, page, portal, trouble, moved):
    live = portal.live("datasets")
    portal.set_live("reuses", tuple(reversed(portal.live("reuses"))))
    shown = [row.get_attribute("data-id") for row in board.reuses.rows.all()]
    board.button("review").click()
    expect(board.button("publish")).to_be_visible()

    # Down between review and publish: refused in words, the draft kept.
    faults.add(DOWN)
    trouble.expect("status of 502")
    board.button("publish").click()
    alert = board.dialog.get_by_role("alert")
    expect(alert).to_contain_text("Jeux de données : Non publié : la page d’accueil est inchangée.")
    expect(alert).to_contain_text("Le portail est injoignable. Votre brouillon est conservé")
    expect(board.dialog.get_by_role("heading", name="Relire et publier")).to_be_focused()
    assert drafted("datasets") == tuple(moved)
    assert portal.live("datasets") == live
    page.keyboard.press("Escape")

    # The board says so, shows what was last known, and goes on being edited.
    board.open()
    banner = page.get_by_role("note").filter(has_text="Portail injoignable depuis")
    expect(banner).to_be_visible()
    board.datasets.shows(moved)
    board.reuses.shows(shown)
    expect(board.datasets.section).to_contain_text("Dernier état connu")
    expect(board.button("review")).to_be_disabled()
    expect(board.button("review")).to_have_accessible_description(re.compile("Portail injoignable"))
    board.datasets.grip(moved[0]).focus()
    with board.saved("move"):
        page.keyboard.press("Alt+ArrowDown")
    board.datasets.search.fill("prix")
    expect(board.datasets.section.locator(".pop")).to_contain_text("Le portail est injoignable.")
    board.says("Le portail est injoignable.")
    page.keyboard.press("Escape")
    expect(board.dock).to_be_hidden()
    with board.saved("move"):
        board.datasets.grip(live[0]).press("Alt+ArrowDown")

    # Back: "try again" finds it, and what changed meanwhile.
    faults.clear()
    with board.refreshed():
        page.get_by_role("link", name="Réessayer").click()
    expect(banner).to_have_count(0)
    board.reuses.shows(portal.live("reuses"))
    expect(board.reuses.section).to_contain_text("Conforme au portail")
    board.button("review").click()
    with board.refreshed():
        board.button("publish").click()
    expect(page.get_by_role("status").filter(has_text="Publié :")).to_be_visible()
    assert portal.live("datasets") == tuple(moved)


def test_a_portal_that_is_down_on_the_first_visit_ever(visit, editor, portal, page):
    with faults.switched_on(DOWN):
        # Until it has asked for fresh lists too: once the portal is back that would find it.
        Board(page).open()
        expect(page.get_by_text("Portail injoignable depuis")).to_be_visible()
        expect(page.get_by_text("Aucun jeu de données à la une")).to_be_visible()

    page.get_by_role("link", name="Réessayer").click()
    expect(page.locator('ol[data-listing="datasets"] > li')).to_have_count(9)


@pytest.mark.firefox
@pytest.mark.parametrize("where", ["dialog", "page"])
def test_a_list_that_changed_before_publishing(board, page, portal, trouble, moved, where):
    if where == "page":
        page.goto("/review/")
    else:
        board.button("review").click()
    page.get_by_label("Pourquoi ce changement ?").fill("Avant l’été")
    theirs = (*portal.live("datasets")[:3], *portal.live("datasets")[4:])
    portal.set_live("datasets", theirs)

    trouble.expect("status of 409")
    board.button("publish").click()

    heading = page.get_by_role("heading", name="La page d’accueil a changé entre-temps")
    expect(heading).to_be_visible()
    expect(heading).to_be_focused()
    expect(page.get_by_text("Rien n’a été écrasé")).to_be_visible()
    assert portal.live("datasets") == theirs
    assert drafted("datasets") == tuple(moved)
    assert AuditEntry.objects.filter(action=Action.CHANGE_OUTSIDE).count() == 1
    assert not AuditEntry.objects.filter(action=Action.PUBLISH_STARTED).exists()

    # The merge becomes the draft, and is published.
    page.get_by_role("button", name="Adopter le résultat et relire").click()
    merged = (moved[0], moved[1], moved[2], *moved[4:])
    expect(page.get_by_role("heading", name="Relire et publier")).to_be_focused()
    assert drafted("datasets") == merged
    with board.refreshed():
        board.button("publish").click()
    board.datasets.shows(merged)
    assert portal.live("datasets") == merged


@pytest.mark.parametrize("where", ["dialog", "page"])
def test_publishing_again_after_a_refusal(board, page, portal, trouble, moved, where):
    if where == "page":
        page.goto("/review/")
    else:
        board.button("review").click()
    page.get_by_label("Pourquoi ce changement ?").fill("Deuxième essai")

    faults.add(Fault(What.ANSWER, method="PUT", status=403, body='{"message": "Nope"}'))
    trouble.expect("status of 502")
    board.button("publish").click()
    expect(page.get_by_role("alert")).to_contain_text("Votre brouillon est conservé")
    expect(page.get_by_label("Pourquoi ce changement ?")).to_have_value("Deuxième essai")
    assert drafted("datasets") == tuple(moved)
    with board.refreshed():
        board.button("publish").click()

    expect(page.get_by_role("status").filter(has_text="Publié :")).to_be_visible()
    assert portal.live("datasets") == tuple(moved)
    actions = AuditEntry.objects.filter(attempt__isnull=False).order_by("sequence")
    assert [entry.action for entry in actions] == [
        Action.PUBLISH_STARTED,
        Action.PUBLISH_REFUSED,
        Action.PUBLISH_STARTED,
        Action.PUBLISH_SUCCEEDED,
    ]


def test_one_list_published_and_one_not(board, page, portal, trouble, moved):
    reuses = portal.live("reuses")
    board.reuses.grip(reuses[0]).focus()
    with board.saved("remove"):
        page.keyboard.press("Delete")
    board.button("review").click()
    expect(board.button("publish")).to_be_visible()
    portal.set_live("reuses", reuses[:-1])

    trouble.expect("status of 409")
    with board.refreshed():
        board.button("publish").click()

    # The dialog says both, and the board behind it is up to date.
    expect(board.dialog.get_by_role("status")).to_contain_text("Jeux de données : version")
    expect(board.dialog.get_by_role("heading", name="La page d’accueil a changé")).to_be_visible()
    expect(board.datasets.section).to_contain_text("Conforme au portail")
    page.keyboard.press("Escape")
    board.datasets.shows(moved)
    board.reuses.shows(reuses[1:])
    expect(board.dock).to_contain_text("1 modification non publiée")
    assert portal.live("datasets") == tuple(moved)
    assert portal.live("reuses") == reuses[:-1]
    assert drafted("reuses") == reuses[1:]


def test_leaving_the_dialog_while_the_portal_takes_its_time(board, page, portal, moved):
    board.button("review").click()
    faults.add(Fault(What.DELAY, method="PUT", seconds=0.5))

    board.button("publish").click()
    expect(board.button("publish")).to_have_text("Publication…")
    with board.refreshed():
        page.keyboard.press("Escape")

    expect(page.get_by_role("status").filter(has_text="Publié :")).to_be_visible()
    assert portal.live("datasets") == tuple(moved)


def test_what_the_portal_would_refuse_is_named(board, page, portal, trouble):
    board.datasets.search.fill("prix")
    chosen = board.datasets.section.locator('[role=option][aria-selected="true"]')
    new = chosen.get_attribute("data-id") or ""
    title = chosen.get_attribute("data-title") or ""
    with board.saved("add"):
        chosen.click()
    board.button("review").click()
    expect(board.button("publish")).to_be_visible()
    portal.change("datasets", new, private=True)

    trouble.expect("status of 502")
    board.button("publish").click()

    alert = board.dialog.get_by_role("alert")
    expect(alert).to_contain_text("Le portail refuserait un élément. Rien n’a été envoyé.")
    expect(alert).to_contain_text(title)
    assert drafted("datasets") == (*portal.live("datasets"), new)
