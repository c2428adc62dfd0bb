"""Field masks (header `X-Fields`), as flask-restx 1.3 reads and applies them.

An answer is made of plain values, lists and `Fields`: dictionaries whose values may be functions,
called only if the mask lets them through. That is more than economy: udata computes its links and
figures from the object, and fails on them, and only on them, when the object was purged.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Fields = Mapping[str, Any]
Mask = dict[str, "Mask"]  # an empty mask inside a mask: the whole field

_EVERYTHING = "*"

# A mask may look into these and into nothing else, whatever object they belong to.
_NESTED = {
    "badges",
    "checksum",
    "community_resources",
    "contact_points",
    "data",
    "datasets",
    "extras",
    "harvest",
    "internal",
    "metrics",
    "organization",
    "organizations",
    "owner",
    "permissions",
    "quality",
    "resources",
    "schema",
    "spatial",
    "temporal_coverage",
}
_SIGN_OR_NAME = re.compile(r"[{},]|[\w:*-]+")


class MaskRefused(ValueError):
    """A mask that cannot be read or applied, with udata's message."""


@dataclass(frozen=True, slots=True)
class Trimmed:
    """A value which an answer without a mask shows in part (`default`), or not at all (None)."""

    value: Any
    default: Mask | None = None


def parse(text: str) -> Mask:
    """Read `id,organization{name}` (outer braces optional, odd characters ignored)."""
    text = text.strip()
    if text.startswith("{"):
        if not text.endswith("}"):
            raise MaskRefused("Mask parse error: Missing closing bracket")
        text = text[1:-1]
    mask: Mask = {}
    here = mask
    outer: list[Mask] = []
    previous = ""
    for sign in _SIGN_OR_NAME.findall(text):
        if sign == "{":
            if previous not in here:
                raise MaskRefused("Mask parse error: Unexpected opening bracket")
            outer.append(here)
            inner: Mask = {}
            here[previous] = inner
            here = inner
        elif sign == "}":
            if not outer:
                raise MaskRefused("Mask parse error: Unexpected closing bracket")
            here = outer.pop()
        elif sign == ",":
            if previous in {",", "{", ""}:
                raise MaskRefused("Mask parse error: Unexpected comma")
        else:
            here[sign] = {}
        previous = sign
    if outer:
        raise MaskRefused("Mask parse error: Missing closing bracket")
    return mask


def render(value: Any, mask: Mask | None) -> Any:
    """Return `value` as JSON can carry it: what `mask` asks for; None: what is shown unasked."""
    if callable(value):
        value = value()
    if isinstance(value, list):
        return [render(each, mask) for each in value]
    if not isinstance(value, Mapping):
        return value
    shown = {}
    for name, content in value.items():
        if mask is None:
            if not isinstance(content, Trimmed):
                shown[name] = render(content, None)
            elif content.default is not None:
                shown[name] = render(content.value, content.default)
        elif name in mask or _EVERYTHING in mask:
            inner = mask.get(name)
            if inner and name not in _NESTED:
                raise MaskRefused("Mask error: Mask is inconsistent with model")
            whole = content.value if isinstance(content, Trimmed) else content
            shown[name] = render(whole, inner or None)
    return shown
