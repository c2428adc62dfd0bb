"""The steps of a draft, to go back and forth: the selections before it and, once undone, after it.

A step has a moment, any text that sorts by time. It tells which of several listings was changed
last, so that undoing on a page that shows them all goes back in the order of the editor's gestures.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from curation.domain.selection import Selection

# More than anybody goes back by hand; at 500 ids a selection, 700 KB at most.
MOST = 50


@dataclass(frozen=True, slots=True)
class Step:
    """A selection to go to, and the moment at which it was left."""

    moment: str
    selection: Selection


@dataclass(frozen=True, slots=True)
class Steps:
    """What led to the present selection, and what was undone of it; the nearest step is last."""

    past: tuple[Step, ...] = ()
    future: tuple[Step, ...] = ()

    @property
    def undo_moment(self) -> str | None:
        """Return when the step was made that `undone` would take back; None if there is none."""
        return self.past[-1].moment if self.past else None

    @property
    def redo_moment(self) -> str | None:
        """Return when the step was undone that `redone` would make again; None if there is none."""
        return self.future[-1].moment if self.future else None

    def made(self, before: Selection, moment: str) -> Steps:
        """Remember a step from `before`. What was undone is dropped, and the oldest beyond MOST."""
        return Steps(past=(*self.past, Step(moment, before))[-MOST:])

    def undone(self, present: Selection, moment: str) -> tuple[Selection, Steps]:
        """Return the selection before the last step, and the steps then. IndexError without one."""
        *past, last = self.past or _nothing()
        return last.selection, Steps(tuple(past), (*self.future, Step(moment, present)))

    def redone(self, present: Selection, moment: str) -> tuple[Selection, Steps]:
        """Return the selection after the step undone last, and the steps then; else IndexError."""
        *future, last = self.future or _nothing()
        return last.selection, Steps((*self.past, Step(moment, present)), tuple(future))


def _nothing() -> tuple[Step, ...]:
    raise IndexError("no step in this direction")
