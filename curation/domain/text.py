"""Comparing words as readers do: whatever case and accents."""

import unicodedata


def fold(text: str) -> str:
    """Drop case, accents, and the difference between letters that look the same to a reader."""
    plain = unicodedata.normalize("NFKD", text)
    return "".join(c for c in plain if not unicodedata.combining(c)).casefold()


# What one keyboard writes as two letters or straight, and another as one or curved.
_ALIKE = (("oe", "œ"), ("ae", "æ"), ("'", "’"))


def spellings(folded: str) -> list[str]:
    """Return the ways in which a folded word may be written, itself first."""
    found = dict.fromkeys([folded])
    for one, other in _ALIKE:
        for word in list(found):
            found |= dict.fromkeys([word.replace(one, other), word.replace(other, one)])
    return list(found)
