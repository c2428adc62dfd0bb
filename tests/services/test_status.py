"""What the dashboard knows of its own health."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from curation.models import AuditEntry, Heartbeat
from curation.services import heartbeats
from curation.services.status import status


def test_a_fresh_database_knows_nothing_wrong(db):
    known = status()

    assert [listing.key for listing in known.listings] == ["datasets", "reuses"]
    assert (known.unsettled, known.drafts, known.reconciled) == ([], 0, None)
    assert (known.log.head, known.log.newest, known.log.broken) == (0, 0, None)
    assert known.log.verified is None
    assert known.database.startswith(("SQLite 3.", "PostgreSQL 1"))


def test_the_log_is_told_with_its_newest_entries_verified(draft, publish, settings):
    publish()

    log = status().log
    assert log.head == log.newest == AuditEntry.objects.count() == 4
    assert log.recorded_at == AuditEntry.objects.get(pk=4).recorded_at
    assert not log.is_sealed


def test_an_altered_entry_is_told(draft, publish):
    publish()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE curation_auditentry SET note = 'x' WHERE sequence = 3")

    broken = status().log.broken
    assert broken
    assert broken.sequence == 3


def test_whether_the_database_refuses_changes(db):
    assert not status().log.refuses_changes


def test_that_the_database_refuses_changes(append_only_log):
    assert status().log.refuses_changes


def test_the_last_whole_verification_is_told(draft, publish):
    publish()
    call_command("verify_audit", verbosity=0)

    verified = status().log.verified
    assert verified
    assert verified.found == {"count": 4, "broken": None}


@pytest.mark.parametrize(
    ("every", "minutes", "late"),
    [(60, 1, False), (60, 5, True), (600, 20, False), (600, 40, True), (None, 999, False)],
)
def test_a_watch_that_stopped_is_late(db, every, minutes, late):
    heartbeats.beat(heartbeats.RECONCILE, {"every": every, "unread": []})
    Heartbeat.objects.update(at=timezone.now() - timedelta(minutes=minutes))

    assert status().reconcile_is_late is late


def test_a_single_pass_hides_no_watch_that_stopped(portal):
    heartbeats.beat(heartbeats.RECONCILE, {"every": 60, "unread": []})
    Heartbeat.objects.update(at=timezone.now() - timedelta(hours=1))

    call_command("reconcile", verbosity=0)

    assert status().reconcile_is_late
    Heartbeat.objects.all().delete()
    call_command("reconcile", verbosity=0)
    call_command("reconcile", verbosity=0)
    beat = status().reconciled
    assert beat
    assert (beat.found["every"], status().reconcile_is_late) == (None, False)


def test_it_costs_the_same_however_long_the_log(draft, publish):
    publish()

    with CaptureQueriesContext(connection) as queries:
        status()

    of_log = [query["sql"] for query in queries if 'FROM "curation_auditentry"' in query["sql"]]
    assert len(queries) < 12
    assert not any("COUNT(" in sql for sql in of_log)
    assert all("LIMIT" in sql or "openattempt" in sql for sql in of_log)
