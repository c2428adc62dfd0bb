"""The main job from sign-in to history, with the mouse, as the editor sees it and as it is."""

import re

import pytest
from playwright.sync_api import expect

from curation.models import Action, AuditEntry
from tests.browser.pages import Board, drafted

pytestmark = pytest.mark.browser


@pytest.mark.firefox
def test_with_the_mouse_from_sign_in_to_history(visit, portal, editor):
    page = visit(None).new_page()
    first, second, third, *rest = portal.live("datasets")

    # Sign in; a wrong password is a sentence, and the page that was asked for comes afterwards.
    page.goto("/")
    expect(page).to_have_url(re.compile(r"/sign-in/\?next=/$"))
    page.get_by_label("Nom d’utilisateur").fill("claire")
    page.get_by_label("Mot de passe").fill("faux")
    page.get_by_role("button", name="Se connecter").click()
    expect(page.get_by_role("alert")).to_contain_text("Connexion refusée.")
    expect(page.get_by_label("Mot de passe")).to_be_focused()
    page.get_by_label("Mot de passe").fill("claire")
    board = Board(page)
    with board.refreshed():
        page.get_by_role("button", name="Se connecter").click()
    expect(page).to_have_title("À la une · À la une")
    expect(page.get_by_role("heading", level=1)).to_have_text("La une en ligne")
    datasets = board.datasets
    datasets.shows(portal.live("datasets"))
    board.reuses.shows(portal.live("reuses"))
    expect(board.dock).to_be_hidden()

    # Drag the third to the top: what a drag shows, then what it does.
    datasets.carry(third, 1)
    expect(datasets.row(third)).to_have_class(re.compile("item--lifted"))
    expect(datasets.row(third)).to_contain_text("était n° 3")
    expect(datasets.list.locator(".gap")).to_have_text("n° 1")
    board.says("Position 1 sur 9.")
    with board.saved("move"):
        page.mouse.up()
    board.says(re.compile(r"déposé en position 1 sur 9\.$"))
    order = [third, first, second, *rest]
    datasets.shows(order)
    assert drafted("datasets") == tuple(order)
    expect(board.dock).to_contain_text("1 modification non publiée")
    expect(page.get_by_role("heading", level=1)).to_have_text("La une en préparation")

    # Search and add the second result.
    datasets.search.click()
    datasets.search.press_sequentially("prix")
    expect(datasets.search).to_have_attribute("aria-expanded", "true")
    listed = datasets.section.get_by_role("option", name="déjà n° 5")
    expect(listed).to_have_attribute("aria-disabled", "true")
    datasets.search.press("ArrowDown")
    chosen = datasets.section.locator('[role=option][aria-selected="true"]')
    expect(chosen).to_have_count(1)
    new = chosen.get_attribute("data-id") or ""
    title = chosen.get_attribute("data-title") or ""
    with board.saved("add"):
        datasets.search.press("Enter")
    order.append(new)
    datasets.shows(order)
    assert drafted("datasets") == tuple(order)
    expect(datasets.row(new)).to_contain_text("nouveau")
    expect(datasets.search).to_be_focused()
    expect(datasets.search).to_have_value("")
    expect(datasets.search).to_have_attribute("aria-expanded", "false")

    # Remove two, take one back from the tray.
    for gone in (second, rest[0]):
        datasets.row(gone).hover()
        with board.saved("remove"):
            datasets.act(gone, "remove").click()
        order.remove(gone)
    datasets.shows(order)
    assert drafted("datasets") == tuple(order)
    expect(datasets.tray.get_by_role("listitem")).to_have_count(2)
    with board.saved("restore"):
        datasets.tray.get_by_role("listitem").first.get_by_role("button", name="Rétablir").click()
    order.insert(2, second)  # after the neighbour that it had
    datasets.shows(order)
    assert drafted("datasets") == tuple(order)
    expect(datasets.grip(second)).to_be_focused()

    # The other list too, by a button of a row.
    reuses = list(portal.live("reuses"))
    board.reuses.row(reuses[1]).hover()
    with board.saved("move"):
        board.reuses.act(reuses[1], "down").click()
    reuses[1:3] = reversed(reuses[1:3])
    board.reuses.shows(reuses)
    expect(board.dock).to_contain_text("4 modifications non publiées")
    assert portal.live("datasets") == (first, second, third, *rest)

    # Review in words and pictures, say why, publish.
    board.button("review").click()
    expect(board.dialog).to_be_visible()
    expect(board.dialog.get_by_role("heading", name="Relire et publier")).to_be_focused()
    expect(board.dialog).to_contain_text(f"Ajout : {title} en n° 9")
    expect(board.dialog).to_contain_text("Électriques était n° 4")
    expect(board.dialog.locator("svg.links")).to_have_count(2)
    board.dialog.get_by_label("Pourquoi ce changement ?").fill("Rentrée <b>2026</b>")
    with board.refreshed():
        board.button("publish").click()
    expect(page.get_by_role("status").filter(has_text="Publié :")).to_contain_text(
        re.compile(r"Jeux de données \(version \d+\), Réutilisations \(version \d+\)\.")
    )
    datasets.shows(order)
    board.reuses.shows(reuses)
    expect(board.dock).to_be_hidden()
    expect(datasets.section).to_contain_text("Conforme au portail")
    assert portal.live("datasets") == tuple(order)
    assert portal.live("reuses") == tuple(reuses)
    assert drafted("datasets") is None
    published = AuditEntry.objects.filter(action=Action.PUBLISH_SUCCEEDED)
    assert {entry.listing: tuple(entry.after) for entry in published} == {
        "datasets": tuple(order),
        "reuses": tuple(reuses),
    }

    # The history tells it, the entry in full; visitors see the new order.
    page.get_by_role("link", name="Voir l’historique").click()
    entry = page.get_by_role("listitem").filter(has_text="Jeux de données").first
    expect(entry).to_contain_text("Claire Test a publié la version")
    expect(entry).to_contain_text(title)
    expect(entry).to_contain_text("Rentrée <b>2026</b>")
    entry.get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(
        re.compile(r"^Version \d+, Jeux de données$")
    )
    expect(page.get_by_role("complementary")).to_contain_text("du n° 3 au n° 1")
    expect(page.get_by_role("definition").filter(has_text="réponse du portail")).to_be_visible()
    page.goto("/sandbox/")
    shown = page.locator("section").filter(has_text="Jeux de données à la une").locator("[data-id]")
    assert [card.get_attribute("data-id") for card in shown.all()] == order


@pytest.mark.firefox
def test_without_the_keyboard(board, portal, page):
    datasets, live = board.datasets, portal.live("datasets")

    # A suggestion, by a click.
    datasets.search.click()
    new = datasets.options.first.get_attribute("data-id") or ""
    with board.saved("add"):
        datasets.options.first.click()
    order = [*live, new]
    datasets.shows(order)

    # Back, and forth again.
    with board.saved("undo"):
        page.locator("#undo").click()
    datasets.shows(live)
    with board.saved("redo"):
        page.locator("#redo").click()
    datasets.shows(order)

    # Several to the top, by the boxes beside them.
    datasets.section.get_by_role("button", name="Sélectionner").click()
    for item_id in (live[5], new):
        datasets.row(item_id).get_by_role("checkbox").click()
    with board.saved("move"):
        datasets.section.get_by_role("button", name="Déplacer", exact=True).click()
    order = [live[5], new, *live[:5], *live[6:]]
    datasets.shows(order)

    # The preview and back, then out.
    board.button("preview").click()
    draft = page.get_by_role("region", name="Votre brouillon")
    expect(draft.locator("li.card").first).to_have_attribute("data-id", live[5])
    page.get_by_role("link", name="Mobile").click()
    expect(page.locator(".sites--phone").first).to_be_visible()
    page.get_by_role("navigation", name="principale").get_by_role("link", name="À la une").click()
    board.button("review").click()
    with board.refreshed():
        board.button("publish").click()
    assert portal.live("datasets") == tuple(order)

    # What was there before comes back from the history.
    page.get_by_role("link", name="Historique").first.click()
    page.get_by_role("link", name="Première lecture de la liste").last.click()
    page.get_by_role("link", name="Restaurer cet état").click()
    page.get_by_role("button", name="En faire mon brouillon").click()
    with board.refreshed():
        board.button("publish").click()
    assert portal.live("datasets") == live
    page.locator("summary.me").click()
    page.locator("[data-action=sign-out]").click()
    expect(page).to_have_url(re.compile("/sign-in/"))
