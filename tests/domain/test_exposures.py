from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import accumulate, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.domain.exposures import DAY, Span, exposures, stretches
from tests.domain.strategies import repeating, selections, thorough
from tests.replay import state_at

START = datetime(2026, 9, 1, tzinfo=UTC)


def at(days: float) -> datetime:
    return START + days * DAY


def named(found):
    return {each.id: each for each in found}


def told(each):
    """Return the spans as (position, first day, last day)."""
    return [(s.position, (s.start - START) / DAY, (s.end - START) / DAY) for s in each.spans]


def test_one_state_stands_for_the_whole_period():
    (first, second) = exposures([(at(-5), ("a", "b"))], at(0), at(10))

    assert (first.id, first.days, first.mean_position, first.best_position) == ("a", 10, 1, 1)
    assert (second.id, second.days, second.mean_position, second.best_position) == ("b", 10, 2, 2)
    assert first.spans == (Span(1, at(0), at(10)),)


def test_a_position_that_an_item_keeps_is_one_span():
    log = [(at(0), ("a", "b")), (at(2), ("a", "c")), (at(4), ("a", "b", "c"))]

    assert told(named(exposures(log, at(0), at(6)))["a"]) == [(1, 0, 6)]


def test_each_change_of_position_begins_a_span():
    log = [(at(0), ("a", "b")), (at(3), ("b", "a")), (at(4), ("a", "b"))]

    found = named(exposures(log, at(0), at(10)))["a"]

    assert told(found) == [(1, 0, 3), (2, 3, 4), (1, 4, 10)]
    assert found.days == 10
    assert found.mean_position == pytest.approx(1.1)
    assert found.best_position == 1


def test_an_absence_divides_what_stood_at_one_position():
    log = [(at(0), ("a",)), (at(3), ()), (at(5), ("a",))]

    (found,) = exposures(log, at(0), at(6))

    assert told(found) == [(1, 0, 3), (1, 5, 6)]
    assert found.days == 4
    assert found.end == at(6)


def test_nothing_stands_anywhere_before_the_first_state():
    (found,) = exposures([(at(4), ("a",))], at(0), at(10))

    assert told(found) == [(1, 4, 10)]


def test_what_left_before_the_period_is_not_part_of_it():
    assert [each.id for each in exposures([(at(-9), ("a",)), (at(0), ("b",))], at(0), at(1))] == [
        "b"
    ]


def test_what_comes_after_the_period_is_not_part_of_it():
    assert [each.id for each in exposures([(at(0), ("a",)), (at(9), ("b",))], at(0), at(9))] == [
        "a"
    ]


def test_an_item_listed_twice_counts_its_time_once_where_visitors_come_to_it_first():
    (found, _other) = exposures([(at(0), ("a", "b", "a"))], at(0), at(10))

    assert told(found) == [(1, 0, 10), (3, 0, 10)]
    assert (found.days, found.mean_position, found.best_position) == (10, 1, 1)


def test_the_longest_come_first_then_the_foremost():
    log = [(at(0), ("a", "b", "c")), (at(1), ("c", "b"))]

    assert [each.id for each in exposures(log, at(0), at(9))] == ["c", "b", "a"]


def test_a_change_that_lasted_no_time_leaves_no_span():
    log = [(at(0), ("a",)), (at(2), ("b",)), (at(2), ("a",))]

    (found,) = exposures(log, at(0), at(3))

    assert told(found) == [(1, 0, 3)]


def test_a_clock_that_was_put_back_undoes_nothing():
    log = [(at(0), ("a",)), (at(5), ("b",)), (at(4), ("c",))]

    found = named(exposures(log, at(0), at(10)))

    assert told(found["a"]) == [(1, 0, 5)]
    assert told(found["c"]) == [(1, 5, 10)]
    assert "b" not in found


@pytest.mark.parametrize("end", [-1, 0])
def test_a_period_without_time_holds_nothing(end):
    assert exposures([(at(-5), ("a",))], at(0), at(end)) == []


def test_a_log_without_entries_tells_nothing():
    assert exposures([], at(0), at(10)) == []
    assert state_at([], at(0)) is None


# Whatever the log ---------------------------------------------------------------------------------

# Days from the start of the log, few enough for moments to coincide with each other and the period.
days = st.integers(min_value=-3, max_value=12)
logs = st.lists(st.tuples(days, selections | repeating), max_size=8).map(
    lambda entries: [(at(day), selection) for day, selection in sorted(entries, key=lambda e: e[0])]
)
periods = st.tuples(days, days).map(lambda pair: (at(pair[0]), at(pair[1])))
# Between and on the moments of the log and of the period.
instants = [at(half / 2) for half in range(-8, 28)]


@thorough
@given(logs, periods)
def test_at_every_instant_each_position_is_held_by_one_item_or_by_none(log, period):
    start, end = period
    found = exposures(log, start, end)

    for instant in instants:
        held = Counter(
            span.position
            for each in found
            for span in each.spans
            if span.start <= instant < span.end
        )
        assert set(held.values()) <= {1}
        assert held.keys() == set(range(1, len(held) + 1))  # a list has no holes


@thorough
@given(logs, periods)
def test_the_exposures_of_an_instant_are_the_list_of_that_instant(log, period):
    start, end = period
    found = exposures(log, start, end)

    for instant in instants:
        standing = {
            span.position: each.id
            for each in found
            for span in each.spans
            if span.start <= instant < span.end
        }
        expected = state_at(log, instant) or () if start <= instant < end else ()
        assert tuple(standing[position] for position in sorted(standing)) == expected


@thorough
@given(logs, periods)
def test_exposures_add_up(log, period):
    start, end = period
    found = exposures(log, start, end)

    parts = list(stretches(log, start, end))
    places = sum((len(state) * (until - since) for state, since, until in parts), timedelta())
    spans = [span for each in found for span in each.spans]

    assert sum((span.length for span in spans), timedelta()) == places
    assert all(start <= span.start < span.end <= end for span in spans)
    assert all(timedelta() < each.shown <= end - start for each in found)
    assert all(
        1 <= each.best_position <= each.mean_position + 1e-9
        and each.mean_position <= max(span.position for span in each.spans) + 1e-9
        for each in found
    )


@thorough
@given(logs, periods)
def test_stretches_cover_the_period_without_gap_or_overlap(log, period):
    start, end = period
    parts = list(stretches(log, start, end))

    edges = [since for _, since, _ in parts] + [until for _, _, until in parts[-1:]]
    assert edges == sorted(set(edges))
    assert all(until == since for (_, _, until), (_, since, _) in pairwise(parts))
    assert (edges[0], edges[-1]) == (start, end) if start < end else edges == []


@thorough
@given(logs, st.sampled_from(instants))
def test_time_travel_is_a_replay_of_the_log(log, instant):
    replayed = None
    for moment, selection in log:
        if moment <= instant:
            replayed = selection

    assert state_at(log, instant) == replayed


@thorough
@given(st.lists(st.tuples(days, selections), max_size=8), periods)
def test_a_clock_that_was_wrong_counts_as_the_latest_moment_before(told, period):
    start, end = period
    log = [(at(day), selection) for day, selection in told]
    within = [(moment, selection) for moment, selection in log if moment < end]
    latest = accumulate((moment for moment, _ in within), max)
    in_order = [(moment, state) for moment, (_, state) in zip(latest, within, strict=True)]

    assert exposures(log, start, end) == exposures(in_order, start, end)


@thorough
@given(logs, periods, days)
def test_a_period_is_the_sum_of_its_parts(log, period, middle):
    start, end = sorted(period)
    half = min(max(at(middle), start), end)

    def time_of(found):
        return Counter({each.id: each.shown / timedelta(hours=1) for each in found})

    parts = time_of(exposures(log, start, half)) + time_of(exposures(log, half, end))
    assert time_of(exposures(log, start, end)) == parts
