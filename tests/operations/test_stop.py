"""A server that is told to stop while somebody publishes: it finishes, or is settled later."""

import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from curation.models import Action, AuditEntry
from curation.services.reconcile import reconcile
from tests.operations.people import Person
from tests.portal.server import Answer
from tests.services.conftest import actions, let_the_lease_expire, log_is_sound
from tests.services.unreliable import Fault, Forward, Step, UnreliablePortal, as_it_is, unreliable


class Held:
    """A PUT that the portal has received, and does not answer yet."""

    def __init__(self, portal: UnreliablePortal) -> None:
        self.portal = portal
        self.asked, self.answer = threading.Event(), threading.Event()
        self.landed = threading.Event()
        portal.fail(Step.PUT, Fault(self._wait))

    def _wait(self, forward: Forward) -> Answer:
        self.asked.set()
        assert self.answer.wait(60)
        answer = as_it_is(forward)
        self.landed.set()
        return answer


@pytest.fixture
def held(true_portal) -> Iterator[Held]:
    with unreliable(true_portal.url) as portal:
        held = Held(portal)
        yield held
        held.answer.set()


def until_it_stops(log: Path) -> None:
    """Wait until the server says that it was told to stop."""
    pause = threading.Event()
    for _ in range(600):
        if "Handling signal: term" in log.read_text(encoding="utf-8"):
            return
        pause.wait(0.05)
    raise AssertionError("it was not told")


def test_a_publication_under_way_is_finished(serve, claire, held, true_portal, log):
    with serve(PORTAL_URL=held.portal.url) as (process, url), ThreadPoolExecutor() as pool:
        editor = Person(url).sign_in("claire")
        wanted = editor.ids()
        wanted[:2] = wanted[1::-1]
        editor.move(wanted[0], to=1)
        publishing = pool.submit(editor.publish)
        assert held.asked.wait(60)

        process.send_signal(signal.SIGTERM)
        until_it_stops(log)
        assert process.poll() is None
        held.answer.set()

        assert publishing.result().status_code == 302
        assert process.wait(timeout=60) == 0
    assert list(true_portal.live()) == wanted
    assert actions()[-2:] == [Action.PUBLISH_STARTED, Action.PUBLISH_SUCCEEDED]
    assert AuditEntry.objects.latest("sequence").detail["known_by"] == "answer"


def test_one_that_takes_too_long_is_settled_by_the_next(serve, claire, held, true_portal):
    patience = "--graceful-timeout=1"
    with (
        serve(patience, PORTAL_URL=held.portal.url) as (process, url),
        ThreadPoolExecutor() as pool,
    ):
        editor = Person(url).sign_in("claire")
        before = editor.ids()
        editor.move(before[1], to=1)
        publishing = pool.submit(editor.publish)
        assert held.asked.wait(60)

        process.send_signal(signal.SIGTERM)

        assert process.wait(timeout=60) == 0
        with pytest.raises(requests.ConnectionError):
            publishing.result()
    assert AuditEntry.objects.unsettled().count() == 1
    held.answer.set()
    assert held.landed.wait(60)
    let_the_lease_expire()
    reconcile(true_portal.client)
    outcome = AuditEntry.objects.latest("sequence")
    assert outcome.detail["known_by"] == "reconciled"
    assert outcome.action == Action.PUBLISH_SUCCEEDED
    assert list(true_portal.live()) != before
    assert log_is_sound()
