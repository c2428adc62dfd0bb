"""The audit log as files, of any size in constant memory: JSON Lines to verify, CSV to read."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from django.utils import timezone

from curation.canonical import exported_text
from curation.domain import chain, sheets
from curation.domain.changes import changes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from curation.models import AuditEntry, AuditQuerySet

LINES_AT_ONCE = 100
COLUMNS = (
    *("sequence", "recorded_at", "listing", "action", "person", "account", "via", "note"),
    *("added", "removed", "moved", "before", "after", "attempt", "detail", "digest"),
)


def jsonl_lines(entries: AuditQuerySet) -> Iterator[str]:
    """Yield entries as they are exported, oldest first, some lines at a time.

    Each line is the canonical JSON of one entry. The export of a whole log verifies.
    """
    texts = (text for _sequence, text in entries.streamed(exported_text()))
    while part := list(islice(texts, LINES_AT_ONCE)):
        yield "\n".join([*part, ""])


def csv_lines(entries: AuditQuerySet) -> Iterator[str]:
    """Yield entries as CSV for spreadsheets, oldest first, some lines at a time.

    What changed is told by titles as they were, with positions; times are of the current zone.
    """
    return sheets.lines(COLUMNS, (_row(entry) for entry in entries.streamed_entries()))


def _row(entry: AuditEntry) -> list[sheets.Cell]:
    def title(item_id: str) -> str:
        return str(entry.titles.get(item_id) or item_id)

    difference = changes(entry.before, entry.after)
    return [
        entry.sequence,
        timezone.localtime(entry.recorded_at).isoformat(timespec="seconds"),
        entry.listing,
        entry.action,
        entry.actor_name,
        entry.actor_id,
        entry.actor_via,
        entry.note,
        _cell(f"{title(item)} ({position})" for item, position in difference.added),
        _cell(f"{title(item)} ({position})" for item, position in difference.removed),
        _cell(f"{title(item)} ({was} → {now})" for item, was, now in difference.moved),
        _cell(entry.before),
        _cell(entry.after),
        str(entry.attempt or ""),
        chain.canonical(entry.detail) if entry.detail else "",
        entry.digest,
    ]


def _cell(parts: Iterable[str]) -> str:
    return " | ".join(parts)
