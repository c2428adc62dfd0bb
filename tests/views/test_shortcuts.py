import pytest

from tests.views.test_board import html


@pytest.fixture(autouse=True)
def in_english(settings):
    settings.LANGUAGE_CODE = "en"


def test_the_help_is_a_page_and_a_dialog(signed_in):
    page, fragment = html(signed_in.get("/shortcuts/")), html(signed_in.htmx_get("/shortcuts/"))

    for text in (page, fragment):
        assert "undo the last step" in text
        assert "data-single-keys checked" in text
    assert "<html" in page
    assert "<html" not in fragment


def test_the_help_shows_that_single_keys_are_off(signed_in):
    signed_in.cookies["shortcuts"] = "off"

    assert "data-single-keys checked" not in html(signed_in.get("/shortcuts/"))


def test_who_cannot_edit_has_no_shortcuts(browser_of, reader, listing):
    assert browser_of(reader).get("/shortcuts/").status_code == 403
    assert "/shortcuts/" not in html(browser_of(reader).get("/"))
