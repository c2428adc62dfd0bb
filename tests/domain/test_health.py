"""What is said of an item and of its place: a table, and what holds for any list."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.domain.health import (
    GRACE,
    LOW_QUALITY,
    PERIODS,
    Facts,
    Finding,
    Kind,
    Severity,
    is_invisible,
    of_item,
    of_selection,
)

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=4000)
HEALTHY = Facts(
    datasets=2,
    has_resources=True,
    has_picture=True,
    quality=0.8,
    frequency="monthly",
    updated_at=NOW - timedelta(days=3),
)


def kinds(facts: Facts) -> list[Kind]:
    return [finding.kind for finding in of_item(facts, NOW)]


@pytest.mark.parametrize(
    ("facts", "found"),
    [
        pytest.param(HEALTHY, [], id="healthy"),
        pytest.param(Facts(), [], id="nothing known"),
        pytest.param(Facts(is_gone=True), [Kind.GONE], id="purged"),
        pytest.param(Facts(is_deleted=True), [Kind.DELETED], id="deleted"),
        pytest.param(Facts(is_private=True), [Kind.PRIVATE], id="private"),
        pytest.param(Facts(is_archived=True), [Kind.ARCHIVED], id="archived"),
        pytest.param(Facts(datasets=0), [Kind.NO_DATASETS], id="reuse without dataset"),
        pytest.param(Facts(datasets=1), [], id="reuse of one dataset"),
        pytest.param(Facts(has_resources=False), [Kind.NO_RESOURCES], id="no file"),
        pytest.param(Facts(quality=0.39), [Kind.LOW_QUALITY], id="low quality"),
        pytest.param(Facts(quality=0.0), [Kind.LOW_QUALITY], id="no quality at all"),
        pytest.param(Facts(quality=LOW_QUALITY), [], id="just good enough"),
        pytest.param(Facts(has_picture=False), [Kind.NO_PICTURE], id="no picture"),
        pytest.param(
            Facts(is_private=True, is_archived=True, datasets=0),
            [Kind.PRIVATE, Kind.ARCHIVED, Kind.NO_DATASETS],
            id="each reason, since each has to go",
        ),
        pytest.param(
            Facts(is_gone=True, is_deleted=True, datasets=0), [Kind.GONE], id="purged says it all"
        ),
        pytest.param(
            Facts(is_archived=True, has_resources=False, quality=0.1, has_picture=False),
            [Kind.ARCHIVED],
            id="nothing else matters of what is not seen",
        ),
        pytest.param(
            Facts(has_resources=False, quality=0.1, frequency="daily", updated_at=LONG_AGO),
            [Kind.NO_RESOURCES, Kind.OVERDUE, Kind.LOW_QUALITY],
            id="the gravest first",
        ),
    ],
)
def test_what_is_said_of_an_item(facts, found):
    assert kinds(facts) == found


@pytest.mark.parametrize("frequency", PERIODS)
def test_an_update_is_overdue_a_day_after_its_time(frequency):
    in_time = NOW - PERIODS[frequency] - GRACE
    late = in_time - timedelta(seconds=1)

    assert of_item(Facts(frequency=frequency, updated_at=in_time), NOW) == ()
    assert of_item(Facts(frequency=frequency, updated_at=late), NOW) == (
        Finding(Kind.OVERDUE, since=late, frequency=frequency),
    )


@pytest.mark.parametrize(
    "frequency", ["", "unknown", "punctual", "irregular", "continuous", "realtime", "never", "?"]
)
def test_a_frequency_that_promises_nothing_is_never_overdue(frequency):
    assert of_item(Facts(frequency=frequency, updated_at=LONG_AGO), NOW) == ()


def test_an_update_that_is_not_known_is_not_overdue():
    assert of_item(Facts(frequency="daily"), NOW) == ()


def test_quality_is_told_in_percents():
    assert of_item(Facts(quality=3 / 9), NOW) == (Finding(Kind.LOW_QUALITY, number=33),)


def test_a_place_that_repeats_an_item_names_the_first():
    found = of_selection(("a", "b", "a", "a"), {}, NOW)

    again = (Finding(Kind.REPEATED, number=1),)
    assert found == ((), (), again, again)


def test_places_behind_what_the_homepage_shows():
    found = of_selection(("a", "b", "c"), {"c": Facts(is_private=True)}, NOW, limit=1)

    beyond = Finding(Kind.BEYOND_LIMIT, number=1)
    assert found == ((), (beyond,), (Finding(Kind.PRIVATE), beyond))


@pytest.mark.parametrize("limit", [None, 3, 10])
def test_a_list_that_fits_has_no_place_behind(limit):
    assert of_selection(("a", "b", "c"), {}, NOW, limit) == ((), (), ())


def test_every_kind_has_a_severity_and_the_order_of_kinds_is_that_of_severities():
    order = list(Severity)
    severities = [Finding(kind).severity for kind in Kind]

    assert severities == sorted(severities, key=order.index)


moments = st.none() | st.datetimes(
    datetime(1900, 1, 1),  # noqa: DTZ001 (the strategy adds the zone)
    datetime(2200, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)
facts = st.builds(
    Facts,
    is_gone=st.booleans(),
    is_deleted=st.booleans(),
    is_private=st.booleans(),
    is_archived=st.booleans(),
    datasets=st.none() | st.integers(0, 3),
    has_resources=st.none() | st.booleans(),
    has_picture=st.none() | st.booleans(),
    quality=st.none() | st.floats(0, 1),
    frequency=st.sampled_from([*PERIODS, "unknown", ""]),
    updated_at=moments,
)
selections = st.lists(st.sampled_from("abcdef"), max_size=12).map(tuple)


@given(facts)
def test_an_item_is_invisible_or_to_be_looked_at_never_both(item):
    found = of_item(item, NOW)

    assert len({finding.is_invisible for finding in found}) <= 1
    assert is_invisible(item) == any(finding.is_invisible for finding in found)
    assert list(found) == sorted(found, key=lambda finding: list(Kind).index(finding.kind))


@given(facts, st.timedeltas(timedelta(0), timedelta(days=3000)))
def test_time_alone_only_makes_findings_and_never_mends(item, later):
    now = {finding.kind for finding in of_item(item, NOW)}

    assert now <= {finding.kind for finding in of_item(item, NOW + later)}


@given(selections, st.dictionaries(st.sampled_from("abcdef"), facts), st.none() | st.integers(0, 9))
def test_any_list_is_told_place_by_place(selection, known, limit):
    found = of_selection(selection, known, NOW, limit)

    assert len(found) == len(selection)
    for place, findings in enumerate(found):
        item = of_item(known.get(selection[place], Facts()), NOW)
        assert set(item) <= set(findings)
        told = {finding.kind for finding in findings}
        assert (Kind.REPEATED in told) == (selection[place] in selection[:place])
        assert (Kind.BEYOND_LIMIT in told) == (limit is not None and place >= limit)
        assert len(told) == len(findings)
