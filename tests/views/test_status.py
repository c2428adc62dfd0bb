"""The status page: at once, then the portal's answers; by htmx and without a script."""

import uuid
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.utils import timezone

from curation.models import Action, Heartbeat, Listing
from curation.sandbox import ADMIN_KEY, faults
from curation.sandbox.faults import Fault, What
from curation.services import audit, heartbeats
from tests.views.test_board import html


@pytest.fixture(autouse=True)
def in_english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def refusing(listing):
    """Let the portal take no connection."""
    with faults.switched_on(Fault(What.REFUSE, times=0)):
        yield


def text(response) -> str:
    """Return the page's words, one blank between two."""
    assert response.status_code == 200
    words = html(response).replace("<br>", " ").replace("<b>", "").replace("</b>", "")
    return " ".join(words.split())


def test_the_page_does_not_wait_for_the_portal(signed_in, refusing):
    page = signed_in.get("/status/")

    assert "<html" in html(page)
    assert "Asking the portal…" in text(page)
    assert 'hx-get="/status/?portal"' in html(page)
    assert "cannot be reached" not in text(page)


def test_without_a_script_a_link_asks_the_portal(signed_in, listing):
    assert '<noscript><p><a class="btn" href="/status/?portal">' in html(signed_in.get("/status/"))

    page = text(signed_in.get("/status/?portal"))
    assert "<html" in page
    assert "Publishing It can work." in page
    assert "Last read: just now." in page


def test_htmx_gets_the_portal_alone(signed_in, listing):
    answer = signed_in.htmx_get("/status/", portal="")

    assert "<html" not in html(answer)
    assert html(answer).strip().startswith("<section") or '<section id="portal"' in html(answer)
    assert html(answer).count(">fine<") == 12
    assert "it may publish" in text(answer)


def test_a_portal_that_cannot_be_reached_is_told(signed_in, refusing):
    answer = text(signed_in.get("/status/?portal"))

    assert "Publishing The portal cannot be reached." in answer
    assert answer.count(">failed<") == 12


def test_a_call_that_fails_is_named_and_is_not_publishing(signed_in, listing):
    with faults.switched_on(Fault(What.ANSWER, path="/catalog.nt", status=500, times=0)):
        answer = text(signed_in.get("/status/?portal"))

    assert "One other call fails, see below: it is not needed to publish." in answer
    assert answer.count(">fine<") == 11
    assert '<span class="chip is-del">500</span>' in answer


def test_readers_may_look(browser_of, reader, listing):
    assert browser_of(reader).get("/status/").status_code == 200


def test_somebody_without_a_role_may_not(browser_of, outsider):
    assert browser_of(outsider).get("/status/").status_code == 403


def test_strangers_are_asked_to_sign_in(client):
    assert client.get("/status/").url == "/sign-in/?next=/status/"


def test_what_was_found_of_each_part_is_told(signed_in, listing):
    Listing.objects.filter(pk="reuses").update(
        unreachable_since=timezone.now() - timedelta(hours=2)
    )
    audit.record(
        Action.PUBLISH_STARTED,
        actor=audit.SYSTEM,
        listing="datasets",
        attempt=uuid.UUID(int=7),
    )
    heartbeats.beat(heartbeats.RECONCILE, {"every": 60, "unread": []})
    call_command("verify_audit", verbosity=0)
    Heartbeat.objects.filter(name="reconcile").update(at=timezone.now() - timedelta(hours=1))

    page = text(signed_in.get("/status/"))

    assert "Datasets Last read: just now." in page
    assert "Reuses Cannot be read since: 2 hr ago." in page
    assert "One has no known outcome since: just now." in page
    assert "Last pass: 1 hr ago." in page
    assert "It has stopped: start “manage.py reconcile --watch” again." in page
    assert "3 entries, the last one: just now." in page
    assert "3 entries, unbroken: just now." in page
    assert "The database would take changes to the log." in page


def test_the_key_is_not_shown(signed_in, listing):

    assert ADMIN_KEY not in text(signed_in.get("/status/?portal"))


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "The log is broken at entry 1: its content was altered after it was recorded."),
        ("fr", "Le journal est rompu à l’entrée 1 : son contenu a été modifié après"),
    ],
)
def test_how_the_log_is_broken_is_told_in_the_language_of_the_page(
    signed_in, listing, settings, language, words
):
    settings.LANGUAGE_CODE = language
    with connection.cursor() as cursor:
        cursor.execute("UPDATE curation_auditentry SET note = 'x' WHERE sequence = 1")
    with pytest.raises(CommandError):
        call_command("verify_audit", verbosity=0)

    page = text(signed_in.get("/status/")).replace("\xa0", " ")

    assert page.count(words) == 2  # the newest entries, and the whole verification
