"""Where the pictures are taken: the real app, as the demo prepares it, and people's browsers."""

from __future__ import annotations

import logging
import re
import sqlite3
from contextlib import contextmanager
from threading import Thread
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.cache import cache
from django.core.management import call_command
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.core.wsgi import get_wsgi_application
from django.db import connection
from playwright.sync_api import expect, sync_playwright

from curation.accounts.roles import Role
from curation.models import User
from curation.sandbox import faults
from tests.browser.chromium import launch_options, sign_in
from tests.browser.pages import Board, remember_what_is_shown
from tests.conftest import Portal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, BrowserContext, Page

LOCALES = {"fr": "fr-FR", "en": "en-GB"}
TIMEOUT = 15_000


class Stage:
    """The app in one language, its portal, and whoever looks at it.

    It is served by a thread of this process: faults and settings reach it.
    """

    def __init__(self, browser: Browser, url: str) -> None:
        self.url = url
        self.portal = Portal()
        self._browser = browser
        self._contexts: list[BrowserContext] = []
        self._file = settings.DATABASES["default"]["NAME"]
        self._beginning = sqlite3.connect(":memory:")
        self._language = ""
        with sqlite3.connect(self._file) as prepared:
            prepared.backup(self._beginning)

    def reset(self, language: str) -> None:
        """Go back to the beginning: everybody leaves, and nothing has happened."""
        self.leave()
        self._language = language
        with sqlite3.connect(self._file) as spent:
            self._beginning.backup(spent)
        cache.clear()
        faults.clear()
        settings.HOMEPAGE_LIMITS = {}

    def leave(self) -> None:
        """Close all browsers."""
        while self._contexts:
            self._contexts.pop().close()

    def page(self, who: str | None = "claire") -> Page:
        """Return an empty page of somebody's browser; nobody is signed in for None."""
        context = self._browser.new_context(
            base_url=self.url,
            locale=LOCALES[self._language],
            timezone_id=settings.TIME_ZONE,
            viewport={"width": 1440, "height": 1000},
            reduced_motion="reduce",  # nothing half-way between two places
        )
        self._contexts.append(context)
        context.set_default_timeout(TIMEOUT)
        remember_what_is_shown(context)
        if who:
            sign_in(context, User.objects.get(username=who), self.url)
        return context.new_page()

    def visit(self, address: str, who: str | None = "claire") -> Page:
        """Return a page of somebody's browser."""
        page = self.page(who)
        page.goto(address)
        return page

    def board(self, who: str = "claire") -> Board:
        """Return somebody's board, its lists read from the portal."""
        board = Board(self.page(who)).open()
        expect(board.page.locator("#live-lists")).not_to_have_class(re.compile("htmx-request"))
        return board


@contextmanager
def stage() -> Iterator[Stage]:
    """Prepare the demo in the database of this process, which has to be SQLite, and serve it."""
    expect.set_options(timeout=TIMEOUT)
    call_command("demo", prepare_only=True, verbosity=0)
    User.objects.create_user("noe", first_name="Noé", last_name="Garcia", role=Role.NONE)
    connection.close()
    logging.disable()  # what goes wrong is meant to
    with _served() as url, sync_playwright() as browsers:
        browser = browsers.chromium.launch(**launch_options())
        yield Stage(browser, url)
        browser.close()


@contextmanager
def _served() -> Iterator[str]:
    server = ThreadedWSGIServer(("127.0.0.1", 0), _Quiet, ipv6=False)
    server.set_app(get_wsgi_application())
    server.daemon_threads = True
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()


class _Quiet(WSGIRequestHandler):
    def log_message(self, *args: object) -> None:
        """Leave the terminal to the names of the pictures."""
