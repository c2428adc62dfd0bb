"""Selections: the ordered ids of a listing, and the edits that make a new one of an old one.

Positions count from 1, as editors do. A portal may hold an id twice (udata keeps duplicates): then
the last one is removed, which is the one that editors are told of, and the first one is moved.
"""

import re
from collections.abc import Collection

_PORTAL_ID = re.compile(r"[0-9a-f]{24}")

Selection = tuple[str, ...]


def is_portal_id(text: str) -> bool:
    """Say whether `text` is an id as the portal writes it: 24 lower-case hexadecimal digits.

    Upper case is refused although the portal would find the item: two spellings of one id would
    pass for two items.
    """
    return _PORTAL_ID.fullmatch(text) is not None


def moved(selection: Selection, id: str, to: int) -> Selection:
    """Put `id` at position `to`, clamped to the ends. ValueError if it is not there."""
    if id not in selection:
        raise ValueError(f"{id} is not in the selection")
    was = selection.index(id)
    rest = (*selection[:was], *selection[was + 1 :])
    place = min(max(to, 1), len(selection)) - 1
    return (*rest[:place], id, *rest[place:])


def added(selection: Selection, id: str, at: int | None = None) -> Selection:
    """Insert `id` at position `at`, clamped to the ends; None is the end.

    ValueError if it is there already.
    """
    if id in selection:
        raise ValueError(f"{id} is already in the selection")
    place = len(selection) if at is None else min(max(at, 1), len(selection) + 1) - 1
    return (*selection[:place], id, *selection[place:])


def removed(selection: Selection, id: str) -> Selection:
    """Take `id` out. ValueError if it is not there."""
    if id not in selection:
        raise ValueError(f"{id} is not in the selection")
    place = len(selection) - 1 - selection[::-1].index(id)
    return (*selection[:place], *selection[place + 1 :])


def moved_together(selection: Selection, ids: Collection[str], to: int) -> Selection:
    """Put several ids in a row, in the order that they have, the first of them at position `to`.

    Clamped to the ends. ValueError if one is not there.
    """
    rest = removed_together(selection, ids)
    chosen = tuple(id for id in without_duplicates(selection) if id in ids)
    place = min(max(to, 1), len(rest) + 1) - 1
    return (*rest[:place], *chosen, *rest[place:])


def removed_together(selection: Selection, ids: Collection[str]) -> Selection:
    """Take several ids out. ValueError if one is not there."""
    for id in set(ids):
        selection = removed(selection, id)
    return selection


def without_duplicates(selection: Selection) -> Selection:
    """Keep the first occurrence of every id, in order."""
    return tuple(dict.fromkeys(selection))


def restored(selection: Selection, base: Selection, id: str) -> Selection:
    """Put `id` back after the nearest neighbour before it in `base` that is still there.

    Unchanged if it is there already. ValueError if `base` does not hold it.
    """
    if id not in base:
        raise ValueError(f"{id} is not in the base")
    if id in selection:
        return selection
    for neighbour in reversed(base[: base.index(id)]):
        if neighbour in selection:
            return added(selection, id, selection.index(neighbour) + 2)
    return added(selection, id, 1)
