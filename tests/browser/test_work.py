"""What a gesture makes the browser do: no more for a long list than for a short one."""

from urllib.parse import urlsplit

import pytest
from django.contrib.staticfiles import finders
from playwright.sync_api import Route, expect

from curation.static import minified
from tests.browser.pages import Board

pytestmark = pytest.mark.browser

# Collects which rows are touched, and what htmx looks at.
WATCH = """list => {
  window.touched = new Set();
  window.validated = 0;
  const rowOf = (node) => (node.nodeType === 1 ? node : node.parentElement)?.closest("li[data-id]");
  window.watcher = new MutationObserver((records) => {
    for (const { target, addedNodes, removedNodes } of records)
      for (const node of target === list ? [...addedNodes, ...removedNodes] : [target])
        if (rowOf(node)) touched.add(rowOf(node).dataset.id);
  });
  watcher.observe(list, { subtree: true, childList: true, attributes: true, characterData: true });
  document.addEventListener("htmx:validation:validate", () => { validated += 1; });
}"""


def touched(board: Board) -> set[str]:
    found: list[str] = board.page.evaluate("[...touched]")
    return set(found)


@pytest.fixture
def watched(board) -> Board:
    board.datasets.list.evaluate(WATCH)
    return board


def test_a_drop_touches_the_rows_that_it_passes(watched, portal, page):
    datasets, live = watched.datasets, portal.live("datasets")
    datasets.carry(live[4], 3)
    with watched.saved("move"):
        page.mouse.up()

    datasets.shows([*live[:2], live[4], *live[2:4], *live[5:]])
    assert touched(watched) == set(live[2:5])
    assert page.evaluate("validated") == 0


def test_a_key_moves_one_row(watched, portal, page):
    datasets, live = watched.datasets, portal.live("datasets")
    form = page.locator("#datasets-form")
    form.evaluate("form => { form.isOld = true }")
    seen = form.locator("[name=version]").input_value()
    datasets.grip(live[4]).focus()
    with watched.saved("move"):
        page.keyboard.press("Alt+ArrowDown")

    datasets.shows([*live[:4], live[5], live[4], *live[6:]])
    assert touched(watched) == set(live[4:6])
    expect(form.locator("[name=version]")).not_to_have_value(seen)
    assert form.evaluate("form => form.isOld")  # a thousand buttons are in it


def test_the_scripts_work_as_they_are_served(board, portal, page):
    """Collected, they have other names and no comments: curation.static."""

    def collected(route: Route) -> None:
        source = finders.find(urlsplit(route.request.url).path.removeprefix("/static/"))
        assert isinstance(source, str)
        with open(source, encoding="utf-8") as script:
            served = minified(script.read())
        route.fulfill(body=served, content_type="text/javascript; charset=utf-8")

    page.route("**/static/js/*.js", collected)
    board.open()
    datasets, live = board.datasets, portal.live("datasets")

    datasets.carry(live[4], 3)
    with board.saved("move"):
        page.mouse.up()
    with board.saved("remove"):
        datasets.act(live[0], "remove").click()
    datasets.search.fill("carburants")
    with board.saved("add"):
        datasets.options.locator("visible=true").first.click()
    expect(datasets.rows).to_have_count(len(live))
    with board.saved("undo"):
        page.keyboard.press("Control+z")
    datasets.shows([live[1], live[4], *live[2:4], *live[5:]])

    page.goto("/timeline/")
    bar = page.locator("[data-bars] a").first
    bar.focus()
    expect(page.locator(".tip:visible")).to_contain_text(bar.get_attribute("data-text") or "?")
