"""What benchmarks put into the database, and what a stampede leaves there."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import django

django.setup()

from django.contrib.auth import (  # noqa: E402  the models need the setup
    BACKEND_SESSION_KEY,
    HASH_SESSION_KEY,
    SESSION_KEY,
)
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.core.management import CommandError, call_command  # noqa: E402
from django.db import connection  # noqa: E402

from curation.accounts.roles import Role  # noqa: E402
from curation.domain.chain import Walk  # noqa: E402
from curation.models import Action, AuditEntry, Draft, Listing, User  # noqa: E402
from curation.portal import portal_client  # noqa: E402
from curation.services import audit, listings  # noqa: E402


def database() -> str:
    """Name the database."""
    return connection.display_name


def prepare(count: int) -> list[str]:
    """Make the tables and the people, read the lists; return a session key for each person."""
    call_command("migrate", verbosity=0)
    if AuditEntry.objects.exists():
        raise CommandError("DATABASE_URL names a database in use: a stampede wants one of its own.")
    listings.refresh(portal_client())
    return [
        _session(User.objects.create(username=f"editor{number}", role=Role.EDITOR))
        for number in range(1, count + 1)
    ]


def add_drafts(count: int) -> None:
    """Let so many others have a draft of the first list."""
    listing = Listing.objects.all()[0]
    people = User.objects.bulk_create(
        User(username=f"other{number}", role=Role.EDITOR) for number in range(count)
    )
    base = list(listing.live)
    Draft.objects.bulk_create(
        (Draft(editor=user, listing=listing, ids=base[::-1], base_ids=base) for user in people),
        batch_size=1000,
    )


def _session(user: User) -> str:
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "curation.accounts.passwords.Backend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return str(session.session_key)


def broken_invariants(told: set[uuid.UUID]) -> Iterator[str]:
    """Yield, in words, what does not hold. `told` are the attempts that editors saw succeed."""
    entries = AuditEntry.objects.order_by("sequence")
    usual = (Action.LIVE_FIRST_READ, Action.PUBLISH_STARTED, Action.PUBLISH_SUCCEEDED)
    for entry in entries.exclude(action__in=usual):
        yield f"entry {entry.sequence} is {entry.action}"
    for entry in entries.unsettled():
        yield f"entry {entry.sequence} has no outcome"
    recorded = {entry.attempt for entry in entries.filter(action=Action.PUBLISH_SUCCEEDED)}
    if recorded != told:
        yield f"{len(told - recorded)} told but not recorded, {len(recorded - told)} the other way"
    for listing in Listing.objects.all():
        yield from _lost_updates(listing)
    if broken := audit.verify(Walk()):
        yield f"the chain breaks at entry {broken.sequence}"


def _lost_updates(listing: Listing) -> Iterator[str]:
    """Follow the list from one success to the next, to what the portal shows."""
    live: list[str] | None = None
    shown = AuditEntry.objects.filter(listing=listing.key).exclude(action=Action.PUBLISH_STARTED)
    for entry in shown.order_by("sequence"):
        if live is not None and entry.before != live:
            yield f"entry {entry.sequence} is not based on the one before it: an update is lost"
        live = entry.after
    if live != list(listing.live):
        yield f"{listing.key}: what is known is not what the log says"
    if live != list(portal_client().home_ids(listing.key)):
        yield f"{listing.key}: the portal does not show the last success"
