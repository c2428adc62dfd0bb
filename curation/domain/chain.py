"""The hash chain of the audit log: every entry is bound to the one before it.

Works on entries as they are exported, whether they come from the database or from a file.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

GENESIS = "0" * 64

# Made once: json.dumps() would make one per call. What came from JSON holds no circle to check for.
_encode = json.JSONEncoder(
    sort_keys=True,
    separators=(",", ":"),
    ensure_ascii=False,
    allow_nan=False,
    check_circular=False,
).encode


class Reason(StrEnum):
    """How an entry breaks the chain."""

    UNREADABLE = "unreadable"  # no entry: not an object, no sequence or digest, not hashable
    DIGEST = "digest"  # its digest does not match its contents: it was altered
    GENESIS = "genesis"  # it stands first, but is not the first entry of a log
    GAP = "gap"  # its sequence number skips some: entries before it are missing
    REPEATED = "repeated"  # its sequence number came before: inserted, or out of order
    LINK = "link"  # it was made to follow another entry than the one before it


@dataclass(frozen=True, slots=True)
class Broken:
    """The first entry that breaks the chain. If it is unreadable, `sequence` is the one due."""

    sequence: int
    reason: Reason


def canonical(payload: object) -> str:
    """Write the JSON that is hashed: keys sorted, no spaces, non-ASCII characters as they are.

    TypeError or ValueError for what JSON cannot hold.
    """
    return _encode(payload)


def digest(previous_digest: str, payload: Mapping[str, object]) -> str:
    """Hash an entry: the hex SHA-256 of the digest before it and its canonical JSON.

    `payload` is the exported entry without `previous_digest` and `digest`. TypeError or ValueError
    for what JSON or UTF-8 cannot hold (NaN, half a surrogate pair).
    """
    return hashlib.sha256((previous_digest + _encode(payload)).encode()).hexdigest()


def first_broken(entries: Iterable[Mapping[str, object]]) -> Broken | None:
    """Stream a whole log, oldest entry first, and return the first broken entry, if any.

    Reads no further than that entry. A chain cannot show that entries are missing at its end, or
    that all of it was written anew: compare its last digest with one kept elsewhere.
    """
    due, head = 1, GENESIS
    for entry in entries:
        try:
            payload = dict(entry)
            stated = payload.pop("digest")
            previous = payload.pop("previous_digest")
            sequence = payload["sequence"]
            if type(sequence) is not int or not isinstance(previous, str):
                return Broken(due, Reason.UNREADABLE)
            actual = digest(previous, payload)
        except (KeyError, TypeError, ValueError, RecursionError):
            return Broken(due, Reason.UNREADABLE)
        if stated != actual:
            return Broken(sequence, Reason.DIGEST)
        if sequence != due or previous != head:
            return Broken(sequence, _misplaced(sequence, due))
        due, head = due + 1, actual
    return None


def _misplaced(sequence: int, due: int) -> Reason:
    """Say what is wrong with the place of an entry that is sound in itself."""
    if due == 1:
        return Reason.GENESIS
    if sequence > due:
        return Reason.GAP
    if sequence < due:
        return Reason.REPEATED
    return Reason.LINK
