import csv
import io
import re
import subprocess
import sys

import pytest
from django.core.management import CommandError, call_command

from curation.domain import chain
from curation.models import Action
from curation.services import audit
from tests.management.test_progress import Terminal


@pytest.fixture
def entries(db):
    return [
        audit.record(Action.CHANGE_OUTSIDE, actor=audit.OUTSIDER, listing="datasets", note=note)
        for note in ("é", "deux\nlignes")
    ]


def run(*arguments, stderr=None):
    said = io.StringIO()
    call_command("export_audit", *map(str, arguments), stdout=said, stderr=stderr)
    return said.getvalue()


def test_entries_go_to_standard_output(entries):
    assert run() == "".join(chain.canonical(entry.exported()) + "\n" for entry in entries)


def test_entries_go_to_a_file_that_verifies(entries, tmp_path, capsys):
    file = tmp_path / "export.jsonl"

    assert run(file) == ""

    assert chain.main([str(file)]) == 0
    assert capsys.readouterr().out.startswith("2 entries, unbroken")
    assert [path.name for path in tmp_path.iterdir()] == ["export.jsonl"]


@pytest.mark.parametrize("key", ["", "k" * 32], ids=["plain", "sealed"])
def test_the_lines_of_the_document_check_an_export(db, settings, tmp_path, key):
    settings.AUDIT_KEY = key
    for note in ("é", "deux\nlignes", "3"):
        audit.record(Action.CHANGE_OUTSIDE, actor=audit.OUTSIDER, listing="datasets", note=note)
    document = (settings.BASE_DIR / "docs" / "audit-log.md").read_text(encoding="utf-8")
    (lines,) = re.findall(r"```python\n(.*?)```", document, re.DOTALL)
    plain, sealed = "hashlib.sha256((linked + text).encode())", re.search(r"`(hmac\..*)`", document)
    assert sealed
    assert plain in lines
    if key:
        lines = f"import hmac\nkey = {key.encode()!r}\n" + lines.replace(plain, sealed[1])

    def check():
        command = [sys.executable, "-I", "-S", "-c", lines]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)  # noqa: S603

    run(file := tmp_path / "export.jsonl")
    assert check().returncode == 0
    file.write_text(file.read_text("utf-8").replace("deux", "trois"), "utf-8")
    assert check().stderr.endswith("AssertionError: 2\n")
    run(file)
    file.write_text("".join(file.read_text("utf-8").splitlines(keepends=True)[::2]), "utf-8")
    assert check().stderr.endswith("AssertionError: 3\n")


def test_csv_is_for_spreadsheets(entries, tmp_path):
    file = tmp_path / "export.csv"

    run("--csv", file)

    content = file.read_bytes()
    assert content.startswith(b"\xef\xbb\xbfsequence,recorded_at,")
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert [row["note"] for row in rows] == ["é", "deux\nlignes"]
    assert run("--csv").encode() == content


def test_a_file_that_cannot_be_written_is_named(entries, tmp_path):
    with pytest.raises(CommandError, match="cannot be written"):
        run(tmp_path / "nowhere" / "export.jsonl")


def test_progress_is_drawn_on_a_terminal_only(entries, tmp_path):
    terminal, pipe = Terminal(), io.StringIO()

    run(tmp_path / "one", stderr=terminal)
    run(tmp_path / "other", stderr=pipe)

    assert "100%" in terminal.getvalue()
    assert pipe.getvalue() == ""
