"""What a gesture makes the browser do: no more for a long list than for a short one."""

import pytest

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
    datasets.grip(live[4]).focus()
    with watched.saved("move"):
        page.keyboard.press("Alt+ArrowDown")

    datasets.shows([*live[:4], live[5], live[4], *live[6:]])
    assert touched(watched) == set(live[4:6])
