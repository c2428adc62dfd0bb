"""A progress bar, on a terminal only."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable

    from django.core.management.base import OutputWrapper

T = TypeVar("T")

WIDTH = 30
SECONDS_BETWEEN = 0.1
# Asking for the time costs more than most of the things that are watched.
THINGS_BETWEEN = 500


def watched(
    things: Iterable[T], total: int, stream: OutputWrapper, amount: Callable[[T], int] | None = None
) -> Generator[T, None, None]:
    """Yield the things and draw how much of `total` they are, if the stream is a terminal.

    Each thing is one, or as much as `amount` says.
    """
    if not stream.isatty():
        yield from things
        return
    done, drawn_at = 0, -SECONDS_BETWEEN
    try:
        for number, thing in enumerate(things):
            yield thing
            done += amount(thing) if amount else 1
            if number % THINGS_BETWEEN == 0 and time.monotonic() - drawn_at >= SECONDS_BETWEEN:
                drawn_at = time.monotonic()
                share = min(done / total, 1) if total else 1
                _draw(stream, f"\r{'█' * round(share * WIDTH):░<{WIDTH}} {share:4.0%}")
    finally:
        _draw(stream, "\r\033[K")


def _draw(stream: OutputWrapper, text: str) -> None:
    stream.write(text, style_func=str, ending="")  # the style of a command's stderr is red
    stream.flush()
