"""A database that goes away while people publish: nothing is lost, all goes on once it is back."""

import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field

from django.db import connection

from curation.models import Action, AuditEntry, Heartbeat, Listing
from curation.services.reconcile import reconcile
from tests.operations.outages import outage
from tests.operations.people import PATIENCE, Person
from tests.servers import ROOT
from tests.services.conftest import let_the_lease_expire, log_is_sound


@dataclass
class Load:
    """Somebody who publishes one change after the other, until something else than yes is said."""

    person: Person
    listing: str
    published: int = 0
    answers: list[int] = field(default_factory=list)
    began: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=threading.Event)

    def work(self) -> None:
        """Publish, again and again."""
        while not self.over.is_set():
            if not self.publish():
                return

    def publish(self) -> bool:
        """Put the last item first, and publish that; tell whether all was well."""
        page = self.person.get("/")
        self.answers.append(page.status_code)
        if page.status_code != 200:
            return False
        moved = self.person.move_on(page.text, self.listing)
        self.answers.append(moved.status_code)
        if moved.status_code not in {200, 302}:
            return False
        review = self.person.get("/review/")
        self.answers.append(review.status_code)
        if review.status_code != 200:
            return False
        answer = self.person.publish_from(review.text)
        self.answers.append(answer.status_code)
        if answer.status_code != 302:
            return False
        self.published += 1
        self.began.set()
        return True


def test_people_publish_on_after_an_outage(serve, claire, karim, true_portal):
    is_cut = connection.vendor == "postgresql"
    with serve() as (_, url), ThreadPoolExecutor() as pool:
        people = [
            Load(Person(url).sign_in("claire"), "datasets"),
            Load(Person(url).sign_in("karim"), "reuses"),
        ]
        working = [pool.submit(load.work) for load in people]
        try:
            assert all(load.began.wait(PATIENCE) for load in people)
            with outage():
                if is_cut:
                    wait(working, PATIENCE)
                ready = people[0].person.get("/readyz")
        finally:
            for load in people:
                load.over.set()
            wait(working, PATIENCE)
        let_the_lease_expire()
        reconcile(true_portal.client)
        said = [load.answers[-1] for load in people]
        again = [load.publish() for load in people]

    assert ready.status_code == (503 if is_cut else 200)
    assert said == ([503, 503] if is_cut else [302, 302])
    assert again == [True, True]
    assert log_is_sound()
    for load in people:
        succeeded = AuditEntry.objects.filter(
            action=Action.PUBLISH_SUCCEEDED, listing=load.listing
        ).count()
        # One that was under way when the connection was cut may have succeeded unseen.
        assert succeeded - load.published in ({0, 1} if is_cut else {0})
        live = true_portal.client.home_ids(load.listing)
        assert Listing.objects.get(pk=load.listing).live == live


def until(happened: Callable[[], bool]) -> None:
    """Wait for what another process does."""
    pause = threading.Event()
    for _ in range(10 * PATIENCE):
        if happened():
            return
        pause.wait(0.1)
    raise AssertionError("it did not happen")


def test_the_watch_outlives_an_outage(environment, log):
    with log.open("a", encoding="utf-8") as file:
        watch = subprocess.Popen(
            [sys.executable, "manage.py", "reconcile", "--watch", "0.5"],
            cwd=ROOT,
            env=environment,
            stdout=file,
            stderr=file,
        )
    try:
        until(Heartbeat.objects.exists)
        with outage():
            if connection.vendor == "postgresql":
                until(lambda: "The database does not answer" in log.read_text(encoding="utf-8"))
        before = Heartbeat.objects.get()
        until(lambda: Heartbeat.objects.get().at > before.at)
        watch.send_signal(signal.SIGTERM)
        assert watch.wait(PATIENCE) == 0
    finally:
        watch.kill()
        watch.wait()

    assert before.found == {"every": 0.5, "unread": []}
