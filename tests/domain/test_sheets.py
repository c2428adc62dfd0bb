import csv
import io

import pytest

from curation.domain.sheets import LINES_AT_ONCE, Cell, lines, safe


def read(parts):
    text = "".join(parts)
    assert text[0] == "\ufeff"
    return list(csv.reader(io.StringIO(text[1:], newline="")))


def test_rows_come_back_as_they_went():
    rows: list[list[Cell]] = [["a", 1, 2.5], ['l"e, x', 0, 0.0], ["deux\nlignes", 3, 1.0]]

    assert read(lines(["t", "n", "m"], rows)) == [
        ["t", "n", "m"],
        ["a", "1", "2.5"],
        ['l"e, x', "0", "0.0"],
        ["deux\nlignes", "3", "1.0"],
    ]


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "\nx", "＝1", " =1", "\xa0\u3000@x"]
)
def test_a_text_that_would_be_computed_is_quoted(text):
    assert safe(text) == f"'{text}"


@pytest.mark.parametrize(
    ("text", "safely"),
    [
        ("Prix;=1+1", "Prix;'=1+1"),
        ('Prix; "=1+1"', """Prix;' "=1+1\""""),
        ("a;b\n-1;@x", "a;b\n'-1;'@x"),
        ("\t=1", "'\t'=1"),
    ],
)
def test_no_formula_begins_where_another_separator_would_divide_a_text(text, safely):
    assert safe(text) == safely


@pytest.mark.parametrize("text", ["Prix;=1+1", 'x";"=1+1', "x\n=1+1", 'x;""=1', "x ;\xa0+1"])
def test_a_french_spreadsheet_computes_nothing(text):
    file = "".join(lines(["a", "b"], [["datasets", text]]))

    cells = [cell for line in file.splitlines() for cell in line.split(";")]
    assert not [cell for cell in cells if cell.strip('"\ufeff \xa0').startswith(("=", "+"))]


@pytest.mark.parametrize("cell", ["", "a=1", "élu", "a;b", "a - b", "'=1", -1, -2.5, 0])
def test_other_cells_are_left_alone(cell):
    assert safe(cell) == cell


def test_a_file_comes_in_parts_as_its_rows_do():
    asked = []

    def rows():
        for number in range(3 * LINES_AT_ONCE):
            asked.append(number)
            yield [number]

    parts = lines(["n"], rows())
    next(parts)
    assert asked == []
    next(parts)
    assert len(asked) == LINES_AT_ONCE
    assert len(list(parts)) == 2


def test_a_file_without_rows_has_its_head():
    assert read(lines(["a", "b"], [])) == [["a", "b"]]
