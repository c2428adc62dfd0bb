"""What an editor sees, by the hooks that docs/architecture.md keeps stable."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager

from playwright.sync_api import APIResponse, BrowserContext, Locator, Page, Response, Route, expect

from curation.models import Draft


class Column:
    """One list of the board."""

    def __init__(self, page: Page, key: str) -> None:
        self.page = page
        self.key = key
        self.section = page.locator(f'[data-column="{key}"]')
        self.list = page.locator(f'ol[data-listing="{key}"]')
        self.rows = self.list.locator("> li[data-id]")
        self.search = page.locator(f'input[role=combobox][data-listing="{key}"]')
        self.options = self.section.locator("[role=option]")
        self.tray = self.section.locator(".tray")

    def row(self, item_id: str) -> Locator:
        """Return the row of an item."""
        return self.list.locator(f'> li[data-id="{item_id}"]')

    def grip(self, item_id: str) -> Locator:
        """Return the handle by which a row is dragged or lifted."""
        return self.row(item_id).locator(".item__handle")

    def act(self, item_id: str, action: str) -> Locator:
        """Return one of the buttons of a row."""
        return self.row(item_id).locator(f'[data-action="{action}"]')

    def carry(self, item_id: str, place: int) -> None:
        """Drag a row by its handle over a place, counted from 1; the button stays down."""
        grip, target = self.grip(item_id), self.rows.nth(place - 1)
        grip.scroll_into_view_if_needed()
        start, end = grip.bounding_box(), target.bounding_box()
        assert start
        assert end
        x, y = start["x"] + start["width"] / 2, start["y"] + start["height"] / 2
        middle = end["y"] + end["height"] / 2
        mouse = self.page.mouse
        mouse.move(x, y)
        mouse.down()
        mouse.move(x + 6, middle + (-6 if middle < y else 6), steps=8)

    def shows(self, ids: Iterable[str]) -> None:
        """Expect exactly these items, in this order, numbered from 1."""
        ids = list(ids)
        expect(self.rows).to_have_count(len(ids))
        for place, item_id in enumerate(ids):
            expect(self.rows.nth(place)).to_have_attribute("data-id", item_id)
        expect(self.rows.locator(".item__pos")).to_have_text(
            [str(place + 1) for place in range(len(ids))]
        )


# What an answer brings settles a moment after it is swapped in: only then has the focus its place.
# One that a newer request or a new page makes void is never shown.
REMEMBER_WHAT_IS_SHOWN = """
window.answers = { shown: new Set(), awaited: 0 };
addEventListener("htmx:beforeSend", () => { answers.awaited += 1; });
addEventListener("htmx:afterRequest", ({ detail: { xhr } }) => setTimeout(() => {
  answers.awaited -= 1;
  answers.shown.add(xhr.getResponseHeader("X-Request-ID"));
}, htmx.config.settleDelay));
"""


def remember_what_is_shown(context: BrowserContext) -> None:
    """Let a board's pages tell which answers they have shown, for `Board` to wait for."""
    context.add_init_script(REMEMBER_WHAT_IS_SHOWN)


class Board:
    """The board in one tab."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.datasets = Column(page, "datasets")
        self.reuses = Column(page, "reuses")
        self.live = page.locator("#live[role=status]")
        self.dock = page.locator("#dock")
        self.dialog = page.get_by_role("dialog")
        self.messages = page.locator("#messages")

    def open(self) -> Board:
        """Go to the board, and wait for the fresh lists that it asks for."""
        with self.refreshed():
            self.page.goto("/")
        return self

    def saved(self, action: str, status: int = 200) -> AbstractContextManager[None]:
        """Wait until the answer to a step is shown: "move", "add", "remove" or "restore"."""
        return self._answered(lambda answer: answer.url.endswith(f"/{action}/"), status)

    def refreshed(self) -> AbstractContextManager[None]:
        """Wait until an answer with fresh lists is shown."""
        return self._answered(lambda answer: "/live/" in answer.url)

    @contextmanager
    def _answered(
        self, is_it: Callable[[Response], bool], status: int | None = None
    ) -> Iterator[None]:
        with self.page.expect_response(is_it) as event:
            yield
        assert status in {None, event.value.status}
        # The network has it before the page does: what is pressed in between meets the old list.
        self.page.wait_for_function(
            "id => answers.shown.has(id) || !answers.awaited",
            arg=event.value.headers["x-request-id"],
        )

    def says(self, text: str | re.Pattern[str]) -> None:
        """Expect what a screen reader is told."""
        expect(self.live).to_have_text(text)

    def button(self, action: str) -> Locator:
        """Return a button of the bar at the bottom or of the dialog."""
        return self.page.locator(f'[data-action="{action}"]:visible')


class Gate:
    """Holds back the requests of a page for a pattern until the test says what becomes of them."""

    def __init__(self, page: Page, pattern: str, *, answered: bool = False) -> None:
        """Hold requests, or with `answered` their answers, taken from the server at once."""
        self._page = page
        self._pattern = pattern
        self._answered = answered
        self._is_open = False
        self._held: list[tuple[Route, APIResponse | None]] = []
        page.route(pattern, self._take)

    def wait(self) -> None:
        """Wait until a request stands before the gate."""
        for _ in range(600):
            if self._held:
                return
            self._page.evaluate("new Promise(requestAnimationFrame)")
        raise AssertionError(f"no request for {self._pattern}")

    def let_go(self) -> None:
        """Let the first request through, or its answer."""
        self.wait()
        route, answer = self._held.pop(0)
        if answer:
            route.fulfill(response=answer)
        else:
            route.continue_()

    def fail(self, status: int | None = None) -> None:
        """Answer the first request with an error, without one cut the connection."""
        self.wait()
        route, _ = self._held.pop(0)
        if status:
            route.fulfill(status=status, body="<h1>Server Error</h1>", content_type="text/html")
        else:
            route.abort("connectionfailed")

    def open(self) -> None:
        """Hold no more."""
        self._is_open = True
        while self._held:
            self.let_go()

    def _take(self, route: Route) -> None:
        if self._is_open:
            route.continue_()
        else:
            self._held.append((route, route.fetch() if self._answered else None))


def drafted(key: str) -> tuple[str, ...] | None:
    """Return what the one draft of a list holds on the server; None if there is none."""
    draft = Draft.objects.filter(listing=key).first()
    return draft.selection if draft else None
