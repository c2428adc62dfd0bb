"""Pieces of pages that many answers share, rendered once by each process."""

import re
from collections.abc import Callable, Mapping, Sequence
from hashlib import blake2s
from typing import Any

from django.core.cache import cache
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language


def rendered(
    template: str,
    keys: Sequence[str],
    contexts: Callable[[list[str]], Mapping[str, dict[str, Any]]],
) -> dict[str, SafeString]:
    """Return a template rendered for each key.

    A key must tell everything that the template shows, but for the language. `contexts` is asked
    for those of the keys that this process has not rendered yet.
    """
    names = {key: _name(template, key) for key in keys}
    kept = cache.get_many(names.values())
    missing = [key for key, name in names.items() if name not in kept]
    made = {
        names[key]: _tight(render_to_string(template, context))
        for key, context in contexts(missing).items()
    }
    cache.set_many(made, timeout=None)
    kept |= made
    return {key: kept[name] for key, name in names.items()}


def _tight(html: str) -> SafeString:
    """Take out what indents the lines of templates: a browser reads as much space there."""
    return SafeString(re.sub(r"\s*\n\s*", "\n", html.lstrip()))


def _name(template: str, key: str) -> str:
    shown = f"{template}\0{get_language()}\0{key}"
    return blake2s(shown.encode(), digest_size=16).hexdigest()
