"""With a finger on a small screen: drag by the handle, scroll by the rest, act behind "…"."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.pages import Board, drafted

pytestmark = pytest.mark.browser

LIFTED = re.compile("item--lifted")


def at_rest(element: Locator) -> tuple[float, float, float, float]:
    """Wait until an element stays where it is; return left, top, width and height.

    Rows that come into sight get their true height, and push others about.
    """
    place: tuple[float, float, float, float] = element.evaluate("""async (element) => {
      const frame = () => new Promise(requestAnimationFrame);
      const place = ({ x, y, width, height }) => [x, y, width, height];
      for (let before, still = 0; ; before = `${place(element.getBoundingClientRect())}`) {
        still = before === `${place(element.getBoundingClientRect())}` ? still + 1 : 0;
        if (still === 3) return place(element.getBoundingClientRect());
        await frame();
      }
    }""")
    return place


class Finger:
    """Real touch events: Playwright's own touchscreen only taps."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._cdp = page.context.new_cdp_session(page)

    def down(self, on: Locator) -> tuple[float, float]:
        """Put the finger on the middle of an element; return where that is."""
        x, y, width, height = at_rest(on)
        x, y = x + width / 2, y + height / 2
        self._send("touchStart", x, y)
        return x, y

    def move(self, x: float, start: float, end: float) -> None:
        """Draw the finger from one height to another."""
        for step in range(1, 9):
            self._send("touchMove", x, start + (end - start) * step / 8)

    def up(self) -> None:
        """Take the finger away from where it rests.

        One that leaves in motion flings, and Chromium lets the next tap stop that, and no more.
        """
        for _ in range(6):  # frames; it counts as resting after 40 ms
            self._page.evaluate("new Promise(requestAnimationFrame)")
        self._send("touchEnd")

    def cancel(self) -> None:
        """Let the system take the touch away, as for a call."""
        self._send("touchCancel")

    def _send(self, kind: str, *place: float) -> None:
        points = [{"x": place[0], "y": place[1]}] if place else []
        self._cdp.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})


@pytest.fixture
def page(visit, editor, playwright) -> Page:
    phone = playwright.devices["Pixel 7"] | {"viewport": {"width": 390, "height": 844}}
    del phone["default_browser_type"]
    return visit(editor, **phone).new_page()


@pytest.fixture
def finger(page) -> Finger:
    return Finger(page)


def middle_of(row: Locator) -> float:
    box = row.bounding_box()
    assert box
    return box["y"] + box["height"] / 2


def test_drag_by_the_handle(board, portal, finger):
    datasets, live = board.datasets, portal.live("datasets")

    # A short press lifts, the finger carries, letting go drops.
    x, y = finger.down(datasets.grip(live[0]))
    expect(datasets.row(live[0])).to_have_class(LIFTED)
    finger.move(x, y, middle_of(datasets.row(live[2])) + 8)
    expect(datasets.list.locator(".gap")).to_have_text("n° 3")
    with board.saved("move"):
        finger.up()
    order = [live[1], live[2], live[0], *live[3:]]
    datasets.shows(order)
    expect(datasets.grip(live[0])).to_be_focused()
    assert drafted("datasets") == tuple(order)

    # A touch that the system takes away puts the row back.
    x, y = finger.down(datasets.grip(live[0]))
    finger.move(x, y, y - 150)
    expect(datasets.row(live[0])).to_have_class(LIFTED)
    finger.cancel()
    expect(datasets.row(live[0])).not_to_have_class(LIFTED)
    datasets.shows(order)
    assert drafted("datasets") == tuple(order)


def test_the_page_scrolls_by_everything_but_the_handle(board, portal, finger, page):
    datasets, live = board.datasets, portal.live("datasets")
    heading = page.get_by_role("heading", level=1)

    x, y = finger.down(datasets.row(live[2]).get_by_role("heading"))
    finger.move(x, y, y - 300)
    finger.up()

    expect(heading).not_to_be_in_viewport()
    expect(page.locator(".item--lifted")).to_have_count(0)
    datasets.shows(live)
    assert drafted("datasets") is None


@pytest.fixture
def long(board, portal) -> tuple[str, ...]:
    """Fill the first list of the board with 200 items."""
    ids = (*portal.live("datasets"), *portal.unlisted("datasets", 191))
    portal.set_live("datasets", ids)
    board.open()
    expect(board.datasets.rows).to_have_count(200)
    return ids


def test_the_edge_of_the_screen_scrolls_a_long_list(board, long, finger, page):
    datasets, carried = board.datasets, long[0]
    x, y = finger.down(datasets.grip(carried))
    finger.move(x, y, 834)
    expect(datasets.row(long[20])).to_be_in_viewport()
    finger.move(x, 834, 400)
    with board.saved("move"):
        finger.up()

    place = drafted("datasets").index(carried) + 1
    assert place > 15
    assert drafted("datasets") == (*long[1:place], carried, *long[place:])
    datasets.shows(drafted("datasets"))
    expect(datasets.row(carried)).to_be_in_viewport()

    # And up again, to the very top.
    x, y = finger.down(datasets.grip(carried))
    finger.move(x, y, 6)
    expect(datasets.list.locator(".gap")).to_have_text("n° 1", timeout=20_000)
    with board.saved("move"):
        finger.up()
    datasets.shows(long)
    assert drafted("datasets") is None


def test_a_drag_scrolls_nothing_but_at_the_edges(board, long, finger, page):
    row = board.datasets.row(long[24])
    row.evaluate("row => row.scrollIntoView({ block: 'center' })")
    at_rest(row)
    before = page.evaluate("scrollY")
    x, y = finger.down(row.locator(".item__handle"))
    expect(row).to_have_class(LIFTED)
    finger.move(x, y, y - 150)
    finger.move(x, y - 150, y + 150)
    expect(board.datasets.list.locator(".gap")).not_to_have_text("n° 25")
    assert page.evaluate("scrollY") == before
    with board.saved("move"):
        finger.up()
    assert page.evaluate("scrollY") == before
    assert drafted("datasets") != long


def test_the_actions_of_a_row_are_behind_a_button(board, portal, page):
    datasets, live = board.datasets, portal.live("datasets")
    third = live[2]
    more = datasets.row(third).get_by_role("button", name=re.compile("^Actions pour"))
    up = datasets.act(third, "up")
    expect(up).to_be_hidden()

    more.tap()
    expect(more).to_have_attribute("aria-expanded", "true")
    expect(up).to_be_visible()
    with board.saved("move"):
        up.tap()
    datasets.shows([live[0], third, live[1], *live[3:]])
    board.says(re.compile("monté en position 2 sur 9"))

    # They stay open for the next step, under the finger or the keyboard.
    expect(up).to_be_visible()
    expect(more).to_have_attribute("aria-expanded", "true")
    up.focus()
    with board.saved("move"):
        page.keyboard.press("Enter")
    expect(up).to_be_focused()
    datasets.act(third, "down").focus()
    with board.saved("move"):
        page.keyboard.press("Enter")
    expect(datasets.act(third, "down")).to_be_focused()
    more.tap()
    expect(up).to_be_hidden()
    assert drafted("datasets") == (live[0], third, live[1], *live[3:])

    more.tap()
    with board.saved("remove"):
        datasets.act(third, "remove").tap()
    with board.saved("restore"):
        datasets.tray.get_by_role("button", name="Rétablir").tap()
    assert drafted("datasets") is None


def test_search_review_and_publish(board: Board, portal, page):
    datasets = board.datasets
    datasets.search.tap()
    page.keyboard.type("carburants")
    with board.saved("add"):
        datasets.section.locator("[role=option]:not([aria-disabled])").first.tap()
    expect(datasets.rows).to_have_count(10)
    board.button("review").tap()
    expect(board.dialog).to_be_visible()
    with board.refreshed():
        board.button("publish").tap()
    expect(page.get_by_role("status").filter(has_text="Publié :")).to_be_visible()
    assert len(portal.live("datasets")) == 10


def test_from_the_first_look_to_publication_by_touch_alone(visit, editor, portal, playwright):
    phone = playwright.devices["Pixel 7"] | {"viewport": {"width": 390, "height": 844}}
    del phone["default_browser_type"]
    page = visit(None, **phone).new_page()
    board, live = Board(page), portal.live("datasets")
    datasets = board.datasets
    page.goto("/")
    for label in ("Nom d’utilisateur", "Mot de passe"):
        page.get_by_label(label).tap()
        page.keyboard.type("claire")
    with board.refreshed():
        page.get_by_role("button", name="Se connecter").tap()

    # Add what is proposed, at a chosen place.
    datasets.search.tap()
    expect(datasets.options.first).to_be_visible()
    page.get_by_label("Ajouter à la position").first.tap()
    page.keyboard.type("2")
    new = datasets.options.first.get_attribute("data-id") or ""
    with board.saved("add"):
        datasets.options.first.tap()
    order = [live[0], new, *live[1:]]
    datasets.shows(order)

    # Drag, remove, change one's mind.
    finger = Finger(page)
    x, y = finger.down(datasets.grip(live[0]))
    expect(datasets.row(live[0])).to_have_class(LIFTED)
    finger.move(x, y, middle_of(datasets.row(new)) + 8)
    with board.saved("move"):
        finger.up()
    order[:2] = [new, live[0]]
    datasets.shows(order)
    datasets.row(live[8]).locator("[data-more]").tap()
    with board.saved("remove"):
        datasets.act(live[8], "remove").tap()
    datasets.shows(order[:-1])
    with board.saved("undo"):
        page.locator("#undo").tap()
    datasets.shows(order)

    # Look at it as visitors would, publish it, find it in the history.
    board.button("preview").tap()
    draft = page.get_by_role("region", name="Votre brouillon")
    expect(draft.locator("li.card").first).to_have_attribute("data-id", new)
    with board.refreshed():
        page.get_by_role("link", name="À la une", exact=True).last.tap()
    board.button("review").tap()
    with board.refreshed():
        board.button("publish").tap()
    assert portal.live("datasets") == tuple(order)
    page.get_by_role("link", name="Historique").first.tap()
    expect(page.locator(".entry").first).to_contain_text("Claire Test a publié la version")
