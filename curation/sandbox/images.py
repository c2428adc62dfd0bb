"""Placeholder pictures, drawn from an id: always the same, in two tones, without any text of ours.

A reuse gets a geometric picture, an organization its initials on a tinted square.
"""

import math
import random
import re
from collections.abc import Callable
from html import escape

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from curation.sandbox.models import Organization, Reuse

_WIDTH, _HEIGHT = 320, 180

# Chosen so that the homepage, as seeded, shows every motif.
_SALT = 7616
# Background, middle tone, deep tone.
_TONES = [
    ("#e9eefb", "#a9bdea", "#33539f"),
    ("#eef3ec", "#bcd0b6", "#3d7551"),
    ("#fdeceb", "#f0bdb8", "#9a3942"),
    ("#fbf1dd", "#ecd09a", "#8f6415"),
    ("#efebf8", "#c5b6e6", "#5b429b"),
    ("#e4f3f3", "#a5d3d2", "#1f6b6e"),
    ("#f6ecf3", "#dfb6d0", "#8c3a6d"),
    ("#eef0f3", "#bfc7d3", "#44546b"),
]
_SMALL_WORDS = frozenset(
    ("d", "de", "des", "du", "en", "et", "l", "la", "le", "les", "à", "au", "aux", "pour", "sur")
)


@login_not_required
@require_safe
def picture(request: HttpRequest, item_id: str) -> HttpResponse:
    """Answer the picture of a reuse."""
    return _svg(draw(get_object_or_404(Reuse, pk=item_id).id))


@login_not_required
@require_safe
def logo(request: HttpRequest, organization_id: str) -> HttpResponse:
    """Answer the logo of an organization."""
    organization = get_object_or_404(Organization, pk=organization_id)
    return _svg(monogram(organization.id, organization.acronym or initials(organization.name)))


def draw(seed: str) -> str:
    """Return the SVG of the picture that belongs to `seed`."""
    dice = random.Random(f"{_SALT}{seed}")  # noqa: S311  nothing secret is drawn
    ground, middle, deep = dice.choice(_TONES)
    motif = dice.choice(_MOTIFS)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}">'
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="{ground}"/>'
        f"{motif(dice, middle, deep)}</svg>"
    )


def monogram(seed: str, letters: str) -> str:
    """Return the SVG of a few letters on a square in a tone that belongs to `seed`."""
    ground, _, deep = random.Random(seed).choice(_TONES)  # noqa: S311
    letters = letters[:6]
    size = min(34, 126 // max(2, len(letters)))
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100">'
        f'<rect width="100" height="100" fill="{ground}"/>'
        f'<text x="50" y="50" fill="{deep}" font-family="system-ui, sans-serif" font-weight="700"'
        f' font-size="{size}" text-anchor="middle" dominant-baseline="central">'
        f"{escape(letters)}</text></svg>"
    )


def initials(name: str) -> str:
    """Return up to three initials of the words that count; of a short name, all of it."""
    words = [word for word in re.findall(r"\w+", name) if word.lower() not in _SMALL_WORDS]
    if words == [name] and len(name) <= 6:
        return name
    return "".join(word[0] for word in words[:3]).upper()


def _svg(content: str) -> HttpResponse:
    headers = {
        "Cache-Control": "public, max-age=86400",
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    }
    return HttpResponse(content, content_type="image/svg+xml", headers=headers)


# --- Motifs ---------------------------------------------------------------------------------------


def _bars(dice: random.Random, middle: str, deep: str) -> str:
    count = dice.randint(6, 9)
    step = (_WIDTH - 64) / count
    highest = dice.randrange(count)
    bars = []
    for place in range(count):
        height = dice.randint(30, 90) if place != highest else 122
        fill = deep if place == highest else middle
        x, y = 32 + place * step, 154 - height
        bars.append(
            f'<rect x="{x:.0f}" y="{y}" width="{step * 0.62:.0f}" height="{height}" rx="4"'
            f' fill="{fill}"/>'
        )
    return "".join(bars)


def _curves(dice: random.Random, middle: str, deep: str) -> str:
    def hill(base: int, height: int, fill: str, opacity: float) -> str:
        phase, waves = dice.uniform(0, 6), dice.uniform(1.2, 2.2)
        points = (
            f"{x} {base - height * math.sin(phase + waves * math.tau * x / _WIDTH):.0f}"
            for x in range(0, _WIDTH + 1, 16)
        )
        shape = f"M{' L'.join(points)} V{_HEIGHT} H0 Z"
        return f'<path d="{shape}" fill="{fill}" fill-opacity="{opacity}"/>'

    sun = f'<circle cx="{dice.randint(60, 260)}" cy="52" r="22" fill="{deep}" fill-opacity=".85"/>'
    return sun + hill(108, 22, middle, 0.7) + hill(132, 18, middle, 1) + hill(154, 12, deep, 0.75)


def _map(dice: random.Random, middle: str, deep: str) -> str:
    def road(width: int) -> str:
        points = " L".join(f"{x} {dice.randint(24, 156)}" for x in range(-10, _WIDTH + 60, 68))
        return f'<path d="M{points}" stroke-width="{width}"/>'

    places = "".join(
        f'<circle cx="{dice.randint(30, 290)}" cy="{dice.randint(28, 152)}" r="{radius}"'
        f' fill="{deep}" fill-opacity="{0.95 - radius / 50:.2f}"/>'
        for radius in (30, 22, 14, 10, 7, 5)
    )
    roads = f'<g fill="none" stroke="{middle}" stroke-linejoin="round">{road(14)}{road(6)}</g>'
    return roads + places


def _hemicycle(dice: random.Random, middle: str, deep: str) -> str:
    left = dice.uniform(0.35, 0.65)
    seats = []
    for row in range(4):
        radius, count = 54 + row * 24, 11 + row * 4
        for place in range(count):
            share = place / (count - 1)
            angle = math.pi * (1 - share)
            x, y = 160 + radius * math.cos(angle), 158 - radius * math.sin(angle)
            fill = deep if share < left else middle
            seats.append(f'<circle cx="{x:.0f}" cy="{y:.0f}" r="6.5" fill="{fill}"/>')
    return "".join(seats)


def _tiles(dice: random.Random, middle: str, deep: str) -> str:
    tiles = []
    for y in range(18, 150, 30):
        for x in range(20, 290, 30):
            fill = deep if dice.random() < 0.22 else middle
            opacity = dice.choice((0.35, 0.6, 1))
            tiles.append(
                f'<rect x="{x}" y="{y}" width="25" height="25" rx="5"'
                f' fill="{fill}" fill-opacity="{opacity}"/>'
            )
    return "".join(tiles)


def _network(dice: random.Random, middle: str, deep: str) -> str:
    nodes = [(dice.randint(30 + 52 * n, 70 + 52 * n), dice.randint(30, 150)) for n in range(5)]
    nodes += [(dice.randint(40, 280), dice.randint(30, 150)) for _ in range(3)]
    links = "".join(
        f'<path d="M{x} {y} L{u} {v}"/>'
        for place, (x, y) in enumerate(nodes)
        for u, v in nodes[place + 1 : place + 3]
    )
    dots = "".join(
        f'<circle cx="{x}" cy="{y}" r="{dice.choice((7, 10, 15))}" fill="{deep}"/>'
        for x, y in nodes
    )
    return f'<g stroke="{middle}" stroke-width="5">{links}</g>{dots}'


def _rings(dice: random.Random, middle: str, deep: str) -> str:
    rings = []
    for place, radius in enumerate((72, 52, 32)):
        length = math.tau * radius
        part = length * dice.uniform(0.35, 0.85)
        turn = dice.randint(0, 359)
        rings.append(
            f'<g fill="none" stroke-width="13" transform="rotate({turn} 160 90)">'
            f'<circle cx="160" cy="90" r="{radius}" stroke="{middle}" stroke-opacity=".5"/>'
            f'<circle cx="160" cy="90" r="{radius}" stroke="{deep}"'
            f' stroke-opacity="{1 - place * 0.25}"'
            f' stroke-linecap="round" stroke-dasharray="{part:.0f} {length:.0f}"/></g>'
        )
    return "".join(rings)


_MOTIFS: list[Callable[[random.Random, str, str], str]] = [
    _bars,
    _curves,
    _map,
    _hemicycle,
    _tiles,
    _network,
    _rings,
]
