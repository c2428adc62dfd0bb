"""What an editor pastes to name an item: the address of its page or of its API, or its id.

Pure: no request is made, and nothing of the address is followed. What comes out is a kind and a
reference that our own client puts in an address of our portal.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import SplitResult, unquote, urlsplit

from curation.domain.selection import is_portal_id

_WITH_SCHEME = re.compile(r"https?://\S+", re.IGNORECASE | re.ASCII)
# "www.data.gouv.fr/fr/datasets/x", as browsers show it. A dotted word alone is a word to search.
_WITHOUT_SCHEME = re.compile(r"[\w-]+(\.[\w-]+)+(:\d{1,5})?/\S+")
_REFERENCE = re.compile(r"(?!\.+$)[\w.~-]{1,250}", re.ASCII)

# What may stand before the kind: languages, the versions of the API, the administration.
_LANGUAGE = re.compile(r"[a-z]{2}(-[a-z]{2})?", re.IGNORECASE | re.ASCII)
_BEFORE_KIND = {"api", "1", "2", "admin", "beta"}
# What stands after the kind and is no item: searches, and the permanent address of a file.
_NO_ITEM = {"search", "suggest", "badges", "r", "community_resources", "resources"}


@dataclass(frozen=True, slots=True)
class ItemAddress:
    """One item: `kind` is "" if only its id is known. `ref` is an id, a slug or an earlier slug."""

    kind: str
    ref: str


@dataclass(frozen=True, slots=True)
class OtherAddress:
    """An address that names no item of the portal; `host` if it is another site's, else ""."""

    host: str = ""


def read(
    text: str, kinds: Iterable[str], homes: Iterable[str]
) -> ItemAddress | OtherAddress | None:
    """Read what was pasted; None if it is words to search for.

    `homes` are addresses of the portal itself, with the path under which its pages are, if any.
    """
    text = text.strip()
    if is_portal_id(text.lower()):
        return ItemAddress("", text.lower())
    if _WITHOUT_SCHEME.fullmatch(text):
        text = f"https://{text}"
    elif not _WITH_SCHEME.fullmatch(text):
        return None
    try:
        address = urlsplit(text)
        ours = [home for home in map(urlsplit, homes) if _site(home) == _site(address)]
    except ValueError:
        return OtherAddress()
    if not ours:
        return OtherAddress(address.hostname or "")
    longest = max(
        (home.path.rstrip("/") for home in ours if _is_under(address, home)), key=len, default=""
    )
    return _item(address.path[len(longest) :], tuple(kinds))


def _site(address: SplitResult) -> tuple[str, int | None]:
    """Return what tells one site from another; pages and API may differ in "www."."""
    port = None if address.port in {80, 443} else address.port
    return (address.hostname or "").removeprefix("www."), port


def _is_under(address: SplitResult, home: SplitResult) -> bool:
    return f"{address.path}/".startswith(f"{home.path.rstrip('/')}/")


def _item(path: str, kinds: tuple[str, ...]) -> ItemAddress | OtherAddress:
    parts = [unquote(part) for part in path.split("/") if part]
    while parts and (parts[0] in _BEFORE_KIND or _LANGUAGE.fullmatch(parts[0])):
        parts.pop(0)
    if len(parts) < 2 or parts[0] not in kinds:
        return OtherAddress()
    ref = parts[1]
    if ref in _NO_ITEM or not _REFERENCE.fullmatch(ref):
        return OtherAddress()
    return ItemAddress(parts[0], ref.lower() if is_portal_id(ref.lower()) else ref)
