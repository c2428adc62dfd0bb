"""Magnified, respaced, in the colours of the system, with a thumb: nothing is lost or covered."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, ViewportSize

from tests.browser.pages import Board
from tests.browser.test_hostile import TOO_WIDE
from tests.browser.tour import crowded, states

__all__ = ["crowded"]  # the fixture

pytestmark = pytest.mark.browser

MEASURES = (Path(__file__).parent / "measures.js").read_text()
# WCAG 1.4.12; a constructed sheet, since the policy allows no style in the page.
RESPACE = """
() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
    * { line-height: 1.5 !important; letter-spacing: .12em !important }
    * { word-spacing: .16em !important }
    p { margin-block-end: 2em !important }
  `);
  document.adoptedStyleSheets = [sheet];
}
"""
# How high the bar at the bottom is, and how much of the window the focus does not come to.
DOCK = """
() => {
  const dock = document.querySelector("#dock");
  const { scrollPaddingBottom } = getComputedStyle(document.documentElement);
  return {
    height: dock.offsetHeight,
    scrolls: dock.scrollHeight > dock.clientHeight,
    kept_free: parseFloat(scrollPaddingBottom),
  };
}
"""


def too_wide(page: Page) -> list[str]:
    """Return what reaches beyond the right edge of the window."""
    return measured("wider")(page) + page.evaluate(TOO_WIDE)


def measured(name: str) -> Callable[[Page], list[str]]:
    """Return a function that measures a page."""
    return lambda page: page.evaluate(f"{MEASURES.strip()}.{name}()")


spilt, clipped, covered = measured("spilt"), measured("clipped"), measured("covered")
small, moving, unmarked = measured("small"), measured("moving"), measured("unmarked")


def respace(page: Page) -> None:
    page.evaluate(RESPACE)


def enlarge(page: Page) -> None:
    """Set the size of letters as somebody does in the settings of the browser."""
    cdp = page.context.new_cdp_session(page)
    cdp.send("Page.setFontSizes", {"fontSizes": {"standard": 32, "fixed": 26}})
    cdp.detach()


def size(width: int, height: int) -> ViewportSize:
    return ViewportSize(width=width, height=height)


@pytest.fixture
def walk(visit, editor, crowded, trouble) -> Iterator[Callable]:
    """Return a function that leads from state to state, and notes what measures find in each."""
    trouble.expect("status of 404")
    found: list[str] = []

    def walk(*measures: Callable, prepare: Callable | None = None, **options: object) -> None:
        page = visit(editor, **options).new_page()
        for state in states(page):
            if prepare:
                prepare(page)
            for measure in measures:
                found.extend(f"{state}: {each}" for each in measure(page))

    yield walk
    assert not found, "\n".join(found)


def test_magnified_twice(walk):
    walk(too_wide, spilt, clipped, viewport=size(640, 512))


def test_magnified_four_times(walk):
    walk(too_wide, spilt, clipped, covered, viewport=size(320, 256))


def test_letters_twice_as_large(walk):
    walk(too_wide, spilt, clipped, prepare=enlarge, viewport=size(1280, 800))


@pytest.mark.parametrize("viewport", [size(1440, 900), size(320, 640)], ids=["wide", "narrow"])
def test_letters_further_apart(walk, viewport):
    walk(too_wide, spilt, clipped, covered, prepare=respace, viewport=viewport)


# Letters of one system are wider than those of another: what wraps in this one fits in that.
@pytest.mark.parametrize("prepare", [None, respace], ids=["as they are", "further apart"])
def test_board_between_the_usual_widths(visit, editor, crowded, prepare):
    page = visit(editor).new_page()
    Board(page).open()
    if prepare:
        prepare(page)
    for width in range(320, 1440, 40):
        page.set_viewport_size(size(width, 800))
        found = [each for measure in (too_wide, spilt, clipped) for each in measure(page)]
        assert not found, f"{width} px: {found}"
        dock = page.evaluate(DOCK)
        assert dock["height"] < dock["kept_free"], f"{width} px"
        assert not dock["scrolls"], f"{width} px"


def test_with_a_mouse_and_keys(walk):
    walk(small, covered, clipped, viewport=size(1440, 800))


def test_with_a_thumb(walk):
    walk(small, covered, clipped, viewport=size(390, 844), has_touch=True)


def test_in_the_colours_of_the_system_and_without_motion(walk):
    walk(unmarked, moving, forced_colors="active", reduced_motion="reduce")
