"""The hash chain: what an auditor can check, and how tampering shows."""

import hashlib
import json
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.domain.chain import GENESIS, Broken, Reason, canonical, digest, first_broken
from tests.domain.logs import chained, link, log


def auditor(lines):
    """Check an export as anyone would with Python alone: the number of good entries."""
    previous = "0" * 64
    for number, line in enumerate(lines):
        entry = json.loads(line)
        stated, link = entry.pop("digest"), entry.pop("previous_digest")
        text = json.dumps(entry, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        actual = hashlib.sha256((link + text).encode("utf-8")).hexdigest()
        if (stated, link, entry["sequence"]) != (actual, previous, number + 1):
            return number
        previous = stated
    return len(lines)


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        ({}, "{}"),
        ({"b": 1, "a": [True, None]}, '{"a":[true,null],"b":1}'),
        ({"é": "à la une", "e": "’"}, '{"e":"’","é":"à la une"}'),
        ({"a": {"z": "", "b": {}}}, '{"a":{"b":{},"z":""}}'),
        ({"a": '"\\\n\u2028🚗</'}, '{"a":"\\"\\\\\\n\u2028🚗</"}'),
    ],
)
def test_canonical_is_sorted_compact_and_unescaped(payload, expected):
    assert canonical(payload) == expected


def test_digest_is_sha256_of_the_digest_before_and_the_canonical_payload():
    payload = {"sequence": 1, "note": "à la une"}

    expected = hashlib.sha256(b"0" * 64 + b'{"note":"\xc3\xa0 la une","sequence":1}').hexdigest()

    assert digest(GENESIS, payload) == expected
    assert digest(GENESIS, dict(reversed(payload.items()))) == expected


@pytest.mark.parametrize("impossible", [float("nan"), float("inf"), "\ud83d", {1, 2}, object()])
def test_digest_refuses_what_has_no_canonical_form(impossible):
    with pytest.raises((TypeError, ValueError)):
        digest(GENESIS, {"note": impossible})


def test_a_sound_log_has_no_broken_entry():
    assert first_broken([]) is None
    assert first_broken(log()) is None


def test_first_broken_survives_export_and_a_shuffle_of_keys():
    lines = [json.dumps(dict(sorted(entry.items(), reverse=True))) for entry in log()]

    assert first_broken(map(json.loads, lines)) is None
    assert auditor(lines) == 5


def test_first_broken_reads_no_further_than_it_must():
    entries = iter([*log(2), {}, *log(2)])

    assert first_broken(entries) == Broken(3, Reason.UNREADABLE)
    assert len(list(entries)) == 2


def without(entry, key):
    return {name: value for name, value in entry.items() if name != key}


def resealed(entry, **fields):
    """An entry altered by someone who knows how to compute its digest anew."""
    payload = {**entry, **fields}
    previous = payload.pop("previous_digest")
    del payload["digest"]
    return link(previous, payload)


def renumbered_from(entries, start):
    """The tail of a log, shifted by one and sealed anew entry by entry."""
    return [resealed(entry, sequence=entry["sequence"] + 1) for entry in entries[start:]]


@pytest.mark.parametrize(
    ("tamper", "expected"),
    [
        pytest.param(lambda e: e[1:], Broken(2, Reason.GENESIS), id="head-cut"),
        pytest.param(
            lambda e: [resealed(e[0], previous_digest="f" * 64), *e[1:]],
            Broken(1, Reason.GENESIS),
            id="head-follows-something",
        ),
        pytest.param(
            lambda e: [resealed(e[0], sequence=0), *e[1:]],
            Broken(0, Reason.GENESIS),
            id="head-numbered-zero",
        ),
        pytest.param(lambda e: [*e[:2], *e[3:]], Broken(4, Reason.GAP), id="entry-deleted"),
        pytest.param(
            lambda e: [e[0], e[2], e[1], *e[3:]], Broken(3, Reason.GAP), id="entries-swapped"
        ),
        pytest.param(lambda e: [*e[:3], e[2], *e[3:]], Broken(3, Reason.REPEATED), id="doubled"),
        pytest.param(
            lambda e: [*e[:3], link(e[2]["digest"], {"sequence": 4}), *e[3:]],
            Broken(4, Reason.REPEATED),
            id="entry-inserted",
        ),
        pytest.param(
            lambda e: [*e[:3], link(e[2]["digest"], {"sequence": 4}), *renumbered_from(e, 3)],
            Broken(5, Reason.LINK),
            id="entry-inserted-and-the-rest-renumbered",
        ),
        pytest.param(
            lambda e: [*e[:2], {**e[2], "previous_digest": e[0]["digest"]}, *e[3:]],
            Broken(3, Reason.DIGEST),
            id="linked-elsewhere",
        ),
        pytest.param(
            lambda e: [*e[:2], resealed(e[2], previous_digest=e[0]["digest"]), *e[3:]],
            Broken(3, Reason.LINK),
            id="linked-elsewhere-and-resealed",
        ),
        pytest.param(
            lambda e: [*e[:2], resealed(e[2], note="Rien à voir"), *e[3:]],
            Broken(4, Reason.LINK),
            id="altered-and-resealed",
        ),
        pytest.param(
            lambda e: [*e[:2], {**e[2], "digest": "0" * 64}, *e[3:]],
            Broken(3, Reason.DIGEST),
            id="digest-overwritten",
        ),
        pytest.param(
            lambda e: [*e[:2], {**e[2], "sequence": 9}, *e[3:]],
            Broken(9, Reason.DIGEST),
            id="renumbered",
        ),
        pytest.param(
            lambda e: [*e[:2], {**e[2], "extra": None}, *e[3:]],
            Broken(3, Reason.DIGEST),
            id="field-added",
        ),
    ],
)
def test_tampering_is_found_and_told_apart(tamper, expected):
    assert first_broken(tamper(log())) == expected


@pytest.mark.parametrize("field", log(1)[0])
def test_every_field_counts(field):
    entries = log()
    entries[2] = without(entries[2], field)

    unreadable = field in {"sequence", "previous_digest", "digest"}
    reason = Reason.UNREADABLE if unreadable else Reason.DIGEST
    assert first_broken(entries) == Broken(3, reason)


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param([], id="a-list"),
        pytest.param("text", id="a-text"),
        pytest.param(None, id="nothing"),
        pytest.param(7, id="a-number"),
        pytest.param(link(GENESIS, {"sequence": True}), id="sequence-true"),
        pytest.param(link(GENESIS, {"sequence": "1"}), id="sequence-text"),
        pytest.param({"sequence": 1, "previous_digest": None, "digest": ""}, id="no-link"),
        pytest.param(
            {"sequence": 1, "previous_digest": GENESIS, "digest": "", "note": "\udce9"},
            id="half-a-surrogate-pair",
        ),
        pytest.param(
            {"sequence": 1, "previous_digest": GENESIS, "digest": "", "note": float("nan")},
            id="not-a-number",
        ),
    ],
)
def test_an_unreadable_entry_is_named_rather_than_raised(entry):
    assert first_broken([entry]) == Broken(1, Reason.UNREADABLE)


def test_a_circle_is_unreadable():
    entry = link(GENESIS, {"sequence": 1})
    entry["detail"] = entry

    assert first_broken([entry]) == Broken(1, Reason.UNREADABLE)


texts = st.text(max_size=8)
values = st.none() | st.booleans() | st.integers() | texts


@given(texts, texts, values)
def test_whatever_was_chained_verifies_here_and_elsewhere(note, name, value):
    entries = chained([{"note": note}, {"actor": {name: value}}, {"detail": [value, note]}])

    assert first_broken(entries) is None
    assert auditor([canonical(entry) for entry in entries]) == 3


@given(st.integers(0, 3), st.sampled_from(sorted(log(1)[0])), values)
def test_no_single_alteration_goes_unseen(place, field, value):
    entries = log(4)
    is_as_it_was = canonical({"is": value}) == canonical({"is": entries[place][field]})

    entries[place][field] = value

    assert (first_broken(entries) is None) is is_as_it_was


def test_only_the_beginning_of_a_log_in_order_passes_for_a_log():
    entries = log(4)

    for length in range(5):
        for kept in permutations(entries, length):
            assert (first_broken(kept) is None) is (list(kept) == entries[:length])
