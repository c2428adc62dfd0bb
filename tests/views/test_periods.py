from datetime import UTC, date, datetime, timedelta

import pytest

from curation.views.periods import BadPeriod, day_of, period_of

NOW = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)  # half past midnight of the 24th in Paris


def asked(now=NOW, **form):
    return period_of({name.rstrip("_"): value for name, value in form.items()}, now)


def test_without_any_it_is_the_last_ninety_days_of_the_reader():
    choice = asked()

    assert (choice.key, choice.query) == ("90d", "period=90d")
    assert (choice.first, choice.last) == (date(2026, 8, 26), date(2026, 11, 24))
    assert (choice.period.start, choice.period.end) == (NOW - timedelta(days=90), NOW)
    assert choice.period.is_running


def test_a_year_before_the_29th_of_february_is_the_28th():
    choice = asked(datetime(2028, 2, 29, 12, tzinfo=UTC), period="12m")

    assert (choice.first, choice.last) == (date(2027, 2, 28), date(2028, 2, 29))
    assert choice.period.length == timedelta(days=366)


def test_chosen_days_begin_and_end_at_midnight_of_the_reader():
    choice = asked(from_="2026-10-24", to="2026-10-25")  # summer time ends on the 25th

    assert (choice.key, choice.query) == ("chosen", "from=2026-10-24&to=2026-10-25")
    assert choice.period.start == datetime(2026, 10, 23, 22, tzinfo=UTC)
    assert choice.period.end == datetime(2026, 10, 25, 23, tzinfo=UTC)
    assert not choice.period.is_running


def test_chosen_days_go_before_a_preset():
    assert asked(from_="2026-11-01", period="30d").key == "chosen"


def test_a_period_that_holds_today_ends_now():
    choice = asked(from_="2026-11-24", to="2026-12-31")

    assert (choice.period.end, choice.last) == (NOW, date(2026, 11, 24))
    assert choice.period.is_running
    assert choice.period.length == timedelta(minutes=30)


@pytest.mark.parametrize(
    "form",
    [
        {"from": "2026-11-25"},
        {"from": "2026-11-10", "to": "2026-11-09"},
        {"from": "1969-12-31"},
        {"to": "1969-12-31"},
        {"to": "2028-01-01"},
        {"from": "hier"},
        {"period": "90"},
    ],
)
def test_what_makes_no_sense_is_refused_with_a_sentence(form):
    with pytest.raises(BadPeriod) as refused:
        period_of(form, NOW)

    assert str(refused.value).endswith(".")


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-02-28", date(2026, 2, 28)),
        ("2026-02-30", None),
        ("28/02/2026", None),
        ("", None),
        ("\x00", None),
    ],
)
def test_days(text, day):
    assert day_of(text) == day
