"""Reading the audit log: by filter, as it was at a moment, and by whom.

Each reading costs the same however long the log: it walks an index from where the page begins, and
stops when the page is full. No COUNT, no DISTINCT.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import lru_cache, reduce
from heapq import merge as merged
from operator import attrgetter, or_
from typing import TYPE_CHECKING

from django.db import connection
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from curation.domain.selection import is_portal_id
from curation.domain.text import fold, spellings
from curation.models import OF_ACCOUNTS, Action, AuditEntry, AuditItem, AuditTitle, Listing
from curation.prepared import Prepared

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from curation.models import AuditQuerySet

# What a reader chooses among, and the actions that it means.
ACTION_GROUPS: dict[str, tuple[Action, ...]] = {
    "published": (Action.PUBLISH_SUCCEEDED,),
    "failed": (Action.PUBLISH_FAILED, Action.PUBLISH_REFUSED),
    "unclear": (Action.PUBLISH_UNDETERMINED, Action.PUBLISH_STARTED),
    "outside": (Action.CHANGE_OUTSIDE, Action.LIVE_FIRST_READ),
    # Shown only if asked for: who reads the history wants to see the homepage's changes.
    "accounts": OF_ACCOUNTS,
}
LIVE_ACTIONS = (
    Action.PUBLISH_SUCCEEDED,
    Action.CHANGE_OUTSIDE,
    Action.LIVE_FIRST_READ,
    Action.PUBLISH_UNDETERMINED,
)
# More items than this with the words searched for: the search is too wide to mean anything.
MOST_ITEMS = 50
MOST_PEOPLE = 200


@dataclass(frozen=True, slots=True)
class Filter:
    """Which entries to show; an empty value means all. Days are in the reader's time zone.

    No `actions` means whatever happened to lists.
    """

    listing: str = ""
    person: str = ""  # actor's id
    actions: str = ""  # a key of ACTION_GROUPS
    since: date | None = None
    until: date | None = None
    item: str = ""  # an id, or words of a title as it was at the time


@dataclass(frozen=True, slots=True)
class Found:
    """A page of entries, latest first. `is_wide`: more items match than were looked at."""

    entries: list[AuditEntry]
    has_older: bool
    is_wide: bool = False


def find(
    wanted: Filter, *, before: int | None = None, size: int = 25, light: bool = False
) -> Found:
    """Return the entries that a filter lets through, from before a sequence on.

    An intent whose outcome is known is left out: the outcome tells both. Light entries are for
    whoever may have the rest at hand.
    """
    items, is_wide = _items(wanted.item) if wanted.item else ([], False)
    sequences: Iterable[int]
    if wanted.item:
        sequences = _by_items(items, wanted, before, size + 1)
    else:
        sequences = _newest(_by_action(wanted, before), size + 1)
    chosen = _first_distinct(sequences, size + 1)
    found = AuditEntry.objects.filter(pk__in=chosen).order_by("-sequence")
    entries = list(found.light() if light else found)
    return Found(entries[:size], len(entries) > size, is_wide)


def all_matching(wanted: Filter) -> AuditQuerySet:
    """Return everything that a filter lets through, to be streamed.

    Without a filter that is the whole log, intents and accounts included: such an export can be
    verified.
    """
    if wanted == Filter():
        return AuditEntry.objects.all()
    entries = _narrowed(AuditEntry.objects.settled(), wanted, None)
    if wanted.actions:
        entries = entries.filter(action__in=ACTION_GROUPS[wanted.actions])
    else:
        entries = entries.of_lists()
    if wanted.item:
        items, _ = _items(wanted.item)
        entries = entries.filter(
            Exists(AuditItem.objects.filter(entry=OuterRef("pk"), portal_id__in=items))
        )
    return entries


def people() -> list[tuple[str, str]]:
    """Return who ever acted: (id, latest name), sorted by name; at most MOST_PEOPLE.

    Hops from one person to the next along the index of actors instead of reading every entry.
    """
    # Not `actor_id = person.id`: PostgreSQL would look for somebody's latest entry from the newest
    # on, and read the whole log for who left long ago.
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH RECURSIVE person(id) AS (
                SELECT min(actor_id) FROM curation_auditentry WHERE actor_id > ''
                UNION ALL
                SELECT (SELECT min(actor_id) FROM curation_auditentry WHERE actor_id > person.id)
                FROM person WHERE person.id IS NOT NULL
            )
            SELECT id, (
                SELECT actor_name FROM curation_auditentry
                WHERE actor_id BETWEEN person.id AND person.id
                ORDER BY actor_id, sequence DESC LIMIT 1
            )
            FROM person WHERE id IS NOT NULL LIMIT %s
            """,
            [MOST_PEOPLE],
        )
        found = [(actor, name or actor) for actor, name in cursor.fetchall()]
    return sorted(found, key=lambda person: fold(person[1]))


def state_at(listing: str, moment: datetime) -> AuditEntry | None:
    """Return the entry that made the live list what it was at a moment; None before the log."""
    return _latest_state(listing, end_of(moment + timedelta.resolution) - 1)


def state_before(entry: AuditEntry) -> AuditEntry | None:
    """Return the entry that made the live list what this one found; None if the log has none."""
    return _latest_state(entry.listing, entry.sequence - 1)


def _latest_state(listing: str, sequence: int) -> AuditEntry | None:
    """Return the latest entry up to a sequence that tells what the live list was."""
    entries = AuditEntry.objects.filter(
        listing=listing, action__in=LIVE_ACTIONS, sequence__lte=sequence
    )
    return next((e for e in entries.order_by("-sequence")[:5] if e.shown_after is not None), None)


_HEAD = Prepared(lambda: AuditEntry.objects.values_list("digest", flat=True)[:1])


@dataclass(frozen=True, slots=True)
class Standing:
    """What the log says of the lists as they are now."""

    version: AuditEntry | None  # the latest publication
    latest: tuple[AuditEntry, ...]  # by which each live list became what it is
    unsettled: tuple[AuditEntry, ...]  # intents

    @property
    def online(self) -> AuditEntry | None:
        """Return the latest entry by which the front page became what it is."""
        return max(self.latest, key=attrgetter("sequence"), default=None)

    def undoable_by(self, actor_id: str) -> list[AuditEntry]:
        """Return the publications by which this person made live lists what they still are."""
        return [
            entry
            for entry in self.latest
            if entry.action == Action.PUBLISH_SUCCEEDED and entry.actor_id == actor_id
        ]


def standing() -> Standing:
    """Return what the log says now. One query, and four more after each append.

    It follows from the entries alone, and its head names them all: while that is the same, so is
    what they say.
    """
    ((head,),) = _HEAD.tuples() or [[None]]
    return _standing(head)


@lru_cache(maxsize=2)
def _standing(_head: str | None) -> Standing:
    entries = AuditEntry.objects.defer("before", "after", "titles", "note", "detail")
    latest = (
        entries.filter(listing=key, action__in=LIVE_ACTIONS).order_by("-sequence").first()
        for key in Listing.objects.values_list("key", flat=True)
    )
    return Standing(
        version=entries.filter(action=Action.PUBLISH_SUCCEEDED).first(),
        latest=tuple(filter(None, latest)),
        unsettled=tuple(entries.unsettled()),
    )


def _newest(querysets: Iterable[AuditQuerySet], count: int) -> Iterator[int]:
    """Merge the newest sequences of several readings, newest first."""
    return merged(
        *(q.order_by("-sequence").values_list("sequence", flat=True)[:count] for q in querysets),
        reverse=True,
    )


def _by_action(wanted: Filter, before: int | None) -> list[AuditQuerySet]:
    """Return one reading per action, so that each can walk its index."""
    entries = _narrowed(AuditEntry.objects.all(), wanted, before)
    if not wanted.actions:
        # Passes over the entries of accounts: a handful between two changes, floods are one entry.
        return [entries.settled().of_lists()]
    return [
        entries.unsettled() if action == Action.PUBLISH_STARTED else entries.filter(action=action)
        for action in ACTION_GROUPS[wanted.actions]
    ]


def _narrowed(entries: AuditQuerySet, wanted: Filter, before: int | None) -> AuditQuerySet:
    if wanted.listing:
        entries = entries.filter(listing=wanted.listing)
    if wanted.person:
        entries = entries.filter(actor_id=wanted.person)
    first, end = _bounds(wanted)
    if first is not None:
        entries = entries.filter(sequence__gte=first)
    if before is not None and (end is None or before < end):
        end = before
    return entries if end is None else entries.filter(sequence__lt=end)


def _by_items(
    items: Iterable[str], wanted: Filter, before: int | None, count: int
) -> Iterator[int]:
    """Walk the index of each item, and merge what is found, newest first."""
    first, end = _bounds(wanted)
    if before is not None and (end is None or before < end):
        end = before
    readings = []
    for item in items:
        rows = AuditItem.objects.filter(portal_id=item).exclude(
            entry__action=Action.PUBLISH_STARTED, entry__open_attempt=None
        )
        if wanted.listing:
            rows = rows.filter(entry__listing=wanted.listing)
        if wanted.person:
            rows = rows.filter(entry__actor_id=wanted.person)
        if wanted.actions:
            rows = rows.filter(entry__action__in=ACTION_GROUPS[wanted.actions])
        if first is not None:
            rows = rows.filter(entry_id__gte=first)
        if end is not None:
            rows = rows.filter(entry_id__lt=end)
        readings.append(rows.order_by("-entry_id").values_list("entry_id", flat=True)[:count])
    return merged(*readings, reverse=True)


def _first_distinct(sequences: Iterable[int], count: int) -> list[int]:
    chosen: dict[int, None] = {}
    for sequence in sequences:
        chosen[sequence] = None
        if len(chosen) == count:
            break
    return list(chosen)


def _items(words: str) -> tuple[list[str], bool]:
    """Return the ids that a search for an item means, and whether there were too many."""
    words = words.strip()
    if is_portal_id(words.lower()):
        return [words.lower()], False
    titles = AuditTitle.objects.all()
    searched = fold(words).split()
    if not searched:  # accents alone: no word, so no item
        return [], False
    for word in searched:
        written = (Q(folded__contains=spelling) for spelling in spellings(word))
        titles = titles.filter(reduce(or_, written))
    found = dict.fromkeys(
        titles.order_by("pk").values_list("portal_id", flat=True)[: MOST_ITEMS * 4]
    )
    return list(found)[:MOST_ITEMS], len(found) > MOST_ITEMS


def _bounds(wanted: Filter) -> tuple[int | None, int | None]:
    """Translate days to sequences: the first of the period, and the first after it."""
    return (
        start_of(_midnight(wanted.since)) if wanted.since else None,
        end_of(_midnight(wanted.until + timedelta(days=1))) if wanted.until else None,
    )


def start_of(moment: datetime) -> int:
    """Return the sequence from which on entries may be of this moment or later."""
    last, first = _around(moment)
    return min(last + 1, first)


def end_of(moment: datetime) -> int:
    """Return the sequence from which on no entry is of before this moment."""
    last, first = _around(moment)
    return max(last + 1, first)


def _around(moment: datetime) -> tuple[int, int]:
    """Return the last entry before a moment and the first from it on, or what lies past the log.

    Two steps on the index of time. Entries are recorded in its order, and the one follows the other
    at once, unless a clock was far from right (`audit.record`): then an entry that bears a wrong
    time must not hide those around it.
    """
    entries = AuditEntry.objects.values_list("sequence", flat=True)
    last = entries.filter(recorded_at__lt=moment).order_by("-recorded_at", "-sequence").first()
    first = entries.filter(recorded_at__gte=moment).order_by("recorded_at", "sequence").first()
    return last or 0, first or 2**62


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
