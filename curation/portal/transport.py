"""How bytes travel to the portal and back: the session that the client is built on.

A session of `requests` forgives much; this one is bounded and forgetful, by construction: no
redirect is followed, no cookie kept, nothing but GET repeated, and no answer takes for ever.
"""

from __future__ import annotations

import io
import socket
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from http.client import HTTPResponse
from http.cookiejar import DefaultCookiePolicy
from types import TracebackType
from typing import Any, Protocol, Self, TypeVar, cast

import requests
from requests.adapters import HTTPAdapter
from urllib3 import BaseHTTPResponse, HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import ConnectionPool
from urllib3.exceptions import InvalidHeader, MaxRetryError, ReadTimeoutError
from urllib3.util import Retry

from curation import __version__

# A whole answer may take this many times the time allowed to wait for its next byte.
PATIENCE = 3
# Seconds. A portal that asks for a longer pause gets it: the editor is told, nobody waits.
LONGEST_PAUSE = 2
# Parallel calls of one page; more would look like an attack to the portal's front server.
WIDTH = 8

A = TypeVar("A")
B = TypeVar("B")


def make_session(*, backoff: float = 0.2) -> requests.Session:
    """Build a session with kept connections. `backoff` is in seconds, before the second repeat."""
    session = _Session()
    session.headers["User-Agent"] = f"a-la-une/{__version__}"
    # udata's session cookie outranks the key: sent back, it would act for whoever got it.
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    # Any auth at all keeps requests from sending the password that ~/.netrc has for the host.
    session.auth = _no_auth
    adapter = _Adapter(
        max_retries=_Retry(
            total=2,
            connect=1,
            read=1,
            status=2,
            redirect=0,
            other=0,
            allowed_methods={"GET"},
            status_forcelist={429, 502, 503, 504},
            backoff_factor=backoff,
            backoff_max=1,
            raise_on_status=False,
        ),
        pool_maxsize=2 * WIDTH,
    )
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session


class InParallel(Protocol):
    """Calls a function on several values and returns the results in their order."""

    def __call__(self, function: Callable[[A], B], values: Sequence[A], /) -> Iterable[B]: ...


def side_by_side(function: Callable[[A], B], values: Sequence[A], /) -> Iterable[B]:
    """Use threads, which last as long as the call: nothing to inherit in a fork, nothing to stop.

    Each runs in a copy of the caller's context, so that its log lines keep the request's id.
    """
    with ThreadPoolExecutor(max_workers=min(WIDTH, max(1, len(values)))) as pool:
        calls = [pool.submit(copy_context().run, function, value) for value in values]
        return [call.result() for call in calls]


def one_by_one(function: Callable[[A], B], values: Sequence[A], /) -> Iterable[B]:
    """Use the caller's own thread, for a portal that lives in it (the sandbox)."""
    return [function(value) for value in values]


class _Session(requests.Session):
    def get_redirect_target(self, resp: requests.Response) -> None:
        """See no redirect in any answer.

        allow_redirects=False alone still reads the body of a redirect without bound, and prepares
        the next request, which fails over a strange Location.
        """


def _no_auth(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


class _Retry(Retry):
    """Repeats what may be better the next time, at once or nearly so.

    A PUT that could not connect is tried again too: nothing was sent yet.
    """

    def increment(
        self,
        method: str | None = None,
        url: str | None = None,
        response: BaseHTTPResponse | None = None,
        error: Exception | None = None,
        _pool: ConnectionPool | None = None,
        _stacktrace: TracebackType | None = None,
    ) -> Self:
        if isinstance(error, ReadTimeoutError):
            raise error  # the editor has waited long enough
        if response is not None and (self.get_retry_after(response) or 0) > LONGEST_PAUSE:
            raise MaxRetryError(cast(ConnectionPool, _pool), url or "")  # returns the response
        return super().increment(method, url, response, error, _pool, _stacktrace)

    def get_retry_after(self, response: BaseHTTPResponse) -> float | None:
        try:
            return super().get_retry_after(response)
        except InvalidHeader:
            return None


class _TimedStream(io.RawIOBase):
    """The bytes of one answer, all of which must come before `deadline`.

    A socket's time-out starts anew with each byte, so that a portal which drips would hold a page
    for hours.
    """

    def __init__(self, stream: io.RawIOBase, sock: socket.socket, deadline: float) -> None:
        self._stream = stream
        self._sock = sock
        self._deadline = deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("the answer took too long")
        self._sock.settimeout(min(left, self._sock.gettimeout() or left))
        return self._stream.readinto(buffer)

    def close(self) -> None:
        self._stream.close()
        super().close()


class _TimedResponse(HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        wait = sock.gettimeout()
        if wait:
            deadline = time.monotonic() + PATIENCE * wait
            self.fp = io.BufferedReader(_TimedStream(self.fp.detach(), sock, deadline))


class _HTTPConnection(HTTPConnection):
    response_class = _TimedResponse


class _HTTPSConnection(HTTPSConnection):
    response_class = _TimedResponse


class _HTTPPool(HTTPConnectionPool):
    ConnectionCls = _HTTPConnection


class _HTTPSPool(HTTPSConnectionPool):
    ConnectionCls = _HTTPSConnection


class _Adapter(HTTPAdapter):
    """Connections with a deadline, through a proxy too."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        _use_timed_pools(self.poolmanager)

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(*args, **kwargs)
        _use_timed_pools(manager)
        return manager


def _use_timed_pools(manager: PoolManager) -> None:
    manager.pool_classes_by_scheme = {"http": _HTTPPool, "https": _HTTPSPool}
