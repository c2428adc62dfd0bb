import pytest
from django.db import InterfaceError, OperationalError, connection
from django.test import Client

from curation.models import Action
from curation.sandbox import faults
from curation.sandbox.faults import Fault, What
from curation.services import audit
from curation.views import errors
from tests.conftest import Browser
from tests.views.test_board import html


@pytest.fixture(autouse=True)
def in_english(settings):
    settings.LANGUAGE_CODE = "en"


def test_an_unknown_address_is_a_page_even_for_strangers(client):
    response = client.get("/nowhere/")

    assert response.status_code == 404
    assert "This page does not exist" in html(response)
    assert response.headers["X-Request-ID"] in html(response)


def test_a_form_without_its_token_is_explained(editor):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(editor)

    response = browser.post("/discard/")

    assert response.status_code == 403
    assert "This page was open for too long" in html(response)


def test_a_step_without_its_token_brings_a_fresh_page_that_says_why(editor, portal):
    browser = Browser(enforce_csrf_checks=True)
    browser.force_login(editor)

    response = browser.htmx_post("/lists/datasets/items/x/remove/")

    assert response.status_code == 403
    assert response.headers["HX-Refresh"] == "true"
    assert "This page was open for too long: nothing was changed." in html(browser.get("/"))


def test_a_step_of_somebody_who_may_no_longer_brings_a_fresh_page(browser_of, reader, listing):
    response = browser_of(reader).htmx_post("/lists/datasets/items/x/remove/")

    assert response.status_code == 403
    assert response.headers["HX-Refresh"] == "true"


def test_a_fault_of_ours_is_a_page_without_trace(signed_in, monkeypatch):
    signed_in.raise_request_exception = False
    monkeypatch.setattr("curation.views.history.PAGE_SIZE", None)  # something we did not foresee

    response = signed_in.get("/history/")

    assert response.status_code == 500
    assert "Something went wrong on our side" in html(response)
    assert response.headers["X-Request-ID"] in html(response)
    assert "Traceback" not in html(response)
    assert "TypeError" not in html(response)


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
def test_a_database_that_does_not_answer_is_a_page_in_plain_words(signed_in, monkeypatch, error):
    signed_in.raise_request_exception = False

    def unanswered(*_: object) -> None:
        raise error("FATAL: terminating connection of une:password")

    with monkeypatch.context() as patch:
        patch.setattr(connection, "create_cursor", unanswered)
        response = signed_in.get("/history/")

    assert response.status_code == 503
    assert response.headers["Retry-After"] == "30"
    assert "The dashboard cannot save anything at the moment" in html(response)
    assert response.headers["X-Request-ID"] in html(response)
    assert "password" not in html(response)


def test_the_page_for_our_faults_needs_no_database(rf):
    assert errors.server_error(rf.get("/")).status_code == 500


def test_every_answer_has_its_policies(signed_in, client):
    for response in (signed_in.get("/history/"), client.get("/sign-in/"), client.get("/healthz")):
        policy = response.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Referrer-Policy"] == "same-origin"
        assert "camera=()" in response.headers["Permissions-Policy"]


def test_a_portal_that_is_needed_and_away_is_said_once(signed_in, portal, listing):
    (item_id,) = portal.unlisted("datasets")
    past = audit.record(
        Action.CHANGE_OUTSIDE,
        actor=audit.OUTSIDER,
        listing="datasets",
        before=listing.live,
        after=(*listing.live, item_id),
        titles={},
    )

    with faults.switched_on(Fault(What.REFUSE, times=0)):
        response = signed_in.get(f"/history/{past.sequence}/restore/")

    assert response.status_code == 502
    assert html(response).count("The portal cannot be reached.") == 1
    assert f'<a class="btn" href="/history/{past.sequence}/restore/">' in html(response)


def test_who_has_no_role_is_led_in_no_circle(browser_of, outsider):
    page = html(browser_of(outsider).get("/"))

    assert "You do not have access to this" in page
    assert "Back to the front page" not in page
    assert "Main navigation" not in page
    assert "Sign out" in page
