import hashlib
import hmac
import json
import logging
import uuid
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from curation.domain import chain
from curation.domain.chain import GENESIS, Reason, Walk
from curation.models import OUTCOMES, Action, AppendOnly, AuditEntry
from curation.services import audit

KEY, NEW_KEY = "k" * 32, "n" * 40


def record(action=Action.CHANGE_OUTSIDE, **fields):
    return audit.record(action, **{"actor": audit.OUTSIDER, "listing": "datasets"} | fields)


def first_broken(keys=(), heads=()):
    broken = audit.verify(Walk([key.encode() for key in keys], heads))
    return broken and (broken.sequence, broken.reason)


def run(*statements):
    with connection.cursor() as cursor:
        for sql in statements:
            cursor.execute(sql)


@pytest.fixture(params=["plain", "sealed"])
def key(request, settings):
    """Record plain entries, then with a key: what holds for the one holds for the other."""
    settings.AUDIT_KEY = KEY if request.param == "sealed" else ""
    return [KEY] if request.param == "sealed" else []


def test_entries_are_numbered_and_chained(db, key):
    first, second = record(), record(note="à cause de « ça »", titles={"a": "é"})

    assert (first.sequence, second.sequence) == (1, 2)
    assert first.previous_digest == GENESIS
    assert second.previous_digest == first.digest
    assert first_broken(key) is None


@pytest.mark.parametrize(("ahead", "counts"), [(-60, False), (60, True), (299, True), (900, False)])
def test_an_entry_is_not_before_the_one_it_follows_by_a_clock_that_is_near(db, ahead, counts):
    other = record(recorded_at=timezone.now() + timedelta(seconds=ahead))

    entry = record()

    assert (entry.recorded_at == other.recorded_at) is counts
    assert entry.recorded_at <= max(timezone.now(), other.recorded_at)


def test_anyone_can_check_an_export_in_ten_lines(db):
    for number in range(3):
        record(note=f"n° {number}", after=("a" * 24,), detail={"é": [1, None, True]})
    previous = "0" * 64

    for line in (json.dumps(entry.exported()) for entry in AuditEntry.objects.order_by("sequence")):
        entry = json.loads(line)
        stated, linked = entry.pop("digest"), entry.pop("previous_digest")
        text = json.dumps(entry, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        assert linked == previous
        previous = hashlib.sha256((linked + text).encode()).hexdigest()
        assert stated == previous


def test_a_sealed_entry_names_its_key_and_is_hashed_with_it(db, settings):
    settings.AUDIT_KEY = KEY

    entry = record(note="é")

    text = entry.previous_digest + chain.canonical(entry.payload())
    assert entry.exported()["key"] == chain.fingerprint(KEY.encode())
    assert entry.digest == hmac.new(KEY.encode(), text.encode(), hashlib.sha256).hexdigest()


def test_an_export_holds_the_keys_that_are_promised(db):
    entry = record(attempt=uuid.UUID(int=7)).exported()

    assert set(entry) == {
        *("sequence", "recorded_at", "action", "listing", "actor", "attempt", "before", "after"),
        *("titles", "note", "detail", "previous_digest", "digest"),
    }
    assert entry["attempt"] == "00000000-0000-0000-0000-000000000007"
    assert entry["recorded_at"].endswith("Z")


def test_each_head_goes_to_the_log_stream_once_it_is_committed(
    db, caplog, django_capture_on_commit_callbacks
):
    caplog.set_level(logging.INFO, "curation.audit")

    with django_capture_on_commit_callbacks(execute=True):
        first, second = record(), record(note="une\nnote")
        with transaction.atomic():
            record()
            transaction.set_rollback(True)
        assert caplog.messages == []

    assert caplog.messages == [
        f"audit sequence=1 action=change.outside digest={first.digest}",
        f"audit sequence=2 action=change.outside digest={second.digest}",
    ]


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


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_an_attempt_is_open_until_its_outcome(db, outcome):
    attempt, other = uuid.uuid4(), uuid.uuid4()
    intent = record(Action.PUBLISH_STARTED, attempt=attempt)
    open_one = record(Action.PUBLISH_STARTED, attempt=other)

    assert list(AuditEntry.objects.unsettled()) == [open_one, intent]
    assert list(AuditEntry.objects.settled()) == [open_one, intent]
    settling = record(outcome, attempt=attempt)
    assert list(AuditEntry.objects.unsettled()) == [open_one]
    assert list(AuditEntry.objects.settled()) == [settling, open_one]


def test_a_fork_cannot_be_stored(db):
    first, second = record(), record()
    fork = AuditEntry(
        sequence=3,
        recorded_at=second.recorded_at,
        action=second.action,
        before=[],
        after=[],
        titles={},
        detail={},
        previous_digest=first.digest,
    )
    fork.digest = chain.digest(fork.previous_digest, fork.payload())

    with pytest.raises(IntegrityError):
        fork.save()


@pytest.fixture
def four_entries(db, key):
    """Four entries, as plain or as sealed ones."""
    entries = [
        record(
            Action.PUBLISH_FAILED,
            actor={"id": "claire", "name": "Claire", "via": "local"},
            before=("a", "b"),
            after=("b",),
            titles={"a": "A"},
            note='why: "a"',
            detail={"status": 200},
            attempt=uuid.UUID(int=number),
            recorded_at=datetime(2026, 11, 1, 9, tzinfo=UTC),
        )
        for number in (1, 2, 3, 4)
    ]
    run("DELETE FROM curation_audititem")  # it would refer to entries that are removed below
    return entries


@pytest.mark.parametrize(
    "change",
    [
        "recorded_at = '2026-11-01 09:00:00.000001+00:00'",
        "action = 'publish.refused'",
        "listing = 'reuses'",
        "actor_id = 'karim'",
        "actor_name = 'Karim'",
        "actor_via = 'oidc'",
        "attempt = '00000000000000000000000000000009'",
        "attempt = NULL",
        """"before" = '["b","a"]'""",
        "after = '[]'",
        """titles = '{"a":"B"}'""",
        "note = ''",
        r"""note = 'why: \"a\"'""",
        """detail = '{"status":201}'""",
        "digest = 'f'",
        "previous_digest = 'f'",
    ],
)
def test_altering_any_column_is_found_at_its_entry(four_entries, key, change):
    run(f"UPDATE curation_auditentry SET {change} WHERE sequence = 2")  # noqa: S608

    assert first_broken(key) == (2, Reason.DIGEST)


def test_feigning_another_seal_is_found(four_entries, key):
    run("UPDATE curation_auditentry SET key = '0123456789abcdef', note = '' WHERE sequence = 4")

    assert first_broken(key) == (4, Reason.KEY)


def test_json_in_other_words_means_the_same(four_entries, key):
    run("""UPDATE curation_auditentry SET "before" = '[ "a", "\\u0062" ]' WHERE sequence = 2""")

    assert first_broken(key) is None


@pytest.mark.parametrize(
    "change",
    [
        """detail = '{"status":500,"status":200}'""",
        """titles = '{"a":"B","a":"A"}'""",
    ],
)
def test_a_name_that_stands_twice_is_found(four_entries, key, change):
    run(f"UPDATE curation_auditentry SET {change} WHERE sequence = 2")  # noqa: S608

    assert first_broken(key) == (2, Reason.UNREADABLE)


def write_anew(entry, previous):
    """Store an entry as somebody without the key can: changed, and hashed anew without a seal."""
    entry.key, entry.note, entry.previous_digest = "", "never written", previous.digest
    entry.digest = chain.digest(entry.previous_digest, entry.payload())
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE curation_auditentry SET key = '', note = %s, previous_digest = %s, digest = %s"
            " WHERE sequence = %s",
            [entry.note, entry.previous_digest, entry.digest, entry.sequence],
        )


def delete(sequence):
    run(f"DELETE FROM curation_auditentry WHERE sequence = {sequence}")  # noqa: S608


def renumber(sequence, to):
    run(f"UPDATE curation_auditentry SET sequence = {to} WHERE sequence = {sequence}")  # noqa: S608


def test_a_removed_entry_is_found_at_the_next(four_entries, key):
    delete(2)

    assert first_broken(key) == (3, Reason.GAP)


def test_a_removed_beginning_is_found(four_entries, key):
    delete(1)

    assert first_broken(key) == (2, Reason.GENESIS)


def test_swapped_entries_are_found(four_entries, key):
    for sequence, to in ((2, 9), (3, 2), (9, 3)):
        renumber(sequence, to)

    assert first_broken(key) == (2, Reason.DIGEST)


def test_an_entry_put_between_two_others_is_found(four_entries, key):
    for sequence in (4, 3, 2):
        renumber(sequence, sequence + 1)
    between = AuditEntry.objects.get(pk=1)
    between.sequence, between.attempt, between.key = 2, None, ""
    between.previous_digest = four_entries[0].digest
    between.digest = chain.digest(between.previous_digest, between.payload())
    run("UPDATE curation_auditentry SET previous_digest = 'x' WHERE sequence = 3")
    AuditEntry.objects.bulk_create([between])

    assert first_broken(key) == ((2, Reason.UNSEALED) if key else (3, Reason.DIGEST))


@pytest.mark.parametrize("sequence", [0, -5, -(2**63)])
def test_an_entry_put_before_the_first_is_found(four_entries, key, sequence):
    before = AuditEntry.objects.get(pk=1)
    before.sequence, before.attempt, before.key, before.previous_digest = sequence, None, "", "0"
    before.digest = chain.digest(before.previous_digest, before.payload())
    AuditEntry.objects.bulk_create([before])

    assert first_broken(key) == (sequence, Reason.GENESIS)
    assert audit.verify_newest(50)[1] == chain.Broken(sequence, Reason.GENESIS)


def test_an_entry_linked_past_a_removed_one_is_found(four_entries, key):
    delete(2)
    run(
        "UPDATE curation_auditentry SET sequence = 2, previous_digest ="
        " (SELECT digest FROM curation_auditentry WHERE sequence = 1) WHERE sequence = 3"
    )

    assert first_broken(key) == (2, Reason.DIGEST)


def test_an_entry_written_anew_is_found_at_the_next(four_entries, key):
    write_anew(four_entries[1], four_entries[0])

    assert first_broken(key) == ((2, Reason.UNSEALED) if key else (3, Reason.LINK))


def test_a_tail_cut_off_is_found_by_a_remembered_head_alone(four_entries, key):
    heads = [(entry.sequence, entry.digest) for entry in four_entries]
    for sequence in (3, 4):
        delete(sequence)

    assert first_broken(key) is None
    assert first_broken(key, heads[:2]) is None
    assert first_broken(key, heads[3:]) == (4, Reason.TRUNCATED)


def test_a_tail_written_anew_is_found_by_a_remembered_head_or_by_a_key(four_entries, key):
    heads = [(entry.sequence, entry.digest) for entry in four_entries]
    for previous, entry in pairwise(four_entries[1:]):
        write_anew(entry, previous)

    assert first_broken(key) == ((3, Reason.UNSEALED) if key else None)
    if not key:
        assert first_broken((), heads[:2]) is None
        assert first_broken((), heads[2:]) == (3, Reason.REWRITTEN)


def test_a_whole_log_written_anew_is_found_by_a_remembered_head_or_by_a_key(four_entries, key):
    last = (4, four_entries[3].digest)
    genesis = AuditEntry(sequence=0, digest=GENESIS)
    for previous, entry in pairwise([genesis, *four_entries]):
        write_anew(entry, previous)

    assert first_broken() is None
    assert first_broken((), [last]) == (4, Reason.REWRITTEN)
    assert first_broken([KEY]) == (4, Reason.UNSEALED)


def test_a_column_that_holds_no_such_thing_is_found(four_entries, key):
    run("UPDATE curation_auditentry SET recorded_at = 'yesterday' WHERE sequence = 2")

    understands = connection.vendor == "postgresql"
    assert first_broken(key) == (2, Reason.DIGEST if understands else Reason.UNREADABLE)


@pytest.mark.parametrize(
    "change",
    [
        "note = x'ff'",
        "note = CAST(x'ff' AS TEXT)",
        "actor_via = zeroblob(3)",
        "recorded_at = x'ff'",
        "attempt = 'x'",
        "sequence = sequence - 0.5",
    ],
)
def test_a_value_of_another_kind_is_refused_or_found_at_its_entry(four_entries, key, change):
    try:
        with transaction.atomic():
            run(f"UPDATE curation_auditentry SET {change} WHERE sequence = 2")  # noqa: S608
    except DatabaseError:
        assert connection.vendor == "postgresql"  # SQLite keeps whatever it is given
        assert first_broken(key) is None
        return
    if connection.vendor == "postgresql" and change.startswith("sequence"):
        assert first_broken(key) is None  # rounded to what it was
        return

    broken = first_broken(key)

    assert broken in ((2, Reason.UNREADABLE), (2, Reason.DIGEST))
    found = audit.verify_newest(50)[1]
    assert found
    assert (found.sequence, found.reason) == broken


def test_keys_rotate(db, settings):
    record()
    settings.AUDIT_KEY = KEY
    record()
    settings.AUDIT_KEY, settings.AUDIT_OLD_KEYS = NEW_KEY, [KEY]
    record()

    assert audit.keys() == [NEW_KEY.encode(), KEY.encode()]
    assert audit.verify(Walk(audit.keys())) is None
    assert audit.verify(Walk([NEW_KEY.encode()])) == chain.Broken(2, Reason.KEY)


def test_a_sealed_log_does_not_go_on_unsealed(db, settings):
    settings.AUDIT_KEY = KEY
    record()
    settings.AUDIT_KEY = ""

    with pytest.raises(audit.KeyMissing, match="AUDIT_KEY must be set"):
        record()

    assert AuditEntry.objects.count() == 1


def test_the_newest_entries_are_verified_alone(four_entries, key):
    assert audit.verify_newest(3) == (3, None)
    assert audit.verify_newest(50) == (4, None)


@pytest.mark.parametrize(("change", "broken"), [("note = 'other'", 3), ("digest = 'x'", 3)])
def test_a_break_among_the_newest_is_found(four_entries, key, change, broken):
    run(f"UPDATE curation_auditentry SET {change} WHERE sequence = 3")  # noqa: S608

    found = audit.verify_newest(2)[1]
    assert found
    assert found.sequence == broken


def test_a_break_just_before_the_newest_is_found_at_the_link(four_entries, key):
    run("UPDATE curation_auditentry SET digest = 'x' WHERE sequence = 2")

    found = audit.verify_newest(2)[1]
    assert found
    assert (found.sequence, found.reason) == (3, Reason.LINK)


def test_a_break_before_the_newest_is_for_a_whole_verification(four_entries, key):
    run("UPDATE curation_auditentry SET note = 'other' WHERE sequence = 1")

    assert audit.verify_newest(2) == (2, None)
    assert first_broken(key) == (1, Reason.DIGEST)


def test_each_entry_is_verified_by_itself(four_entries, key):
    run("UPDATE curation_auditentry SET note = 'other' WHERE sequence = 2")
    run("UPDATE curation_auditentry SET digest = 'x' WHERE sequence = 3")

    found = [audit.verify_entry(entry) for entry in AuditEntry.objects.order_by("sequence")]

    assert [broken and broken.reason for broken in found] == [
        None,
        Reason.DIGEST,
        Reason.DIGEST,
        Reason.LINK,
    ]


def test_an_empty_log_has_no_newest_entry(db):
    assert audit.verify_newest(50) == (0, None)
