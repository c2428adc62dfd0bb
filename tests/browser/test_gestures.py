"""How many clicks and keys a task takes: docs/editors.md says what is counted here."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pages import Board, drafted

pytestmark = pytest.mark.browser

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "editors.md"
# Kept in the window's name: a task may lead over several pages.
COUNT = """
  const count = (what) => () => {
    const all = JSON.parse(window.name || "{}");
    window.name = JSON.stringify({ ...all, [what]: (all[what] ?? 0) + 1 });
  };
  const key = count("keys");
  addEventListener("pointerdown", count("clicks"), true);
  addEventListener("keydown", (event) => {
    if (!["Alt", "Control", "Meta", "Shift"].includes(event.key)) key();
  }, true);
"""
ROW = re.compile(r"^\| (?P<task>[^|]+) \| (?P<ours>\d+ \| \d+) \| (?P<theirs>[\d–]+ \| [\d–]+) \|$")


def table() -> dict[str, tuple[str, str]]:
    """Return what the guide says of each task: our clicks and keys, and those of old."""
    rows = [ROW.match(line) for line in GUIDE.read_text(encoding="utf-8").splitlines()]
    return {row["task"]: (row["ours"], row["theirs"]) for row in rows if row}


@pytest.fixture
def board(page: Page) -> Board:
    page.add_init_script(COUNT)
    return Board(page).open()


@pytest.fixture
def counted(page: Page) -> Callable[[], str]:
    """Return a function that says what was counted since it was asked last."""

    def counted() -> str:
        return page.evaluate(
            """() => {
              const { clicks = 0, keys = 0 } = JSON.parse(window.name || "{}");
              window.name = "";
              return `${clicks} | ${keys}`;
            }"""
        )

    return counted


def publish(board: Board) -> None:
    board.button("review").click()
    board.button("publish").click()
    expect(board.messages).to_contain_text("Publié")


def test_the_tasks_of_the_guide(board, portal, page, counted):
    live, seen = portal.live("datasets"), {}
    datasets = board.datasets

    datasets.carry(live[4], 2)
    with board.saved("move"):
        page.mouse.up()
    order = [live[0], live[4], *live[1:4], *live[5:]]
    datasets.shows(order)
    seen["déplacer un élément"] = counted()

    publish(board)
    assert portal.live("datasets") == tuple(order)
    seen["publier"] = counted()

    page.get_by_role("link", name="Annuler votre version").click()
    page.get_by_role("button", name="En faire mon brouillon").click()
    board.button("publish").click()
    expect(board.messages).to_contain_text("Publié")
    assert portal.live("datasets") == live
    seen["annuler sa publication"] = counted()

    page.keyboard.press("/")
    page.keyboard.type("carburants")
    option = datasets.section.locator("[aria-selected=true]")
    expect(option).to_be_visible()
    new = option.get_attribute("data-id")
    start, end = option.bounding_box(), datasets.row(live[3]).bounding_box()
    assert start
    assert end
    page.mouse.move(start["x"] + 60, start["y"] + 10)
    page.mouse.down()
    page.mouse.move(end["x"] + 60, end["y"] + 4, steps=6)
    with board.saved("add"):
        page.mouse.up()
    with board.saved("remove"):
        datasets.act(live[3], "remove").click()
    datasets.shows([*live[:3], new, *live[4:]])
    seen["remplacer un élément, à la même place"] = counted()

    with board.saved("undo"):
        page.get_by_role("complementary", name="Dernière étape").get_by_role("button").click()
    datasets.shows([*live[:3], new, *live[3:]])
    seen["annuler la dernière étape"] = counted()
    with board.saved("undo"):
        page.keyboard.press("Control+z")
    datasets.shows(live)
    assert drafted("datasets") is None
    seen["annuler la dernière étape, au clavier"] = counted()

    for column in (datasets, board.reuses):
        with board.saved("remove"):
            column.act(portal.live(column.key)[0], "remove").click()
    counted()
    publish(board)
    assert portal.live("datasets") == live[1:]
    seen["publier les deux listes"] = counted()

    assert seen == {task: ours for task, (ours, _) in table().items()}


def test_no_task_takes_more_than_in_the_former_editor():
    for task, (ours, theirs) in table().items():
        for mine, former in zip(ours.split(" | "), theirs.split(" | "), strict=True):
            assert former == "–" or int(mine) <= int(former), task
