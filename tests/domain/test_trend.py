"""Views for the time that something has been there."""

from datetime import UTC, datetime, timedelta

import pytest

from curation.domain.trend import views_a_day

NOW = datetime(2026, 11, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    ("views", "days", "expected"),
    [(600, 60, 10), (300, 30, 10), (300, 1, 10), (300, -5, 10), (0, 60, 0), (None, 60, 0)],
)
def test_views_are_counted_by_the_day_what_is_young_as_a_month(views, days, expected):
    assert views_a_day(views, NOW - timedelta(days=days), NOW) == expected


def test_what_has_no_date_is_no_trend():
    assert views_a_day(600, None, NOW) == 0
