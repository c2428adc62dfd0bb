"""A database that goes away while people publish: nothing is lost, and all goes on once it is back.

On PostgreSQL every connection is cut and none let in, as in a restart. SQLite cannot go away: there
somebody else holds its lock for a while, and everybody waits.
"""

import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field

import psycopg
from django.db import connection

from curation.models import Action, AuditEntry, Listing
from curation.services.reconcile import reconcile
from tests.operations.people import PATIENCE, Person
from tests.servers import database_url
from tests.services.conftest import let_the_lease_expire, log_is_sound


@contextmanager
def outage() -> Iterator[None]:
    """Let nobody at the database as long as the block lasts."""
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        with sqlite3.connect(name, isolation_level=None) as other:
            other.execute("BEGIN EXCLUSIVE")
            yield
            other.execute("ROLLBACK")
        return
    server_url = database_url({**connection.settings_dict, "NAME": "postgres"})
    with psycopg.connect(server_url, autocommit=True) as server:
        server.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        server.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
        )
        yield
        server.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
    connection.close()


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
