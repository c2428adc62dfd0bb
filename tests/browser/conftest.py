"""A real browser on the live server: people's browsers, and what must never happen in one."""

import os
import re
from collections.abc import Callable, Iterator
from shutil import which
from threading import Condition

import pytest
from django.conf import settings
from django.core.signals import request_finished, request_started
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, Response, expect

from curation.models import User
from tests.browser.chromium import launch_options, sign_in
from tests.browser.pages import Board, remember_what_is_shown
from tests.conftest import Portal
from tests.oidc import conftest as oidc

# The fixtures of that folder, for this one.
configure, forger, provider = oidc.configure, oidc.forger, oidc.provider
certified_provider, mock_provider = oidc.certified_provider, oidc.mock_provider

WIDE = {"width": 1440, "height": 1000}
# A busy machine is slow, not wrong; only what fails waits as long as this.
PATIENCE = 30_000
expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict, browser_name: str) -> dict:
    """Drive the installed Chromium; or Firefox as people have it, not as Playwright builds it."""
    if browser_name == "firefox":
        path = os.environ.get("FIREFOX") or which("firefox-esr") or which("firefox")
        return {**browser_type_launch_args, "channel": "moz-firefox", "executable_path": path}
    return {**browser_type_launch_args, **launch_options()}


class Trouble:
    """What went wrong in the pages: errors in the console and in scripts, requests that failed.

    A refused inline style or script (Content-Security-Policy) is an error in the console.
    """

    def __init__(self) -> None:
        self.seen: list[str] = []
        self._expected: list[str] = []

    def expect(self, pattern: str) -> None:
        """Let a test provoke an error; the test fails if it does not come."""
        self._expected.append(pattern)

    def watch(self, context: BrowserContext) -> None:
        """Listen to the pages of a context."""
        context.on("console", self._console)
        context.on("response", self._response)
        context.on("weberror", lambda error: self.seen.append(f"script: {error.error}"))
        context.on("requestfailed", self._request)

    def unexpected(self) -> list[str]:
        """Return what no test asked for."""
        return [each for each in self.seen if not any(map(_finder(each), self._expected))]

    def missing(self) -> list[str]:
        """Return what a test asked for and did not get."""
        return [each for each in self._expected if not any(re.search(each, s) for s in self.seen)]

    def _console(self, message: ConsoleMessage) -> None:
        # htmx says so of a request that a newer one replaces, or that a new page ends; of any other
        # that fails it says more.
        if re.match("htmx:(sendAbort|afterRequest),", message.text):
            return
        if message.type in {"error", "warning"}:
            place = message.location.get("url", "") if message.location else ""
            self.seen.append(f"{message.type}: {message.text} {place}")

    def _response(self, response: Response) -> None:
        # Chromium says so in the console too.
        if response.status >= 400:
            self.seen.append(f"response: status of {response.status} {response.url}")

    def _request(self, request: Request) -> None:
        # Left by the page itself: a search that a newer one replaces, or what a new page ends.
        if request.failure not in {"net::ERR_ABORTED", "NS_BINDING_ABORTED"}:
            self.seen.append(f"request: {request.method} {request.url} {request.failure}")


def _finder(text: str) -> Callable[[str], bool]:
    return lambda pattern: re.search(pattern, text) is not None


@pytest.fixture
def trouble() -> Iterator[Trouble]:
    """Fail the test on anything wrong in its pages."""
    trouble = Trouble()
    yield trouble
    assert trouble.unexpected() == []
    assert trouble.missing() == []


class _Traffic:
    """Counts the requests that the live server is answering."""

    def __init__(self) -> None:
        self._under_way = 0
        self._changed = Condition()
        request_started.connect(self._started)
        request_finished.connect(self._finished)

    def wait_for_silence(self) -> None:
        """Return when no request is under way: the database may be emptied then."""
        with self._changed:
            assert self._changed.wait_for(lambda: self._under_way == 0, timeout=30)

    def stop(self) -> None:
        request_started.disconnect(self._started)
        request_finished.disconnect(self._finished)

    def _started(self, **kwargs: object) -> None:
        with self._changed:
            self._under_way += 1

    def _finished(self, **kwargs: object) -> None:
        with self._changed:
            self._under_way -= 1
            self._changed.notify_all()


@pytest.fixture
def traffic(live_server) -> Iterator[_Traffic]:
    """Leave no request under way when the test is over and its data go."""
    traffic = _Traffic()
    yield traffic
    traffic.wait_for_silence()
    traffic.stop()


Visit = Callable[..., BrowserContext]


@pytest.fixture
def visit(portal: Portal, traffic, trouble: Trouble, live_server, new_context) -> Visit:
    """Return a function that opens somebody's browser: French, wide, with a mouse, unless told.

    Nobody is signed in for None.
    """

    def visit(user: User | None, **options: object) -> BrowserContext:
        options = {
            "base_url": live_server.url,
            "locale": "fr-FR",
            "timezone_id": settings.TIME_ZONE,
            "viewport": WIDE,
        } | options
        context = new_context(**options)
        context.set_default_timeout(PATIENCE)
        trouble.watch(context)
        remember_what_is_shown(context)
        if user:
            sign_in(context, user, live_server.url)
        return context

    return visit


@pytest.fixture
def page(visit: Visit, editor: User) -> Page:
    """Return an empty page of the editor's browser."""
    return visit(editor).new_page()


@pytest.fixture
def board(page: Page) -> Board:
    """Return the editor's board, its lists read from the portal."""
    return Board(page).open()
