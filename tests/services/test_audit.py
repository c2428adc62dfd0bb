import hashlib
import json
import uuid

import pytest
from django.db import IntegrityError, connection

from curation.domain.chain import GENESIS, Reason
from curation.models import Action, AppendOnly, AuditEntry
from curation.services import audit


def record(action=Action.CHANGE_OUTSIDE, **fields):
    return audit.record(action, **{"actor": audit.OUTSIDER, "listing": "datasets"} | fields)


def first_broken():
    _, broken = audit.verify(audit.exported_entries())
    return broken and (broken.sequence, broken.reason)


def test_entries_are_numbered_and_chained(db):
    first, second = record(), record(note="à cause de « ça »", titles={"a": "é"})

    assert (first.sequence, second.sequence) == (1, 2)
    assert first.previous_digest == GENESIS
    assert second.previous_digest == first.digest
    assert first_broken() is None


def test_anyone_can_check_an_export_in_ten_lines(db):
    for number in range(3):
        record(note=f"n° {number}", after=("a" * 24,), detail={"é": [1, None, True]})
    previous = "0" * 64

    for line in (json.dumps(entry) for entry in audit.exported_entries()):
        entry = json.loads(line)
        stated, linked = entry.pop("digest"), entry.pop("previous_digest")
        text = json.dumps(entry, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        assert linked == previous
        previous = hashlib.sha256((linked + text).encode()).hexdigest()
        assert stated == previous


def test_an_export_holds_the_keys_that_are_promised(db):
    record(attempt=uuid.UUID(int=7))

    (entry,) = audit.exported_entries()

    assert set(entry) == {
        *("sequence", "recorded_at", "action", "listing", "actor", "attempt", "before", "after"),
        *("titles", "note", "detail", "previous_digest", "digest"),
    }
    assert entry["attempt"] == "00000000-0000-0000-0000-000000000007"
    assert entry["recorded_at"].endswith("Z")


def test_entries_cannot_be_changed_or_removed_by_mistake(db):
    entry = record()

    with pytest.raises(AppendOnly):
        entry.save()
    with pytest.raises(AppendOnly):
        entry.delete()
    with pytest.raises(AppendOnly):
        AuditEntry.objects.update(note="x")
    with pytest.raises(AppendOnly):
        AuditEntry.objects.all().delete()
    with pytest.raises(AppendOnly):
        AuditEntry.objects.bulk_update([entry], ["note"])


def test_one_attempt_starts_once_and_ends_once(db):
    attempt = uuid.uuid4()
    record(Action.PUBLISH_STARTED, attempt=attempt)
    record(Action.PUBLISH_SUCCEEDED, attempt=attempt)

    with pytest.raises(IntegrityError):
        record(Action.PUBLISH_STARTED, attempt=attempt)


def test_one_attempt_has_one_outcome(db):
    attempt = uuid.uuid4()
    record(Action.PUBLISH_STARTED, attempt=attempt)
    record(Action.PUBLISH_FAILED, attempt=attempt)

    with pytest.raises(IntegrityError):
        record(Action.PUBLISH_SUCCEEDED, attempt=attempt)


@pytest.mark.parametrize(
    ("tampering", "found"),
    [
        ("UPDATE curation_auditentry SET note = 'autre' WHERE sequence = 2", (2, Reason.DIGEST)),
        ("UPDATE curation_auditentry SET action = 'x' WHERE sequence = 1", (1, Reason.DIGEST)),
        ("DELETE FROM curation_auditentry WHERE sequence = 2", (3, Reason.GAP)),
        ("DELETE FROM curation_auditentry WHERE sequence = 1", (2, Reason.GENESIS)),
    ],
)
def test_tampering_is_found_at_its_entry(db, tampering, found):
    for _number in range(3):
        record()

    with connection.cursor() as cursor:
        cursor.execute(tampering)

    assert first_broken() == found
