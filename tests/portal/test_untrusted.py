"""Whatever a portal sends becomes a plain value, or nothing."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curation.portal import untrusted

SITE = "https://portal.example"

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda children: st.lists(children) | st.dictionaries(st.text(), children),
)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Base adresse", "Base adresse"),
        ("  two\r\n lines\t", "two lines"),
        ("<b>bold</b> & so on", "<b>bold</b> & so on"),  # text; the page escapes it
        ("null\x00byte", "null byte"),
        ("half a \ud83d smiley", "half a \ufffd smiley"),
        ("whole 👨‍👩‍👧", "whole 👨‍👩‍👧"),
        ("right \u202eot tfel\u202c", "right ot tfel"),
        ("50\u202f%", "50\u202f%"),
        (None, ""),
        (12, ""),
        (["a"], ""),
    ],
)
def test_text(value, expected):
    assert untrusted.text(value) == expected


def test_text_is_cut():
    assert untrusted.text("x" * 10_000, 50) == "x" * 50


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("**Base** adresse.\n\n- one\n- `two`", "Base adresse. one two"),
        ("# Title\n> quoted", "Title quoted"),
        ("See [the site](https://x.example/a_b) ![logo](x.png)", "See the site logo"),
        ("<p>One <b>word</b></p>", "One word"),
        ("fichier_de_test", "fichier_de_test"),
        (None, ""),
        ({"fr": "non"}, ""),
    ],
)
def test_excerpt(markdown, expected):
    assert untrusted.excerpt(markdown) == expected


def test_excerpt_is_cut_between_words():
    assert untrusted.excerpt("one two three four", 12) == "one two…"
    assert untrusted.excerpt("x" * 50, 12) == "x" * 11 + "…"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0, 0),
        (1234, 1234),
        ("1234", 1234),
        (12.0, 12),
        (-1, None),
        (True, None),
        ("many", None),
        ("", None),
        ("²", None),
        ("9" * 5000, None),
        (10**400, None),
        (float("nan"), None),
        (float("inf"), None),
        (None, None),
        ({"2026-01": 3}, None),
    ],
)
def test_count(value, expected):
    assert untrusted.count(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-11-23T18:48:57.664000+00:00", datetime(2026, 11, 23, 18, 48, 57, 664000, UTC)),
        ("2026-11-23T18:48:57Z", datetime(2026, 11, 23, 18, 48, 57, tzinfo=UTC)),
        ("2026-11-23T18:48:57", datetime(2026, 11, 23, 18, 48, 57, tzinfo=UTC)),
        ("2026-11-23T18:48:57+02:00", datetime(2026, 11, 23, 16, 48, 57, tzinfo=UTC)),
        ("2026-11-23", datetime(2026, 11, 23, tzinfo=UTC)),
        ("0001-01-01T00:00:00+12:00", None),
        ("9999-12-31T23:59:59-12:00", None),
        ("yesterday", None),
        ("", None),
        (1700000000, None),
        (None, None),
    ],
)
def test_moment(value, expected):
    assert untrusted.moment(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("https://www.data.gouv.fr/datasets/x/", "https://www.data.gouv.fr/datasets/x/"),
        ("http://127.0.0.1:7000/avatars/a-100.png", "http://127.0.0.1:7000/avatars/a-100.png"),
        ("/datasets/x/", f"{SITE}/datasets/x/"),
        ("//evil.example/", ""),
        ("/\\evil.example/", ""),
        ("\\\\evil.example/", ""),
        ("/\t/evil.example/", ""),
        ("javascript:alert(1)", ""),
        ("JavaScript:alert(1)", ""),
        ("java\nscript:alert(1)", ""),
        (" javascript:alert(1)", ""),
        ("data:text/html,<script>", ""),
        ("vbscript:x", ""),
        ("file:///etc/passwd", ""),
        ("ftp://files.example/x", ""),
        ("https:", ""),
        ("https:///x", ""),
        ("http://[", ""),
        ("/[", f"{SITE}/["),
        ("https://www.data.gouv.fr@evil.example/", ""),
        ("https://x.example/" + "a" * 3000, ""),
        ("https://x.example/\ud800", ""),
        ("datasets/x", ""),
        ("", ""),
        (None, ""),
        (12, ""),
        ({"url": "https://x.example"}, ""),
    ],
)
def test_link(value, expected):
    assert untrusted.link(value, SITE) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("/sandbox/datasets/x/", "/sandbox/datasets/x/"),
        ("https://x.example/", "https://x.example/"),
        ("//evil.example/", ""),
    ],
)
def test_link_without_a_site_stays_a_path(value, expected):
    assert untrusted.link(value, "") == expected


@settings(deadline=None)  # a busy machine is no failure
@given(anything)
def test_anything_is_survived(value):
    text, link, share = untrusted.text(value), untrusted.link(value, SITE), untrusted.share(value)

    text.encode()
    assert "\x00" not in text
    assert link == "" or link.startswith(("https://", "http://"))
    assert share is None or 0 <= share <= 1
    untrusted.excerpt(value).encode()
    assert (untrusted.count(value) or 0) >= 0
    time = untrusted.moment(value)
    assert time is None or time.tzinfo is UTC
