"""Sign-in by the headers of a proxy: only where it is wanted, only from whom it is believed."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from curation.accounts import proxy
from curation.accounts.roles import Role
from curation.models import Action, AuditEntry, User
from tests.conftest import person
from tests.views.test_board import html

PROXY, ELSEWHERE = "10.0.3.7", "192.0.2.1"


@pytest.fixture(autouse=True)
def behind_a_proxy(db, settings, listing):
    settings.LANGUAGE_CODE = "en"
    settings.PROXY_AUTH_HEADER = "X-Forwarded-User"
    settings.PROXY_AUTH_GROUPS_HEADER = "X-Forwarded-Groups"
    settings.PROXY_AUTH_NAME_HEADER = "X-Forwarded-Name"
    settings.PROXY_AUTH_TRUSTED_IPS = [PROXY]
    settings.AUTHENTICATION_BACKENDS = [*settings.AUTHENTICATION_BACKENDS, proxy.PATH]
    settings.ROLE_EDITOR_GROUPS, settings.ROLE_READER_GROUPS = ["editors"], ["readers"]


def said(user: str = "mmartin", groups: str = "staff, editors", name: str = "") -> dict[str, str]:
    return {"X-Forwarded-User": user, "X-Forwarded-Groups": groups, "X-Forwarded-Name": name}


class Visitor(Client):
    """A browser whose requests come from an address."""

    def __init__(self, address: str = PROXY) -> None:
        super().__init__(REMOTE_ADDR=address, raise_request_exception=False)


def log() -> list[tuple[str, str]]:
    """Return the actions about accounts and who acted, oldest first."""
    entries = AuditEntry.objects.of_accounts().order_by("sequence")
    return list(entries.values_list("action", "actor_id"))


def is_signed_in(answer) -> bool:
    return answer.status_code == 200 and answer.wsgi_request.user.is_authenticated


def test_whom_the_proxy_names_is_signed_in_with_the_role_of_the_groups():
    visitor = Visitor()
    name = "Maëlle Martin".encode().decode("latin-1")  # as servers hand over UTF-8

    first = visitor.get("/history/", headers=said(name=name))
    second = visitor.get("/history/", headers=said(name=name))

    assert (is_signed_in(first), is_signed_in(second)) == (True, True)
    user = User.objects.get(via="proxy")
    assert (user.get_username(), user.display_name) == ("mmartin", "Maëlle Martin")
    assert (user.role, user.has_usable_password()) == (Role.EDITOR, False)
    assert log() == [(Action.ROLE_CHANGED, ""), (Action.SIGNED_IN, "mmartin")]


def test_header_gone_is_signed_out():
    visitor = Visitor()
    visitor.get("/history/", headers=said())

    answer = visitor.get("/history/")

    assert answer["Location"] == "/sign-in/?next=/history/"
    assert log()[-1] == (Action.SIGNED_OUT, "mmartin")
    assert "Open this page by its usual address" not in html(visitor.get("/sign-in/"))


@pytest.mark.parametrize("address", [ELSEWHERE, "", "10.0.3.70", "::1"])
def test_headers_from_elsewhere_are_dropped(address):
    answer = Visitor(address).get("/history/", headers=said())

    assert answer["Location"] == "/sign-in/?next=/history/"
    assert "HTTP_X_FORWARDED_USER" not in answer.wsgi_request.META
    assert "HTTP_X_FORWARDED_GROUPS" not in answer.wsgi_request.META
    assert not User.objects.filter(via="proxy").exists()


def test_session_does_not_outlive_the_way_through_the_proxy():
    visitor = Visitor()
    visitor.get("/history/", headers=said())
    visitor.defaults["REMOTE_ADDR"] = ELSEWHERE

    assert visitor.get("/history/", headers=said()).status_code == 302


def test_socket_is_believed_if_it_is_named(settings):
    refused = Visitor("").get("/history/", headers=said())
    settings.PROXY_AUTH_TRUSTED_IPS = ["unix"]

    assert refused.status_code == 302
    assert is_signed_in(Visitor("").get("/history/", headers=said()))


def test_another_person_in_the_same_browser_is_another_session():
    visitor = Visitor()
    visitor.get("/history/", headers=said())

    answer = visitor.get("/history/", headers=said("other", "readers"))

    assert answer.wsgi_request.user.get_username() == "other"
    assert log()[-3:] == [
        (Action.ROLE_CHANGED, ""),
        (Action.SIGNED_OUT, "mmartin"),
        (Action.SIGNED_IN, "other"),
    ]


def test_role_follows_the_groups_of_each_request():
    visitor = Visitor()
    visitor.get("/history/", headers=said())

    demoted = visitor.get("/history/", headers=said(groups="readers"))
    removed = visitor.get("/history/", headers=said(groups="staff"))
    later = visitor.get("/history/", headers=said(groups="staff"))

    assert demoted.wsgi_request.user.role == Role.READER
    assert (removed.status_code, later.status_code) == (403, 403)
    assert "You have no access yet" in html(removed)
    assert "oidc" not in html(removed)
    assert User.objects.get(via="proxy").role == Role.NONE
    assert [action for action, _actor in log()].count(Action.SIGN_IN_REFUSED) == 1


def test_who_has_no_role_leaves_no_account_and_reaches_public_pages_alone():
    visitor = Visitor()

    assert visitor.get("/history/", headers=said(groups="")).status_code == 403
    assert visitor.get("/healthz", headers=said(groups="")).status_code == 200
    assert visitor.get("/sign-in/", headers=said(groups="")).status_code == 200
    assert not User.objects.filter(via="proxy").exists()
    assert log() == [(Action.SIGN_IN_REFUSED, "")]


def test_account_made_inactive_stays_out():
    visitor = Visitor()
    visitor.get("/history/", headers=said())
    User.objects.filter(via="proxy").update(is_active=False)

    answer = visitor.get("/history/", headers=said())

    assert answer.status_code == 403
    assert "Your account is closed" in html(answer)
    assert AuditEntry.objects.get(action=Action.SIGN_IN_REFUSED).detail["account"]["id"] == (
        "mmartin"
    )


def test_proxy_never_opens_a_local_account():
    local = person("admin", Role.ADMINISTRATOR)

    answer = Visitor().get("/history/", headers=said("admin"))

    assert answer.wsgi_request.user != local
    assert answer.wsgi_request.user.role == Role.EDITOR
    assert answer.wsgi_request.user.get_username().startswith("proxy-")


@pytest.mark.parametrize(
    "user", ["mallory,mmartin", "x" * 256, "a, b"], ids=["two headers", "too long", "comma"]
)
def test_header_that_names_nobody_in_particular_is_refused(user):
    answer = Visitor().get("/history/", headers=said(user))

    assert answer.status_code == 403
    assert "could not be trusted" in html(answer)
    assert not User.objects.filter(via="proxy").exists()


@pytest.mark.parametrize("user", ["", "   ", "\x00"])
def test_empty_header_names_nobody(user):
    assert Visitor().get("/history/", headers=said(user)).status_code == 302


def test_who_signed_in_with_a_password_stays(editor):
    visitor = Visitor()
    visitor.post("/sign-in/", {"username": "claire", "password": "claire"})

    answers = [visitor.get("/history/", headers=headers) for headers in (said(), {})]

    assert [answer.wsgi_request.user for answer in answers] == [editor, editor]


def test_without_the_setting_headers_mean_nothing(settings):
    settings.PROXY_AUTH_HEADER = ""

    assert Visitor().get("/history/", headers=said()).status_code == 302


def test_without_passwords_the_page_says_where_to_sign_in(settings):
    settings.LOCAL_LOGIN = False

    assert "Open this page by its usual address" in html(Visitor().get("/sign-in/"))


def test_signing_out_leads_to_the_end_of_the_proxy(settings):
    visitor = Visitor()
    without = html(visitor.get("/history/", headers=said()))
    settings.PROXY_AUTH_LOGOUT_URL = "/oauth2/sign_out"
    with_address = html(visitor.get("/history/", headers=said()))

    answer = visitor.post("/sign-out/", headers=said())

    assert ("sign-out" in without, "sign-out" in with_address) == (False, True)
    assert 'href="/oauth2/sign_out"' in html(answer)
    assert log()[-1] == (Action.SIGNED_OUT, "mmartin")


def test_draft_waits_while_one_signs_in_again():
    visitor = Visitor()
    visitor.get("/", headers=said())

    answer = visitor.post(
        "/discard/", headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/?a=1"}
    )

    assert answer["HX-Redirect"] == "/sign-in/?next=/%3Fa%3D1"


def test_client_that_keeps_no_cookie_is_one_session_and_one_entry_a_minute():
    start = timezone.now()
    with time_machine.travel(start, tick=False) as clock:
        answers = [Visitor().get("/history/", headers=said()) for _request in range(5)]
        clock.move_to(start + timedelta(seconds=61))
        answers.append(Visitor().get("/history/", headers=said()))

    assert [is_signed_in(answer) for answer in answers] == [True] * 6
    assert log().count((Action.SIGNED_IN, "mmartin")) == 2
    assert Session.objects.count() == 2


def test_session_of_a_way_in_that_is_closed_does_not_stand_in_the_way(editor, settings):
    visitor = Visitor()
    visitor.post("/sign-in/", {"username": "claire", "password": "claire"})
    settings.AUTHENTICATION_BACKENDS = [proxy.PATH]

    answer = visitor.get("/history/", headers=said())

    assert answer.wsgi_request.user.get_username() == "mmartin"
    assert visitor.session["_auth_user_backend"] == proxy.PATH
