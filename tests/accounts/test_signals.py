"""Whatever signs somebody in or out by Django's own means is on record."""

import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.signals import user_login_failed
from django.test import Client

from curation.models import Action, AuditEntry

TYPED = "hunter2, typed where the name goes"


def entries() -> list[tuple[str, str]]:
    """Return what was done and by whom, oldest first."""
    return list(AuditEntry.objects.order_by("sequence").values_list("action", "actor_id"))


def test_signing_in_and_out_by_the_page(client, editor):
    client.post("/sign-in/", {"username": "claire", "password": "claire"})
    client.post("/sign-out/")

    assert entries() == [(Action.SIGNED_IN, "claire"), (Action.SIGNED_OUT, "claire")]


def test_signing_out_without_being_signed_in_is_nothing(client, db):
    client.post("/sign-out/")

    assert entries() == []


def test_refusal_by_the_page_holds_nothing_that_was_typed(client, editor):
    client.post("/sign-in/", {"username": TYPED, "password": TYPED})
    client.post("/sign-in/", {"username": "claire", "password": TYPED})

    assert entries() == [(Action.SIGN_IN_REFUSED, "")] * 2
    assert [entry.detail.get("account", {}).get("id") for entry in AuditEntry.objects.all()] == [
        "claire",
        None,
    ]
    assert not [entry for entry in AuditEntry.objects.all() if "hunter2" in str(entry.exported())]


@pytest.mark.parametrize("name", ["\x00", "claire\x00"])
def test_a_name_that_no_database_takes_is_not_looked_for(client, editor, name):
    assert client.post("/sign-in/", {"username": name, "password": "claire"}).status_code == 200
    assert entries() == []


@pytest.mark.parametrize("name", ["a" * 1000, "é" * 200, ""])
def test_odd_names_are_refused_as_any(db, name):
    assert authenticate(None, username=name, password="x") is None
    assert entries() == [(Action.SIGN_IN_REFUSED, "")]


@pytest.mark.parametrize(
    ("credentials", "via"),
    [({"username": "x", "password": "x"}, "local"), ({"via": "oidc", "reason": "y"}, "oidc")],
)
def test_what_was_tried_tells_the_way_in(db, credentials, via):
    user_login_failed.send(__name__, credentials=credentials)

    assert AuditEntry.objects.get().actor_via == via


def test_who_cannot_be_recorded_does_not_get_in(editor, settings):
    settings.AUDIT_KEY = "k" * 32
    Client().post("/sign-in/", {"username": "claire", "password": "claire"})
    settings.AUDIT_KEY = ""  # a sealed log does not go on unsealed
    client = Client(raise_request_exception=False)

    answer = client.post("/sign-in/", {"username": "claire", "password": "claire"})

    assert answer.status_code == 500
    assert client.get("/")["Location"].startswith("/sign-in/")
