import csv
import io
import json
from datetime import UTC, datetime

import pytest
from django.utils import timezone

from curation.domain import chain
from curation.domain.chain import Walk, follow_lines
from curation.exports import COLUMNS, LINES_AT_ONCE, csv_lines, jsonl_lines
from curation.models import Action, AuditEntry
from curation.services import audit

A, B, C, D = (letter * 24 for letter in "abcd")


def record(**fields):
    return audit.record(
        Action.CHANGE_OUTSIDE, **{"actor": audit.OUTSIDER, "listing": "datasets"} | fields
    )


def rows(entries=None):
    """Read the CSV as a spreadsheet would."""
    text = "".join(csv_lines(AuditEntry.objects.all() if entries is None else entries))
    assert text[0] == "\ufeff"
    return list(csv.DictReader(io.StringIO(text[1:], newline="")))


def test_json_lines_are_the_entries_oldest_first(db):
    entries = [record(note="« é »\n=1"), record(titles={A: "Vélos"}), record()]

    lines = "".join(jsonl_lines(AuditEntry.objects.order_by("-sequence"))).splitlines()

    assert lines == [chain.canonical(entry.exported()) for entry in entries]
    assert [json.loads(line) for line in lines] == [entry.exported() for entry in entries]


@pytest.mark.parametrize("key", ["", "k" * 32], ids=["plain", "sealed"])
def test_the_whole_log_verifies_as_a_file(db, settings, key):
    settings.AUDIT_KEY = key
    for number in range(LINES_AT_ONCE + 5):
        record(note=str(number))

    parts = list(jsonl_lines(AuditEntry.objects.all()))

    walk = Walk(audit.keys())
    assert follow_lines(walk, "".join(parts).encode().splitlines(keepends=True)) is None
    assert walk.count == LINES_AT_ONCE + 5
    assert [part.count("\n") for part in parts] == [LINES_AT_ONCE, 5]


def test_only_what_is_asked_for_is_exported(db):
    for number in range(4):
        record(note=str(number))
    wanted = AuditEntry.objects.filter(note__in=["1", "3"])

    lines = "".join(jsonl_lines(wanted)).splitlines()

    assert [json.loads(line)["note"] for line in lines] == ["1", "3"]
    assert [row["note"] for row in rows(wanted)] == ["1", "3"]


def test_an_empty_log_is_an_empty_file(db):
    assert list(jsonl_lines(AuditEntry.objects.all())) == []
    assert rows() == []


def test_csv_tells_an_entry_in_a_row(db):
    titles = {A: "Vélos", B: "Prix, “en euros”", C: "Écoles"}
    with timezone.override("Europe/Paris"):
        entry = record(
            actor={"id": "claire", "name": "Claire Morel", "via": "oidc"},
            before=(A, B, D),
            after=(B, A, C),
            titles=titles,
            note="deux\nlignes",
            detail={"status": 200, "known_by": "answer"},
            recorded_at=datetime(2026, 11, 1, 9, 30, 15, 7, UTC),
        )

        (row,) = rows()

    assert tuple(row) == COLUMNS
    assert row == {
        "sequence": "1",
        "recorded_at": "2026-11-01T10:30:15+01:00",
        "listing": "datasets",
        "action": "change.outside",
        "person": "Claire Morel",
        "account": "claire",
        "via": "oidc",
        "note": "deux\nlignes",
        "added": "Écoles (3)",
        "removed": f"{D} (3)",
        "moved": "Prix, “en euros” (2 → 1)",
        "before": f"{A} | {B} | {D}",
        "after": f"{B} | {A} | {C}",
        "attempt": "",
        "detail": '{"known_by":"answer","status":200}',
        "digest": entry.digest,
    }


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", " =1", "＝1"])
def test_csv_has_no_formula(db, text):
    record(actor={"id": text, "name": text, "via": "oidc"}, after=(A,), titles={A: text}, note=text)

    (row,) = rows()

    assert (row["person"], row["account"], row["note"]) == (f"'{text}",) * 3
    assert row["added"] == f"'{text} (1)"
