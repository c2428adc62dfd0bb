"""What the database writes for an entry is what Python writes."""

import uuid
from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, connection
from django.db.utils import DataError

from curation.canonical import exported_text, payload_text
from curation.domain import chain
from curation.models import Action, AuditEntry
from curation.services import audit

# Every character that JSON escapes or that somebody's JSON might, and some of more bytes. NUL is
# left out: neither forms nor PostgreSQL take it.
ODD = "".join(map(chr, range(1, 0x100))) + "\u2028\u2029\ufeff\ufffd’é🚗 %s %% {0} $1"


def written():
    """What SQL and what Python write, for each entry."""
    rows = AuditEntry.objects.order_by("sequence")
    sql = [
        (payload.decode() if isinstance(payload, bytes) else payload, exported)
        for payload, exported in rows.values_list(payload_text(), exported_text())
    ]
    python = [(chain.canonical(e.payload()), chain.canonical(e.exported())) for e in rows]
    return sql, python


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({}, id="as little as can be"),
        pytest.param({"attempt": uuid.UUID(int=2**127 + 7)}, id="attempt"),
        pytest.param({"note": ODD}, id="note"),
        pytest.param({"actor": {"id": ODD[:75], "name": ODD, "via": "oidc"}}, id="actor"),
        pytest.param({"before": ("b" * 24,), "after": ("a" * 24, "b" * 24)}, id="lists"),
        pytest.param({"titles": {ODD[:40]: ODD}}, id="titles"),
        pytest.param({"detail": {"z": [1.5, 1e22, None, True, {"b": -3}], "": []}}, id="detail"),
        pytest.param({"recorded_at": datetime(2026, 11, 1, 9, tzinfo=UTC)}, id="whole second"),
        pytest.param({"recorded_at": datetime(2026, 11, 1, 9, 0, 0, 20, UTC)}, id="microseconds"),
    ],
)
def test_the_database_writes_an_entry_as_python_does(db, fields):
    audit.record(Action.CHANGE_OUTSIDE, **{"actor": audit.OUTSIDER, "listing": "datasets"} | fields)

    sql, python = written()

    assert sql == python


def test_what_is_no_json_is_refused_by_the_database(db):
    entry = audit.record(Action.CHANGE_OUTSIDE, actor=audit.OUTSIDER)

    with pytest.raises((IntegrityError, DataError)), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE curation_auditentry SET after = %s WHERE sequence = %s",
            ['["a"],"detail":{}', entry.sequence],
        )


def test_entries_are_streamed_oldest_first_across_batches(db, monkeypatch):
    monkeypatch.setattr("curation.models.STREAM_BATCH", 2)
    for number in range(5):
        audit.record(Action.CHANGE_OUTSIDE, actor=audit.OUTSIDER, note=str(number))

    notes = [(sequence, note) for sequence, note in AuditEntry.objects.streamed("note")]

    assert notes == [(1, "0"), (2, "1"), (3, "2"), (4, "3"), (5, "4")]
