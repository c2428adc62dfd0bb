"""What tests let other processes do: real ones, each with its own connections.

They are forked from a server that has loaded all this once (`multiprocessing`'s "forkserver"), so
that they inherit no connection, lock or thread of the tests.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import random
import signal
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import django
from django.conf import settings
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.core.wsgi import get_wsgi_application
from django.db import connection

django.setup()

from curation import sandbox  # noqa: E402  the models need the setup
from curation.models import AuditEntry, Listing, User  # noqa: E402
from curation.portal.client import PortalClient  # noqa: E402
from curation.portal.transport import make_session  # noqa: E402
from curation.services import drafts, publishing, throttling  # noqa: E402
from curation.services.errors import CurationError, StaleDraft  # noqa: E402
from curation.services.reconcile import reconcile  # noqa: E402

# Seconds. Nothing here takes so long, unless it hangs.
PATIENCE = 180

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["__main__", __name__])


@dataclass(frozen=True)
class Place:
    """Where a process finds the database and the portal of the test."""

    database: str
    portal: str

    def client(self) -> PortalClient:
        """Return a new client of the portal."""
        return PortalClient(self.portal, session=make_session(), api_key=sandbox.ADMIN_KEY)


def place(portal: str) -> Place:
    """Return the database of the running test, and this portal."""
    return Place(str(connection.settings_dict["NAME"]), portal)


def start(work: Callable[..., Any], place: Place, *arguments: object) -> Any:
    """Let another process call `work` with a client of the portal and these arguments."""
    return _start(work, place, arguments, None, None)


def ended(process: Any) -> int:
    """Wait for a process to end, and return its exit code: the negative signal if it was killed."""
    process.join(PATIENCE)
    assert process.exitcode is not None, "it hangs"
    code: int = process.exitcode
    process.close()
    return code


def together(place: Place, *calls: tuple[Any, ...]) -> list[Any]:
    """Make each call (function, arguments) in a process of its own, all from the same moment on.

    Returns what they returned, in order.
    """
    gate = _context.Barrier(len(calls))
    started = []
    for work, *arguments in calls:
        here, there = _context.Pipe(duplex=False)
        started.append((_start(work, place, arguments, gate, there), here))
        there.close()
    results = []
    for process, pipe in started:
        assert pipe.poll(PATIENCE), "it hangs"
        results.append(pipe.recv())
        assert ended(process) == 0
    return results


def _start(
    work: Callable[..., Any], place: Place, arguments: Sequence[object], gate: Any, result: Any
) -> Any:
    process = _context.Process(target=_do, args=(work, place, arguments, gate, result), daemon=True)
    process.start()
    return process


def _do(
    work: Callable[..., Any], place: Place, arguments: Sequence[object], gate: Any, result: Any
) -> None:
    connection.settings_dict["NAME"] = place.database
    try:
        if gate:
            connection.ensure_connection()
            gate.wait(PATIENCE)
        returned = work(place.client(), *arguments)
        if result:
            result.send(returned)
    finally:
        connection.close()


@dataclass
class Death:
    """Kills its process before or after its SQL statement of this number, counted from 1."""

    at: int
    after: bool
    count: int = 0

    def __call__(
        self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any
    ) -> Any:
        self.count += 1
        if self.count == self.at and not self.after:
            os.kill(os.getpid(), signal.SIGKILL)
        result = execute(sql, params, many, context)
        if self.count == self.at:
            os.kill(os.getpid(), signal.SIGKILL)
        return result


def publish(client: PortalClient, editor: int, seen: str, death: Death | None = None) -> None:
    """Publish an editor's draft of the datasets, or die on the way."""
    with connection.execute_wrapper(death or Death(0, after=False)):
        _publish(client, editor, seen, uuid.uuid4())


def click(client: PortalClient, editor: int, seen: str, attempt: uuid.UUID) -> str | int:
    """Publish, and return the entry's sequence or the name of what went wrong."""
    try:
        return _publish(client, editor, seen, attempt).sequence
    except CurationError as error:
        return type(error).__name__


def publish_often(client: PortalClient, editor: int, times: int) -> list[int]:
    """Publish one change after the other, each on what is known then, until so many succeeded.

    Returns the sequences of the successes. Whoever comes too late starts again.
    """
    chance = random.Random(editor)  # noqa: S311  not for secrets
    by = User.objects.get(pk=editor)
    published: list[int] = []
    while len(published) < times:
        listing = Listing.objects.get(pk="datasets")
        drafts.discard(by, {listing.key: drafts.token(listing, drafts.draft_of(by, listing))})
        with contextlib.suppress(StaleDraft):
            draft = drafts.move_item(
                by,
                listing,
                chance.choice(listing.live),
                to=chance.randint(1, len(listing.live)),
                seen=drafts.token(listing, None),
            ).draft
            told = click(client, editor, drafts.token(listing, draft), uuid.uuid4())
            if isinstance(told, int):
                published.append(told)
    return published


def look(client: PortalClient, times: int = 1) -> None:
    """Settle and observe, as `reconcile` does."""
    for _time in range(times):
        reconcile(client)


def settle(client: PortalClient) -> int | None:
    """Settle the datasets, and return the outcome's sequence."""
    outcome = publishing.settle(Listing.objects.get(pk="datasets"), client)
    return outcome.sequence if outcome else None


def _publish(client: PortalClient, editor: int, seen: str, attempt: uuid.UUID) -> AuditEntry:
    by, listing = User.objects.get(pk=editor), Listing.objects.get(pk="datasets")
    return publishing.publish(by, listing, seen=seen, attempt=attempt, note="", client=client)


def serve(client: PortalClient, portal: str, ready: Any) -> None:
    """Serve the product with this portal; tell the address through the pipe `ready`."""
    settings.PORTAL_URL, settings.PORTAL_API_KEY = portal, sandbox.ADMIN_KEY
    server = ThreadedWSGIServer(("127.0.0.1", 0), _Quiet)
    server.set_app(get_wsgi_application())
    ready.send(f"http://127.0.0.1:{server.server_port}")
    server.serve_forever()


def served(place: Place) -> tuple[Any, str]:
    """Start a server of the product; return its process and its address."""
    here, there = _context.Pipe()
    process = start(serve, place, place.portal, there)
    assert here.poll(PATIENCE), "it does not start"
    return process, here.recv()


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


def try_passwords(client: PortalClient, name: str, times: int) -> int:
    """Begin so many attempts to sign in; return how many may look at the password."""
    return sum(throttling.begin_attempt(name, "192.0.2.1") is None for _attempt in range(times))
