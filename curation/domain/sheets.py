"""CSV for spreadsheets: UTF-8 with a BOM, written line by line, and never a formula."""

from __future__ import annotations

import csv
import re
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

BOM = "\ufeff"  # by which Excel knows UTF-8
LINES_AT_ONCE = 200

# Where a spreadsheet would see a formula begin, the wide forms of Japanese ones included: in a
# cell, and after what may divide it. A French spreadsheet divides our lines at semicolons, and
# knows no quotes there.
_FORMULA = re.compile(r"[\t\r\n]|\s*[=+\-@＝＋－＠]")
_DIVIDED = re.compile(r"([;\t\r\n])(?=[\s\"']*[=+\-@＝＋－＠])")

Cell = str | int | float


class _Lines:
    """Collect what a csv.writer writes."""

    def __init__(self) -> None:
        self.written: list[str] = []

    def write(self, line: str) -> None:
        self.written.append(line)

    def taken(self) -> str:
        text = "".join(self.written)
        self.written.clear()
        return text


def safe(cell: Cell) -> Cell:
    """Return a text that no spreadsheet will compute: one that looks like a formula is quoted.

    The texts come from the portal, where anybody may give a dataset a title.
    """
    if not isinstance(cell, str):
        return cell
    begins = "'" if _FORMULA.match(cell) else ""
    return begins + _DIVIDED.sub(r"\1'", cell)


def lines(head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """Yield a CSV file in parts, as the rows come; constant memory."""
    file = _Lines()
    writer = csv.writer(file)
    writer.writerow(head)
    yield BOM + file.taken()
    remaining = iter(rows)
    while part := list(islice(remaining, LINES_AT_ONCE)):
        writer.writerows([safe(cell) for cell in row] for row in part)
        yield file.taken()
