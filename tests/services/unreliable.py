"""A portal on real sockets that can fail in every way: the sandbox's server behind a proxy.

The proxy knows at which step of a publication a request stands, and lets a fault meet that step
until it is healed.
"""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler
from typing import Any, cast
from urllib.parse import urlsplit

from urllib3 import Timeout

from curation import sandbox
from curation.portal.client import PortalClient
from curation.portal.transport import make_session, one_by_one
from tests.portal.server import Answer, FakePortal, Received, cut_off, drip, reply, reset, silence

# Seconds. Short where a fault keeps us waiting, elsewhere enough for any machine.
SHORT, LONG = 0.2, 60.0

HTML = "<!doctype html><title>Maintenance</title>"


class Step(StrEnum):
    """What a publication asks of the portal, in this order."""

    READ = "read"
    CHECK = "check"
    PUT = "put"
    READ_BACK = "read-back"


class Reach(StrEnum):
    """How connections are met."""

    ACCEPT = "accept"
    REFUSE = "refuse"
    IGNORE = "ignore"


@dataclass(frozen=True)
class Fault:
    """What goes wrong: with the connection, or with the answer to what came over it."""

    answer: Callable[[Forward], Answer] | None = None
    reach: Reach = Reach.ACCEPT
    waits: bool = False  # the caller has to give up


class Forward:
    """One request that may reach the true portal, once, before it is answered."""

    def __init__(self, portal: UnreliablePortal, received: Received) -> None:
        self._portal = portal
        self._received = received

    def __call__(self) -> tuple[int, bytes]:
        """Let the portal carry it out, and return status and body of its answer."""
        return self._portal.forward(self._received)


class UnreliablePortal(FakePortal):
    """Passes requests on to `upstream`, but for the step that a fault meets."""

    def __init__(self, upstream: str) -> None:
        super().__init__()
        self._upstream = upstream
        self._one_at_a_time = threading.Lock()
        self._faults: dict[Step, Fault] = {}
        self._due = Step.READ
        self.reach = Reach.ACCEPT
        self._fillers: list[socket.socket] = []
        self._thread: threading.Thread | None = None
        self._serve()

    # --- For tests ------------------------------------------------------------------------------

    def client(self) -> PortalClient:
        """Return a client with new connections, which waits no longer than it needs to.

        It makes its calls one after the other, so that each step is met by itself.
        """
        return PortalClient(
            self.url,
            session=make_session(backoff=0),
            api_key=sandbox.ADMIN_KEY,
            timeout=cast(Any, _Patience(self)),
            in_parallel=one_by_one,
        )

    def fail(self, step: Step, fault: Fault) -> None:
        """Let a fault meet each request of this step, from now on."""
        self._faults[step] = fault
        self._meet_connections()

    def heal(self) -> None:
        """Be well again."""
        self._faults.clear()
        if self.reach is not Reach.ACCEPT:
            self._stop()
            self.reach = Reach.ACCEPT
            self._listen()
            self._serve()

    @property
    def keeps_waiting(self) -> bool:
        """Tell whether the next request will not be answered in time."""
        return self._due in self._faults and self._faults[self._due].waits

    def puts(self) -> int:
        """Return how many PUT came, well or not."""
        return [received.method for received in self.received].count("PUT")

    def stop(self) -> None:
        """Close everything."""
        self.over.set()
        self._stop()

    # --- The proxy --------------------------------------------------------------------------------

    def next_answer(self, received: Received) -> Answer:
        """Answer by the fault of this step, or as the portal does."""
        self.received.append(received)
        step = self._step(received)
        forward = Forward(self, received)
        fault = self._faults.get(step)
        answer = (fault.answer if fault and fault.answer else as_it_is)(forward)

        def in_step(handler: Any) -> None:
            self._due = _NEXT[step] if self._due is step else self._due
            self._meet_connections()  # before the caller, answered, makes the next one
            answer(handler)

        return in_step

    def forward(self, received: Received) -> tuple[int, bytes]:
        """Ask the true portal. One at a time: what was sent first is done first."""
        passed = ("accept", "x-fields", "x-api-key", "content-type", "content-length")
        headers = {name: value for name, value in received.headers.items() if name in passed}
        with self._one_at_a_time:
            connection = HTTPConnection(urlsplit(self._upstream).netloc, timeout=LONG)
            connection.request(received.method, received.path, received.body, headers)
            response = connection.getresponse()
            content = response.read()
            connection.close()
        return response.status, content

    def _step(self, received: Received) -> Step:
        if "/site/home/" not in received.path:
            return Step.CHECK
        if received.method == "PUT":
            return Step.PUT
        return Step.READ if self.puts() == 0 else Step.READ_BACK

    def _meet_connections(self) -> None:
        """Take the next connection, or not, as the fault of the next step wants it."""
        fault = self._faults.get(self._due)
        if fault is None or fault.reach is self.reach:
            return
        self.reach = fault.reach
        self._stop()
        if self.reach is Reach.IGNORE:
            self._listen(backlog=0)
            self._fill()

    # --- The socket -------------------------------------------------------------------------------

    def _serve(self) -> None:
        self._thread = threading.Thread(target=self.serve_forever, args=(0.005,))
        self._thread.start()

    def _stop(self) -> None:
        if self._thread:
            self.shutdown()
            self._thread.join()
            self._thread = None
        self.socket.close()
        for filler in self._fillers:
            filler.close()
        self._fillers.clear()

    def _listen(self, backlog: int = 5) -> None:
        self.socket = socket.create_server(self.server_address[:2], backlog=backlog)

    def _fill(self) -> None:
        """Fill the queue of connections that wait to be accepted: the kernel ignores others."""
        while True:
            filler = socket.socket()
            filler.settimeout(SHORT / 4)
            self._fillers.append(filler)
            try:
                filler.connect(self.server_address)
            except TimeoutError:
                return


_NEXT = {
    Step.READ: Step.CHECK,
    Step.CHECK: Step.PUT,
    Step.PUT: Step.READ_BACK,
    Step.READ_BACK: Step.READ_BACK,
}


class _Patience(Timeout):
    """A time-out that asks, for each request anew, whether it is the one to give up."""

    def __init__(self, portal: UnreliablePortal) -> None:
        super().__init__(LONG)
        self._portal = portal

    def clone(self) -> Timeout:
        return Timeout(SHORT if self._portal.keeps_waiting else LONG)


@contextmanager
def unreliable(upstream: str) -> Iterator[UnreliablePortal]:
    """Run the proxy as long as the block lasts."""
    portal = UnreliablePortal(upstream)
    try:
        yield portal
    finally:
        portal.stop()


# --- Answers --------------------------------------------------------------------------------------


def as_it_is(forward: Forward) -> Answer:
    """Answer as the portal does. The next request needs a new connection."""
    status, content = forward()
    return reply(content, status, Connection="close")


def instead(status: int, body: str = '{"message": "No"}', **headers: str) -> Fault:
    """Answer something else; the request is not carried out."""
    return Fault(lambda forward: reply(body, status, **headers))


def after(fault: Fault) -> Fault:
    """Carry the request out before the fault."""
    answer = fault.answer
    assert answer

    def answer_after(forward: Forward) -> Answer:
        def late(handler: BaseHTTPRequestHandler) -> None:
            forward()
            answer(forward)(cast(Any, handler))

        return cast(Answer, late)

    return Fault(answer_after, waits=fault.waits)


def half(forward: Forward) -> Answer:
    """Send half of the answer, as if it were all."""
    status, content = forward()
    return reply(content[: len(content) // 2], status)


def cut(forward: Forward) -> Answer:
    """Send half of the answer, then hang up."""
    _, content = forward()
    return cut_off(content[: len(content) // 2], len(content))


def other_ids(forward: Forward) -> Answer:
    """Send a list in reverse, without its last item; or an item by another id."""
    status, content = forward()
    data = json.loads(content)
    other = data[-2::-1] if isinstance(data, list) else data | {"id": "f" * 24}
    return reply(json.dumps(other), status)


RESET = Fault(lambda forward: reset)
SILENCE = Fault(lambda forward: silence, waits=True)
# A byte in time, again and again: only the whole is late.
DRIP = Fault(
    lambda forward: drip(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n[", b" ", SHORT / 4),
    waits=True,
)
