from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.utils.translation import override

from curation.portal.items import Item
from curation.templatetags import words

NOON = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("number", "french", "english"),
    [
        (None, "–", "–"),
        (0, "0", "0"),
        (999, "999", "999"),
        (1204, "1,2\xa0k", "1.2K"),
        (48_210, "48,2\xa0k", "48.2K"),
        (883_378, "883\xa0k", "883K"),
        (2_500_000, "2\xa0M", "2M"),
    ],
)
def test_counts_are_shortened_in_both_languages(number, french, english):
    with override("fr"):
        assert words.compact(number) == french
    with override("en"):
        assert words.compact(number) == english


@pytest.mark.parametrize(
    ("age", "french", "english"),
    [
        (timedelta(seconds=2), "à l’instant", "just now"),
        (timedelta(seconds=-90), "à l’instant", "just now"),  # a clock that runs ahead
        (timedelta(minutes=9), "il y a 9\xa0min", "9 min ago"),
        (timedelta(hours=6), "il y a 6\xa0h", "6 hr ago"),
        (timedelta(days=3), "il y a 3\xa0j", "3 days ago"),
        (timedelta(days=65), "il y a 2 mois", "2 months ago"),
        (timedelta(days=800), "il y a 2 ans", "2 years ago"),
    ],
)
def test_ages_are_told_in_both_languages(age, french, english):
    with time_machine.travel(NOON, tick=False):
        with override("fr"):
            assert words.ago(NOON - age) == french
        with override("en"):
            assert words.ago(NOON - age) == english


@pytest.mark.parametrize(
    ("age", "french", "english"),
    [
        (timedelta(hours=3), "à 09:00", "at 09:00"),
        (timedelta(days=3), "le 20 novembre à 12:00", "on 20 November at 12:00"),
        (timedelta(days=365), "le 23 novembre 2025 à 12:00", "on 23 November 2025 at 12:00"),
    ],
)
def test_a_time_of_another_day_has_its_day(age, french, english):
    with time_machine.travel(NOON, tick=False):
        with override("fr"):
            assert words.when(NOON - age) == french
        with override("en"):
            assert words.when(NOON - age) == english
    assert words.when(None) == ""


def test_days_have_names():
    with time_machine.travel(NOON, tick=False), override("fr"):
        assert words.day_name(date(2026, 11, 23)) == "Aujourd’hui"
        assert words.day_name(date(2026, 11, 22)) == "Hier"
        assert words.day_name(date(2026, 11, 20)) == "Vendredi"
        assert words.day_short(date(2026, 11, 20)) == "20 novembre"
        assert words.day_short(date(2025, 11, 20)) == "20 novembre 2025"
        assert words.day(NOON) == "lundi 23 novembre 2026"
        assert words.weekday(NOON) == "lundi 23 novembre"
        assert words.clock(NOON) == "12:00"  # Paris
        assert words.clock_precise(NOON) == "12:00:00"


@pytest.mark.parametrize(
    ("title", "searched", "shown"),
    [
        ("Élus locaux", "elu", "<mark>Élu</mark>s locaux"),
        ("Prix & taux", "TAUX", "Prix &amp; <mark>taux</mark>"),
        ("<b>x</b>", "b", "&lt;<mark>b</mark>&gt;x&lt;/<mark>b</mark>&gt;"),
        ("Transports", "port", "Transports"),  # not the beginning of a word
        ("a.b", ".", "a.b"),
        ("Œuvres", "", "Œuvres"),
        ("ﬁn", "fin", "ﬁn"),  # a ligature is one letter
    ],
)
def test_what_was_searched_is_marked_and_the_rest_escaped(title, searched, shown):
    item = Item(kind="datasets", id="a" * 24, title=title)

    assert words.item_title(item, searched) == shown


def test_a_high_sign_stays_on_the_line_of_its_word():
    item = Item(kind="reuses", id="a" * 24, title="Vivez-vous : ici ? Oui :)")

    assert words.item_title(item) == "Vivez-vous\xa0: ici\xa0? Oui :)"


def test_an_item_without_title_is_named_by_its_id():
    assert "a" * 24 in words.item_title(Item(kind="datasets", id="a" * 24))
