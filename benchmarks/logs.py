"""An invented audit log of any size, that verifies: the rows that `audit.record` would store.

Written in bulk, since a million single transactions take an hour. Needs Django to be set up.
"""

import json
import random
import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.db.models import AutoField, Model
from django.utils import timezone

from curation.domain import chain
from curation.domain.selection import Selection, added, moved, removed
from curation.models import Action, AuditEntry, AuditItem, AuditTitle
from curation.sandbox import seed
from curation.services import audit

CATALOGUE = Path(seed.__file__).parent / "data" / "catalogue.json"
BULK = 2_000
# A period holds as many entries in a short log as in a long one: 720 in ninety days.
BETWEEN_ENTRIES = timedelta(hours=3)
PEOPLE = [f"editor-{number:02}" for number in range(12)]
NOTES = ["", "", "Remonté à la demande de l’équipe transport.", "Retour à l’ordre « validé »."]
# Somebody and something that only the oldest entries know: the hardest to find.
RARE_PERSON = "first-editor"
RARE_ENTRIES = 40
# An item that comes and goes so often that its entries fill a page of the shortest log too.
POPULAR = f"{3:024x}"


class Story:
    """Invents entries, each following from those before; always the same ones."""

    def __init__(self, end: datetime, size: int) -> None:
        catalogue = json.loads(CATALOGUE.read_text(encoding="utf-8"))
        self.chance = random.Random(1)  # noqa: S311 (the same story each time)
        self.titles = {
            kind: {f"{number:024x}": item["title"] for number, item in enumerate(catalogue[kind])}
            for kind in ("datasets", "reuses")
        }
        self.live: dict[str, Selection] = {
            "datasets": tuple(self.titles["datasets"])[:9],
            "reuses": tuple(self.titles["reuses"])[:8],
        }
        self.begins = end - size * BETWEEN_ENTRIES
        self.sequence, self.digest = 0, chain.GENESIS

    def entries(self) -> Iterator[AuditEntry]:
        """Yield entries without end."""
        while True:
            kind = self.chance.choice(("datasets", "datasets", "reuses"))
            before = self.live[kind]
            after = self._edited(kind, before)
            happening = self.chance.random()
            if happening < 0.1:
                self.live[kind] = after
                yield self._entry(Action.CHANGE_OUTSIDE, kind, before, after)
                continue
            attempt = uuid.UUID(int=self.chance.getrandbits(128), version=4)
            person, note = self.chance.choice(PEOPLE), self.chance.choice(NOTES)
            if self.sequence < RARE_ENTRIES:
                person = RARE_PERSON
            outcome = Action.PUBLISH_SUCCEEDED
            if happening < 0.2:
                outcome = Action.PUBLISH_FAILED if happening < 0.15 else Action.PUBLISH_UNDETERMINED
            if outcome == Action.PUBLISH_SUCCEEDED:
                self.live[kind] = after
            for action in (Action.PUBLISH_STARTED, outcome):
                yield self._entry(action, kind, before, after, person, note, attempt)

    def _edited(self, kind: str, selection: Selection) -> Selection:
        """Replace an item, or move one."""
        if self.chance.random() < 0.5:
            others = [item for item in self.titles[kind] if item not in selection]
            newcomer = self.chance.choice(others)
            if POPULAR in others and self.chance.random() < 0.5:
                newcomer = POPULAR
            place = self.chance.randrange(len(selection)) + 1
            return added(removed(selection, selection[place - 1]), newcomer, place)
        item = self.chance.choice(selection[1:])
        return moved(selection, item, self.chance.randrange(selection.index(item)) + 1)

    def _entry(
        self,
        action: Action,
        kind: str,
        before: Selection,
        after: Selection,
        person: str = "",
        note: str = "",
        attempt: uuid.UUID | None = None,
    ) -> AuditEntry:
        self.sequence += 1
        entry = AuditEntry(
            sequence=self.sequence,
            recorded_at=self.begins + self.sequence * BETWEEN_ENTRIES,
            action=action,
            listing=kind,
            actor_id=person,
            actor_name=person.replace("-", " ").title(),
            actor_via="oidc" if person else "portal",
            attempt=attempt,
            before=list(before),
            after=list(after),
            titles={item: self.titles[kind][item] for item in {*before, *after}},
            note=note,
            detail={"known_by": "answer", "milliseconds": 240, "status": 200} if person else {},
            previous_digest=self.digest,
        )
        self.digest = entry.digest = chain.digest(entry.previous_digest, entry.payload())
        return entry


def build(size: int) -> None:
    """Store a log of so many entries in an empty database."""
    entries = islice(Story(timezone.now(), size).entries(), size)
    titled: set[str] = set()
    while bulk := list(islice(entries, BULK)):
        titles = []
        for entry in bulk:
            if not entry.titles.keys() <= titled:
                titles += audit.titles_of(entry)
                titled |= entry.titles.keys()
        with transaction.atomic():
            _insert(AuditEntry, bulk)
            _insert(AuditItem, [item for entry in bulk for item in audit.items_of(entry)])
            AuditTitle.objects.bulk_create(titles, ignore_conflicts=True)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE" if connection.vendor == "postgresql" else "PRAGMA optimize")


def _insert(model: type[Model], rows: list[Any]) -> None:
    """Insert as Django would, without a statement for every few rows."""
    fields = [f for f in model._meta.concrete_fields if not isinstance(f, AutoField)]
    table, columns = model._meta.db_table, ", ".join(f'"{field.column}"' for field in fields)
    values = [
        [field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields]
        for row in rows
    ]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                for value in values:
                    copy.write_row(value)
        else:
            marks = ", ".join(["%s"] * len(fields))
            insert = f"INSERT INTO {table} ({columns}) VALUES ({marks})"  # noqa: S608 (our names)
            cursor.executemany(insert, values)
