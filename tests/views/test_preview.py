"""The homepage as visitors would see it: one's own draft, a colleague's, and what is online."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from curation.models import Draft, KnownItem, Listing
from curation.sandbox import faults
from curation.sandbox.faults import Fault, What
from curation.services import drafts
from tests.views.test_board import html


@pytest.fixture(autouse=True)
def in_english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def draft(editor, listing) -> Draft:
    """The editor took the first dataset out and moved the last one to the top."""
    first, *_, last = listing.live
    draft = drafts.remove_item(editor, listing, first, seen=drafts.token(listing, None)).draft
    draft = drafts.move_item(editor, listing, last, to=1, seen=drafts.token(listing, draft)).draft
    assert draft
    return draft


def frames(page: str) -> dict[str, str]:
    """Return the homepages that a page shows, by name."""
    parts = re.split(r'<section class="panel site" aria-labelledby="(\w+)-title">', page)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def shown(frame: str, key: str) -> list[str]:
    """Return the ids of a list in a homepage, in order."""
    return re.findall(rf'<li class="card[^>]*id="\w+-{key}-\d+" data-id="(\w+)"', frame)


def card(frame: str, item_id: str) -> str:
    """Return the card of an item in a homepage."""
    found = re.search(rf'<li class="card[^>]*data-id="{item_id}".*?</li>', frame, re.DOTALL)
    assert found
    return found.group(0)


def test_a_draft_is_shown_beside_what_is_online(signed_in, draft, listing, portal):
    page = html(signed_in.get("/preview/"))

    found = frames(page)
    assert list(found) == ["draft", "live"]
    assert shown(found["draft"], "datasets") == list(draft.selection)
    assert shown(found["live"], "datasets") == list(listing.live)
    for frame in found.values():
        assert shown(frame, "reuses") == list(portal.live("reuses"))
    assert "moved up by" in card(found["draft"], draft.selection[0])
    assert "removed" in card(found["live"], listing.live[0])
    assert "removed" not in card(found["live"], listing.live[1])


@pytest.mark.parametrize(
    ("choice", "names"),
    [
        ("both", ["draft", "live"]),
        ("draft", ["draft"]),
        ("live", ["live"]),
        ("?", ["draft", "live"]),
    ],
)
def test_what_is_shown_can_be_chosen(signed_in, draft, choice, names):
    page = html(signed_in.get("/preview/", {"show": choice}))

    assert list(frames(page)) == names
    expected = choice if choice in {"draft", "live"} else "both"
    assert re.search(rf'id="show-{expected}"[^>]*aria-current="true"', page)


@pytest.mark.parametrize(("width", "seen"), [("phone", "phone"), ("", "desktop"), ("x", "desktop")])
def test_the_width_can_be_chosen(signed_in, draft, width, seen):
    page = html(signed_in.get("/preview/", {"width": width, "show": "draft"}))

    assert f"sites--{seen}" in page
    assert re.search(rf'id="width-{seen}"[^>]*aria-current="true"', page)
    # The other choice is kept.
    assert 'href="?show=draft&amp;width=phone"' in page


def test_without_a_draft_there_is_what_is_online(signed_in, listing):
    page = html(signed_in.get("/preview/", {"show": "draft"}))

    assert list(frames(page)) == ["live"]
    assert 'id="show-live"' not in page
    assert "Show a colleague" not in page


def test_what_visitors_do_not_see_is_set_apart_with_why(signed_in, portal):
    archived = portal.live("datasets")[2]
    lonely = portal.live("reuses")[0]
    portal.change("datasets", archived, archived=timezone.now())
    portal.change("reuses", lonely, datasets=[])

    page = html(signed_in.get("/preview/"))

    hidden = card(page, archived)
    assert "card--off" in hidden
    assert "Archived: invisible to visitors." in hidden
    assert "It takes up place 3 without being shown." in hidden
    assert f'href="/#datasets-{archived}"' in hidden
    assert "Uses no dataset: invisible to visitors." in card(page, lonely)
    assert "2 items stay invisible to visitors." in page
    assert 'href="#live-datasets-3"' in page
    counted = re.sub(r"<[^>]+>", "", page)
    left = [len(portal.live(kind)) - 1 for kind in ("datasets", "reuses")]
    assert f"What visitors would see: Datasets {left[0]}, Reuses {left[1]}." in counted
    assert "card--off" not in card(page, portal.live("datasets")[0])


def test_what_stands_behind_the_homepage_is_apart(signed_in, listing, settings):
    settings.HOMEPAGE_LIMITS = {"datasets": 2}

    page = html(signed_in.get("/preview/"))

    before, _, behind = page.partition("The homepage shows the first 2. Visitors do not see")
    assert shown(before, "datasets") == list(listing.live[:2])
    assert shown(behind, "datasets") == list(listing.live[2:])
    assert "Datasets</b> 2" in page


def test_the_preview_does_not_wait_for_the_portal(signed_in, draft):
    with faults.switched_on(Fault(What.REFUSE, times=0)):
        page = html(signed_in.get("/preview/"))

    assert list(frames(page)) == ["draft", "live"]


def test_a_first_visit_reads_the_lists(signed_in, portal):
    page = html(signed_in.get("/preview/"))

    assert shown(frames(page)["live"], "datasets") == list(portal.live("datasets"))


def test_a_portal_that_was_never_read_is_no_empty_homepage(signed_in, portal):
    with faults.switched_on(Fault(What.REFUSE, times=0)):
        page = html(signed_in.get("/preview/"))

    assert "The portal does not answer, and was never read." in page
    assert frames(page) == {}
    assert "No dataset on the front page" not in page
    assert "What visitors would see" not in page


def test_a_portal_that_does_not_answer_any_more_is_said(signed_in, listing):
    with faults.switched_on(Fault(What.REFUSE, times=0)):
        signed_in.htmx_get("/live/")

        page = html(signed_in.get("/preview/"))

    assert "The portal does not answer: its lists as read at" in page
    assert shown(frames(page)["live"], "datasets") == list(listing.live)


def test_a_logo_does_not_stand_for_the_picture_that_a_reuse_lacks(signed_in, listing, portal):
    bare, pictured = portal.live("reuses")[:2]
    known = KnownItem.objects.get(portal_id=bare)
    known.card |= {"has_picture": False, "image": "/logos/1.svg"}
    known.save()

    page = html(signed_in.get("/preview/"))

    assert "<img" not in card(page, bare)
    assert "No picture of its own." in card(page, bare)
    assert "<img" in card(page, pictured)


def test_a_list_that_changed_meanwhile_is_said(signed_in, draft, listing):
    Listing.objects.filter(pk="datasets").update(known=[*reversed(listing.live)])

    page = html(signed_in.get("/preview/"))

    assert "The portal’s list changed since this draft began." in page
    assert shown(frames(page)["draft"], "datasets") == list(draft.selection)


def test_a_reader_sees_what_is_online_and_no_way_to_change_it(browser_of, reader, draft, listing):
    page = html(browser_of(reader).get("/preview/", {"show": "draft"}))

    assert list(frames(page)) == ["live"]
    assert shown(frames(page)["live"], "datasets") == list(listing.live)
    assert "Show a colleague" not in page


def test_somebody_who_may_no_longer_edit_has_no_draft_here(browser_of, editor, draft):
    editor.role = "reader"
    editor.save()

    assert list(frames(html(browser_of(editor).get("/preview/")))) == ["live"]


def test_the_link_for_a_colleague_is_on_the_preview(signed_in, editor, draft):
    page = html(signed_in.get("/preview/"))

    assert f'value="http://testserver/preview/{editor.pk}/"' in page


def test_a_colleague_sees_the_draft_and_cannot_change_it(browser_of, reader, editor, draft):
    page = html(browser_of(reader).get(f"/preview/{editor.pk}/"))

    assert "<h1>Draft of Claire Test</h1>" in page
    assert "Last saved on" in page
    assert shown(frames(page)["draft"], "datasets") == list(draft.selection)
    main = page[page.index("<main") : page.index("</main>")]
    assert "<form" not in main
    assert "<button" not in main
    assert "See it in the list" not in main


def test_the_board_leads_to_the_draft_of_a_colleague(browser_of, colleague, editor, draft):
    page = html(browser_of(colleague).get("/"))

    assert (
        f'<a href="/preview/{editor.pk}/">See it<span class="sr-only">: Claire Test</span></a>'
        in page
    )


def test_a_colleague_sees_the_draft_as_it_is_now(browser_of, colleague, editor, listing, draft):
    drafts.move_item(editor, listing, draft.selection[3], to=1, seen=drafts.token(listing, draft))

    page = html(browser_of(colleague).get(f"/preview/{editor.pk}/"))

    now = Draft.objects.get(pk=draft.pk).selection
    assert now != draft.selection
    assert shown(frames(page)["draft"], "datasets") == list(now)


def test_a_colleague_s_draft_is_not_mixed_with_one_s_own(
    browser_of, colleague, editor, listing, draft
):
    drafts.remove_item(colleague, listing, listing.live[4], seen=drafts.token(listing, None))

    page = html(browser_of(colleague).get(f"/preview/{editor.pk}/", {"show": "draft"}))

    assert shown(page, "datasets") == list(draft.selection)


def test_a_draft_that_is_gone_is_said(browser_of, reader, editor, listing):
    page = html(browser_of(reader).get(f"/preview/{editor.pk}/"))

    assert "Claire Test has no draft at this moment" in page
    assert shown(frames(page)["live"], "datasets") == list(listing.live)


def test_nobody_s_draft_is_not_found(browser_of, reader, listing):
    assert browser_of(reader).get("/preview/999999/").status_code == 404


def test_who_has_no_role_sees_no_draft(browser_of, outsider, editor, draft):
    response = browser_of(outsider).get(f"/preview/{editor.pk}/")

    assert response.status_code == 403
    assert not any(item_id in html(response) for item_id in draft.selection)


def test_titles_are_text(signed_in, portal):
    item_id = portal.live("datasets")[0]
    portal.change("datasets", item_id, title="<script>alert(1)</script>")

    page = html(signed_in.get("/preview/"))

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in card(page, item_id)


def test_the_number_of_queries_does_not_grow_with_the_lists(
    signed_in, draft, django_assert_num_queries
):
    short = {"known": list(draft.selection[:1])}
    signed_in.get("/preview/")  # what the log says is read once
    with CaptureQueriesContext(connection) as captured:
        signed_in.get("/preview/")

    Listing.objects.update(**short)

    with django_assert_num_queries(len(captured)):
        signed_in.get("/preview/")
