"""The colours of the organisation, and the theme of a person."""

import re

import pytest


@pytest.fixture
def address(client, db, settings) -> str:
    """Return where a page says that the colours are."""
    settings.BRAND_ACCENT = "#0b5c2e"
    found = re.search(r'href="(/brand-\w+\.css)"', client.get("/sign-in/").content.decode())
    assert found
    return found[1]


def test_without_a_colour_nothing_more_is_asked_for(client, db):
    assert "brand-" not in client.get("/sign-in/").content.decode()


def test_the_colours_are_kept_for_good_under_their_own_name(client, settings, address):
    response = client.get(address)

    assert response.status_code == 200
    assert response.headers["Content-Type"] == "text/css"
    assert "immutable" in response.headers["Cache-Control"]
    assert "--accent:light-dark(#0b5c2e,#" in response.content.decode()

    settings.BRAND_ACCENT = "#7b3fa0"
    assert client.get(address).status_code == 404


def test_one_colour_alone_leaves_the_other_theme_readable(client, settings, address):
    settings.BRAND_ACCENT, settings.BRAND_ACCENT_DARK = "", "#7fd6a4"

    page = client.get("/sign-in/").content.decode()
    found = re.search(r'href="(/brand-\w+\.css)"', page)

    assert found
    assert "--accent:light-dark(#000091,#7fd6a4)" in client.get(found[1]).content.decode()


def test_the_policy_holds_for_it_too(client, address):
    assert "style-src 'self'" in client.get(address).headers["Content-Security-Policy"]


@pytest.mark.parametrize("back", ["foo", "preview-of", "", "//elsewhere.example"])
def test_what_is_no_address_leads_to_the_front_page(client, db, back):
    response = client.post("/theme/", {"theme": "dark", "next": back})

    assert response.status_code == 302
    assert response.headers["Location"] in {"/", back}
    assert "elsewhere" not in response.headers["Location"]


def test_a_theme_is_chosen_without_a_script_and_comes_with_each_page(signed_in, listing):
    response = signed_in.post("/theme/", {"theme": "dark", "next": "/history/?who=claire"})

    assert response.headers["Location"] == "/history/?who=claire"
    shown = signed_in.get("/").content.decode()
    assert 'data-theme="dark"' in shown
    assert re.search(r'value="dark" aria-pressed="true"', shown)

    signed_in.post("/theme/", {"theme": "", "next": "/"})
    shown = signed_in.get("/").content.decode()
    assert "data-theme=" not in shown
    assert re.search(r'value="" aria-pressed="true"', shown)


@pytest.mark.parametrize("back", ["https://elsewhere.example/", "//elsewhere.example", ""])
def test_choosing_a_theme_leads_nowhere_else(signed_in, listing, back):
    response = signed_in.post("/theme/", {"theme": "violet", "next": back})

    assert response.headers["Location"] == "/"
    assert "data-theme=" not in signed_in.get("/").content.decode()
