"""Let something happen at an exact moment of somebody else's work: what threads do by chance."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import requests
from django.db import connection

from curation import sandbox
from curation.portal.client import PortalClient
from curation.portal.transport import make_session, one_by_one
from curation.sandbox.adapter import SandboxAdapter

HOST = "http://sandbox.localhost"

Act = Callable[[], object]


class Wire(SandboxAdapter):
    """The way to the sandbox, which remembers what passed, and on which things happen meanwhile."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[tuple[str, str]] = []  # method and last part of the path
        self._on_the_way: dict[tuple[str, str], Act] = {}
        self._on_the_way_back: dict[tuple[str, str], Act] = {}
        self.client = client_over(self)

    def when_sent(self, method: str, of: str, act: Act) -> None:
        """Let `act` happen, once, before the portal receives such a request."""
        self._on_the_way[method, of] = act

    def when_answered(self, method: str, of: str, act: Act) -> None:
        """Let `act` happen, once, after the portal answered and before the answer arrives."""
        self._on_the_way_back[method, of] = act

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:  # type: ignore[override]
        passed = str(request.method), str(request.path_url).rstrip("/").rpartition("/")[2]
        self.sent.append(passed)
        if act := self._on_the_way.pop(passed, None):
            act()
        response = super().send(request, **options)
        if act := self._on_the_way_back.pop(passed, None):
            act()
        return response


def client_over(wire: SandboxAdapter) -> PortalClient:
    """Return a client like the product's, over this way."""
    session = make_session()
    session.mount(HOST, wire)
    return PortalClient(
        HOST,
        session=session,
        api_key=sandbox.ADMIN_KEY,
        in_parallel=one_by_one,
        public_url="",
    )


@contextmanager
def before_statement(beginning: str, act: Act) -> Iterator[None]:
    """Let `act` happen, once, before the first SQL statement that begins so."""
    waiting = [act]

    def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if waiting and sql.startswith(beginning):
            waiting.pop()()
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        yield
    assert not waiting, f"no statement begins with {beginning}"
