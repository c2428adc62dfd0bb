import random
import uuid
from datetime import UTC, datetime, timedelta

import pytest

from curation.domain.exposures import DAY, Period
from curation.models import Action, AuditEntry
from curation.portal.items import Item
from curation.services import audit, exposures, history
from curation.services.errors import TooManyChanges
from curation.services.listings import remember_items
from tests.replay import state_at

A, B, C = (letter * 24 for letter in "abc")
START = datetime(2026, 9, 1, tzinfo=UTC)


def at(days: float) -> datetime:
    return START + days * DAY


def record(days, after, action=Action.CHANGE_OUTSIDE, **fields):
    defaults = {"actor": audit.OUTSIDER, "listing": "datasets"}
    return audit.record(action, after=after, recorded_at=at(days), **defaults | fields)


def read(first, last, listing="datasets"):
    return exposures.timeline(listing, Period(at(first), at(last)))


def told(timeline):
    """Return each item's spans as (position, first day, last day)."""
    return {
        each.id: [(s.position, (s.start - START) / DAY, (s.end - START) / DAY) for s in each.spans]
        for each in timeline.exposures
    }


def test_what_stood_before_the_period_stands_at_its_start(db):
    record(-30, (C,))
    record(-20, (A, B))
    change = record(4, (B, A))

    found = read(0, 10)

    assert told(found) == {A: [(1, 0, 4), (2, 4, 10)], B: [(2, 0, 4), (1, 4, 10)]}
    assert found.changes == [change]
    assert found.known_since is None


def test_what_stood_before_the_first_reading_is_not_known(db):
    record(4, (A,), Action.LIVE_FIRST_READ)

    found = read(0, 10)

    assert told(found) == {A: [(1, 4, 10)]}
    assert found.known_since == at(4)


def test_a_log_that_begins_after_the_period_tells_nothing_of_it(db):
    record(20, (A,))

    found = read(0, 10)

    assert (found.exposures, found.changes, found.known_since) == ([], [], at(10))


def test_an_attempt_that_changed_nothing_does_not_count(db):
    record(0, (A,), Action.LIVE_FIRST_READ)
    for action in (Action.PUBLISH_FAILED, Action.PUBLISH_REFUSED):
        attempt = uuid.uuid4()
        record(2, (B,), Action.PUBLISH_STARTED, attempt=attempt)
        record(2, (B,), action, attempt=attempt)
    record(5, (C,), Action.PUBLISH_STARTED, attempt=uuid.uuid4())

    found = read(0, 10)

    assert told(found) == {A: [(1, 0, 10)]}
    assert [entry.action for entry in found.changes] == [Action.LIVE_FIRST_READ]


def test_an_outcome_that_cannot_be_told_counts_as_what_was_read(db):
    record(0, (A,), Action.LIVE_FIRST_READ)
    record(2, (B,), Action.PUBLISH_UNDETERMINED, detail={"live": [C]})
    record(4, (B,), Action.PUBLISH_UNDETERMINED)  # nothing could be read

    assert told(read(0, 10)) == {A: [(1, 0, 2)], C: [(1, 2, 10)]}


def test_another_listing_is_another_timeline(db):
    record(0, (A,))
    record(1, (B,), listing="reuses")

    assert told(read(0, 10)) == {A: [(1, 0, 10)]}
    assert told(read(0, 10, "reuses")) == {B: [(1, 1, 10)]}


def test_an_item_has_the_title_that_it_had_when_it_last_stood_there(db):
    record(-9, (A, B), titles={A: "Ancien", B: "Bis"})
    record(2, (A,), titles={A: "Nouveau", B: "Ter"})
    record(20, (A,), titles={A: "À venir"})

    assert read(0, 10).titles == {A: "Nouveau", B: "Bis"}


def test_a_period_with_more_changes_than_can_be_shown_is_refused(db, monkeypatch):
    monkeypatch.setattr(exposures, "MOST_CHANGES", 3)
    for day in range(4):
        record(day, (A,))

    assert len(read(0, 3).changes) == 3
    with pytest.raises(TooManyChanges):
        read(0, 10)


@pytest.mark.parametrize("wrong", [-3650, 365], ids=["behind", "ahead"])
def test_a_clock_that_was_wrong_once_hides_nothing(db, wrong):
    record(0, (A,))
    record(2, (B,))
    record(wrong, (C,))
    record(4, (A, B))
    record(6, (B, A))

    found = read(1, 8)
    now = history.state_at("datasets", at(8))

    assert told(found)[A][-2:] == [(1, 4, 6), (2, 6, 8)]
    assert told(found)[A][0] == (1, 1, 2)
    assert now
    assert now.shown_after == (B, A)
    assert history.state_at("datasets", at(400)) == now


@pytest.mark.parametrize("count", [1, 40])
def test_the_number_of_queries_does_not_grow(db, count, django_assert_num_queries):
    for number in range(count):
        record(number / 10, (A, B) if number % 2 else (B, C), titles={A: "Alpha"})

    with django_assert_num_queries(9):  # before (3), ends of the period (4), changes, titles
        read(0.05, 4)


def test_an_item_is_known_by_the_portal_or_by_the_log(db):
    record(0, (A, C), titles={A: "Ancien"})
    record(1, (A,), titles={A: "Nouveau"})
    remember_items([Item(kind="datasets", id=B, title="Beta")])

    in_log, on_portal = exposures.identify("datasets", A), exposures.identify("datasets", B)
    nameless = exposures.identify("datasets", C)

    assert (in_log.item.title, in_log.other_titles) == ("Nouveau", ["Ancien"])
    assert (on_portal.item.title, on_portal.other_titles) == ("Beta", [])
    assert (nameless.item.title, nameless.other_titles) == (None, [])
    assert exposures.identify("datasets", "d" * 24) is None
    assert exposures.identify("reuses", A) is None


def test_a_renamed_item_has_the_name_that_the_portal_gives_it(db):
    record(0, (A,), titles={A: "Ancien"})
    remember_items([Item(kind="datasets", id=A, title="Nouveau")])

    found = exposures.identify("datasets", A)

    assert (found.item.title, found.other_titles) == ("Nouveau", ["Ancien"])


@pytest.mark.parametrize("seed", range(5))
def test_time_travel_and_exposures_equal_a_replay_of_the_log(db, seed):
    chance = random.Random(seed)  # noqa: S311 (the same log each time, nothing secret)
    pool = [f"{number:024x}" for number in range(6)]
    moment = 0.0
    for _number in range(60):
        moment += chance.choice((0, 0.1, 1, 3))
        action = chance.choice(list(Action))
        listing = chance.choice(("datasets", "reuses"))
        after = tuple(chance.choices(pool, k=chance.randrange(5)))
        detail = {"live": chance.choices(pool, k=2)} if chance.random() < 0.7 else {}
        record(moment, after, action, listing=listing, detail=detail)
    replay = [
        (entry.recorded_at, entry.shown_after)
        for entry in AuditEntry.objects.filter(listing="datasets").order_by("sequence")
        if entry.shown_after is not None
    ]
    first, last = moment / 3, moment * 2 / 3
    found = read(first, last).exposures

    edges = [entry.recorded_at for entry in AuditEntry.objects.filter(listing="datasets")]
    for edge in {*edges, at(first), at(last)}:
        instant = edge + chance.choice((-1, 0, 1)) * timedelta(microseconds=1)
        expected = state_at(replay, instant)
        entry = history.state_at("datasets", instant)
        assert (entry and entry.shown_after) == expected
        if at(first) <= instant < at(last):
            standing = {
                span.position: each.id
                for each in found
                for span in each.spans
                if span.start <= instant < span.end
            }
            assert tuple(standing[p] for p in sorted(standing)) == (expected or ())
