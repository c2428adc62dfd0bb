import re
from html import unescape

import pytest

from curation.models import Draft
from curation.services import drafts, listings
from tests.views.test_board import html
from tests.views.test_review import form_of


@pytest.fixture(autouse=True)
def in_english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def contested(editor, listing, portal, client_of_portal):
    """The editor put the third at the top, the portal at the end. Return it and the live list."""
    third = listing.live[2]
    drafts.move_item(editor, listing, third, to=1, seen=drafts.token(listing, None))
    portal.set_live("datasets", (*(i for i in listing.live if i != third), third))
    listings.refresh(client_of_portal)
    listing.refresh_from_db()
    return third


def merge_form(page: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="(version|revision)" value="([^"]*)"', page))


def proposed(page: str) -> str:
    """Return the part of the page that shows the proposed result."""
    found = re.search(r"Proposed result.*?</ol>", page, re.DOTALL)
    assert found
    return found.group(0)


def test_the_review_of_an_outdated_draft_is_the_merge(signed_in, contested):
    page = html(signed_in.get("/review/"))

    assert "The front page changed meanwhile" in page
    assert "Changed on the portal itself" in page
    assert f'name="contest-{contested}"' in page
    assert 'data-action="publish"' not in page


def test_choosing_shows_the_other_result(signed_in, listing, contested, client_of_portal):
    title = listings.titles_of("datasets", [contested])[contested]

    mine = html(signed_in.htmx_get("/review/merge/datasets/"))
    theirs = html(
        signed_in.htmx_get("/review/merge/datasets/", **{f"contest-{contested}": "theirs"})
    )

    assert "<html" not in mine
    assert proposed(mine).index(title[:20]) < 600
    assert proposed(theirs).rindex(title[:20]) > proposed(mine).index(title[:20])


def test_a_choice_names_the_place_in_the_result(
    signed_in, editor, listing, portal, client_of_portal
):
    first, second, third, *others, last = listing.live
    drafts.move_item(editor, listing, third, to=2, seen=drafts.token(listing, None))
    portal.set_live("datasets", (last, first, second, *others))
    listings.refresh(client_of_portal)

    page = html(signed_in.get("/review/"))

    words = re.findall(rf'name="contest-{third}".*?<b>(.*?)\s*</b>', page, re.DOTALL)
    assert words == ["Put it at no. 3", "Leave it out"]
    title = listings.titles_of("datasets", [third])[third]
    rows = re.findall(r"<li class=.*?</li>", proposed(page), re.DOTALL)
    assert title in unescape(re.sub(r"<[^>]+>", "", rows[2]))


def test_adopting_by_form_goes_on_to_the_review(signed_in, listing, contested):
    form = merge_form(html(signed_in.get("/review/merge/datasets/")))

    response = signed_in.post("/review/merge/datasets/adopt/", form, follow=True)

    assert response.redirect_chain == [("/review/", 302)]
    assert 'data-action="publish"' in html(response)
    assert Draft.objects.get().base == listing.live
    assert Draft.objects.get().selection[0] == contested


def test_adopting_by_htmx_shows_the_review_in_the_dialog(signed_in, listing, contested):
    form = merge_form(html(signed_in.htmx_get("/review/merge/datasets/")))

    response = signed_in.htmx_post("/review/merge/datasets/adopt/", **form)

    assert "<html" not in html(response)
    assert 'data-action="publish"' in html(response)
    assert "check" in response.headers["HX-Trigger"]


def test_the_merged_draft_can_be_published(signed_in, listing, portal, contested):
    form = merge_form(html(signed_in.get("/review/merge/datasets/")))
    page = html(signed_in.post("/review/merge/datasets/adopt/", form, follow=True))

    signed_in.post("/review/publish/", form_of(page))

    assert portal.live("datasets")[0] == contested
    assert not Draft.objects.exists()


def test_a_merge_page_that_is_stale_is_shown_afresh(
    signed_in, listing, portal, contested, client_of_portal
):
    form = merge_form(html(signed_in.get("/review/merge/datasets/")))
    portal.set_live("datasets", listing.live[1:])
    listings.refresh(client_of_portal)

    response = signed_in.post("/review/merge/datasets/adopt/", form | {"revision": "1"})

    assert response.status_code == 409
    assert "This list changed since the page showed it" in html(response)
    assert Draft.objects.get().base != listing.live[1:]


def test_a_merge_page_that_is_stale_keeps_what_was_chosen(signed_in, contested):
    form = merge_form(html(signed_in.get("/review/merge/datasets/")))
    chosen = {f"contest-{contested}": "theirs", "revision": "1"}

    page = html(signed_in.post("/review/merge/datasets/adopt/", form | chosen))

    assert re.search(rf'name="contest-{contested}" value="theirs"[^>]* checked', page)


@pytest.mark.parametrize(("here", "is_told"), [("/review/merge/datasets/", True), ("/", False)])
def test_a_page_of_its_own_has_the_choices_in_its_address(signed_in, contested, here, is_told):
    address = f"/review/merge/datasets/?contest-{contested}=theirs"

    response = signed_in.get(
        address, headers={"HX-Request": "true", "HX-Current-URL": f"http://testserver{here}"}
    )

    assert response.headers.get("HX-Replace-Url") == (address if is_told else None)


def test_the_reason_goes_through_a_conflict_without_a_script(
    signed_in, editor, listing, portal, client_of_portal
):
    drafts.move_item(editor, listing, listing.live[2], to=1, seen=drafts.token(listing, None))
    form = form_of(html(signed_in.get("/review/")))
    portal.set_live("datasets", listing.live[1:])

    conflict = signed_in.post("/review/publish/", form | {"note": "Parce & que"})
    listing.refresh_from_db()
    form = merge_form(html(conflict)) | {"note": "Parce & que"}
    review = signed_in.post("/review/merge/datasets/adopt/", form, follow=True)

    assert 'name="note" value="Parce &amp; que"' in html(conflict)
    assert ">Parce &amp; que</textarea>" in html(review)


@pytest.mark.parametrize("revision", ["", "x", "٣", "9" * 40])
def test_a_bad_revision_is_stale(signed_in, contested, revision):
    form = merge_form(html(signed_in.get("/review/merge/datasets/")))

    response = signed_in.post("/review/merge/datasets/adopt/", form | {"revision": revision})

    assert response.status_code == 409


def test_without_a_conflict_there_is_nothing_to_merge(signed_in, listing):
    assert signed_in.get("/review/merge/datasets/").headers["Location"] == "/review/"
    assert signed_in.get("/review/merge/nope/").status_code == 404


def test_starting_again_discards_one_draft_only(signed_in, editor, listing, contested):
    question = html(signed_in.get("/discard/", {"list": "datasets"}))
    version = re.search(r'name="version-datasets" value="([^"]+)"', question).group(1)

    signed_in.post("/discard/", {"version-datasets": version})

    assert not Draft.objects.exists()


@pytest.mark.parametrize("address", ["/review/merge/datasets/", "/review/merge/datasets/adopt/"])
def test_merging_needs_the_right_to_edit(browser_of, reader, contested, address):
    browser = browser_of(reader)

    response = browser.post(address) if address.endswith("adopt/") else browser.get(address)

    assert response.status_code == 403


def test_the_methods_are_kept(signed_in, contested):
    assert signed_in.post("/review/merge/datasets/").status_code == 405
    assert signed_in.get("/review/merge/datasets/adopt/").status_code == 405
