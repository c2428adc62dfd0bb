"""Verifying a log with keys and remembered heads, and an export without this program."""

import hashlib
import hmac
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from curation.domain import chain
from curation.domain.chain import (
    GENESIS,
    Broken,
    Reason,
    Walk,
    canonical,
    fingerprint,
    follow_lines,
)
from tests.domain.logs import chained, link, log

KEY, OTHER_KEY = b"k" * 32, b"o" * 32


def lines(entries):
    """An export."""
    return [canonical(entry).encode() + b"\n" for entry in entries]


def verified(entries, keys=(), heads=()):
    return follow_lines(Walk(keys, heads), lines(entries))


def head_of(entry):
    return entry["sequence"], entry["digest"]


def plain_resealed(entry, previous_digest):
    """An entry as somebody without the key can write it anew: as an unsealed one."""
    kept = {k: v for k, v in entry.items() if k not in {"key", "digest", "previous_digest"}}
    return link(previous_digest, kept)


def test_a_seal_is_hmac_of_what_a_plain_digest_hashes():
    (entry,) = log(1, KEY)
    stated = entry["digest"]

    payload = {k: v for k, v in entry.items() if k not in {"digest", "previous_digest"}}
    text = json.dumps(payload, sort_keys=True, separators=(",", ":"), ensure_ascii=False)

    assert entry["key"] == hashlib.sha256(b"a-la-une audit key:" + KEY).hexdigest()[:16]
    assert stated == hmac.new(KEY, (GENESIS + text).encode(), hashlib.sha256).hexdigest()


def test_sealed_entries_match_their_key():
    walk = Walk([KEY])

    assert follow_lines(walk, lines(log(3, KEY))) is None
    assert (
        walk.report()[-1] == f"Entries 1 to 3 are sealed with key {fingerprint(KEY)}, and match it."
    )


def test_keys_follow_plain_entries_and_each_other():
    entries = log(2, OTHER_KEY, after=log(3, KEY, after=log(2)))

    walk = Walk([OTHER_KEY, KEY])

    assert follow_lines(walk, lines(entries)) is None
    assert [(seal.first, seal.last) for seal in walk.seals] == [(3, 5), (6, 7)]


def test_without_its_key_a_sealed_entry_is_held_to_its_place_alone():
    entries = log(3, KEY)
    entries[1]["note"] = "altered, and nobody without the key can tell"
    walk = Walk(without_key=True)

    assert follow_lines(walk, lines(entries)) is None
    assert walk.report()[-1].endswith("numbers and links were checked, not their content.")
    assert follow_lines(Walk(without_key=True), lines(entries[::2])) == Broken(3, Reason.GAP)
    entries[0]["digest"] = "0" * 64
    assert follow_lines(Walk(without_key=True), lines(entries)) == Broken(2, Reason.LINK)


def test_a_key_that_was_not_given_is_no_excuse_unless_it_is_asked_for():
    assert verified(log(2, KEY)) == Broken(1, Reason.KEY)
    assert verified(log(2, KEY), [OTHER_KEY]) == Broken(1, Reason.KEY)


def test_a_tail_written_anew_without_the_key_is_found():
    entries = log(4, KEY)
    tail = log(2, after=entries[:2])
    feigned = [*entries[:2], *log(2, OTHER_KEY, after=entries[:2])[2:]]

    assert verified(tail, [KEY]) == Broken(3, Reason.UNSEALED)
    assert follow_lines(Walk(without_key=True), lines(tail)) == Broken(3, Reason.UNSEALED)
    assert verified(feigned, [KEY]) == Broken(3, Reason.KEY)


def test_a_whole_log_written_anew_without_the_key_is_found():
    assert verified(log(4), [KEY]) == Broken(4, Reason.UNSEALED)
    assert verified([], [KEY]) is None


def test_a_seal_cannot_be_taken_off_one_entry():
    entries = log(3, KEY)
    entries[1] = plain_resealed(entries[1], entries[0]["digest"])

    assert verified(entries, [KEY]) == Broken(2, Reason.UNSEALED)


def test_a_log_that_went_on_keeps_its_heads():
    entries = log(4)

    assert verified(entries, heads=[head_of(entries[1]), head_of(entries[3])]) is None


def test_a_log_that_ends_before_a_remembered_head_was_truncated():
    entries = log(4)

    assert verified(entries[:2], heads=[head_of(entries[3])]) == Broken(4, Reason.TRUNCATED)
    assert verified([], heads=[head_of(entries[0])]) == Broken(1, Reason.TRUNCATED)
    assert verified(entries[:1], heads=map(head_of, entries)) == Broken(2, Reason.TRUNCATED)
    assert verified(entries, heads=[(0, GENESIS)]) == Broken(0, Reason.TRUNCATED)


def test_another_digest_than_the_remembered_was_rewritten():
    entries = log(4)
    anew = chained([{"note": "never happened"}] * 3, after=entries[:2])

    assert verified(anew, heads=[head_of(entries[1])]) is None
    assert verified(anew, heads=[head_of(entries[2])]) == Broken(3, Reason.REWRITTEN)


def test_two_heads_that_contradict_each_other_cannot_both_hold():
    entries = log(1)
    heads = [head_of(entries[0]), (1, "f" * 64)]

    assert verified(entries, heads=heads) == Broken(1, Reason.REWRITTEN)
    assert verified(entries, heads=heads[::-1]) == Broken(1, Reason.REWRITTEN)


@pytest.mark.parametrize(
    "written",
    [
        pytest.param(lambda e: json.dumps(e, sort_keys=True), id="spaced and escaped"),
        pytest.param(lambda e: canonical(e) + "\r", id="carriage return"),
        pytest.param(lambda e: "  " + canonical(e), id="indented"),
        pytest.param(
            lambda e: json.dumps(dict(reversed(e.items())), separators=(",", ":")), id="reversed"
        ),
    ],
)
def test_an_export_may_be_written_in_other_ways(written):
    export = "\n".join([*map(written, log(3)), "", ""]).encode()

    assert follow_lines(Walk(), export.splitlines(keepends=True)) is None


def test_a_digest_inside_an_entry_is_not_taken_for_its_own():
    payload = {"detail": {"digest": "x", "previous_digest": GENESIS}, "note": '"digest":"x",'}

    assert verified(chained([payload, payload])) is None


def test_a_digest_hidden_inside_an_entry_is_not_found():
    (line,) = lines(chained([{"detail": {"a": 1}}]))
    member = re.search(rb'"digest":"\w+",', line).group()

    hidden = line.replace(member, b"").replace(b'{"a"', b"{" + member + b'"a"')

    assert follow_lines(Walk(), [hidden]) == Broken(1, Reason.UNREADABLE)


@pytest.mark.parametrize(
    ("member", "twice"),
    [
        (b'"sequence":', b'"sequence":7,"sequence":'),
        (b'{"a":', b'{"a":2,"a":'),
        (b"{", b'{"":1,"":2,'),
    ],
)
def test_a_name_that_stands_twice_is_not_overlooked(member, twice):
    (line,) = lines(chained([{"detail": {"a": 1}}]))

    assert follow_lines(Walk(), [line.replace(member, twice, 1)]) == Broken(1, Reason.UNREADABLE)


@pytest.mark.parametrize(
    "line",
    [
        b"nonsense\n",
        b"{\n",
        b"[]\n",
        b"7\n",
        b'"text"\n',
        b"\xff\n",
        b'{"sequence":1,"digest":"\\ud800","previous_digest":"\\ud800"}\n',
        b'{"sequence":1,"digest":"","previous_digest":"","note":NaN}\n',
        b'{"sequence":true,"digest":"","previous_digest":""}\n',
        b'{"sequence":1,"digest":"","previous_digest":"","key":7}\n',
        b"[" * 100_000 + b"\n",
    ],
    ids=lambda line: line[:20].decode("latin-1").strip(),
)
def test_a_line_that_is_no_entry_is_named_rather_than_raised(line):
    assert follow_lines(Walk(), [line]) == Broken(1, Reason.UNREADABLE)


def run(*arguments):
    """Run the file as an auditor would: by itself, with nothing but Python."""
    done = subprocess.run(  # noqa: S603 (our own file)
        [sys.executable, "-I", "-S", chain.__file__, *map(str, arguments)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={"PYTHONIOENCODING": "utf-8", "PYTHONUTF8": "1"},
        check=False,
    )
    return done.returncode, (done.stdout + done.stderr).splitlines()


@pytest.fixture
def export(tmp_path) -> Path:
    file = tmp_path / "export.jsonl"
    file.write_bytes(b"".join(lines(log(2, KEY, after=log(1)))))
    return file


def test_an_auditor_needs_the_file_and_python(export, tmp_path):
    key_file = tmp_path / "key"
    key_file.write_bytes(KEY + b"\n")
    head = log(2, KEY, after=log(1))[-1]["digest"]

    code, said = run(export, "--key-file", key_file, "--head", f"3:{head}")

    assert code == 0
    assert said == [
        "3 entries, unbroken from the first to the last.",
        f"Head: 3:{head}",
        f"Entries 2 to 3 are sealed with key {fingerprint(KEY)}, and match it.",
    ]


def test_an_auditor_is_told_what_is_broken(export):
    code, said = run(export, "--without-key", "--head", "4:" + "0" * 64)

    assert code == 1
    assert said == [
        "Broken at entry 4: it is remembered, but the log ends before it: its end was cut off."
    ]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["none.jsonl"], "none.jsonl cannot be read"),
        (["x", "--head", "4"], "“4” is not SEQUENCE:DIGEST"),
        (["x", "--head", "x:" + "0" * 64], "is not SEQUENCE:DIGEST"),
        (["x", "--head", "0:" + "0" * 64], "is not SEQUENCE:DIGEST"),
        (["x", "--head", "4:" + "g" * 64], "is not SEQUENCE:DIGEST"),
        (["x", "--key-file", "none"], "“none” cannot be read"),
    ],
)
def test_wrong_arguments_are_named(arguments, words):
    code, said = run(*arguments)

    assert code == 2
    assert words in said[-1]
