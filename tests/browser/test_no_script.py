"""Without JavaScript everything works by plain forms and links."""

import pytest
from playwright.sync_api import expect

from curation.models import Action, AuditEntry
from tests.browser.pages import Board, drafted

pytestmark = pytest.mark.browser

WIDE, NARROW = {"width": 1440, "height": 1000}, {"width": 390, "height": 844}


@pytest.fixture
def board(request, visit, editor) -> Board:
    size = getattr(request, "param", WIDE)
    page = visit(editor, java_script_enabled=False, viewport=size).new_page()
    page.goto("/")
    return Board(page)


@pytest.mark.parametrize("board", [WIDE, NARROW], ids=["wide", "narrow"], indirect=True)
def test_the_whole_job(board, portal):
    page, datasets, live = board.page, board.datasets, portal.live("datasets")
    datasets.shows(live)

    # The buttons of a row; what does nothing without a script is not offered.
    expect(datasets.grip(live[2])).to_be_hidden()
    expect(page.get_by_role("button", name="Changer de thème")).to_be_hidden()
    for action in ("up", "top"):
        datasets.row(live[2]).hover()
        datasets.act(live[2], action).click()
    datasets.row(live[0]).hover()
    datasets.act(live[0], "down").click()
    order = [live[2], live[1], live[0], *live[3:]]
    datasets.shows(order)
    assert drafted("datasets") == tuple(order)

    # Remove two, take one back.
    for gone in (live[3], live[4]):
        datasets.row(gone).hover()
        datasets.act(gone, "remove").click()
        order.remove(gone)
    datasets.shows(order)
    datasets.tray.get_by_role("button", name="Rétablir").first.click()
    order.insert(1, live[3])  # after the neighbour that it had
    datasets.shows(order)
    assert drafted("datasets") == tuple(order)

    # The search is a page; so is what it cannot find.
    datasets.search.fill("zzzzzz")
    datasets.search.press("Enter")
    expect(page.get_by_text("Aucun résultat pour « zzzzzz »")).to_be_visible()
    page.get_by_role("searchbox").fill("carburants")
    page.get_by_role("button", name="Chercher").click()
    add = page.get_by_role("button", name="Ajouter").first
    title = (add.locator(".sr-only").text_content() or "").strip()
    add.click()
    expect(datasets.rows).to_have_count(9)
    expect(datasets.rows.last).to_contain_text(title)
    order.append(datasets.rows.last.get_attribute("data-id") or "")
    assert drafted("datasets") == tuple(order)

    # Review and publish, each on its page.
    page.get_by_role("link", name="Relire et publier").click()
    expect(page.get_by_role("heading", name="Relire et publier")).to_be_visible()
    page.get_by_label("Pourquoi ce changement ?").fill("Sans script")
    page.get_by_role("button", name="Publier maintenant").click()
    expect(page.get_by_role("status").filter(has_text="Publié :")).to_be_visible()
    datasets.shows(order)
    assert portal.live("datasets") == tuple(order)
    assert AuditEntry.objects.get(action=Action.PUBLISH_SUCCEEDED).note == "Sans script"


def test_a_step_is_told_and_undone_beside_it(board, portal):
    page, datasets, live = board.page, board.datasets, portal.live("datasets")
    toast = page.get_by_role("complementary", name="Dernière étape")
    datasets.row(live[0]).hover()
    datasets.act(live[0], "remove").click()
    expect(toast).to_contain_text("retiré de la liste.")

    toast.get_by_role("button", name="Annuler").click()
    datasets.shows(live)
    expect(toast).to_contain_text("Annulé")
    toast.get_by_role("button", name="Refaire").click()
    datasets.shows(live[1:])
    toast.get_by_role("link", name="Fermer ce message").click()
    expect(toast).to_be_hidden()
    assert drafted("datasets") == live[1:]


def test_discarding_asks_first(board, portal):
    page, datasets, live = board.page, board.datasets, portal.live("datasets")
    datasets.row(live[0]).hover()
    datasets.act(live[0], "down").click()

    page.get_by_role("link", name="Abandonner").click()
    expect(page.get_by_role("heading", name="Abandonner votre brouillon ?")).to_be_visible()
    page.get_by_role("link", name="Garder mon brouillon").click()
    datasets.shows([live[1], live[0], *live[2:]])
    page.get_by_role("link", name="Abandonner").click()
    page.get_by_role("button", name="Abandonner").click()

    datasets.shows(live)
    expect(board.dock).to_be_hidden()
    assert drafted("datasets") is None


def test_a_stale_page_is_told(board, portal):
    page, datasets, live = board.page, board.datasets, portal.live("datasets")
    other = Board(page.context.new_page())
    other.page.goto("/")
    other.datasets.row(live[0]).hover()
    other.datasets.act(live[0], "down").click()

    datasets.row(live[5]).hover()
    datasets.act(live[5], "remove").click()

    expect(page.get_by_role("alert")).to_contain_text("Cette liste a changé depuis que la page")
    datasets.shows([live[1], live[0], *live[2:]])
    assert drafted("datasets") == (live[1], live[0], *live[2:])
    page.get_by_role("link", name="Vérifier le portail maintenant").click()
    datasets.shows([live[1], live[0], *live[2:]])
