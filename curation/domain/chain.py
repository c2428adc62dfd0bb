"""The hash chain of the audit log: every entry is bound to the one before it.

Needs nothing but Python 3.11, so that an auditor can verify an export with this file alone:

    python chain.py export.jsonl [--head SEQUENCE:DIGEST] [--key-file FILE] [--without-key]
"""

import argparse
import hashlib
import hmac
import json
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

GENESIS = "0" * 64

# Made once: json.dumps() would make one per call. What came from JSON holds no circle to check for.
_encode = json.JSONEncoder(
    sort_keys=True,
    separators=(",", ":"),
    ensure_ascii=False,
    allow_nan=False,
    check_circular=False,
).encode


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


_decode = json.JSONDecoder(parse_constant=_refuse).decode


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise ValueError("a name stands twice in one object")
    return members


# Slower, so only for texts that are not canonical. Of two members with one name Python reads the
# last and others the first: such a text would verify, and be read as something else.
decode_strictly = json.JSONDecoder(parse_constant=_refuse, object_pairs_hook=_once).decode


class Reason(StrEnum):
    """How an entry breaks the chain, or a whole log the promise of a remembered head."""

    UNREADABLE = "unreadable"
    DIGEST = "digest"
    GENESIS = "genesis"
    GAP = "gap"
    REPEATED = "repeated"
    LINK = "link"
    KEY = "key"
    UNSEALED = "unsealed"
    REWRITTEN = "rewritten"
    TRUNCATED = "truncated"


EXPLANATIONS = {
    Reason.UNREADABLE: "it is no entry, or not one that can be hashed.",
    Reason.DIGEST: "its content was altered after it was recorded.",
    Reason.GENESIS: "it stands first, but it is not the first entry of a log.",
    Reason.GAP: "entries before it are missing.",
    Reason.REPEATED: "its number came before: it was inserted, or the order was changed.",
    Reason.LINK: "it follows another entry than the one before it.",
    Reason.KEY: "it is sealed with a key that was not given (see --without-key).",
    Reason.UNSEALED: "no key seals it, though one was given or seals entries before it.",
    Reason.REWRITTEN: "its digest is not the one remembered: it or what came before was rewritten.",
    Reason.TRUNCATED: "it is remembered, but the log ends before it: its end was cut off.",
}


@dataclass(frozen=True, slots=True)
class Broken:
    """The first entry that breaks the chain. If it is unreadable, `sequence` is the one due."""

    sequence: int
    reason: Reason

    def __str__(self) -> str:
        return f"Broken at entry {self.sequence}: {EXPLANATIONS[self.reason]}"


class Link(NamedTuple):
    """One entry, as far as the chain is concerned. `text` is its payload's canonical JSON."""

    sequence: int
    previous_digest: str
    digest: str
    key: str  # the fingerprint of the key that seals it, or ""
    text: bytes


@dataclass(slots=True)
class Seal:
    """Entries in a row that are sealed with one key."""

    key: str
    first: int
    last: int


def canonical(value: object) -> str:
    """Write the JSON that is hashed: keys sorted, no spaces, non-ASCII characters as they are.

    TypeError or ValueError for what JSON cannot hold.
    """
    return _encode(value)


def digest(previous_digest: str, payload: Mapping[str, object], key: bytes = b"") -> str:
    """Hash an entry: the hex SHA-256 of the digest before it and its canonical JSON.

    `payload` is the exported entry without `previous_digest` and `digest`; sealed with a key, it
    holds `key`, the key's fingerprint, and HMAC-SHA256 takes the place of SHA-256. TypeError or
    ValueError for what JSON or UTF-8 cannot hold (NaN, half a surrogate pair).
    """
    return _hash(previous_digest, _encode(payload).encode(), key)


def fingerprint(key: bytes) -> str:
    """Return the public name of a key, by which an entry says what seals it."""
    return hashlib.sha256(b"a-la-une audit key:" + key).hexdigest()[:16]


def link_of(entry: Mapping[str, Any]) -> Link | None:
    """Return an exported entry as a link of the chain; None if it cannot be one."""
    try:
        payload = dict(entry)
        stated, previous = payload.pop("digest", None), payload.pop("previous_digest", None)
        return _link(payload, stated, previous, _encode(payload).encode())
    except (TypeError, ValueError, RecursionError):
        return None


class Walk:
    """Goes along a log from its oldest entry, and stands still at the first broken one.

    `keys` are those that seal entries: once one is given, a log that ends unsealed is broken. An
    entry that is sealed with another one is held to its number and links alone if that is asked for
    (`without_key`). `heads` are those that somebody remembers: sequence and digest.
    """

    def __init__(
        self,
        keys: Iterable[bytes] = (),
        heads: Iterable[tuple[int, str]] = (),
        *,
        without_key: bool = False,
    ) -> None:
        self._keys = {"": b""} | {fingerprint(key): key for key in keys}
        self._without_key = without_key
        self._heads: dict[int, set[str]] = {}
        for sequence, stated in heads:
            self._heads.setdefault(sequence, set()).add(stated)
        self.count = 0
        self.head = GENESIS
        self.seals: list[Seal] = []

    def follow(self, link: Link | None) -> Broken | None:
        """Take one step. Return how the entry breaks the chain; then nothing has changed."""
        due = self.count + 1
        if link is None:
            return Broken(due, Reason.UNREADABLE)
        sequence, previous, stated, key, text = link
        if key in self._keys:
            if _hash(previous, text, self._keys[key]) != stated:
                return Broken(sequence, Reason.DIGEST)
        elif not self._without_key:
            return Broken(sequence, Reason.KEY)
        if sequence != due or previous != self.head:
            return Broken(sequence, _misplaced(sequence, due))
        if self.seals and not key:
            return Broken(sequence, Reason.UNSEALED)
        if sequence in self._heads and self._heads[sequence] != {stated}:
            return Broken(sequence, Reason.REWRITTEN)
        self.count, self.head = due, stated
        if key:
            self._seal(key)
        return None

    def end(self) -> Broken | None:
        """Return how the log ends other than it must, once all of it was followed."""
        if missing := [sequence for sequence in self._heads if not 1 <= sequence <= self.count]:
            return Broken(min(missing), Reason.TRUNCATED)
        if len(self._keys) > 1 and self.count and not self.seals:
            return Broken(self.count, Reason.UNSEALED)
        return None

    def report(self) -> list[str]:
        """Say in sentences what was seen of a log without a broken entry."""
        sentences = [f"{self.count} entries, unbroken from the first to the last."]
        if self.count:
            sentences.append(f"Head: {self.count}:{self.head}")
        for seal in self.seals:
            which = f"Entries {seal.first} to {seal.last} are sealed with key {seal.key}"
            if seal.key in self._keys:
                sentences.append(f"{which}, and match it.")
            else:
                sentences.append(
                    f"{which}, which was not given: only their numbers and links were checked,"
                    " not their content."
                )
        return sentences

    def _seal(self, key: str) -> None:
        if self.seals and self.seals[-1].key == key:
            self.seals[-1].last = self.count
        else:
            self.seals.append(Seal(key, self.count, self.count))


def first_broken(entries: Iterable[Mapping[str, object]]) -> Broken | None:
    """Stream a whole log, oldest entry first, and return the first broken entry, if any.

    Reads no further than that entry. A chain cannot show that entries are missing at its end, or
    that all of it was written anew: compare a head (`Walk`) with one kept elsewhere.
    """
    walk = Walk()
    for entry in entries:
        broken = walk.follow(link_of(entry))
        if broken:
            return broken
    return None


def follow_lines(walk: Walk, lines: Iterable[bytes]) -> Broken | None:
    """Walk along an export (JSON Lines) and return its first broken entry, if any."""
    for line in lines:
        if line.isspace():
            continue
        broken = walk.follow(_link_of_line(line))
        if broken:
            # Written with other spaces, or its keys in another order?
            broken = walk.follow(link_of(_entry_of(line, decode_strictly)))
        if broken:
            return broken
    return walk.end()


def add_options(parser: argparse.ArgumentParser) -> None:
    """Declare what a verification may be told: `head` and `key_file`, each any number of times."""
    parser.add_argument(
        "--head",
        action="append",
        default=[],
        type=_remembered,
        metavar="SEQUENCE:DIGEST",
        help="a head that you remember; more than one may be given",
    )
    parser.add_argument(
        "--key-file",
        action="append",
        default=[],
        type=_key_in,
        metavar="FILE",
        help="a file with a key that seals entries; more than one may be given",
    )
    parser.add_argument(
        "--without-key",
        action="store_true",
        help="check only the numbers and links of entries whose key is not given",
    )


def main(arguments: list[str] | None = None) -> int:
    """Verify an export, say what was found, and return 1 if it is broken."""
    parser = argparse.ArgumentParser(description="Verify an export of the audit log.")
    parser.add_argument("export", type=Path, help="JSON Lines")
    add_options(parser)
    options = parser.parse_args(arguments)
    walk = Walk(options.key_file, options.head, without_key=options.without_key)
    try:
        with options.export.open("rb") as lines:
            broken = follow_lines(walk, lines)
    except OSError as error:
        parser.error(f"{options.export} cannot be read: {error.strerror}.")
    sentences = [str(broken)] if broken else walk.report()
    sys.stdout.write("\n".join(sentences) + "\n")
    return 1 if broken else 0


def _remembered(text: str) -> tuple[int, str]:
    head = re.fullmatch("0*([1-9][0-9]{0,18}):([0-9a-f]{64})", text.strip().lower())
    if head is None:
        raise argparse.ArgumentTypeError(f"“{text}” is not SEQUENCE:DIGEST.")
    return int(head[1]), head[2]


def _key_in(text: str) -> bytes:
    try:
        key = Path(text).read_bytes().strip()
    except OSError as error:
        raise argparse.ArgumentTypeError(f"“{text}” cannot be read.") from error
    if not key:
        raise argparse.ArgumentTypeError(f"“{text}” is empty.")
    return key


def _link(entry: Mapping[str, Any], stated: object, previous: object, text: bytes) -> Link | None:
    sequence, key = entry.get("sequence"), entry.get("key", "")
    if (
        type(sequence) is int  # True is no number
        and isinstance(key, str)
        and isinstance(stated, str)
        and stated.isascii()
        and isinstance(previous, str)
        and previous.isascii()
    ):
        return Link(sequence, previous, stated, key, text)
    return None


def _entry_of(line: bytes, decode: Callable[[str], Any] = _decode) -> dict[str, Any]:
    try:
        entry = decode(line.decode())
    except (ValueError, RecursionError):
        return {}
    return entry if isinstance(entry, dict) else {}


def _link_of_line(line: bytes) -> Link | None:
    """Return a canonical line as a link, its payload cut out of the text instead of encoded anew.

    A digest that fits tells that what is left is the payload, to the byte: then the two members
    that were cut out could have stood nowhere but at its top.
    """
    entry = _entry_of(line)
    stated, previous = entry.get("digest"), entry.get("previous_digest")
    try:
        text = line.strip().replace(f'"digest":"{stated}",'.encode(), b"", 1)
        text = text.replace(f'"previous_digest":"{previous}",'.encode(), b"", 1)
    except UnicodeEncodeError:
        return None
    return _link(entry, stated, previous, text)


def _hash(previous_digest: str, text: bytes, key: bytes) -> str:
    message = previous_digest.encode() + text
    if key:
        return hmac.digest(key, message, "sha256").hex()
    return hashlib.sha256(message).hexdigest()


def _misplaced(sequence: int, due: int) -> Reason:
    """Say what is wrong with the place of an entry that is sound in itself."""
    if due == 1:
        return Reason.GENESIS
    if sequence > due:
        return Reason.GAP
    if sequence < due:
        return Reason.REPEATED
    return Reason.LINK


if __name__ == "__main__":
    sys.exit(main())
