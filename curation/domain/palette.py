"""The tones of an accent, and how well they are read (WCAG 2.2, contrast)."""

from __future__ import annotations

from dataclasses import dataclass

# Of text: success criterion 1.4.3.
LEAST_CONTRAST = 4.5
WHITE, BLACK = "#ffffff", "#000000"
# On what the accent is text, by theme: --surface, --bg and --sunken of static/css/app.css.
LIGHT_GROUNDS = ("#ffffff", "#f6f6f9", "#f0f0f5")
DARK_GROUNDS = ("#17171f", "#101016", "#1e1e28")


@dataclass(frozen=True, slots=True)
class Tones:
    """An accent in one theme: itself, under the pointer, as a ground, and what is written on it."""

    accent: str
    strong: str
    soft: str
    on: str
    contrast: float  # the accent's, where it is read worst


def light_tones(accent: str) -> Tones:
    """Return the tones on light grounds: white on the accent, darker under the pointer."""
    soft = mixed(accent, WHITE, 0.07)
    worst = _worst(accent, (soft, *LIGHT_GROUNDS))
    return Tones(accent, mixed(accent, BLACK, 0.8), soft, WHITE, worst)


def dark_tones(accent: str) -> Tones:
    """Return the tones on dark grounds: near black on the accent, lighter under the pointer."""
    surface, ground, _ = DARK_GROUNDS
    soft = mixed(accent, surface, 0.12)
    worst = _worst(accent, (soft, *DARK_GROUNDS))
    return Tones(accent, mixed(accent, WHITE, 0.7), soft, ground, worst)


def lightened(accent: str) -> str:
    """Return the accent as light as it must be to be read on dark grounds."""
    return next(
        tone
        for tenths in range(10, -1, -1)
        if dark_tones(tone := mixed(accent, WHITE, tenths / 10)).contrast >= LEAST_CONTRAST
    )


def contrast(one: str, other: str) -> float:
    """Return how much lighter one colour is than another, from 1 to 21."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def mixed(color: str, other: str, share: float) -> str:
    """Return so much of a colour in another."""
    pairs = zip(_channels(color), _channels(other), strict=True)
    return "#" + "".join(f"{round(a * share + b * (1 - share)):02x}" for a, b in pairs)


def _worst(accent: str, grounds: tuple[str, ...]) -> float:
    return min(contrast(accent, ground) for ground in grounds)


def _channels(color: str) -> tuple[int, int, int]:
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)


def _luminance(color: str) -> float:
    linear = (
        c / 12.92 if (c := channel / 255) <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
        for channel in _channels(color)
    )
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
