"""Adding: by a pasted address, among proposals, at a chosen place."""

import pytest
from playwright.sync_api import expect

from curation.sandbox import faults
from curation.sandbox.faults import Fault, What
from tests.browser.pages import Gate, drafted
from tests.browser.test_accessibility import Inspection

pytestmark = pytest.mark.browser


@pytest.fixture
def press(page):
    return page.keyboard.press


@pytest.mark.firefox
def test_a_pasted_address_is_added_with_enter(board, portal, page, press, live_server):
    live, (new,) = portal.live("datasets"), portal.unlisted("datasets")
    slug = portal.slug("datasets", new)
    board.datasets.search.fill(f"{live_server.url}/sandbox/fr/datasets/{slug}/?x#y")

    expect(board.datasets.options).to_have_count(1)
    expect(board.datasets.section.locator(".pop")).to_contain_text("Adresse reconnue")
    with board.saved("add"):
        press("Enter")
    board.datasets.shows([*live, new])


def test_a_reuse_pasted_among_the_datasets_goes_to_the_reuses(board, portal, press):
    live, (new,) = portal.live("reuses"), portal.unlisted("reuses")
    board.datasets.search.fill(new)

    expect(board.datasets.section.locator(".pop")).to_contain_text(
        "Cette adresse mène à une réutilisation."
    )
    with board.saved("add"):
        press("Enter")
    board.reuses.shows([*live, new])
    board.datasets.shows(portal.live("datasets"))
    expect(board.datasets.search).to_be_focused()


@pytest.mark.firefox
def test_proposals_come_by_arrow_and_none_is_chosen_beforehand(board, portal, press):
    live = portal.live("datasets")
    board.datasets.search.focus()
    expect(board.datasets.options).to_have_count(0)
    press("ArrowDown")
    expect(board.datasets.options.first).to_be_visible()
    board.says("Suggestions. Flèches pour les parcourir.")
    expect(board.datasets.section.locator("[aria-selected=true]")).to_have_count(0)

    press("Enter")
    board.datasets.shows(live)
    press("ArrowDown")
    first = board.datasets.options.first.get_attribute("data-id")
    assert first
    with board.saved("add"):
        press("Enter")
    board.datasets.shows([*live, first])
    expect(board.datasets.section.locator(".pop")).to_be_hidden()


def test_proposals_come_by_click_and_go_with_escape(board, press):
    pop = board.reuses.section.locator(".pop")
    board.reuses.search.click()
    expect(pop.get_by_role("group", name="Le plus de vues")).to_be_visible()

    press("Escape")
    expect(pop).to_be_hidden()


def test_the_edge_of_the_window_scrolls_while_a_result_is_held_there(board, portal, page):
    live = (*portal.live("datasets"), *portal.unlisted("datasets", 40))
    new = portal.unlisted("datasets", 41)[-1]
    portal.set_live("datasets", live)
    board.open()
    board.datasets.search.fill(new)
    expect(board.datasets.options).to_have_count(1)
    box = board.datasets.options.bounding_box()
    assert box
    mouse, x = page.mouse, box["x"] + 40
    mouse.move(x, box["y"] + 10)
    mouse.down()
    mouse.move(x, 990, steps=4)

    # The pointer rests; the page goes on to its end.
    page.wait_for_function(
        """() => {
          const { scrollHeight } = document.documentElement;
          return scrollY > 0 && scrollY + innerHeight >= scrollHeight - 1;
        }"""
    )
    last = board.datasets.rows.last.bounding_box()
    assert last
    mouse.move(x, last["y"] + last["height"] - 5)
    with board.saved("add"):
        mouse.up()
    board.datasets.shows([*live, new])


def test_results_are_asked_for_anew_when_somebody_comes_back_to_them(board, portal, page, press):
    """What they said of the list is old then: here, that the item is in it already."""
    live = portal.live("datasets")
    board.datasets.search.fill(live[8])
    expect(board.datasets.options).to_contain_text("déjà n° 9")
    board.datasets.grip(live[8]).focus()
    with board.saved("remove"):
        press("Delete")

    board.datasets.search.focus()
    expect(board.datasets.options).to_have_count(1)
    expect(board.datasets.options).to_be_hidden()
    press("ArrowDown")
    expect(board.datasets.options).not_to_contain_text("déjà")
    press("Escape")
    board.datasets.search.click()
    expect(board.datasets.options).to_be_visible()
    with board.saved("add"):
        press("Enter")
    board.datasets.shows(live)


@pytest.mark.parametrize("is_asked", [True, False], ids=["asked", "about to ask"])
def test_a_search_from_before_an_addition_shows_nothing_after_it(board, portal, page, is_asked):
    board.datasets.search.fill("prix")
    expect(board.datasets.options.first).to_be_visible()
    gate = Gate(page, "**/search/**", answered=True)
    board.datasets.search.press("End")
    board.datasets.search.press("s")
    if is_asked:
        gate.wait()

    with board.saved("add"):
        board.datasets.options.filter(has_not_text="déjà").first.click()
    said = board.live.text_content()
    gate.open()
    page.evaluate("new Promise((done) => setTimeout(done, 400))")  # longer than a search waits

    expect(board.datasets.section.locator(".pop")).to_be_hidden()
    expect(board.datasets.search).to_have_value("")
    board.says(said)


def test_the_position_that_was_typed_goes_with_the_popup(board, portal, page, press):
    board.datasets.search.fill("prix")
    expect(board.datasets.options.first).to_be_visible()
    page.get_by_label("Ajouter à la position").first.fill("2")

    board.datasets.search.focus()
    press("Escape")
    board.datasets.search.fill("eau")

    expect(board.datasets.options.first).to_be_visible()
    expect(page.get_by_label("Ajouter à la position").first).to_have_value("")


def test_without_proposals_the_field_says_what_to_do(board, press):
    pop = board.datasets.section.locator(".pop")
    faults.add(Fault(What.REFUSE, times=0))
    board.datasets.search.focus()
    press("ArrowDown")
    words = "Aucune suggestion pour l’instant. Tapez un titre, ou collez une adresse."
    expect(pop).to_contain_text(words)
    board.says(words)


@pytest.mark.firefox
def test_an_item_is_added_at_a_chosen_place(board, portal, page, press):
    live = portal.live("datasets")
    board.datasets.search.fill("carburants")
    expect(board.datasets.options.first).to_be_visible()
    new = board.datasets.section.locator("[aria-selected=true]").get_attribute("data-id")

    press("Tab")
    expect(page.get_by_label("Ajouter à la position").first).to_be_focused()
    page.keyboard.type("3")
    with board.saved("add"):
        press("Enter")
    board.datasets.shows([*live[:2], new, *live[2:]])
    assert drafted("datasets") == (*live[:2], new, *live[2:])
    expect(board.datasets.search).to_be_focused()


def test_filters_narrow_the_results_from_the_popup(board, portal, page, press):
    tagged, other = portal.unlisted("datasets", 2)
    portal.change("datasets", tagged, title="Zébulons", tags=["rare"])
    portal.change("datasets", other, title="Zébulons", tags=[])
    board.datasets.search.fill("zébulons")
    expect(board.datasets.options).to_have_count(2)

    page.emulate_media(reduced_motion="reduce")
    pop = board.datasets.section.locator(".pop")
    pop.get_by_text("Filtres et tri").click()
    inspection = Inspection()
    inspection.look(page, "filters open")
    assert inspection.found == []
    tag = pop.get_by_label("Mot-clé")
    tag.press_sequentially("rare")
    press("Enter")
    expect(board.datasets.options).to_have_count(1)
    with page.expect_response(lambda answer: "sort=-views" in answer.url):
        pop.get_by_label("Trier par").select_option("-views")
    expect(board.datasets.options.first).to_have_attribute("data-id", tagged)
    tag.press("Control+a")
    press("Delete")
    press("Tab")
    expect(board.datasets.options).to_have_count(2)

    board.datasets.search.focus()
    press("ArrowDown")
    with board.saved("add"):
        press("Enter")
    expect(board.datasets.rows).to_have_count(10)


@pytest.mark.firefox
def test_a_result_is_dragged_to_its_place(board, portal, page, press):
    datasets, live = board.datasets, portal.live("datasets")
    datasets.search.fill("carburants")
    option = datasets.section.locator("[aria-selected=true]")
    new = option.get_attribute("data-id")
    expect(option).to_be_visible()

    def carry(place: int) -> None:
        start, end = option.bounding_box(), datasets.row(live[place - 1]).bounding_box()
        assert start
        assert end
        page.mouse.move(start["x"] + 60, start["y"] + 10)
        page.mouse.down()
        page.mouse.move(end["x"] + 60, end["y"] + 4, steps=6)

    carry(4)
    expect(page.locator(".carried")).to_be_visible()
    expect(datasets.section.locator(".pop")).to_be_hidden()
    press("Escape")
    page.mouse.up()
    datasets.shows(live)
    expect(datasets.section.locator(".pop")).to_be_visible()

    carry(4)
    board.says("Position 4 sur 10.")
    with board.saved("add"):
        page.mouse.up()
    datasets.shows([*live[:3], new, *live[3:]])
    expect(page.locator(".carried, .gap")).to_have_count(0)
    assert drafted("datasets") == (*live[:3], new, *live[3:])
