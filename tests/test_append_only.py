"""The database itself refuses to change the log, whoever asks."""

import uuid

import pytest
from django.db import IntegrityError, connection, transaction

from curation import append_only
from curation.models import Action, AuditEntry
from curation.services import audit


@pytest.fixture
def two_entries(db):
    for note in ("one", "two"):
        audit.record(Action.CHANGE_OUTSIDE, actor=audit.OUTSIDER, listing="datasets", note=note)
    connection.check_constraints()  # so that nothing is pending, which alone would stop TRUNCATE


def run(*statements: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        for sql in statements:
            cursor.execute(sql)


CHANGES = [
    "UPDATE curation_auditentry SET note = 'x' WHERE sequence = 1",
    "UPDATE curation_auditentry SET sequence = 9 WHERE sequence = 2",
    "UPDATE curation_auditentry SET note = note",
    "DELETE FROM curation_auditentry WHERE sequence = 2",
    "DELETE FROM curation_auditentry",
    """INSERT INTO curation_auditentry SELECT * FROM curation_auditentry WHERE sequence = 2
        ON CONFLICT (sequence) DO UPDATE SET note = 'x'""",
    {
        "sqlite": "REPLACE INTO curation_auditentry SELECT * FROM curation_auditentry",
        "postgresql": "TRUNCATE curation_auditentry CASCADE",
    }[connection.vendor],
]


def test_the_database_refuses_to_change_and_to_remove(two_entries, append_only_log):
    before = list(AuditEntry.objects.values())

    for sql in CHANGES:
        with pytest.raises(IntegrityError, match="only appended"):
            run(sql)

    assert list(AuditEntry.objects.values()) == before


def test_replacing_the_outcome_of_an_attempt_is_refused(db, append_only_log):
    attempt = uuid.uuid4()
    for action in (Action.PUBLISH_STARTED, Action.PUBLISH_FAILED):
        audit.record(action, actor=audit.SYSTEM, attempt=attempt)
    connection.check_constraints()
    replace = {
        "sqlite": "REPLACE INTO curation_auditentry SELECT * FROM anew",
        "postgresql": "INSERT INTO curation_auditentry SELECT * FROM anew",
    }

    with pytest.raises(IntegrityError):
        run(
            "CREATE TEMPORARY TABLE anew AS SELECT * FROM curation_auditentry WHERE sequence = 2",
            "UPDATE anew SET sequence = 3, digest = 'd', previous_digest = 'p'",
            replace[connection.vendor],
        )

    assert AuditEntry.objects.count() == 2


def test_entries_are_appended_as_before(two_entries, append_only_log):
    attempt = uuid.uuid4()

    third = audit.record(Action.PUBLISH_STARTED, actor=audit.SYSTEM, attempt=attempt)
    fourth = audit.record(Action.PUBLISH_FAILED, actor=audit.SYSTEM, attempt=attempt)

    assert (third.sequence, fourth.sequence) == (3, 4)
    with pytest.raises(IntegrityError):
        audit.record(Action.PUBLISH_SUCCEEDED, actor=audit.SYSTEM, attempt=attempt)


def test_without_the_triggers_the_database_does_as_it_is_told(two_entries):
    run(CHANGES[0])

    assert AuditEntry.objects.get(pk=1).note == "x"


def test_each_migration_puts_back_what_is_missing(db):
    assert not append_only.is_installed(connection)

    for _time in range(2):
        append_only.install_after_migration()

        assert append_only.is_installed(connection)
    append_only.remove(connection)
    assert not append_only.is_installed(connection)


def test_a_disabled_trigger_counts_for_nothing(db, append_only_log):
    if connection.vendor == "postgresql":
        run("ALTER TABLE curation_auditentry DISABLE TRIGGER USER")
    else:
        run("DROP TRIGGER audit_no_delete")

    assert not append_only.is_installed(connection)

    append_only.install(connection)
    assert append_only.is_installed(connection)
