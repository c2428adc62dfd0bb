"""What a portal may hold: markup, endless and foreign titles, traps, pictures that do not load."""

import re

import pytest
from playwright.sync_api import expect

from curation.sandbox.models import KINDS, Reuse
from tests.browser.pages import Board, drafted

pytestmark = pytest.mark.browser

MARKUP = """<script>document.title = "owned"</script><img src=x onerror="document.title='owned'">"""
LONG = "Relevés " * 37 + "fin."
ONE_WORD = "Anticonstitutionnellement" * 12
RIGHT_TO_LEFT = "بيانات جودة الهواء"
REVERSED = f"{RIGHT_TO_LEFT}\u202e"  # an override that would turn the rest of the page round
EMOJI = "🚲👩‍👩‍👧‍👦 Vélos 🇫🇷"
QUOTES = 'L’« été » d\'"hiver" & {title} {{ item }} %s'
TITLES = [MARKUP, LONG, ONE_WORD, REVERSED, EMOJI, QUOTES]


@pytest.fixture
def hostile(portal):
    """Give the first items of each list titles to be ready for, and broken pictures."""
    for kind in KINDS:
        for item_id, title in zip(portal.live(kind), TITLES, strict=False):
            portal.change(kind, item_id, title=title)
    return portal


WIDTHS = [1440, 800, 390, 320]
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
TOO_WIDE = """
() => [...document.querySelectorAll("body *")].filter((element) => {
  const { width, right } = element.getBoundingClientRect();
  if (!width || right <= innerWidth + 0.5) return false;
  for (let box = element.parentElement; !box.matches("main, body"); box = box.parentElement)
    if (getComputedStyle(box).overflowX !== "visible") return false; // cut on purpose, or scrolls
  return true;
}).map((element) => element.outerHTML.slice(0, 120))
"""


def expect_to_fit(page) -> None:
    """Expect nothing to reach beyond the right edge of the window, however narrow."""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        where = f"{page.url} at {width} px"
        assert page.evaluate(OVERFLOW) == 0, where
        assert page.evaluate(TOO_WIDE) == [], where


def test_titles_are_text_everywhere(visit, editor, hostile):
    page = visit(editor).new_page()
    board = Board(page).open()
    datasets, live = board.datasets, hostile.live("datasets")

    for place, title in enumerate(TITLES):
        expect(datasets.rows.nth(place).get_by_role("heading")).to_have_text(
            title.removesuffix("\u202e")
        )
    datasets.grip(live[0]).focus()
    with board.saved("move"):
        page.keyboard.press("Alt+ArrowDown")
    board.says(f"{MARKUP} descendu en position 2 sur 9.")
    datasets.grip(live[5]).focus()
    with board.saved("remove"):
        page.keyboard.press("Delete")
    board.says(f"{QUOTES} retiré. Ctrl Z pour annuler.")
    expect(datasets.tray).to_contain_text(QUOTES)
    datasets.search.fill("script")
    expect(datasets.options.first).to_contain_text("<script>")
    expect(datasets.options.first.locator("mark")).to_have_count(2)
    board.button("review").click()
    expect(board.dialog).to_contain_text(MARKUP)
    board.dialog.get_by_label("Pourquoi ce changement ?").fill(MARKUP)
    with board.refreshed():
        board.button("publish").click()
    page.goto("/history/")
    expect(page.locator(".entry__note")).to_have_text(MARKUP)
    page.locator(".entry h3 a").first.click()
    expect(page.get_by_role("blockquote")).to_have_text(MARKUP)
    page.goto("/sandbox/")
    expect(page.get_by_role("link", name=MARKUP).first).to_be_visible()
    assert page.title() != "owned"


def test_links_lead_to_web_pages_only(visit, editor, portal, trouble):
    trap = Reuse.objects.get(url__startswith="javascript:")
    portal.set_live("reuses", (trap.pk, *portal.live("reuses")))
    page = visit(editor).new_page()
    board = Board(page).open()

    expect(board.reuses.row(trap.pk)).to_be_visible()
    targets = page.evaluate("[...document.links].map(link => link.protocol)")
    assert set(targets) == {"http:"}
    page.goto(f"/sandbox/reuses/{trap.slug}/")
    assert set(page.evaluate("[...document.links].map(link => link.protocol)")) == {"http:"}


def test_nothing_is_wider_than_the_window(visit, editor, hostile, trouble):
    page = visit(editor).new_page()
    board = Board(page).open()
    board.datasets.grip(hostile.live("datasets")[2]).focus()
    with board.saved("move"):
        page.keyboard.press("Alt+ArrowUp")
    board.datasets.grip(hostile.live("datasets")[1]).focus()
    with board.saved("remove"):
        page.keyboard.press("Delete")
    expect_to_fit(page)
    page.locator("[data-more]:visible").first.click()
    expect_to_fit(page)
    board.datasets.search.fill("script")
    expect(board.datasets.options.first).to_be_visible()
    expect_to_fit(page)
    board.button("review").click()
    expect(board.dialog).to_be_visible()
    expect_to_fit(page)
    body = board.dialog.locator(".dialog__body")
    assert body.evaluate("body => body.scrollWidth - body.clientWidth") == 0
    with board.refreshed():
        board.button("publish").click()
    trouble.expect("status of 404")
    for path in ("/review/", "/history/", "/history/3/", "/sandbox/", "/nowhere/"):
        page.goto(path)
        expect_to_fit(page)


def test_a_picture_that_does_not_load_gives_way_to_letters(visit, editor, portal, trouble):
    context = visit(editor)
    broken = portal.live("reuses")[0]
    context.route(f"**/*{broken}*", lambda route: route.fulfill(status=404))
    trouble.expect("status of 404")
    page = context.new_page()
    board = Board(page).open()

    letters = board.reuses.row(broken).locator("span.thumb")
    expect(letters).to_have_text(re.compile(r"^\w{1,2}$"))
    expect(board.reuses.row(broken).locator("img")).to_have_count(0)
    expect(board.reuses.rows.locator("img.thumb")).to_have_count(7)
    # So it does in what comes later.
    board.reuses.grip(broken).focus()
    with board.saved("remove"):
        page.keyboard.press("Delete")
    expect(board.reuses.tray.locator("span.thumb")).to_have_text(re.compile(r"^\w{1,2}$"))


def test_an_empty_list_can_be_filled(board, portal, page):
    portal.set_live("datasets", ())
    board.open()
    datasets = board.datasets

    expect(datasets.section).to_contain_text("Aucun jeu de données à la une")
    datasets.section.get_by_role("link", name="Chercher").click()
    expect(datasets.search).to_be_focused()
    for _ in range(2):
        page.keyboard.type("carburants")
        expect(datasets.section.locator('[role=option][aria-selected="true"]')).to_have_count(1)
        with board.saved("add"):
            page.keyboard.press("Enter")
    expect(datasets.rows).to_have_count(2)
    first, second = (row.get_attribute("data-id") or "" for row in datasets.rows.all())
    datasets.carry(second, 1)
    with board.saved("move"):
        page.mouse.up()
    datasets.shows([second, first])
    assert drafted("datasets") == (second, first)
