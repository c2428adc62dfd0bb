import uuid
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from curation.models import Action
from curation.services import audit, history
from curation.services.history import MOST_ITEMS, Filter

A, B = "a" * 24, "b" * 24
PARIS = ZoneInfo("Europe/Paris")
# The 25th has 25 hours.
SATURDAY, SUNDAY, MONDAY = (date(2026, 10, day) for day in (24, 25, 26))


def record(day=None, clock=time.min, action=Action.CHANGE_OUTSIDE, **fields):
    """Record an entry, on a day of Paris if one is given."""
    defaults = {"actor": audit.OUTSIDER, "listing": "datasets", "after": (A,)}
    recorded_at = datetime.combine(day, clock, PARIS) if day else None
    return audit.record(action, **defaults | fields, recorded_at=recorded_at).sequence


def found(before=None, size=25, **wanted):
    """Return the sequences that a filter finds, oldest first."""
    entries = history.find(Filter(**wanted), before=before, size=size).entries
    return [entry.sequence for entry in reversed(entries)]


@pytest.fixture
def days(db, settings):
    """Two entries at the first and last moment of each day."""
    settings.TIME_ZONE = "Europe/Paris"
    moments = [(day, at) for day in (SATURDAY, SUNDAY, MONDAY) for at in (time.min, time.max)]
    return [record(*moment) for moment in moments for _twice in range(2)]


@pytest.mark.parametrize("item", ["", A])
def test_a_period_holds_both_its_days_from_midnight_to_midnight(days, item):
    assert found(since=SUNDAY, until=SUNDAY, item=item) == days[4:8]
    assert found(since=SUNDAY, item=item) == days[4:]
    assert found(until=SUNDAY, item=item) == days[:8]
    assert found(since=SATURDAY, until=MONDAY, item=item) == days


@pytest.mark.parametrize("item", ["", A])
def test_a_page_stays_within_the_period_wherever_it_begins(days, item):
    assert found(before=days[10], until=SUNDAY, item=item) == days[:8]
    assert found(before=days[6], until=SUNDAY, item=item) == days[:6]
    assert found(before=days[2], since=SUNDAY, item=item) == []


@pytest.mark.parametrize("item", ["", A])
def test_there_are_older_entries_only_if_there_are(days, item):
    assert not history.find(Filter(item=item), size=12).has_older
    page = history.find(Filter(item=item), size=11)
    assert page.has_older
    assert [entry.sequence for entry in page.entries] == days[:0:-1]


@pytest.mark.parametrize("since", [date(2010, 1, 1), date(2026, 9, 1)])
def test_a_period_has_all_of_its_entries_though_a_clock_was_wrong(db, since):
    first, _ahead, second, _behind, third = (
        record(date(year, 9, day))
        for year, day in ((2026, 1), (2027, 1), (2026, 3), (2016, 1), (2026, 5))
    )

    assert {first, second, third} <= set(found(since=since, until=date(2026, 9, 9)))


def test_an_attempt_is_one_row_for_an_item_too(db):
    attempt = uuid.uuid4()
    started = record(action=Action.PUBLISH_STARTED, attempt=attempt)
    assert found(item=A) == [started]

    ended = record(action=Action.PUBLISH_FAILED, attempt=attempt)

    assert found(item=A) == [ended]


def test_a_search_that_means_too_many_items_says_so(db):
    items = [f"{number:024x}" for number in range(MOST_ITEMS + 1)]
    titles = dict.fromkeys(items, "Carte") | {items[0]: "Carte unique"}
    record(after=items, titles=titles)

    assert history.find(Filter(item="carte")).is_wide
    assert not history.find(Filter(item="unique")).is_wide
    assert found(item="carte") == found(item="unique") == [1]
