"""The rows of a list are rendered once, for whatever place they come to stand at."""

import re

import pytest
from django.template import Context, Template

from curation.fragments import _piece, forget
from curation.models import Draft, KnownItem
from curation.templatetags.rows import PLACE
from curation.views.columns import Column, load_columns


@pytest.fixture
def rows(editor, listing):
    """Return a function that renders the rows of the editor's datasets, by id."""
    forget()

    def rows() -> dict[str, str]:
        context = Context({"column": column(), "can_edit": True})
        html = Template("{% load rows %}{% item_rows column %}").render(context)
        return {part[:24]: part for part in re.split(r'<li class="item[^>]* data-id="', html)[1:]}

    def column() -> Column:
        (found,) = load_columns(editor, ["datasets"])
        return found

    return rows


def place(row: str) -> str:
    found = re.search(r'item__pos">(\d+)<', row)
    assert found
    return found[1]


def test_each_row_has_its_place(rows, listing):
    assert {item_id: place(row) for item_id, row in rows().items()} == {
        item_id: str(index) for index, item_id in enumerate(listing.live, start=1)
    }


def test_a_row_that_another_one_passes_is_not_made_again(rows, editor, listing):
    first, second, third, *rest = listing.live
    before = rows()
    Draft.objects.create(
        editor=editor, listing=listing, ids=[third, first, second, *rest], base_ids=listing.live
    )
    kept = _piece.cache_info().currsize

    after = rows()

    assert list(after) == [third, first, second, *rest]
    assert [place(row) for row in after.values()] == [place(row) for row in before.values()]
    # One row is new: the one that moved, which says so.
    assert _piece.cache_info().currsize == kept + 1
    assert after[first] == before[first].replace('item__pos">1<', 'item__pos">2<')


def test_a_title_cannot_pass_for_the_place(rows, listing):
    known = KnownItem.objects.get(kind="datasets", portal_id=listing.live[0])
    known.card["title"] = PLACE
    known.save()

    row = rows()[listing.live[0]]

    assert place(row) == "1"
    assert "&lt;!--place--&gt;" in row


def test_lines_are_not_indented(rows):
    for row in rows().values():
        assert not re.search(r"\n\s|[ \t]\n", row)
