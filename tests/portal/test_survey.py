"""Every documented call of the site, tried side by side and bounded in time."""

import threading

import pytest
import responses
from django.utils import translation

from curation.portal.client import PortalClient
from curation.portal.diagnosis import Access, Way
from curation.portal.errors import PortalRefused, PortalTimeout, PortalUnavailable
from curation.portal.survey import FORMATS, survey
from curation.portal.transport import WIDTH, make_session
from tests.portal.server import Answer, FakePortal, Received, reply

URL = "https://portal.example"
SITE = {"id": "default", "title": "Portail", "metrics": {}}
ALINE = {"first_name": "Aline", "last_name": "Admin", "roles": ["admin"]}
DOCUMENTED = [
    "/api/1/site/",
    "/api/1/site/home/datasets/",
    "/api/1/site/home/reuses/",
    "/api/1/site/catalog",
    *(f"/api/1/site/catalog.{format}" for format in FORMATS),
    "/api/1/site/data.jsonld",
    "/api/1/site/context.jsonld",
]


@pytest.fixture
def portal():
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        mock.get(f"{URL}/api/1/site/", json=SITE)
        mock.get(f"{URL}/api/1/me/", json=ALINE)
        for path in DOCUMENTED[1:3]:
            mock.get(f"{URL}{path}", json=[])
        for path in DOCUMENTED[3:]:
            mock.get(f"{URL}{path}", body="<rdf/>")
        yield mock


def client(key="the-key") -> PortalClient:
    return PortalClient(URL, session=make_session(backoff=0), api_key=key)


def test_each_documented_call_is_tried_once(portal):
    found = survey(client())

    assert [trial.path for trial in found.documented] == DOCUMENTED
    assert [trial.error for trial in found.trials] == [None] * 13
    assert all(trial.milliseconds is not None for trial in found.trials)
    assert found.milliseconds is not None
    assert (found.diagnosis.way, found.diagnosis.access) == (Way.HOME_LISTS, Access.FULL)
    assert found.diagnosis.can_publish


def test_only_reads(portal):
    survey(client())

    assert {call.request.method for call in portal.calls} == {"GET"}


def test_one_that_fails_leaves_the_others_whole(portal):
    portal.replace(responses.GET, f"{URL}/api/1/site/catalog.nt", status=500)

    found = survey(client())

    failed = {trial.name: trial.error for trial in found.documented if trial.error}
    assert [*failed] == ["site/catalog.nt"]
    assert isinstance(failed["site/catalog.nt"], PortalUnavailable)
    assert found.diagnosis.can_publish


def test_a_key_that_may_not_publish_is_told(portal):
    portal.replace(responses.GET, f"{URL}/api/1/site/home/reuses/", status=403, json={})

    found = survey(client())

    assert found.diagnosis.access is Access.NOT_ADMIN
    assert isinstance(found.trials[2].error, PortalRefused)


def test_a_portal_that_cannot_be_reached_fails_every_call():
    nowhere = PortalClient("http://127.0.0.1:9", session=make_session(backoff=0), api_key="k")

    with translation.override("en"):
        found = survey(nowhere)

        assert all(trial.error for trial in found.trials)
        assert [str(each) for each in found.diagnosis.problems] == ["The portal cannot be reached."]


class Crowded(FakePortal):
    """Answers nobody before as many calls have come as go side by side."""

    def __init__(self) -> None:
        super().__init__(reply("{}", Connection="close"))
        self.full = threading.Event()

    def next_answer(self, received: Received) -> Answer:
        answer = super().next_answer(received)
        if len(self.received) == WIDTH:
            self.full.set()
        assert self.full.wait(timeout=20)
        return answer


@pytest.fixture
def crowded():
    portal = Crowded()
    thread = threading.Thread(target=portal.serve_forever, args=(0.005,))
    thread.start()
    yield portal
    portal.shutdown()
    portal.server_close()
    thread.join()


def of(portal: Crowded) -> PortalClient:
    return PortalClient(portal.url, session=make_session(backoff=0), api_key="k")


def test_calls_go_side_by_side(crowded):
    survey(of(crowded))

    assert len(crowded.received) == 13


def test_none_begins_after_the_deadline(crowded):
    found = survey(of(crowded), deadline=-1)

    assert crowded.received == []
    assert [trial.milliseconds for trial in found.trials] == [None] * 13
    assert all(isinstance(trial.error, PortalTimeout) for trial in found.trials)
