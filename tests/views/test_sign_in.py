import pytest

from tests.views.test_board import html


@pytest.fixture(autouse=True)
def in_english(settings):
    settings.LANGUAGE_CODE = "en"


def test_signing_in_leads_to_where_one_wanted_to_go(client, editor, listing):
    page = client.get("/history/", follow=True)
    response = client.post(
        "/sign-in/", {"username": "claire", "password": "claire", "next": "/history/"}
    )

    assert page.redirect_chain == [("/sign-in/?next=/history/", 302)]
    assert response.headers["Location"] == "/history/"


def test_a_wrong_password_is_told_without_saying_which_part(client, editor):
    response = client.post("/sign-in/", {"username": "claire", "password": "no"})

    assert response.status_code == 200
    assert "The name or the password does not match" in html(response)
    assert 'value="claire"' in html(response)


def test_signing_in_never_leads_elsewhere(client, editor):
    response = client.post(
        "/sign-in/",
        {"username": "claire", "password": "claire", "next": "https://evil.example/"},
    )

    assert response.headers["Location"] == "/"


def test_signing_out_is_a_post_and_ends_the_session(signed_in, listing):
    assert signed_in.get("/sign-out/").status_code == 405

    signed_in.post("/sign-out/")

    assert signed_in.get("/").status_code == 302


def test_the_language_chosen_stays(signed_in, listing):
    signed_in.post("/language/", {"language": "fr", "next": "/history/"})

    assert "Historique" in html(signed_in.get("/history/", headers={"Accept-Language": "en"}))
