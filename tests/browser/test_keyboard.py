"""Everything by the keyboard: what moves, what is said, and where the focus goes."""

import re

import pytest
from playwright.sync_api import Locator, expect

from curation.models import Action, AuditEntry
from curation.sandbox import faults
from curation.sandbox.faults import Fault, What
from tests.browser.pages import drafted

pytestmark = pytest.mark.browser


@pytest.fixture
def press(page):
    return page.keyboard.press


@pytest.fixture
def titles(board):
    """The titles of the datasets, by id, as the board shows them."""
    return {
        row.get_attribute("data-id"): row.get_attribute("data-title")
        for row in board.datasets.rows.all()
    }


@pytest.mark.firefox
def test_lift_move_and_drop(board, portal, press, titles):
    datasets, live = board.datasets, portal.live("datasets")
    third = live[2]
    grip, title = datasets.grip(third), titles[third]

    grip.focus()
    press("Space")
    board.says(
        f"{title} saisi, position 3 sur 9. Flèches pour déplacer, Espace pour déposer, "
        "Échap pour annuler."
    )
    expect(grip).to_have_attribute("aria-pressed", "true")
    expect(datasets.row(third)).to_have_class(re.compile("item--lifted"))
    for key, spoken in [
        ("ArrowUp", "Position 2 sur 9."),
        ("ArrowUp", "Position 1 sur 9."),
        ("ArrowUp", f"{title} est déjà en tête."),
        ("End", "Position 9 sur 9."),
        ("ArrowDown", f"{title} est déjà en fin de liste."),
        ("Home", "Position 1 sur 9."),
    ]:
        press(key)
        board.says(spoken)
        expect(grip).to_be_focused()
    datasets.shows([third, *live[:2], *live[3:]])
    expect(datasets.row(third)).to_contain_text("était n° 3")

    press("Escape")
    board.says(f"Déplacement annulé, {title} reste en position 3.")
    datasets.shows(live)
    expect(grip).to_be_focused()
    expect(grip).to_have_attribute("aria-pressed", "false")
    assert drafted("datasets") is None

    press("Enter")
    press("ArrowDown")
    with board.saved("move"):
        press("Enter")
    board.says(f"{title} déposé en position 4 sur 9.")
    datasets.shows([*live[:2], live[3], third, *live[4:]])
    expect(grip).to_be_focused()
    expect(board.dock).to_contain_text("1 modification non publiée")
    assert drafted("datasets") == (*live[:2], live[3], third, *live[4:])


def test_leaving_the_handle_drops(board, portal, press):
    datasets, live = board.datasets, portal.live("datasets")
    datasets.grip(live[0]).focus()
    press("Space")
    press("ArrowDown")

    with board.saved("move"):
        press("Tab")

    expect(datasets.row(live[0])).not_to_have_class(re.compile("item--lifted"))
    datasets.shows([live[1], live[0], *live[2:]])
    assert drafted("datasets") == (live[1], live[0], *live[2:])


def test_alt_with_an_arrow_moves_from_anywhere_in_the_row(board, portal, press, titles):
    datasets, live = board.datasets, portal.live("datasets")
    second = live[1]
    button = datasets.act(second, "up")

    button.focus()
    with board.saved("move"):
        press("Alt+ArrowDown")
    board.says(f"{titles[second]} descendu en position 3 sur 9.")
    expect(button).to_be_focused()
    with board.saved("move"):
        press("Alt+ArrowUp")
    board.says(f"{titles[second]} monté en position 2 sur 9.")
    expect(button).to_be_focused()
    with board.saved("move"):
        press("Alt+Home")
    board.says(f"{titles[second]} placé en tête.")
    # At the top "up" says so; the focus stays where it is.
    expect(button).to_be_focused()
    press("Enter")
    board.says(f"{titles[second]} est déjà en tête.")
    datasets.shows([second, live[0], *live[2:]])
    assert drafted("datasets") == (second, live[0], *live[2:])


def test_many_quick_presses_end_in_the_right_order(board, portal, press):
    datasets, live = board.datasets, portal.live("datasets")

    datasets.grip(live[0]).focus()
    for _ in range(5):
        press("Alt+ArrowDown")
    datasets.grip(live[8]).focus()
    for _ in range(3):
        press("Alt+ArrowUp")
    press("Delete")
    datasets.grip(live[1]).focus()
    with board.saved("move"):
        press("Alt+ArrowDown")
    order = [live[2], live[1], live[3], live[4], live[5], live[0], live[6], live[7]]
    datasets.shows(order)
    expect(board.dock).to_contain_text("retrait")
    expect(datasets.tray.get_by_role("listitem")).to_have_count(1)
    expect(datasets.grip(live[1])).to_be_focused()
    board.open()
    datasets.shows(order)
    assert drafted("datasets") == tuple(order)


@pytest.mark.firefox
def test_remove_and_restore(board, portal, press, titles):
    datasets, live = board.datasets, portal.live("datasets")
    last, before_last = live[8], live[7]

    # After a removal: the handle of the next row, or else of the one before.
    datasets.grip(live[0]).focus()
    with board.saved("remove"):
        press("Delete")
    board.says(f"{titles[live[0]]} retiré. Ctrl Z pour annuler.")
    expect(datasets.grip(live[1])).to_be_focused()
    datasets.grip(last).focus()
    with board.saved("remove"):
        press("Delete")
    expect(datasets.grip(before_last)).to_be_focused()
    datasets.shows(live[1:8])
    assert drafted("datasets") == live[1:8]

    datasets.tray.get_by_role("button", name=f"Rétablir {titles[last]}").focus()
    with board.saved("restore"):
        press("Enter")
    board.says(f"{titles[last]} rétabli en position 8.")
    expect(datasets.grip(last)).to_be_focused()
    datasets.shows(live[1:])
    assert drafted("datasets") == live[1:]


def test_removing_the_last_one_leads_to_the_search(visit, portal, editor, press, board):
    only = portal.live("datasets")[0]
    portal.set_live("datasets", (only,))
    board.open()
    board.datasets.shows([only])

    board.datasets.grip(only).focus()
    with board.saved("remove"):
        press("Delete")

    expect(board.datasets.search).to_be_focused()
    expect(board.datasets.section).to_contain_text("Aucun jeu de données à la une")
    assert drafted("datasets") == ()
    press("Shift+Tab")
    board.page.get_by_role("link", name="Chercher", exact=True).focus()
    press("Enter")
    expect(board.datasets.search).to_be_focused()


def test_search_and_add(board, portal, press):
    datasets, live = board.datasets, portal.live("datasets")
    chosen = datasets.section.locator('[role=option][aria-selected="true"]')

    datasets.search.focus()
    board.page.keyboard.type("carburants")
    board.says(re.compile(r"^\d résultats$"))
    expect(datasets.search).to_have_attribute("aria-expanded", "true")
    # The first that can be added is chosen, the field says which.
    expect(chosen).to_have_count(1)
    expect(datasets.search).to_have_attribute(
        "aria-activedescendant", chosen.get_attribute("id") or ""
    )
    added = chosen.get_attribute("data-id")
    title = chosen.get_attribute("data-title")
    with board.saved("add"):
        press("Shift+Enter")
    board.says(f"{title} ajouté en position 1.")
    expect(datasets.search).to_be_focused()
    expect(datasets.search).to_have_value("")
    datasets.shows([added, *live])
    assert drafted("datasets") == (added, *live)

    # What is listed already says where, and is not added.
    board.page.keyboard.type("carburants")
    listed = datasets.section.get_by_role("option", name="déjà n° 1", exact=False)
    expect(listed).to_have_attribute("aria-disabled", "true")
    for _ in range(10):
        if chosen.count() and chosen.get_attribute("data-id") == added:
            break
        press("ArrowDown")
    expect(chosen).to_have_attribute("data-id", added or "")
    press("Enter")
    board.says(f"{title} est déjà dans la liste, position 1.")
    press("Escape")
    expect(datasets.search).to_have_attribute("aria-expanded", "false")
    expect(datasets.search).to_be_focused()
    expect(datasets.search).not_to_have_attribute("aria-activedescendant", re.compile("."))
    assert drafted("datasets") == (added, *live)

    # Words that nothing has.
    datasets.search.fill("zzzzzz")
    board.says("Aucun résultat pour « zzzzzz »")
    press("Enter")
    assert drafted("datasets") == (added, *live)


@pytest.mark.firefox
def test_the_whole_job_without_a_mouse(page, board, portal, press, titles):
    datasets, live = board.datasets, portal.live("datasets")
    order = [live[1], live[0], *live[2:]]
    page.goto("/")

    # From the top of the page: past the bar, undo and redo, the search field, to the first handle.
    press("Tab")
    expect(page.get_by_role("link", name="Aller au contenu")).to_be_focused()
    press("Enter")
    for name in ("Annuler", "Refaire"):
        press("Tab")
        expect(page.get_by_role("button", name=name)).to_be_focused()
    press("Tab")
    expect(page.get_by_role("link", name="Raccourcis")).to_be_focused()
    press("Tab")
    expect(datasets.search).to_be_focused()
    press("Tab")
    expect(datasets.section.get_by_role("button", name="Sélectionner")).to_be_focused()
    press("Tab")
    expect(datasets.grip(live[0])).to_be_focused()
    with board.saved("move"):
        press("Alt+ArrowDown")
    datasets.shows(order)

    review = board.button("review")
    review.focus()
    press("Enter")
    heading = board.dialog.get_by_role("heading", name="Relire et publier")
    expect(heading).to_be_focused()
    press("Escape")
    expect(board.dialog).to_have_count(0)
    expect(review).to_be_focused()
    discard = board.button("discard")
    discard.focus()
    press("Enter")
    expect(board.dialog.get_by_role("heading", name="Abandonner votre brouillon")).to_be_focused()
    press("Tab")  # what scrolls can be reached, to scroll it
    press("Tab")
    expect(board.dialog.get_by_role("link", name="Garder mon brouillon")).to_be_focused()
    press("Enter")
    expect(discard).to_be_focused()
    review.focus()
    press("Enter")
    expect(heading).to_be_focused()

    # The focus stays inside the dialog; "publish" is its last stop.
    publish = board.button("publish")
    board.dialog.get_by_label("Pourquoi ce changement ?").focus()
    page.keyboard.type("Au clavier")
    press("Tab")
    press("Tab")
    expect(publish).to_be_focused()
    with board.refreshed():
        press("Enter")
    expect(page.get_by_role("status").filter(has_text="Publié :")).to_be_visible()
    datasets.shows(order)
    assert portal.live("datasets") == tuple(order)
    assert AuditEntry.objects.get(action=Action.PUBLISH_SUCCEEDED).note == "Au clavier"


def test_fresh_lists_leave_the_focus_where_it_is(board, portal, press, page):
    datasets, live = board.datasets, portal.live("datasets")
    datasets.grip(live[0]).focus()
    with board.saved("move"):
        press("Alt+ArrowDown")

    for place in (
        datasets.grip(live[3]),
        datasets.act(live[3], "remove"),
        datasets.search,
        board.button("review"),
        board.button("discard"),
    ):
        place.focus()
        with board.refreshed():
            page.evaluate("htmx.trigger(document.body, 'check')")
        expect(board.dock.locator(".htmx-added, .htmx-settling")).to_have_count(0)
        expect(place).to_be_focused()


def test_a_banner_that_goes_leaves_the_focus_in_the_page(board, portal, press, page):
    with faults.switched_on(Fault(What.REFUSE, times=0)):
        board.open()
        again = page.get_by_role("link", name="Réessayer")
        again.focus()
        with board.refreshed():
            press("Enter")
        expect(again).to_be_focused()

    with board.refreshed():
        press("Enter")
    expect(again).to_have_count(0)
    expect(page.get_by_role("main")).to_be_focused()


def test_filters_several_and_a_restoration_without_a_mouse(page, board, portal, press):
    datasets, live = board.datasets, portal.live("datasets")
    tagged, other = portal.unlisted("datasets", 2)
    portal.change("datasets", tagged, title="Zébulons", tags=["rare"])
    portal.change("datasets", other, title="Zébulons", tags=[])

    def go(to: Locator, key: str = "Tab") -> None:
        for _stop in range(200):
            if to.evaluate("to => to === document.activeElement"):
                return
            press(key)
        raise AssertionError(f"no way to {to}")

    # Narrow the results, then choose the one that is left.
    press("/")
    page.keyboard.type("zébulons")
    expect(datasets.options).to_have_count(2)
    go(datasets.section.locator(".combo__filters summary"))
    press("Enter")
    go(datasets.section.get_by_label("Mot-clé"))
    page.keyboard.type("rare")
    press("Enter")
    expect(datasets.options).to_have_count(1)
    go(datasets.search, "Shift+Tab")
    press("ArrowDown")
    with board.saved("add"):
        press("Enter")
    datasets.shows([*live, tagged])

    # Move two of them together.
    go(datasets.grip(live[7]))
    press("Shift+Space")
    go(datasets.row(live[8]).get_by_role("checkbox"))
    press("Space")
    go(datasets.section.get_by_role("button", name="Déplacer", exact=True), "Shift+Tab")
    with board.saved("move"):
        press("Enter")
    order = [*live[7:9], *live[:7], tagged]
    datasets.shows(order)
    go(board.button("review"))
    press("Enter")
    go(board.button("publish"))
    with board.refreshed():
        press("Enter")
    assert portal.live("datasets") == tuple(order)

    # Go back to what was there before, by way of the history.
    go(page.get_by_role("link", name="Historique").first)
    press("Enter")
    go(page.get_by_role("link", name="Première lecture de la liste").last)
    press("Enter")
    go(page.get_by_role("link", name="Restaurer cet état"))
    press("Enter")
    go(page.get_by_role("button", name="En faire mon brouillon"))
    press("Enter")
    go(board.button("publish"))
    with board.refreshed():
        press("Enter")
    assert portal.live("datasets") == live
