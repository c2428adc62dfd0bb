"""Comparing words as readers do: whatever case and accents."""

import unicodedata


def fold(text: str) -> str:
    """Drop case, accents, and the difference between letters that look the same to a reader."""
    plain = unicodedata.normalize("NFKD", text)
    return "".join(c for c in plain if not unicodedata.combining(c)).casefold()
