"""Plain values out of whatever a portal sent.

Every function takes any value of a JSON document and never raises: what is missing, of another type
or harmful becomes "" or None.
"""

import re
from datetime import UTC, datetime
from urllib.parse import urljoin, urlsplit

_BLANKS = re.compile(r"[\x00-\x20\x7f-\x9f\u2028\u2029]+")
# Marks that reverse the order of what stands around them, even outside the text that holds them.
_DIRECTIONS = re.compile("[\u202a-\u202e\u2066-\u2069\ufeff]")
# JSON may hold half a character (\ud83d): it can be neither stored nor sent.
_HALVES = re.compile("[\ud800-\udfff]")

_TAG = re.compile(r"<[^<>]{1,500}>")
_LINK = re.compile(r"!?\[([^\[\]]{0,300})\]\([^()\s]{0,1000}\)")
_MARKS = re.compile(r"[*`]+|^[#>\-\s]+", re.MULTILINE)

_HIGHEST_COUNT = 10**15


def text(value: object, longest: int = 500) -> str:
    """Return one line of storable text, at most `longest` characters."""
    if not isinstance(value, str):
        return ""
    line = _BLANKS.sub(" ", _DIRECTIONS.sub("", value[: 4 * longest]))
    return _HALVES.sub("\ufffd", line).strip()[:longest]


def excerpt(markdown: object, longest: int = 240) -> str:
    """Return the beginning of a Markdown text without its marks, cut between two words."""
    if not isinstance(markdown, str):
        return ""
    bare = _MARKS.sub("", _LINK.sub(r"\1", _TAG.sub(" ", markdown[: 20 * longest])))
    plain = text(bare, 20 * longest)
    if len(plain) <= longest:
        return plain
    cut = plain[: longest - 1]
    return (cut.rpartition(" ")[0] or cut) + "…"


def count(value: object) -> int | None:
    """Return a number of views or the like; "12" and 12.0 count, negative numbers do not."""
    if isinstance(value, str) and value.isdecimal() and len(value) <= 15:
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    # NaN fails every comparison, hence "not within" rather than "outside".
    return int(value) if 0 <= value <= _HIGHEST_COUNT else None


def share(value: object) -> float | None:
    """Return a number from 0 to 1, such as a score."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 <= value <= 1 else None


def moment(value: object) -> datetime | None:
    """Return a time in UTC. One without a zone is in UTC already, as udata's are."""
    if not isinstance(value, str):
        return None
    try:
        time = datetime.fromisoformat(value)
        time = time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
    # Near the ends of the calendar, showing the time in another zone would overflow.
    return time if 1900 <= time.year < 3000 else None


def link(value: object, base_url: str) -> str:
    """Return an address that is safe to show as a link or a picture.

    That is http or https, or a path (`/datasets/x/`) which is resolved against `base_url`; with
    base_url "" it stays a path.
    """
    if not isinstance(value, str) or len(value) > 2000 or not value.isprintable():
        return ""
    # Browsers read a backslash as a slash: `/\evil.example` is another site.
    if " " in value or "\\" in value or value.startswith("//"):
        return ""
    try:
        if value.startswith("/"):
            return urljoin(base_url, value) if base_url else value
        parts = urlsplit(value)
        safe = parts.scheme in {"http", "https"} and parts.hostname and "@" not in parts.netloc
    except ValueError:
        return ""
    return value if safe else ""
