"""The audit log: the one writer, and its verification."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection, transaction
from django.db.models import F, TextField
from django.db.models.functions import Cast
from django.utils import timezone

from curation.canonical import payload_text
from curation.domain import chain
from curation.domain.changes import changes
from curation.domain.text import fold
from curation.models import Action, AuditEntry, AuditItem, AuditTitle, OpenAttempt, Tally

if TYPE_CHECKING:
    import uuid
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

    from curation.domain.selection import Selection
    from curation.models import User

logger = logging.getLogger("curation.audit")

# Any number of our own: PostgreSQL's advisory lock that puts appends in a row.
_APPEND_LOCK = 20417

# By how much the clock of another server may be ahead, or ours be put back. What is further apart
# is recorded as the clock says: all that follow would bear the time of one that was wrong.
CLOCKS_DIFFER = timedelta(minutes=5)

Actor = dict[str, str]


def nobody(via: str) -> Actor:
    """Return how an entry names whoever came this way, and is nobody known."""
    return {"id": "", "name": "", "via": via}


SYSTEM = nobody("system")
OUTSIDER = nobody("portal")


class KeyMissing(ImproperlyConfigured):
    """The log is sealed, and this process has no key to seal what it would append."""


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
    the unique `previous_digest` refuses a fork in any case. With AUDIT_KEY, the entry is sealed.
    Once committed, the new head goes to the log stream. Raises IntegrityError for a second intent
    or a second outcome of one attempt, KeyMissing where a sealed log would go on unsealed.
    """
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_APPEND_LOCK])
        columns = ("sequence", "digest", "key", "recorded_at")
        last = AuditEntry.objects.order_by("-sequence").values_list(*columns).first()
        sequence, previous_digest, sealed_with, latest = last or (0, chain.GENESIS, "", None)
        key = settings.AUDIT_KEY.encode()
        if sealed_with and not key:
            raise KeyMissing(f"AUDIT_KEY must be set: the audit log is sealed ({sealed_with}).")
        entry = AuditEntry(
            sequence=sequence + 1,
            recorded_at=recorded_at or _now(latest),
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
            key=chain.fingerprint(key) if key else "",
            previous_digest=previous_digest,
        )
        entry.digest = chain.digest(previous_digest, entry.payload(), key)
        entry.save()
        _index(entry)
        _count(entry)
        transaction.on_commit(lambda: _announce(entry))
    return entry


def _now(latest: datetime | None) -> datetime:
    """Return the time of an entry: not before the one that it follows, by a clock that is near."""
    now = timezone.now()
    return latest if latest and now < latest <= now + CLOCKS_DIFFER else now


def _announce(entry: AuditEntry) -> None:
    """Put the new head where the database's owner cannot reach it: in the log stream."""
    head = {"sequence": entry.sequence, "action": str(entry.action), "digest": entry.digest}
    logger.info("audit sequence=%(sequence)d action=%(action)s digest=%(digest)s", head)


def _index(entry: AuditEntry) -> None:
    """Make an entry findable by the items that it changed, and by all titles that it names."""
    AuditItem.objects.bulk_create(items_of(entry))
    AuditTitle.objects.bulk_create(titles_of(entry), ignore_conflicts=True)
    if not entry.attempt:
        return
    if entry.action == Action.PUBLISH_STARTED:
        OpenAttempt.objects.create(entry=entry, attempt=entry.attempt)
    elif entry.is_outcome:
        OpenAttempt.objects.filter(attempt=entry.attempt).delete()


def _count(entry: AuditEntry) -> None:
    """Keep the tally. Appends are in a row: nobody else counts meanwhile."""
    which = {"action": str(entry.action), "listing": entry.listing}
    if not Tally.objects.filter(**which).update(count=F("count") + 1):
        Tally.objects.create(**which, count=1)


def items_of(entry: AuditEntry) -> list[AuditItem]:
    """Return the items that an entry changed, to be stored."""
    difference = changes(entry.before, entry.after)
    touched = [change.id for part in (difference.added, difference.removed) for change in part]
    touched += [change.id for change in difference.moved]
    return [
        AuditItem(entry=entry, kind=entry.listing, portal_id=item_id)
        for item_id in dict.fromkeys(touched)
    ]


def titles_of(entry: AuditEntry) -> list[AuditTitle]:
    """Return the titles that an entry names, to be stored unless they are known."""
    return [
        AuditTitle(kind=entry.listing, portal_id=item_id, title=title, folded=fold(title))
        for item_id, title in entry.titles.items()
    ]


def keys() -> list[bytes]:
    """Return the keys that seal entries, or did before a rotation."""
    return [key.encode() for key in (settings.AUDIT_KEY, *settings.AUDIT_OLD_KEYS) if key]


def links(after: int | None = None) -> Iterator[chain.Link]:
    """Yield every entry (after this one) as a link of the chain, in order and in constant memory.

    Whatever their numbers: what somebody put before the first one is part of what is verified.
    """
    columns = ("previous_digest", "digest", "key", payload_text())
    entries = AuditEntry.objects.all()
    for sequence, previous, stated, key, text in entries.streamed(*columns, after=after):
        hashed = text if isinstance(text, bytes) else text.encode()
        yield chain.Link(sequence, previous, stated, key, hashed)


def verify(walk: chain.Walk, entries: Iterable[chain.Link] | None = None) -> chain.Broken | None:
    """Walk along the log and return its first broken entry, if any; `entries` are `links()`."""
    try:
        broken = _follow(walk, links() if entries is None else entries)
    except DatabaseError:
        # A column holds what the database cannot write as JSON? Then one of these is broken.
        rest = AuditEntry.objects.filter(sequence__gt=walk.count).order_by("sequence")
        steps = (walk.follow(_exactly(number)) for number in rest.values_list("pk", flat=True))
        broken = next(filter(None, steps), None)
        if broken is None:
            raise
    return broken or walk.end()


def _follow(walk: chain.Walk, entries: Iterable[chain.Link]) -> chain.Broken | None:
    for link in entries:
        if type(link.sequence) is not int:  # SQLite keeps in a column whatever it is given
            return walk.follow(None)
        broken = walk.follow(link)
        if broken:
            # Before anybody is alarmed: what SQL wrote is written again by Python.
            broken = walk.follow(_exactly(link.sequence))
        if broken:
            return broken
    return None


def verify_newest(most: int) -> tuple[int, chain.Broken | None]:
    """Verify no more than the newest entries; return how many, and the first broken one, if any.

    It costs the same however long the log is. Says nothing of what is before them.
    """
    head = AuditEntry.objects.order_by("-sequence").values_list("sequence", flat=True).first() or 0
    start = max(head - most, 0)
    walk = _walk_after(start)
    broken = verify(walk, links(start or None))
    return walk.count - start, broken


def verify_entry(entry: AuditEntry) -> chain.Broken | None:
    """Return how one entry breaks the chain, if it does. Says nothing of those before it."""
    return _walk_after(entry.sequence - 1).follow(_exactly(entry.sequence))


def _walk_after(sequence: int) -> chain.Walk:
    walk = chain.Walk(keys())
    if sequence:
        before = AuditEntry.objects.filter(sequence=sequence).values_list("digest", flat=True)
        walk.count, walk.head = sequence, before.first() or ""
    return walk


def _exactly(sequence: int) -> chain.Link | None:
    columns = ("before", "after", "titles", "detail")
    texts = AuditEntry.objects.values_list(*(Cast(column, TextField()) for column in columns))
    try:
        for text in texts.get(pk=sequence):
            chain.decode_strictly(text)
        return chain.link_of(AuditEntry.objects.get(pk=sequence).exported())
    except (TypeError, ValueError, AttributeError, RecursionError):
        return None  # a column holds what no entry of ours can
    except DatabaseError:
        if connection.vendor != "sqlite":
            raise
        return None  # or no text at all
