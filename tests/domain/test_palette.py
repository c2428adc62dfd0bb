"""The tones of an accent."""

import re
from pathlib import Path

import pytest

from curation.domain.palette import (
    DARK_GROUNDS,
    LEAST_CONTRAST,
    LIGHT_GROUNDS,
    contrast,
    dark_tones,
    light_tones,
    lightened,
    mixed,
)

STYLES = Path(__file__).resolve().parents[2] / "static" / "css" / "app.css"
ACCENTS = ["#000091", "#0b5c2e", "#c4122f", "#7b3fa0", "#000000", "#767676", "#ffcc00", "#ffffff"]


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    # By the formula of WCAG; #767676 is the lightest grey that is read on white.
    [("#000000", "#ffffff", 21), ("#ffffff", "#ffffff", 1), ("#767676", "#ffffff", 4.54)],
)
def test_contrast_is_that_of_wcag_whichever_comes_first(one, other, expected):
    assert round(contrast(one, other), 2) == expected
    assert contrast(one, other) == contrast(other, one)


def test_a_colour_is_mixed_by_its_share():
    assert mixed("#000091", "#ffffff", 1) == "#000091"
    assert mixed("#000000", "#ff8000", 0.5) == "#804000"


@pytest.mark.parametrize("accent", ACCENTS)
def test_the_worst_contrast_counts(accent):
    light, dark = light_tones(accent), dark_tones(accent)
    for tones, grounds in ((light, LIGHT_GROUNDS), (dark, DARK_GROUNDS)):
        assert tones.contrast == min(contrast(accent, g) for g in (tones.soft, *grounds))


@pytest.mark.parametrize("accent", ACCENTS)
def test_what_is_written_on_a_readable_accent_is_read_too(accent):
    for tones in (light_tones(accent), dark_tones(accent)):
        if tones.contrast >= LEAST_CONTRAST:
            assert contrast(tones.on, tones.accent) >= LEAST_CONTRAST
            assert contrast(tones.on, tones.strong) >= LEAST_CONTRAST


@pytest.mark.parametrize("accent", ACCENTS)
def test_an_accent_is_lightened_until_it_is_read_on_dark_grounds(accent):
    assert dark_tones(lightened(accent)).contrast >= LEAST_CONTRAST


def test_an_accent_that_is_read_already_stays():
    assert lightened("#a9a9ff") == "#a9a9ff"


@pytest.mark.parametrize(("theme", "grounds"), [(1, LIGHT_GROUNDS), (2, DARK_GROUNDS)])
def test_the_grounds_are_those_of_the_stylesheet(theme, grounds):
    styles = STYLES.read_text(encoding="utf-8")
    shown = [
        found[theme]
        for name in ("surface", "bg", "sunken")
        if (found := re.search(rf"--{name}:light-dark\((#\w+),(#\w+)\)", styles))
    ]

    assert tuple("#ffffff" if color == "#fff" else color for color in shown) == grounds
