"""Faults that tests switch on: what can go wrong between a client and a portal.

A fault meets the requests it is meant for, the next one or several, and is spent. It lives in this
process: with `adapter`, that of the test; with `manage.py sandbox`, the server's, where
/__ctl__/faults is the switch.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from enum import StrEnum
from threading import Lock

from django.http import HttpRequest, HttpResponse


class What(StrEnum):
    """What happens instead of an answer, or to it."""

    ANSWER = "answer"  # `status`, `headers` and `body` are the answer
    DELAY = "delay"  # it comes `seconds` late; the request is carried out late, too
    SILENCE = "silence"  # none comes
    DROP = "drop"  # the connection is closed instead
    REFUSE = "refuse"  # no connection is made: the request is never read
    TRUNCATE = "truncate"  # half of it comes, and looks like all
    CUT = "cut"  # half of it comes, then the connection breaks
    OTHER_IDS = "other-ids"  # a list comes in reverse, without its last item


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault, and which requests it meets."""

    what: What
    method: str = ""  # "": any
    path: str = ""  # a part of it
    times: int = 1  # how many requests; 0: until `clear()`
    applied: bool = False  # whether the portal carries the request out before it fails
    seconds: float = 30.0
    status: int = 500
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = '{"message": "Internal Server Error"}'


class Unanswered(Exception):
    """The request gets no answer, for the reason `fault.what`."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.what)
        self.fault = fault


_active: list[Fault] = []
_lock = Lock()


def add(fault: Fault) -> None:
    """Switch a fault on, after those that are on already."""
    with _lock:
        _active.append(fault)


def clear() -> None:
    """Switch all faults off."""
    with _lock:
        _active.clear()


def active() -> list[Fault]:
    """Return the faults that are on."""
    with _lock:
        return list(_active)


@contextmanager
def switched_on(*some: Fault) -> Iterator[None]:
    """Switch faults on for a while; all are off afterwards."""
    for fault in some:
        add(fault)
    try:
        yield
    finally:
        clear()


def answer(
    request: HttpRequest,
    portal: Callable[[HttpRequest], HttpResponse],
    wait: Callable[[Fault], None],
) -> HttpResponse:
    """Return what `portal` answers to `request`, unless a fault meets it.

    `wait` lets the time of a delay pass. Raises Unanswered.
    """
    fault = _take(request)
    if fault is None:
        return portal(request)
    if fault.what is What.REFUSE:
        raise Unanswered(fault)
    if fault.what is What.DELAY:
        wait(fault)
        return portal(request)
    if fault.what in {What.TRUNCATE, What.CUT, What.OTHER_IDS}:
        return _spoilt(portal(request), fault.what)
    if fault.applied:
        portal(request)
    if fault.what is What.ANSWER:
        kind = "application/json" if fault.body.startswith(("{", "[")) else "text/html"
        return HttpResponse(
            fault.body, status=fault.status, headers={"Content-Type": kind} | dict(fault.headers)
        )
    raise Unanswered(fault)


def _take(request: HttpRequest) -> Fault | None:
    with _lock:
        for place, fault in enumerate(_active):
            if fault.method in {"", request.method} and fault.path in request.path:
                if fault.times == 1:
                    del _active[place]
                elif fault.times > 1:
                    _active[place] = replace(fault, times=fault.times - 1)
                return fault
    return None


def _spoilt(response: HttpResponse, what: What) -> HttpResponse:
    if what is What.OTHER_IDS:
        listed = json.loads(response.content)
        response.content = json.dumps(listed[-2::-1]) if isinstance(listed, list) else b"[]"
        response.headers["Content-Length"] = str(len(response.content))
        return response
    whole = len(response.content)
    response.content = response.content[: whole // 2]
    response.headers["Content-Length"] = str(len(response.content))
    if what is What.CUT:
        response.headers["Content-Length"] = str(whole)
    return response
