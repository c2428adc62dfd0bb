from collections import Counter
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.domain import chart
from curation.domain.chart import Unit, bars, pins, ticks
from curation.domain.exposures import DAY, Period, Span
from tests.domain.strategies import thorough

PARIS = ZoneInfo("Europe/Paris")
START = datetime(2026, 9, 1, tzinfo=UTC)
HUNDRED_DAYS = Period(START, START + 100 * DAY)


def span(position, first, last):
    return Span(position, START + first * DAY, START + last * DAY)


def test_a_bar_lies_where_its_span_was():
    (bar,) = bars([span(3, 10, 65)], HUNDRED_DAYS, row=2)

    assert (bar.x, bar.width, bar.y, bar.height, bar.baseline) == ("10%", "55%", "114", "20", "128")
    assert (bar.band, bar.number) == (2, "3")


@pytest.mark.parametrize(
    ("position", "band"), [(1, 1), (2, 2), (3, 2), (4, 3), (6, 3), (7, 4), (8, 4), (9, 5), (99, 5)]
)
def test_bands_of_positions(position, band):
    assert chart.band(position) == band


def test_a_number_needs_room():
    wide, narrow = bars([span(4, 0, 3), span(5, 3, 5.9)], HUNDRED_DAYS, row=0)

    assert (wide.number, narrow.number) == ("4", "")


def test_short_stays_close_to_each_other_are_one_bar():
    spans = [span(4, 0, 50), span(2, 50, 50.1), span(7, 50.1, 50.3), span(4, 50.3, 100)]

    before, short, after = bars(spans, HUNDRED_DAYS, row=0)

    assert short.spans == tuple(spans[1:3])
    assert (short.best, short.worst, short.number) == (2, 7, "")
    assert short.band == chart.band(7)  # the longer one's
    assert (before.spans, after.spans) == ((spans[0],), (spans[3],))


def test_a_short_stay_is_never_too_narrow_to_be_seen():
    (first, last) = bars([span(1, 0, 0.001), span(2, 99.999, 100)], HUNDRED_DAYS, row=0)

    assert (first.x, first.width) == ("0%", "0.4%")
    assert (last.x, last.width) == ("99.6%", "0.4%")


def test_an_item_listed_twice_has_its_bars_above_one_another():
    upper, lower = bars([span(1, 0, 100), span(3, 20, 60)], HUNDRED_DAYS, row=0)

    assert (upper.y, upper.height) == ("50", "10")
    assert (lower.y, lower.height) == ("60", "10")
    assert upper.number == lower.number == ""


def test_the_months_of_ninety_days():
    period = Period(datetime(2026, 8, 25, 12, tzinfo=UTC), datetime(2026, 11, 23, tzinfo=UTC))

    assert [tick.day for tick in ticks(period, PARIS)] == [
        date(2026, 9, 1),
        date(2026, 10, 1),
        date(2026, 11, 1),
    ]
    assert {tick.unit for tick in ticks(period, PARIS)} == {Unit.MONTH}


def test_a_tick_is_at_midnight_of_its_day_whatever_the_summer_time():
    start, end = datetime(2026, 10, 24, tzinfo=PARIS), datetime(2026, 10, 27, tzinfo=PARIS)
    period = Period(start.astimezone(UTC), end.astimezone(UTC))

    assert [(tick.day, tick.x) for tick in ticks(period, PARIS)] == [  # 24, 25 and 24 hours
        (date(2026, 10, 24), "0%"),
        (date(2026, 10, 25), "32.877%"),
        (date(2026, 10, 26), "67.123%"),
    ]


@pytest.mark.parametrize(
    ("days", "unit"),
    [
        (1, Unit.DAY),
        (10, Unit.DAY),
        (30, Unit.WEEK),
        (90, Unit.MONTH),
        (366, Unit.MONTH),
        (1000, Unit.QUARTER),
        (3000, Unit.YEAR),
        (20_000, Unit.YEAR),
    ],
)
def test_each_length_has_its_unit(days, unit):
    found = ticks(Period(START, START + days * DAY), UTC)

    assert {tick.unit for tick in found} == {unit}


def test_weeks_begin_on_mondays_and_quarters_with_their_first_month():
    weeks = ticks(Period(START, START + 30 * DAY), UTC)
    quarters = ticks(Period(START, START + 1000 * DAY), UTC)

    assert {tick.day.weekday() for tick in weeks} == {0}
    assert {(tick.day.month % 3, tick.day.day) for tick in quarters} == {(1, 1)}


def test_a_name_gives_way_to_the_word_for_today():
    past = Period(START, START + 38 * DAY)  # five Mondays, the last at nine tenths
    running = Period(past.start, past.end, is_running=True)

    assert [tick.is_named for tick in ticks(past, UTC)] == [True] * 5
    assert [tick.is_named for tick in ticks(running, UTC)] == [True] * 4 + [False]


def test_pins_that_would_touch_are_one():
    moments = [START + days * DAY for days in (0, 10, 10.1, 10.2, 60)]

    found = pins(moments, HUNDRED_DAYS)

    assert [(pin.x, pin.first, pin.last) for pin in found] == [
        ("0%", 0, 0),
        ("10.1%", 1, 3),
        ("60%", 4, 4),
    ]


def test_nothing_to_draw():
    assert bars([], HUNDRED_DAYS, row=0) == []
    assert pins([], HUNDRED_DAYS) == []


# Whatever the spans -------------------------------------------------------------------------------

lengths = st.sampled_from((0.01, 0.1, 0.3, 0.5, 3, 20))
# Stays of one item one after the other: a gap (or none), a length, a position.
stays = st.lists(st.tuples(st.just(0) | lengths, lengths, st.integers(1, 12)), max_size=60)


def laid_out(stays):
    spans, at = [], 0.0
    for gap, length, position in stays:
        spans.append(span(position, at + gap, at + gap + length))
        at += gap + length
    return spans, Period(START, START + max(at, 1) * DAY)


@thorough
@given(stays)
def test_every_span_is_in_one_bar_and_every_bar_in_the_picture(stays):
    spans, period = laid_out(stays)

    drawn = bars(spans, period, row=0)

    assert [span for bar in drawn for span in bar.spans] == spans
    for bar in drawn:
        left, width = float(bar.x[:-1]), float(bar.width[:-1])
        assert left >= 0
        assert left + width <= 100.002
        assert width >= chart.NARROWEST * 100 - 0.001


@thorough
@given(stays)
def test_there_are_never_more_bars_than_can_be_seen(stays):
    spans, period = laid_out(stays * 20)

    assert len(bars(spans, period, row=0)) <= 2 / chart.NARROWEST


@thorough
@given(st.lists(st.floats(0, 99.999), max_size=300).map(sorted))
def test_every_moment_is_in_one_pin_and_pins_are_few(days):
    found = pins([START + each * DAY for each in days], HUNDRED_DAYS)

    inside = Counter(index for pin in found for index in range(pin.first, pin.last + 1))
    assert inside == Counter(range(len(days)))
    assert len(found) <= 1 / chart.PIN_SLOT + 1


@thorough
@given(
    st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    st.integers(1, 24 * 365 * 40),
)
def test_ticks_are_in_order_and_few(start, hours):
    period = Period(start, start + timedelta(hours=hours))

    found = ticks(period, PARIS)

    shares = [float(tick.x[:-1]) for tick in found]
    assert shares == sorted(set(shares))
    assert all(0 <= share <= 100 for share in shares)
    assert len(found) <= 41
