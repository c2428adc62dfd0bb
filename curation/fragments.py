"""Pieces of pages that many answers share, rendered once by each process."""

import re
from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeVar

from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language

Key = TypeVar("Key", bound=Hashable)


def rendered(
    template: str,
    keys: Sequence[Key],
    contexts: Callable[[list[Key]], Mapping[Key, dict[str, Any]]],
) -> dict[Key, SafeString]:
    """Return a template rendered for each key.

    A key must tell everything that the template shows, but for the language. `contexts` is asked
    for those of the keys that this process has not rendered yet.
    """
    language = get_language()
    pieces = {key: _piece(template, language, key) for key in keys}
    missing = [key for key, piece in pieces.items() if not piece]
    for key, context in contexts(missing).items() if missing else ():
        pieces[key][:] = [_tight(render_to_string(template, context))]
    return {key: piece[0] for key, piece in pieces.items()}


def _tight(html: str) -> SafeString:
    """Take out what indents the lines of templates: a browser reads as much space there."""
    return SafeString(re.sub(r"\s*\n\s*", "\n", html.lstrip()))


@lru_cache(maxsize=2000)
def _piece(template: str, language: str | None, key: Hashable) -> list[SafeString]:
    """Return where a piece is kept: empty until it is rendered."""
    return []


forget = _piece.cache_clear
