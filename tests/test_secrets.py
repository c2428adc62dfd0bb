"""Secrets stay where they are, whatever fails: not on pages, in logs, in records or in words."""

import io
import json
import logging
from collections.abc import Callable

import pytest
from django.core.management import CommandError, call_command

from curation import urls  # noqa: F401  before a test takes the sandbox away
from curation.accounts import discovery
from curation.logs import JsonLines, PlainLines
from curation.models import AuditEntry, Listing
from curation.services import drafts
from tests.conftest import Browser
from tests.portal.server import Answer, reply, reset, serving

SECRETS = {
    "PORTAL_API_KEY": "the-key-of-the-portal-0123456789",
    "AUDIT_KEY": "the-key-of-the-log-0123456789-0123456789",
    "OIDC_CLIENT_SECRET": "the-secret-of-the-client-0123456789",
    "METRICS_TOKEN": "the-token-of-the-figures-0123456789",
    "SECRET_KEY": "the-key-of-sessions-0123456789-0123456789-0123456789-012345",
}
PASSWORD = "claire"  # as tests.conftest.person has it
REPEATED = json.dumps({"message": f"Wrong key {SECRETS['PORTAL_API_KEY']} given"})


class Seen:
    """All that anybody could read: answers, lines of both formats, entries, words of commands."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.session = ""
        self._lines = io.StringIO()
        self.handlers = [logging.StreamHandler(self._lines) for _format in range(2)]
        for handler, formatter in zip(self.handlers, (JsonLines(), PlainLines()), strict=True):
            handler.setFormatter(formatter)

    @property
    def all(self) -> str:
        entries = [json.dumps(entry.exported()) for entry in AuditEntry.objects.all()]
        return "\n".join([*self.texts, self._lines.getvalue(), *entries])

    def secrets(self) -> list[str]:
        """Return the names of the secrets that are in it."""
        assert self.session
        secrets = SECRETS | {"sessionid": self.session}
        return [name for name, secret in secrets.items() if secret in self.all]


@pytest.fixture
def seen(settings):
    """Set every secret, and read along."""
    for name, secret in SECRETS.items():
        setattr(settings, name, secret)
    settings.LANGUAGE_CODE = "en"
    seen = Seen()
    root = logging.getLogger()
    for handler in seen.handlers:
        root.addHandler(handler)
    yield seen
    for handler in seen.handlers:
        root.removeHandler(handler)


@pytest.fixture
def ask(editor, listing: Listing, seen: Seen) -> Callable[..., int]:
    """Return a function by which an editor with a draft asks for a page, and keeps what it says."""
    drafts.move_item(editor, listing, listing.live[1], to=1, seen=drafts.token(listing, None))
    browser = Browser(raise_request_exception=False)
    browser.force_login(editor)
    seen.session = browser.cookies["sessionid"].value

    def ask(method: str, path: str, **data: str) -> int:
        answer = getattr(browser, method)(path, data)
        content = answer.getvalue() if answer.streaming else answer.content
        headers = {name: value for name, value in answer.items() if name != "Set-Cookie"}
        seen.texts.append(f"{headers}{content.decode()}")
        return answer.status_code

    return ask


def form_of(seen: Seen, name: str) -> str:
    """Return the value of a hidden field of the page seen last."""
    return seen.texts[-1].partition(f'name="{name}" value="')[2].partition('"')[0]


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (reply(REPEATED, 401), "Wrong key *** given"),
        (reply(REPEATED, 403), "Wrong key *** given"),
        (reply(REPEATED, 404), "Wrong key *** given"),
        (reply(REPEATED, 500), "Wrong key *** given"),
        (reply(REPEATED, 418), "Wrong key *** given"),
        (reply(REPEATED[:40], 200), "portal.answered"),
        (reset, "PortalBroken"),
    ],
    ids=["401", "403", "404", "500", "418", "unreadable", "broken"],
)
def test_portal_that_fails_and_repeats_the_key(settings, seen, ask, answer: Answer, told):
    with serving(answer) as portal:
        settings.PORTAL_URL, settings.IS_SANDBOX = portal.url, False
        ask("get", "/live/")
        ask("get", "/lists/datasets/search/", q="velo")
        ask("get", "/review/")
        fields = {name: form_of(seen, name) for name in ("publication", "version-datasets")}
        ask("post", "/review/publish/", **fields, note="x")
        ask("get", "/status/")
        ask("get", "/history/export.jsonl")
        output = io.StringIO()
        with pytest.raises(CommandError):
            call_command("check_portal", stdout=output, stderr=output)
        seen.texts.append(output.getvalue())

        sent = {request.headers.get("x-api-key") for request in portal.received}

    assert SECRETS["PORTAL_API_KEY"] in sent
    assert told in seen.all
    assert seen.secrets() == []


def test_fault_of_our_own(settings, seen, ask, monkeypatch):
    monkeypatch.setattr("curation.views.history.PAGE_SIZE", None)

    assert settings.DEBUG is False
    assert ask("get", "/history/") == 500
    assert "Traceback" in seen.all
    assert seen.secrets() == []


def test_database_that_takes_nothing(seen, ask, monkeypatch, settings):
    settings.AUDIT_OLD_KEYS = [SECRETS["AUDIT_KEY"]]
    ask("post", "/sign-in/", username="claire", password=PASSWORD)
    settings.AUDIT_KEY = ""  # a sealed log refuses: an error of the configuration

    ask("post", "/sign-out/")

    assert "AUDIT_KEY" in seen.all
    assert seen.secrets() == []


@pytest.mark.parametrize(
    "answer",
    [
        reply(json.dumps({"error": f"bad {SECRETS['OIDC_CLIENT_SECRET']}"}), 400),
        reply("nonsense", 200),
        reset,
    ],
    ids=["repeated", "nonsense", "broken"],
)
def test_provider_that_fails_and_repeats_the_secret(settings, seen, ask, answer: Answer):
    discovery.forget()
    with serving(answer) as provider:
        settings.OIDC_ISSUER = provider.url
        status = ask("get", "/oidc/authenticate/")
    discovery.forget()

    assert status in {302, 503}
    assert "sign-in refused" in seen.all or status == 302
    assert seen.secrets() == []


def test_wrong_credentials(seen, ask):
    assert ask("get", "/metrics") == 403
    assert ask("post", "/sign-in/", username="nobody", password="typed-by-mistake") in {200, 302}
    assert "typed-by-mistake" not in seen.all
    assert seen.secrets() == []


def test_what_is_looked_for_would_be_found(seen, ask):
    ask("get", "/sign-in/")
    logging.getLogger("curation").warning("it is %s", SECRETS["AUDIT_KEY"])
    seen.texts.append(f"Cookie: {seen.session}")

    assert seen.secrets() == ["AUDIT_KEY", "sessionid"]
