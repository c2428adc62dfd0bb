import io
import json

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from curation.domain import chain
from curation.models import Action, AuditEntry, Heartbeat
from curation.services import audit

KEY = "k" * 32


def record(note=""):
    return audit.record(Action.CHANGE_OUTSIDE, actor=audit.OUTSIDER, listing="datasets", note=note)


@pytest.fixture
def three_entries(db):
    return [record("é"), record(), record()]


@pytest.fixture
def export(three_entries, tmp_path):
    file = tmp_path / "export.jsonl"
    file.write_text("".join(json.dumps(entry.exported()) + "\n" for entry in three_entries))
    return file


def run(*arguments, **streams):
    """Run the command; return what it says."""
    said = io.StringIO()
    call_command("verify_audit", *map(str, arguments), stdout=said, **streams)
    return said.getvalue()


def test_a_sound_log_is_said_to_be(three_entries):
    assert run().splitlines() == [
        "3 entries, unbroken from the first to the last.",
        f"Head: 3:{three_entries[2].digest}",
    ]


def test_a_broken_log_names_the_entry_and_how(three_entries):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE curation_auditentry SET note = 'x' WHERE sequence = 2")

    with pytest.raises(CommandError, match="Broken at entry 2: its content was altered"):
        run()


def test_an_export_is_verified_alone(export):
    AuditEntry.objects.all()._raw_delete("default")  # what is here does not matter

    assert run(export).startswith("3 entries, unbroken")


def test_a_remembered_head_tells_truncated_from_rewritten(export, three_entries):
    last = three_entries[2].digest

    assert run("--head", f"3:{last}").startswith("3 entries")
    assert run(export, "--head", f"3:{last}").startswith("3 entries")
    with pytest.raises(CommandError, match=r"Broken at entry 4: .* its end was cut off"):
        run("--head", f"4:{last}")
    with pytest.raises(CommandError, match=r"Broken at entry 2: .* was rewritten"):
        run("--head", f"2:{last}")


def test_keys_come_from_the_configuration_or_from_files(db, settings, tmp_path):
    settings.AUDIT_KEY = KEY
    record()
    (tmp_path / "key").write_text(f"{KEY}\n")

    assert "sealed with key" in run()
    settings.AUDIT_KEY = ""
    with pytest.raises(CommandError, match="sealed with a key that was not given"):
        run()
    assert run("--key-file", tmp_path / "key") == (
        "1 entries, unbroken from the first to the last.\n"
        f"Head: 1:{AuditEntry.objects.get().digest}\n"
        f"Entries 1 to 1 are sealed with key {chain.fingerprint(KEY.encode())}, and match it.\n"
    )
    assert "only their numbers and links were checked" in run("--without-key")


@pytest.mark.parametrize("content", ["nonsense", "[]", "{", "\ufeff"])
def test_a_file_that_is_no_export_is_refused(db, tmp_path, content):
    file = tmp_path / "x.jsonl"
    file.write_text(content, encoding="utf-8")

    with pytest.raises(CommandError, match="Broken at entry 1: it is no entry"):
        run(file)


@pytest.mark.parametrize("name", ["none.jsonl", ""])
def test_a_file_that_cannot_be_read_is_named(db, tmp_path, name):
    with pytest.raises(CommandError, match="cannot be read"):
        run(tmp_path / name)


def test_a_database_that_would_not_refuse_changes_is_pointed_out(three_entries, capsys):
    run()

    assert "does not refuse changes to entries: run migrate" in capsys.readouterr().err


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_progress_is_drawn_on_a_terminal_only(three_entries, append_only_log, export):
    terminal, pipe = Terminal(), io.StringIO()

    for arguments in ([], [export]):
        run(*arguments, stderr=terminal)
        run(*arguments, stderr=pipe)

    assert pipe.getvalue() == ""
    assert terminal.getvalue().count("%") == 2
    assert terminal.getvalue().endswith("\r\033[K")


def test_what_was_found_is_remembered_for_the_status_page(three_entries):
    run()
    sound = Heartbeat.objects.get().found
    with connection.cursor() as cursor:
        cursor.execute("UPDATE curation_auditentry SET note = 'x' WHERE sequence = 2")
    with pytest.raises(CommandError):
        run()

    broken = Heartbeat.objects.get()
    assert sound == {"count": 3, "broken": None}
    assert broken.name == "verify"
    assert broken.found == {"count": 1, "broken": {"sequence": 2, "reason": "digest"}}


def test_a_file_says_nothing_of_the_log(export):
    run(export)

    assert not Heartbeat.objects.exists()
