import json

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from curation.models import Action
from curation.services import audit


@pytest.fixture
def three_entries(db):
    for _number in range(3):
        audit.record(Action.CHANGE_OUTSIDE, actor=audit.OUTSIDER, listing="datasets")


@pytest.fixture
def export(three_entries, tmp_path):
    file = tmp_path / "export.jsonl"
    file.write_text("".join(json.dumps(entry) + "\n" for entry in audit.exported_entries()))
    return file


def test_a_sound_log_is_said_to_be(three_entries, capsys):
    call_command("verify_audit")

    assert "3 entries, unbroken" in capsys.readouterr().out


def test_a_broken_log_names_the_entry_and_how(three_entries):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE curation_auditentry SET note = 'x' WHERE sequence = 2")

    with pytest.raises(CommandError, match="Broken at entry 2: its content was altered"):
        call_command("verify_audit")


def test_an_export_is_verified_alone(export, capsys):
    call_command("verify_audit", str(export))

    assert "3 entries, unbroken" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("nonsense", "line 1: not JSON"),
        ("[]", "line 1: not an entry"),
        ("{", "line 1: not JSON"),
    ],
)
def test_a_file_that_is_no_export_is_refused(db, tmp_path, content, words):
    file = tmp_path / "x.jsonl"
    file.write_text(content, encoding="utf-8")

    with pytest.raises(CommandError, match=words):
        call_command("verify_audit", str(file))


def test_a_missing_file_is_refused(db, tmp_path):
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("verify_audit", str(tmp_path / "none.jsonl"))
