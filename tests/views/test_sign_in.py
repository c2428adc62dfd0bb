from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from curation.accounts.roles import Role
from curation.models import AuditEntry
from curation.services.throttling import MOST_FOR_NAME, MOST_FROM_ADDRESS
from tests.conftest import person
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

    page = html(signed_in.post("/sign-out/", follow=True))

    assert "You are signed out. Your drafts are kept." in page
    assert signed_in.get("/").status_code == 302


def test_the_language_chosen_stays(signed_in, listing):
    signed_in.post("/language/", {"language": "fr", "next": "/history/"})

    assert "Historique" in html(signed_in.get("/history/", headers={"Accept-Language": "en"}))


# Any backend that takes no password.
SINGLE_SIGN_ON = "django.contrib.auth.backends.RemoteUserBackend"


def try_to_sign_in(client, name: str, password: str = "no"):  # noqa: S107
    return client.post("/sign-in/", {"username": name, "password": password})


@pytest.mark.parametrize("name", ["claire", "nobody"])
def test_who_tries_too_often_is_told_how_long_to_wait(client, editor, name):
    for _attempt in range(MOST_FOR_NAME):
        assert try_to_sign_in(client, name).status_code == 200

    response = try_to_sign_in(client, name, "claire")

    assert response.status_code == 429
    assert response.headers["Retry-After"] == "900"
    assert "Too many attempts. Wait 15 minutes, then try again." in html(response)
    assert "does not match" not in html(response)
    assert client.get("/").status_code == 302


def test_after_the_wait_the_password_opens_again(client, editor):
    for _attempt in range(MOST_FOR_NAME + 3):
        try_to_sign_in(client, "claire")

    with time_machine.travel(timezone.now() + timedelta(minutes=15, seconds=1), tick=False):
        response = try_to_sign_in(client, "claire", "claire")

    assert response.headers["Location"] == "/"
    # One told at once, the others with the sign-in: those that were not looked at as well.
    assert AuditEntry.objects.get(action="account.signed_in").detail["refused"] == (
        MOST_FOR_NAME + 2
    )


def test_addresses_are_told_apart_behind_the_proxy(client, db, settings):
    settings.PROXY_AUTH_TRUSTED_IPS = ["127.0.0.1"]

    def status(number: int, address: str) -> int:
        form = {"username": f"name {number}", "password": "x"}
        return client.post(
            "/sign-in/", form, headers={"X-Forwarded-For": f"192.0.2.77, {address}"}
        ).status_code

    one = [status(number, "198.51.100.1") for number in range(MOST_FROM_ADDRESS + 1)]
    another = status(MOST_FROM_ADDRESS + 1, "198.51.100.2")

    assert one == [200] * MOST_FROM_ADDRESS + [429]
    assert another == 200


def test_success_is_no_attempt(client, editor):
    for _attempt in range(MOST_FOR_NAME * 2):
        assert try_to_sign_in(client, "claire", "claire").status_code == 302
        client.post("/sign-out/")


def test_others_sign_in_while_one_name_is_closed(client, editor, reader):
    for _attempt in range(MOST_FOR_NAME + 1):
        try_to_sign_in(client, "claire")

    assert try_to_sign_in(client, "lea", "lea").headers["Location"] == "/"


def test_answer_is_the_same_whether_or_not_the_account_exists(client, editor):
    inactive = person("ines", Role.EDITOR)
    inactive.is_active = False
    inactive.save()

    pages = {
        html(try_to_sign_in(client, name, "ines")).replace(name, "") for name in ("ines", "nobody")
    }

    assert len({page[page.index("</head>") : page.index("csrfmiddleware")] for page in pages}) == 1


@pytest.mark.parametrize("data", [{}, {"username": "claire"}, {"password": "claire"}])
def test_what_is_missing_is_no_attempt(client, editor, data):
    for _attempt in range(MOST_FOR_NAME + 1):
        assert client.post("/sign-in/", data).status_code == 200
    assert not AuditEntry.objects.exists()


def test_without_local_accounts_no_password_opens(client, editor, settings):
    settings.LOCAL_LOGIN = False
    settings.AUTHENTICATION_BACKENDS = [SINGLE_SIGN_ON]

    page = html(client.get("/sign-in/"))

    assert 'name="password"' not in page
    assert try_to_sign_in(client, "claire", "claire").status_code == 403
    assert client.get("/admin/", follow=True).redirect_chain[-1][0].startswith("/sign-in/")
    assert client.post("/admin/login/", {"username": "claire"}).status_code == 302
    assert not client.login(username="claire", password="claire")


def test_sessions_of_local_accounts_end_with_them(signed_in, settings):
    settings.LOCAL_LOGIN = False
    settings.AUTHENTICATION_BACKENDS = [SINGLE_SIGN_ON]

    assert signed_in.get("/history/")["Location"].startswith("/sign-in/")


def test_session_ends_twelve_hours_after_the_sign_in_whatever_is_done_in_it(client, editor):
    start = timezone.now()
    with time_machine.travel(start, tick=False) as clock:
        try_to_sign_in(client, "claire", "claire")
        clock.move_to(start + timedelta(hours=11))
        session = client.session
        session["anything"] = "changed"
        session.save()
        before = client.get("/history/").status_code
        clock.move_to(start + timedelta(hours=12, seconds=1))

        after = client.get("/history/")

    assert (before, after.status_code) == (200, 302)
