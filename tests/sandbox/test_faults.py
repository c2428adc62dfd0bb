"""Faults: the same ones, inside this process and over a socket, seen by our own client."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from typing import Any

import pytest
import requests

from curation import sandbox
from curation.portal import errors
from curation.portal.client import PortalClient
from curation.portal.transport import make_session, one_by_one
from curation.sandbox import faults
from curation.sandbox.adapter import SandboxAdapter
from curation.sandbox.faults import Fault, What
from tests.sandbox.conftest import HOST

HTML = "<!doctype html><title>Maintenance</title>"


def put(what: What, **more: Any) -> Fault:
    """Return a fault that meets the PUT of the datasets."""
    return Fault(what, "PUT", "/home/datasets/", **more)


class Side:
    """One way to reach the sandbox: a client, and the switch of its faults."""

    def __init__(self, url: str, timeout: float) -> None:
        self.url = url
        self.session = make_session(backoff=0)
        self.client = PortalClient(
            url,
            session=self.session,
            api_key=sandbox.ADMIN_KEY,
            timeout=(3, timeout),
            in_parallel=one_by_one,
        )

    def switch_on(self, fault: Fault) -> None:
        """Let a fault happen."""
        if self.url == HOST:
            faults.add(fault)
        else:
            requests.post(f"{self.url}/__ctl__/faults", json=asdict(fault), timeout=10)


@pytest.fixture(params=["inside", "socket"])
def side(request: pytest.FixtureRequest) -> Iterator[Side]:
    if request.param == "inside":
        request.getfixturevalue("seeded")
        side = Side(HOST, timeout=0.3)
        side.session.mount(HOST, SandboxAdapter())
    else:
        side = Side(request.getfixturevalue("server"), timeout=0.3)
        requests.post(f"{side.url}/__ctl__/reset", timeout=10)
    yield side
    side.session.close()


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (put(What.DROP), errors.PortalBroken),
        (put(What.SILENCE, seconds=2), errors.PortalTimeout),
        (put(What.ANSWER), errors.PortalUnavailable),
        (put(What.ANSWER, status=503), errors.PortalUnavailable),
        (put(What.ANSWER, status=400), errors.PortalRejected),
        (put(What.ANSWER, status=423), errors.PortalRefused),
        (put(What.ANSWER, status=200, body=HTML), errors.PortalUnreadable),
        (put(What.ANSWER, status=302, headers={"Location": "/x"}), errors.PortalMoved),
    ],
    ids=lambda value: f"{value.what}-{value.status}" if isinstance(value, Fault) else "",
)
@pytest.mark.parametrize("applied", [False, True], ids=["before", "after"])
def test_fault_before_or_after_the_list_is_saved(
    side: Side, fault: Fault, error: type[errors.PortalError], applied: bool
):
    before = side.client.home_ids("datasets")
    side.switch_on(replace(fault, applied=applied))

    with pytest.raises(error):
        side.client.put_home("datasets", before[::-1])

    assert side.client.home_ids("datasets") == (before[::-1] if applied else before)


@pytest.mark.parametrize("what", [What.TRUNCATE, What.CUT])
def test_half_an_answer_to_a_list_that_is_saved(side: Side, what: What):
    before = side.client.home_ids("datasets")
    side.switch_on(put(what))

    expected = {What.TRUNCATE: errors.PortalUnreadable, What.CUT: errors.PortalBroken}[what]
    with pytest.raises(expected):
        side.client.put_home("datasets", before[::-1])

    assert side.client.home_ids("datasets") == before[::-1]


def test_answer_with_other_ids(side: Side):
    before = side.client.home_ids("datasets")
    side.switch_on(put(What.OTHER_IDS))

    answered = side.client.put_home("datasets", before)

    assert answered == before[-2::-1]
    assert side.client.home_ids("datasets") == before


def test_request_that_finds_no_portal(seeded: None):
    side = Side(HOST, timeout=5)
    side.session.mount(HOST, SandboxAdapter())
    faults.add(Fault(What.REFUSE))

    with pytest.raises(errors.PortalUnreachable):
        side.client.home_ids("datasets")

    assert side.client.home_ids("datasets")


def test_refusal_over_a_socket_reads_nothing(server: str):
    side = Side(server, timeout=5)
    before = side.client.home_ids("datasets")
    side.switch_on(put(What.REFUSE, applied=True))

    with pytest.raises(errors.PortalBroken):
        side.client.put_home("datasets", before[::-1])

    assert side.client.home_ids("datasets") == before


def test_pause_that_the_portal_asks_for(side: Side):
    side.switch_on(put(What.ANSWER, status=429, headers={"Retry-After": "7"}))

    with pytest.raises(errors.PortalUnavailable) as caught:
        side.client.put_home("datasets", ())

    assert caught.value.retry_after == 7


def test_delayed_request_is_carried_out_after_the_client_gave_up(server: str):
    side, patient = Side(server, timeout=0.3), Side(server, timeout=30)
    side.switch_on(put(What.DELAY, seconds=0.6))

    with pytest.raises(errors.PortalTimeout):
        side.client.put_home("datasets", ())

    assert until(lambda: patient.client.home_ids("datasets") == ())


def test_fault_meets_as_many_requests_as_it_should(side: Side):
    side.switch_on(Fault(What.ANSWER, times=2, path="/me/", status=404))

    for _ in range(2):
        assert side.client.home_ids("datasets")
        with pytest.raises(errors.PortalError):
            side.client.me()

    assert side.client.me().name == "Aline Administratrice"


def test_fault_without_end_ends_when_it_is_switched_off(seeded: None):
    side = Side(HOST, timeout=5)
    side.session.mount(HOST, SandboxAdapter())

    with faults.switched_on(Fault(What.ANSWER, times=0)):
        for _ in range(5):
            with pytest.raises(errors.PortalUnavailable):
                side.client.me()

    assert faults.active() == []
    assert side.client.me().name == "Aline Administratrice"


def test_switch_lists_and_clears_faults(server: str):
    switch = f"{server}/__ctl__/faults"
    requests.post(switch, json={"what": "drop", "times": 0, "path": "/nowhere/"}, timeout=10)

    listed = requests.get(switch, timeout=10).json()
    cleared = requests.delete(switch, timeout=10).json()

    assert [(each["what"], each["path"]) for each in listed] == [("drop", "/nowhere/")]
    assert cleared == []


def test_body_of_a_fault_is_sent_as_it_is(side: Side):
    body = json.dumps([{"id": "not-an-id"}])
    side.switch_on(put(What.ANSWER, status=200, body=body))

    with pytest.raises(errors.PortalUnreadable):
        side.client.put_home("datasets", ())


def until(reached: Callable[[], bool], seconds: float = 10) -> bool:
    """Say whether a state is reached in time; each attempt takes a request's."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if reached():
            return True
    return False
