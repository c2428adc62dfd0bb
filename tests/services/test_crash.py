"""Processes that are killed at work: whatever they had begun is settled, once, by the next one."""

import os
import signal
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
import requests

from curation.accounts.roles import Role
from curation.models import OUTCOMES, Action, AuditEntry, Draft, Listing, User
from curation.sandbox import ADMIN_KEY
from curation.services import drafts, listings, publishing
from curation.services.errors import NothingToPublish, PublishConflict
from curation.services.reconcile import reconcile
from tests.conftest import Browser, person
from tests.portal.server import Answer, reset
from tests.services import processes
from tests.services.conftest import TruePortal, actions, let_the_lease_expire, log_is_sound
from tests.services.processes import Death, Place
from tests.services.unreliable import Fault, Forward, Step, instead, unreliable
from tests.views.test_review import form_of

STARTED, SUCCEEDED = Action.PUBLISH_STARTED, Action.PUBLISH_SUCCEEDED
FAILED = Action.PUBLISH_FAILED

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def place(true_portal: TruePortal) -> Place:
    return processes.place(true_portal.url)


@pytest.fixture
def claire(transactional_db: None) -> User:
    return person("claire", Role.EDITOR)


def new_draft(editor: User, portal: TruePortal) -> Draft:
    """An item that is new takes the place of the first."""
    listings.refresh(portal.client)
    listing = Listing.objects.get(pk="datasets")
    Draft.objects.all().delete()
    seen = drafts.token(listing, None)
    new = next(each for each in portal.others if each not in listing.live)
    draft = drafts.add_item(editor, listing, new, at=1, seen=seen, client=portal.client).draft
    draft = drafts.remove_item(
        editor, listing, listing.live[0], seen=drafts.token(listing, draft)
    ).draft
    assert draft
    return draft


def by_reconciling(editor: User, place: Place) -> None:
    """Settle as the command does."""
    assert reconcile(place.client()).unsettled == 0


def by_publishing(editor: User, place: Place) -> None:
    """Settle as the next publication does; what it publishes itself does not matter here."""
    listing = Listing.objects.get(pk="datasets")
    draft = drafts.draft_of(editor, listing)
    with suppress(NothingToPublish, PublishConflict):
        publishing.publish(
            editor,
            listing,
            seen=drafts.token(listing, draft),
            attempt=uuid.uuid4(),
            note="",
            client=place.client(),
        )


def by_looking(editor: User, place: Place) -> None:
    """Settle as a page load does."""
    browser = Browser()
    browser.force_login(editor)
    assert browser.get("/live/").status_code == 200


WAYS: list[Callable[[User, Place], None]] = [by_reconciling, by_publishing, by_looking]


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_killed_at_each_statement(claire, place, true_portal, settings, after):
    """Each statement that a publication sends to the database is its last one, once."""
    settings.PORTAL_URL, settings.PORTAL_API_KEY = place.portal, ADMIN_KEY
    fates: set[str] = set()
    at, killed = 0, True
    while killed:
        at += 1
        draft = new_draft(claire, true_portal)
        seen = drafts.token(draft.listing, draft)

        process = processes.start(processes.publish, place, claire.pk, seen, Death(at, after))
        killed = processes.ended(process) == -signal.SIGKILL

        open_attempt = AuditEntry.objects.unsettled().first()
        live = true_portal.live()
        let_the_lease_expire()
        settle = WAYS[at % len(WAYS)]
        settle(claire, place)
        assert log_is_sound(), f"killed at {at}, settled {settle.__name__}"
        assert live in (draft.base, draft.selection)
        if settle is not by_publishing:
            assert Listing.objects.get(pk="datasets").live == live
            assert Draft.objects.exists() == (live == draft.base)
        if open_attempt:
            outcome = AuditEntry.objects.get(attempt=open_attempt.attempt, action__in=OUTCOMES)
            assert live == draft.selection
            assert outcome.action == SUCCEEDED
            assert outcome.detail["known_by"] == "reconciled"
            fates.add(outcome.action)
        elif live == draft.base:
            fates.add("nothing sent")

    # Nothing is asked of the database between the intent and the PUT: no attempt can fail here.
    assert fates == {"nothing sent", SUCCEEDED}


@pytest.mark.parametrize("step", Step, ids=str)
@pytest.mark.parametrize("carried_out", [False, True], ids=["before", "after"])
def test_a_server_killed_while_the_portal_answers(claire, place, true_portal, step, carried_out):
    """The browser sees a broken connection; the server that comes next tells what happened."""
    draft = new_draft(claire, true_portal)
    server: Any = None

    def kill(forward: Forward) -> Answer:
        if carried_out:
            forward()
        os.kill(server.pid, signal.SIGKILL)
        return reset

    with unreliable(true_portal.url) as portal:
        there = replace(place, portal=portal.url)
        server, url = processes.served(there)
        page = Page(url, claire)
        portal.fail(Step.PUT, instead(500, Connection="close"))
        portal.fail(step, Fault(kill))

        with pytest.raises(requests.ConnectionError):
            page.publish()

        assert processes.ended(server) == -signal.SIGKILL
        portal.heal()
        let_the_lease_expire()
        server, url = processes.served(there)
        assert Page(url, claire).get("/live/").status_code == 200
        os.kill(server.pid, signal.SIGKILL)
        processes.ended(server)
        puts = portal.puts()

    live = true_portal.live()
    assert live == (draft.selection if (step, carried_out) == (Step.PUT, True) else draft.base)
    assert Listing.objects.get(pk="datasets").live == live
    assert Draft.objects.exists() == (live == draft.base)
    assert actions() == (
        [STARTED, SUCCEEDED if live == draft.selection else FAILED] if puts else []
    )
    assert log_is_sound()


class Page:
    """The review, in a browser of its own."""

    def __init__(self, url: str, user: User) -> None:
        signed_in = Browser()
        signed_in.force_login(user)
        self._url = url
        self._session = requests.Session()
        self._session.cookies.set("sessionid", signed_in.cookies["sessionid"].value)

    def get(self, path: str) -> requests.Response:
        """Load a page."""
        return self._session.get(self._url + path, timeout=processes.PATIENCE)

    def publish(self) -> requests.Response:
        """Send the form as the page has it."""
        form = form_of(self.get("/review/").text)
        return self._session.post(f"{self._url}/review/publish/", form, timeout=processes.PATIENCE)
