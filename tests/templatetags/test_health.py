"""Each finding has its words, in both languages."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.utils.translation import override

from curation.domain.health import PERIODS, Finding, Kind, Severity
from curation.templatetags.health import advised, for_how_long

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def finding(kind: Kind) -> Finding:
    return Finding(kind, since=NOW - timedelta(days=430), frequency="monthly", number=7)


@pytest.fixture(autouse=True)
def now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.mark.parametrize("kind", Kind)
def test_every_finding_says_what_it_is_and_what_to_do_in_both_languages(kind):
    said = {}
    for language in ("en", "fr"):
        with override(language):
            words = advised(finding(kind))
            said[language] = (words.claim, str(words.advice))

    assert all(said["en"])
    assert all(said["fr"])
    assert said["en"][0] != said["fr"][0]
    assert said["en"][1] != said["fr"][1]


@pytest.mark.parametrize("kind", Kind)
def test_tone_and_icon_go_with_the_severity(kind):
    tones = {Severity.INVISIBLE: "is-del", Severity.WARNING: "is-wrn", Severity.NOTE: "muted"}

    words = advised(finding(kind))

    assert words.tone == tones[finding(kind).severity]
    assert words.icon


@pytest.mark.parametrize(
    ("kind", "claim"),
    [
        (Kind.ARCHIVED, "Archivé\u00a0: invisible pour les visiteurs"),
        (Kind.OVERDUE, "Pas mis à jour depuis 14\u00a0mois (annoncé\u00a0: tous les mois)"),
        (Kind.LOW_QUALITY, "Peu décrit\u00a0: qualité de 7\u00a0%"),
        (Kind.REPEATED, "En double\u00a0: figure déjà au n°\u00a07"),
        (Kind.BEYOND_LIMIT, "Non affiché\u00a0: la page d’accueil montre les 7 premiers"),
    ],
)
def test_claims_in_french(kind, claim):
    with override("fr"):
        assert advised(finding(kind)).claim == claim


def test_one_place_is_not_counted():
    only = Finding(Kind.BEYOND_LIMIT, number=1)

    with override("fr"):
        claim = advised(only).claim
    assert claim == "Non affiché\u00a0: la page d’accueil ne montre que le premier"
    with override("en"):
        assert advised(only).claim == "Not shown: the homepage shows the first only"


@pytest.mark.parametrize("frequency", PERIODS)
def test_every_frequency_has_words(frequency):
    overdue = Finding(Kind.OVERDUE, since=NOW - timedelta(days=90), frequency=frequency)

    with override("en"):
        assert advised(overdue).claim.startswith("Not updated for 3 months (declared: ")


@pytest.mark.parametrize(
    ("days", "words"),
    [(2, "2 days"), (59, "59 days"), (60, "2 months"), (430, "14 months"), (729, "24 months"),
     (730, "2 years"), (4000, "10 years")],
)  # fmt: skip
def test_for_how_long(days, words):
    with override("en"):
        assert for_how_long(NOW - timedelta(days=days)) == words
