"""Pieces of pages are rendered once for each key and language."""

import pytest
from django.utils import translation

from curation.fragments import forget, rendered

TEMPLATE = "components/_contact.html"


@pytest.fixture
def asked(settings):
    forget()
    return []


def pieces(asked, *keys):
    def contexts(missing):
        asked.append(missing)
        return {key: {"contact": f"<{key}>"} for key in missing}

    return rendered(TEMPLATE, keys, contexts)


def test_only_what_is_missing_is_rendered(asked):
    first = pieces(asked, "a", "b")
    again = pieces(asked, "b", "c")

    assert asked == [["a", "b"], ["c"]]
    assert list(again) == ["b", "c"]
    assert again["b"] == first["b"]


def test_each_language_has_its_own(asked):
    with translation.override("fr"):
        french = pieces(asked, "a")["a"]
    with translation.override("en"):
        english = pieces(asked, "a")["a"]

    assert asked == [["a"], ["a"]]
    assert french != english


def test_what_was_kept_is_still_escaped_once(asked):
    made, kept = pieces(asked, "a")["a"], pieces(asked, "a")["a"]

    assert made == kept
    assert "&lt;a&gt;" in kept
    assert hasattr(kept, "__html__")
