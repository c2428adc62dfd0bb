from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.utils.translation import override

from curation.domain import chart
from curation.domain.chart import Tick, Unit
from curation.domain.exposures import DAY, Period, Span
from curation.models import Action, AuditEntry
from curation.templatetags import timeline

NOW = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)
START = NOW - 90 * DAY
RUNNING = Period(START, NOW, is_running=True)
PAST = Period(START, NOW)


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(NOW, tick=False):
        yield


def both(words, *arguments):
    """Return what a filter writes in French and in English, hard spaces as soft ones."""
    found = []
    for language in ("fr", "en"):
        with override(language):
            found.append(words(*arguments).replace("\xa0", " ").replace("\u202f", " "))
    return tuple(found)


@pytest.mark.parametrize(
    ("first", "last", "period", "french", "english"),
    [
        (0, 90, RUNNING, "sur toute la période", "over the whole period"),
        (7, 90, RUNNING, "depuis le 1er sept.", "since 1 Sept"),
        (7, 90, PAST, "à partir du 1er sept.", "from 1 Sept on"),
        (0, 44, RUNNING, "jusqu’au 8 oct.", "until 8 Oct"),
        (44, 52, RUNNING, "du 8 oct. au 16 oct.", "from 8 Oct to 16 Oct"),
        (44, 44.1, RUNNING, "le 8 oct., de 13:00 à 15:24", "on 8 Oct, from 13:00 to 15:24"),
    ],
)
def test_when_something_stood(first, last, period, french, english):
    span = Span(1, START + first * DAY, START + last * DAY)

    assert both(timeline.when, span, period) == (french, english)


@pytest.mark.parametrize(
    ("length", "french", "english"),
    [
        (55 * DAY, "55 jours", "55 days"),
        (36 * timedelta(hours=1), "36 heures", "36 hours"),
        (timedelta(minutes=80), "80 minutes", "80 minutes"),
        (timedelta(minutes=1), "1 minute", "1 minute"),
        (timedelta(seconds=1), "1 minute", "1 minute"),
    ],
)
def test_for_how_long(length, french, english):
    assert both(timeline.lasting, length) == (french, english)


@pytest.mark.parametrize(
    ("days", "count", "french", "english"),
    [
        (90, "90", "90 j", "90 days"),
        (1, "1", "1 j", "1 day"),
        (0.2, "< 1", "< 1 j", "< 1 day"),
    ],
)
def test_days_in_a_column(days, count, french, english):
    assert both(timeline.day_count, days) == (count, count)
    assert both(timeline.days_brief, days) == (french, english)


def test_numbers_of_many_days_and_means():
    assert both(timeline.day_count, 1234.5) == ("1 234", "1,234")
    assert both(timeline.mean, 3.649) == ("3,6", "3.6")


@pytest.mark.parametrize(
    ("first", "last", "french"),
    [
        (date(2026, 8, 25), date(2026, 11, 23), "25 août au 23 novembre 2026"),
        (date(2025, 8, 1), date(2026, 11, 1), "1er août 2025 au 1er novembre 2026"),
        (date(2026, 10, 1), date(2026, 10, 20), "1er au 20 octobre 2026"),
        (date(2026, 10, 1), date(2026, 10, 1), "1er octobre 2026"),
    ],
)
def test_a_range_of_days(first, last, french):
    assert both(timeline.day_range, first, last)[0] == french


def test_a_day_of_another_year_has_its_year():
    assert both(timeline.day_brief, date(2025, 9, 1)) == ("1er sept. 2025", "1 Sept 2025")


@pytest.mark.parametrize(
    ("unit", "day", "length", "name"),
    [
        (Unit.DAY, date(2026, 9, 1), 5, "1er sept."),
        (Unit.WEEK, date(2026, 9, 7), 30, "7 sept."),
        (Unit.MONTH, date(2026, 9, 1), 90, "septembre"),
        (Unit.MONTH, date(2027, 1, 1), 90, "janvier 2027"),
        (Unit.MONTH, date(2026, 9, 1), 365, "sept."),
        (Unit.MONTH, date(2027, 1, 1), 365, "2027"),
        (Unit.QUARTER, date(2026, 7, 1), 1000, "juil. 2026"),
        (Unit.YEAR, date(2026, 1, 1), 3000, "2026"),
    ],
)
def test_names_on_the_scale(unit, day, length, name):
    tick = Tick("0%", day, unit, is_named=True)

    assert both(timeline.tick_name, tick, Period(START, START + length * DAY))[0] == name


@pytest.mark.parametrize(
    ("spans", "french", "english"),
    [
        (
            [(3, 35, 90)],
            "n° 3 pendant 55 jours, depuis le 29 sept.",
            "no. 3 for 55 days, since 29 Sept",
        ),
        (
            [(3, 44, 44.1), (5, 44.1, 44.2)],
            "2 brefs passages entre le n° 3 et le n° 5, le 8 oct., de 13:00 à 17:48",
            "2 short stays between no. 3 and no. 5, on 8 Oct, from 13:00 to 17:48",
        ),
        (
            [(3, 44, 44.1), (3, 44.2, 44.3)],
            "2 brefs passages au n° 3, le 8 oct., de 13:00 à 20:12",
            "2 short stays at no. 3, on 8 Oct, from 13:00 to 20:12",
        ),
    ],
)
def test_what_a_bar_says(spans, french, english):
    parts = [Span(position, START + a * DAY, START + b * DAY) for position, a, b in spans]
    (bar,) = chart.bars(parts, RUNNING, row=0)

    assert both(timeline.bar_words, bar, RUNNING) == (french, english)


def entry(action, days, name=""):
    return AuditEntry(action=action, recorded_at=START + days * DAY, actor_name=name)


@pytest.mark.parametrize(
    ("days", "french", "english"),
    [
        ([44], "8 oct., 13:00", "8 Oct, 13:00"),
        ([44, 44.1], "2 changements, 8 oct.", "2 changes, 8 Oct"),
        ([44, 45], "2 changements, 8 oct. – 9 oct.", "2 changes, 8 Oct – 9 Oct"),
    ],
)
def test_when_changes_were_made(days, french, english):
    entries = [entry(Action.PUBLISH_SUCCEEDED, each, "Claire") for each in days]

    assert both(timeline.change_days, entries) == (french, english)


def test_who_made_changes():
    entries = [
        entry(Action.LIVE_FIRST_READ, 1),
        entry(Action.PUBLISH_SUCCEEDED, 2, "Claire"),
        entry(Action.CHANGE_OUTSIDE, 3),
        entry(Action.PUBLISH_SUCCEEDED, 4, "Claire"),
        entry(Action.PUBLISH_UNDETERMINED, 5, "Karim"),
    ]

    assert both(timeline.change_authors, entries) == (
        "première lecture, Claire, changement externe, Karim, résultat inconnu",
        "first reading, Claire, outside change, Karim, outcome unknown",
    )
