"""The audit log: the one writer, and its verification."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.utils import timezone

from curation.domain import chain
from curation.domain.changes import changes
from curation.domain.text import fold
from curation.models import Action, AuditEntry, AuditItem, AuditTitle

if TYPE_CHECKING:
    import uuid
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

    from curation.domain.selection import Selection
    from curation.models import User

logger = logging.getLogger("curation.audit")

# Any number of our own: PostgreSQL's advisory lock that puts appends in a row.
_APPEND_LOCK = 20417

Actor = dict[str, str]
SYSTEM: Actor = {"id": "", "name": "", "via": "system"}
OUTSIDER: Actor = {"id": "", "name": "", "via": "portal"}


def actor_of(user: User) -> Actor:
    """Return how an entry names a person: id, name at the time, and how they signed in."""
    return {"id": user.get_username(), "name": user.display_name, "via": user.via}


def record(
    action: Action,
    *,
    actor: Actor,
    listing: str = "",
    before: Selection = (),
    after: Selection = (),
    titles: Mapping[str, str] | None = None,
    attempt: uuid.UUID | None = None,
    note: str = "",
    detail: Mapping[str, Any] | None = None,
    recorded_at: datetime | None = None,
) -> AuditEntry:
    """Append one entry and return it.

    Appends are put in a row: an IMMEDIATE transaction on SQLite, an advisory lock on PostgreSQL;
    the unique `previous_digest` refuses a fork in any case. Raises IntegrityError for a second
    intent or a second outcome of one attempt.
    """
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_APPEND_LOCK])
        last = AuditEntry.objects.order_by("-sequence").first()
        entry = AuditEntry(
            sequence=last.sequence + 1 if last else 1,
            recorded_at=recorded_at or timezone.now(),
            action=action,
            listing=listing,
            actor_id=actor["id"],
            actor_name=actor["name"],
            actor_via=actor["via"],
            attempt=attempt,
            before=list(before),
            after=list(after),
            titles=dict(titles or {}),
            note=note,
            detail=dict(detail or {}),
            previous_digest=last.digest if last else chain.GENESIS,
        )
        entry.digest = chain.digest(entry.previous_digest, entry.payload())
        entry.save()
        _index(entry)
    logger.info("audit sequence=%d action=%s digest=%s", entry.sequence, action, entry.digest)
    return entry


def _index(entry: AuditEntry) -> None:
    """Make an entry findable by the items that it changed, and by all titles that it names."""
    difference = changes(entry.before, entry.after)
    touched = [change.id for part in (difference.added, difference.removed) for change in part]
    touched += [change.id for change in difference.moved]
    AuditItem.objects.bulk_create(
        AuditItem(entry=entry, kind=entry.listing, portal_id=item_id)
        for item_id in dict.fromkeys(touched)
    )
    AuditTitle.objects.bulk_create(
        (
            AuditTitle(kind=entry.listing, portal_id=item_id, title=title, folded=fold(title))
            for item_id, title in entry.titles.items()
        ),
        ignore_conflicts=True,
    )


def exported_entries() -> Iterator[dict[str, Any]]:
    """Yield every entry in order, as `export_audit` writes it; constant memory."""
    for entry in AuditEntry.objects.order_by("sequence").iterator(chunk_size=2000):
        yield entry.exported()


def verify(entries: Iterable[dict[str, Any]]) -> tuple[int, chain.Broken | None]:
    """Follow the chain. Return how many entries were read and the first broken one."""
    count = 0

    def counted() -> Iterator[dict[str, Any]]:
        nonlocal count
        for entry in entries:
            count += 1
            yield entry

    broken = chain.first_broken(counted())
    return count, broken
