"""The installed Chromium, and how somebody is signed in there."""

import os
from shutil import which

from django.conf import settings
from playwright.sync_api import BrowserContext

from curation.models import User
from tests.conftest import Browser

# Playwright keeps an event loop in its thread, in which Django refuses its ORM.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

QUIET = [  # it calls home for updates and lists of sites; a test machine may have no network
    "--disable-background-networking",
    "--disable-client-side-phishing-detection",
    "--disable-component-update",
    "--disable-domain-reliability",
    "--no-default-browser-check",
    "--no-first-run",
]


def launch_options() -> dict:
    """Return how to start it: it takes no sandbox as root."""
    as_root = ["--no-sandbox"] if os.geteuid() == 0 else []
    return {
        "executable_path": os.environ.get("CHROMIUM") or _installed(),
        "args": [*QUIET, *as_root],
    }


def _installed() -> str | None:
    """Return the path of a Chromium; None lets Playwright take its own."""
    return which("chromium") or which("chromium-browser") or which("google-chrome")


def sign_in(context: BrowserContext, user: User, url: str) -> None:
    """Give a context the cookie of a session."""
    client = Browser()
    client.force_login(user)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": url}])
