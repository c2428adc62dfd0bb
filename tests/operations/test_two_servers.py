"""Two servers with one database are one: sessions, sign-in, drafts, claims, the history."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from curation.services.throttling import MOST_FOR_NAME
from tests.operations.people import PASSWORD, Person
from tests.portal.server import Answer
from tests.services.conftest import log_is_sound
from tests.services.unreliable import Fault, Forward, Step, UnreliablePortal, as_it_is, unreliable


@pytest.fixture
def slow_portal(true_portal) -> Iterator[UnreliablePortal]:
    with unreliable(true_portal.url) as portal:
        yield portal


@pytest.fixture
def servers(serve, slow_portal) -> Iterator[tuple[str, str]]:
    with (
        serve(PORTAL_URL=slow_portal.url) as (_, one),
        serve(PORTAL_URL=slow_portal.url) as (
            _,
            other,
        ),
    ):
        yield one, other


def test_a_session_is_of_both(servers, claire):
    here = Person(servers[0]).sign_in("claire")
    there = here.at(servers[1])

    assert there.get("/").url == f"{servers[1]}/"

    here.post("/sign-out/")
    assert there.get("/").url == f"{servers[1]}/sign-in/?next=/"


def test_passwords_that_are_tried_at_either_count_together(servers, claire):
    for attempt in range(MOST_FOR_NAME):
        guess = Person(servers[attempt % 2])
        guess.get("/sign-in/")
        guess.post("/sign-in/", username="claire", password="wrong")

    for url in servers:
        person = Person(url)
        person.get("/sign-in/")
        answer = person.post("/sign-in/", username="claire", password=PASSWORD)
        assert "Too many attempts" in answer.text


def test_a_draft_goes_on_at_the_other(servers, claire):
    here = Person(servers[0]).sign_in("claire")
    there = here.at(servers[1])
    first, second, third, *others = here.ids()

    here.move(second, to=1)
    there.move(third, to=1)

    assert here.ids() == there.ids() == [third, second, first, *others]


def test_a_page_of_before_a_step_at_the_other_is_out_of_date(servers, claire):
    here = Person(servers[0]).sign_in("claire")
    there = here.at(servers[1])
    items = here.ids()
    stale = here.form("datasets-form")["version"]
    there.move(items[2], to=1)

    answer = here.post(f"/lists/datasets/items/{items[1]}/move/", to="1", version=stale)

    assert "changed since the page showed it" in answer.text
    assert here.ids() == [items[2], *items[:2], *items[3:]]


def test_one_publishes_and_the_other_says_who(servers, claire, karim, slow_portal):
    here, there = Person(servers[0]).sign_in("claire"), Person(servers[1]).sign_in("karim")
    asked, answer = threading.Event(), threading.Event()

    def wait(forward: Forward) -> Answer:
        asked.set()
        assert answer.wait(60)
        return as_it_is(forward)

    here.move(here.ids()[1], to=1)
    there.move(there.ids()[2], to=1)
    slow_portal.fail(Step.PUT, Fault(wait))
    with ThreadPoolExecutor() as pool:
        publishing = pool.submit(here.publish)
        assert asked.wait(60)
        busy = there.publish()
        answer.set()
        published = publishing.result()

    assert "Claire Test is publishing this list at this moment" in busy.text
    assert published.status_code == 302
    assert slow_portal.puts() == 1
    assert "Claire Test" in there.get("/history/").text
    assert log_is_sound()
