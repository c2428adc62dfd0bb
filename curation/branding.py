"""The colours of the organisation, as a stylesheet of their own where they are set."""

import hashlib
from functools import lru_cache

from django.conf import settings

from curation.domain.palette import WHITE, dark_tones, light_tones, lightened, mixed

# Of static/css/app.css, where only the other theme's is set.
ACCENT = "#000091"


def stylesheet() -> str:
    """Return the rules that replace the accent; nothing where none is set."""
    accent, dark = settings.BRAND_ACCENT, settings.BRAND_ACCENT_DARK
    return _rules(accent or ACCENT, dark or lightened(accent)) if accent or dark else ""


def digest() -> str:
    """Name the present rules, so that a browser may keep them for good; nothing without any."""
    rules = stylesheet()
    return hashlib.blake2s(rules.encode(), digest_size=6).hexdigest() if rules else ""


@lru_cache(maxsize=8)
def _rules(accent: str, accent_dark: str) -> str:
    light, dark = light_tones(accent), dark_tones(accent_dark)
    tokens = {
        "accent": (light.accent, dark.accent),
        "accent-2": (light.strong, dark.strong),
        "accent-soft": (light.soft, dark.soft),
        "on-accent": (light.on, dark.on),
        "art": (light.accent, dark.soft),
        "art-line": (mixed(light.accent, WHITE, 0.5), mixed(dark.accent, dark.soft, 0.6)),
        "art-ink": (mixed(light.accent, WHITE, 0.28), mixed(dark.accent, WHITE, 0.6)),
    }
    return ":root{" + ";".join(f"--{t}:light-dark({a},{b})" for t, (a, b) in tokens.items()) + "}\n"
