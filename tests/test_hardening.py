"""What every answer carries, how much anybody may send, cookies, compression; errors alike."""

import gzip
import re

import brotli
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from curation.models import AuditEntry
from tests.conftest import Browser
from tests.views.test_board import html

POLICIES = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": (
        "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"
    ),
}
CONTENT = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' https:",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}


@pytest.fixture(autouse=True)
def in_english(settings):
    settings.LANGUAGE_CODE = "en"


def in_trouble(browser: Browser, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("curation.views.history.PAGE_SIZE", None)
    return browser.get("/history/")


ANSWERS = {
    "page": (200, lambda browser, _: browser.get("/")),
    "fragment": (200, lambda browser, _: browser.htmx_get("/history/")),
    "sign-in": (200, lambda _, __: Client().get("/sign-in/")),
    "led to sign in": (302, lambda _, __: Client().get("/")),
    "file": (200, lambda browser, _: browser.get("/static/css/app.css")),
    "file of the admin": (200, lambda browser, _: browser.get("/static/admin/css/base.css")),
    "no file": (404, lambda browser, _: browser.get("/static/nothing.css")),
    "export": (200, lambda browser, _: browser.get("/history/export.csv")),
    "admin": (200, lambda browser, _: browser.get("/admin/")),
    "probe": (200, lambda browser, _: browser.get("/healthz")),
    "sandbox": (200, lambda browser, _: browser.get("/sandbox/")),
    "400": (400, lambda browser, _: browser.get("/", headers={"host": "a host of others"})),
    "403": (403, lambda browser, _: browser.get("/metrics", headers={"host": "testserver"})),
    "404": (404, lambda browser, _: browser.get("/nowhere/")),
    "405": (405, lambda browser, _: browser.post("/history/")),
    "413": (413, lambda browser, _: browser.post("/discard/", {"note": "x" * 300_000})),
    "500": (500, in_trouble),
}


@pytest.mark.parametrize(("status", "ask"), ANSWERS.values(), ids=ANSWERS)
def test_every_answer_has_every_policy(
    administrator, browser_of, listing, monkeypatch, settings, status, ask
):
    settings.METRICS_TOKEN = "t" * 32
    browser = browser_of(administrator)
    browser.raise_request_exception = False

    answer = ask(browser, monkeypatch)
    answer.close()  # files stay open otherwise

    assert answer.status_code == status
    assert {name: answer.headers.get(name) for name in POLICIES} == POLICIES
    # The sandbox's own pages stand for another site, with its own words on pictures.
    directives = answer.headers["Content-Security-Policy"].split("; ")
    assert dict(directive.split(" ", 1) for directive in directives) == CONTENT
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_redirect_to_https_has_them_too_and_https_is_remembered(client, db, settings):
    settings.SECURE_SSL_REDIRECT, settings.SECURE_HSTS_SECONDS = True, 3600

    redirect = client.get("/sign-in/")
    page = client.get("/sign-in/", secure=True)

    assert (redirect.status_code, redirect["Location"]) == (301, "https://testserver/sign-in/")
    assert {name: redirect.headers.get(name) for name in POLICIES} == POLICIES
    assert "default-src 'none'" in redirect.headers["Content-Security-Policy"]
    assert page.headers["Strict-Transport-Security"] == "max-age=3600"


@pytest.mark.parametrize("https", [True, False])
def test_cookies_are_for_the_server_alone(client, editor, settings, https):
    for name in ("SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "LANGUAGE_COOKIE_SECURE"):
        setattr(settings, name, https)
    client.get("/sign-in/")
    client.post("/sign-in/", {"username": "claire", "password": "claire"})
    client.post("/language/", {"language": "fr"})

    kept = {name: cookie for name, cookie in client.cookies.items() if cookie.value}

    assert set(kept) == {"sessionid", "csrftoken", "django_language"}
    for cookie in kept.values():
        assert (bool(cookie["httponly"]), cookie["samesite"]) == (True, "Lax")
        assert bool(cookie["secure"]) is https


# --- How much anybody may send --------------------------------------------------------------------


def too_long() -> dict[str, object]:
    return {"note": "x" * 300_000}


def a_file() -> dict[str, object]:
    return {"file": SimpleUploadedFile("a.bin", b"x" * 300_000)}


@pytest.mark.parametrize("what", [too_long, a_file])
@pytest.mark.parametrize("path", ["/sign-in/", "/review/publish/", "/admin/", "/nowhere/"])
def test_body_that_is_too_large_is_a_page_whoever_sends_it(db, client, what, path):
    answer = client.post(path, what())

    assert answer.status_code == 413
    assert "This is too large to send" in html(answer)


def test_body_is_not_read_before_it_is_refused(rf, client, db):
    class Unread:
        def read(self, *args: object) -> bytes:
            raise AssertionError("read")

        readline = read

    answer = client.generic(
        "POST", "/sign-in/", CONTENT_LENGTH="10000000000", **{"wsgi.input": Unread()}
    )

    assert answer.status_code == 413


def test_largest_body_that_is_taken(signed_in, listing, settings):
    at_most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    body = "note=" + "x" * (at_most - 5)

    answer = signed_in.generic("POST", "/discard/", body, "application/x-www-form-urlencoded")

    assert answer.status_code == 302


def test_too_many_fields_are_a_page(client, db):
    answer = client.post("/sign-in/", {f"field{number}": "x" for number in range(1001)})

    assert answer.status_code == 400
    assert "This request cannot be understood" in html(answer)


def test_no_page_has_a_style_or_a_script_of_its_own(signed_in, listing):
    """What the policy would refuse in a browser; the pages themselves are looked at there."""
    for name in ("board", "review", "history", "timeline", "status", "history-as-it-was"):
        page = html(signed_in.get(reverse(name)))

        assert not re.search(r"<style|<script(?![^>]* src=)|\son\w+=| style=|javascript:", page), (
            name
        )


# --- Compressed pages -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("taken", "encoding", "unpack"),
    [
        ("gzip, deflate", "gzip", gzip.decompress),
        ("gzip, deflate, br, zstd", "br", brotli.decompress),
        ("br;q=0, gzip", "gzip", gzip.decompress),
    ],
)
def test_pages_are_compressed_and_differ_in_length_and_token(
    signed_in, listing, taken, encoding, unpack
):
    answers = [signed_in.get("/", headers={"Accept-Encoding": taken}) for _ in range(8)]
    pages = [unpack(answer.content) for answer in answers]

    for answer, page in zip(answers, pages, strict=True):
        assert answer.headers["Content-Encoding"] == encoding
        assert "Accept-Encoding" in answer.headers["Vary"]
        assert int(answer.headers["Content-Length"]) == len(answer.content) < len(page) / 4
    if encoding == "br":
        assert len({len(answer.headers["X-Padding"]) for answer in answers}) > 1
    else:  # Django names each stream at random; byte 3 says that it has a name
        assert all(answer.content[3] & 8 for answer in answers)
    tokens = {re.findall(rb'name="csrfmiddlewaretoken" value="(\w+)"', page)[0] for page in pages}
    assert len(tokens) == 8


def test_an_export_is_compressed_while_it_is_streamed(signed_in, listing):
    answer = signed_in.get("/history/export.jsonl", headers={"Accept-Encoding": "gzip, br"})

    assert answer.streaming
    assert "Content-Length" not in answer.headers
    lines = gzip.decompress(answer.getvalue())
    assert lines == signed_in.get("/history/export.jsonl").getvalue()
    assert lines.count(b"\n") == AuditEntry.objects.count() > 0
