"""A step answers with the rows that look otherwise than those of the page that asked for it."""

import re

import pytest

from curation.models import KnownItem
from curation.services import drafts
from tests.views.test_board import html, listed


@pytest.fixture
def page(signed_in, listing):
    """Return a function that makes a step as a page does; it tells which rows came whole."""

    class Page:
        def __init__(self) -> None:
            self.answer = html(signed_in.get("/"))

        def value(self, name: str) -> str:
            (value, *_) = re.findall(rf'name="{name}" value="([^"]+)"', self.answer)
            return value

        def step(self, item_id: str, action: str, **values: object) -> set[str]:
            asked = {"version": self.value("version"), "shown": self.value("shown")} | values
            url = f"/lists/datasets/items/{item_id}/{action}/"
            response = signed_in.htmx_post(url, **asked)
            self.answer = html(response)
            assert response.status_code == 200
            return set(re.findall(r'<li class="item[^>]* data-id="(\w+)"', self.answer))

    return Page()


def test_a_move_brings_the_row_that_moved(page, listing):
    first, second, third, *rest = listing.live

    assert page.step(third, "move", to=1) == {third}
    assert listed(page.answer, "datasets") == [third, first, second, *rest]
    # Back where it was, it is no longer marked as moved.
    assert page.step(third, "move", to=3) == {third}
    assert listed(page.answer, "datasets") == list(listing.live)


def test_what_is_added_comes_whole_and_what_is_removed_not_at_all(page, listing, portal):
    (new,) = portal.unlisted("datasets")

    assert page.step(new, "add") == {new}
    assert page.step(listing.live[0], "remove") == set()
    assert page.step(new, "remove") == set()
    assert listed(page.answer, "datasets") == list(listing.live[1:])
    assert page.step(listing.live[0], "restore") == {listing.live[0]}


@pytest.mark.parametrize("shown", ["", "0123456789abcdef"])
def test_a_page_that_shows_something_else_gets_all_rows(page, listing, shown):
    assert page.step(listing.live[2], "move", to=1, shown=shown) == set(listing.live)


def test_an_item_that_is_described_otherwise_by_now_is_shown_so(page, listing):
    known = KnownItem.objects.get(kind="datasets", portal_id=listing.live[4])
    known.card["title"] = "Renommé entre-temps"
    known.save()

    assert page.step(listing.live[2], "move", to=1) == set(listing.live)
    assert "Renommé entre-temps" in page.answer


def test_rows_of_an_item_that_is_listed_twice_come_whole(signed_in, editor, listing, page):
    twice = (listing.live[0], *listing.live)
    type(listing).objects.filter(pk=listing.pk).update(known=twice, revision=listing.revision + 1)
    page.answer = html(signed_in.get("/"))

    assert page.step(listing.live[3], "move", to=1) == {listing.live[0], listing.live[3]}
    assert drafts.draft_of(editor, listing).selection == (listing.live[3], *twice[:4], *twice[5:])


def test_a_refused_step_brings_all_rows(signed_in, page, listing):
    answer = signed_in.htmx_post(
        f"/lists/datasets/items/{listing.live[2]}/add/",
        version=page.value("version"),
        shown=page.value("shown"),
    )

    assert answer.status_code == 422
    assert "data-same" not in html(answer)
