import re
import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from curation.models import Action, AuditEntry, Draft, Listing
from curation.portal import portal_client
from curation.sandbox import faults
from curation.sandbox.faults import Fault, What
from curation.services import drafts
from curation.templatetags.words import clock_precise
from tests.views.test_board import html


@pytest.fixture(autouse=True)
def in_english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def draft(editor, listing):
    return drafts.move_item(
        editor, listing, listing.live[1], to=1, seen=drafts.token(listing, None)
    ).draft


def form_of(page: str) -> dict[str, str]:
    """Return what the form of a review page would send."""
    form = re.search(r'<form[^>]*id="publish".*?</form>', page, re.DOTALL)
    assert form
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form.group(0)))


def test_review_shows_the_changes_in_words_and_drawn(signed_in, draft):
    page = html(signed_in.get("/review/"))

    assert "<html" in page
    assert "Moved:" in page
    assert "from no. 2 to no. 1" in page
    assert '<svg class="links"' in page
    assert 'data-action="publish"' in page


def test_review_by_htmx_is_the_dialog_alone(signed_in, draft):
    fragment = html(signed_in.htmx_get("/review/"))

    assert "<html" not in fragment
    assert 'id="dialog-title"' in fragment


def test_review_without_a_draft_offers_nothing_to_publish(signed_in, listing):
    page = html(signed_in.get("/review/"))

    assert "Nothing to publish" in page
    assert 'data-action="publish"' not in page


def test_publishing_by_form_leads_back_with_the_news(signed_in, draft, portal):
    form = form_of(html(signed_in.get("/review/")))

    response = signed_in.post("/review/publish/", form | {"note": "Rentrée"}, follow=True)

    entry = AuditEntry.objects.get(action=Action.PUBLISH_SUCCEEDED)
    assert response.redirect_chain == [("/", 302)]
    assert f"Published: Datasets (version {entry.sequence})." in html(response)
    assert entry.note == "Rentrée"
    assert portal.live("datasets") == draft.selection


def test_publishing_by_htmx_reloads_the_board(signed_in, draft, portal):
    form = form_of(html(signed_in.htmx_get("/review/")))

    response = signed_in.htmx_post("/review/publish/", **form)

    assert response.headers["HX-Redirect"] == "/"
    assert portal.live("datasets") == draft.selection


def test_the_same_form_sent_twice_publishes_once(signed_in, draft, portal):
    form = form_of(html(signed_in.get("/review/")))

    first = signed_in.post("/review/publish/", form)
    second = signed_in.post("/review/publish/", form, follow=True)

    assert first.status_code == 302
    assert "Published: Datasets" in html(second)
    assert AuditEntry.objects.filter(action=Action.PUBLISH_STARTED).count() == 1


@pytest.mark.parametrize("publication", ["", "not-a-uuid", "x" * 500])
def test_a_form_with_a_bad_publication_id_still_publishes_once(signed_in, draft, publication):
    form = form_of(html(signed_in.get("/review/"))) | {"publication": publication}

    signed_in.post("/review/publish/", form)

    assert AuditEntry.objects.filter(action=Action.PUBLISH_SUCCEEDED).count() == 1


def test_a_review_that_is_not_up_to_date_is_shown_again(signed_in, editor, listing, draft):
    form = form_of(html(signed_in.get("/review/")))
    drafts.move_item(editor, listing, listing.live[5], to=1, seen=form["version-datasets"])

    response = signed_in.post("/review/publish/", form | {"note": "Ma raison"})

    assert response.status_code == 409
    assert "This list changed since the page showed it" in html(response)
    assert "Ma raison" in html(response)
    assert not AuditEntry.objects.filter(action=Action.PUBLISH_STARTED).exists()


@pytest.fixture
def archived(editor, listing, portal, client_of_portal) -> str:
    """Let the editor add an archived dataset. Return its id."""
    (item_id,) = portal.unlisted("datasets")
    portal.change("datasets", item_id, archived=timezone.now())
    seen = drafts.token(listing, None)
    drafts.add_item(editor, listing, item_id, seen=seen, client=client_of_portal)
    return item_id


def test_a_new_item_that_visitors_will_not_see_is_a_question(signed_in, archived):
    page = html(signed_in.get("/review/"))

    assert "Visitors will not see 1 item that you add." in page
    assert "Archived: invisible to visitors." in page
    assert re.search(rf'<input type="checkbox"[^>]*name="unseen" value="{archived} "', page)


@pytest.mark.parametrize("htmx", [False, True])
def test_publishing_without_the_answer_asks_again(signed_in, archived, listing, portal, htmx):
    form = form_of(html(signed_in.get("/review/"))) | {"note": "Ma raison"}

    response = (
        signed_in.htmx_post("/review/publish/", **form)
        if htmx
        else signed_in.post("/review/publish/", form)
    )

    assert response.status_code == 409
    page = html(response)
    assert ("<html" in page) is not htmx
    assert "Visitors would not see one of the items that you add. Nothing was sent." in page
    assert 'aria-invalid="true"' in page
    assert "Ma raison" in page
    assert portal.live("datasets") == listing.live


def test_the_answer_publishes_and_is_kept(signed_in, archived, portal):
    form = form_of(html(signed_in.get("/review/")))

    response = signed_in.post("/review/publish/", form | {"unseen": f"{archived} "})

    entry = AuditEntry.objects.get(action=Action.PUBLISH_SUCCEEDED)
    assert response.status_code == 302
    assert portal.live("datasets")[-1] == archived
    page = html(signed_in.get(f"/history/{entry.sequence}/"))
    assert "Published although visitors do not see it" in page


def test_what_is_sent_again_is_announced_once(signed_in, draft):
    form = form_of(html(signed_in.get("/review/")))

    for _time in range(2):
        signed_in.htmx_post("/review/publish/", **form)

    assert html(signed_in.get("/")).count("<b>Published: ") == 1
    assert "Published: " not in html(signed_in.get("/"))


def test_the_answer_outlives_a_failure(signed_in, archived):
    form = form_of(html(signed_in.get("/review/"))) | {"unseen": f"{archived} "}

    with faults.switched_on(Fault(What.ANSWER, method="PUT", status=503)):
        page = html(signed_in.post("/review/publish/", form))

    assert "Not published" in page
    assert re.search(r'<input type="checkbox"[^>]*name="unseen"[^>]* checked', page)


def test_an_item_archived_after_the_review_is_asked_about(signed_in, editor, listing, portal):
    (item_id,) = portal.unlisted("datasets")
    seen = drafts.token(listing, None)
    drafts.add_item(editor, listing, item_id, seen=seen, client=portal_client())
    page = html(signed_in.get("/review/"))
    assert 'name="unseen"' not in page
    portal.change("datasets", item_id, archived=timezone.now())

    page = html(signed_in.post("/review/publish/", form_of(page)))

    assert re.search(rf'name="unseen" value="{item_id} "', page)


def test_what_is_invisible_already_is_named_and_not_asked_about(signed_in, draft, portal):
    portal.change("datasets", draft.selection[0], archived=timezone.now())
    signed_in.htmx_get("/live/")

    page = html(signed_in.get("/review/"))

    assert 'name="unseen"' not in page
    assert "To look at" in page
    assert "Archived: invisible to visitors." in page


def test_a_healthy_draft_has_nothing_to_look_at(signed_in, draft):
    page = html(signed_in.get("/review/"))

    assert "To look at" not in page
    assert 'name="unseen"' not in page


def test_a_conflict_is_a_clear_page_and_keeps_the_draft(signed_in, listing, draft, portal):
    form = form_of(html(signed_in.get("/review/")))
    portal.set_live("datasets", tuple(reversed(listing.live)))

    response = signed_in.post("/review/publish/", form)

    assert response.status_code == 409
    assert "The front page changed meanwhile" in html(response)
    assert "Nothing was overwritten" in html(response)
    assert Draft.objects.get().selection == draft.selection
    assert portal.live("datasets") == tuple(reversed(listing.live))


def test_refused_items_are_named(signed_in, editor, listing, portal, client_of_portal):
    (new,) = portal.unlisted("datasets")
    drafts.add_item(editor, listing, new, seen=drafts.token(listing, None), client=client_of_portal)
    form = form_of(html(signed_in.get("/review/")))
    portal.change("datasets", new, title="Disparu & <b>perdu</b>", deleted=timezone.now())

    page = html(signed_in.post("/review/publish/", form))

    assert "The portal would refuse one item" in page
    assert "Disparu &amp; &lt;b&gt;perdu&lt;/b&gt;" in page
    assert "It was deleted on the portal." in page


@pytest.mark.parametrize(
    ("fault", "words", "tone"),
    [
        (Fault(What.REFUSE, times=0), "unchanged. The portal cannot be reached. Your draft", "del"),
        (Fault(What.ANSWER, method="PUT", status=403), "unchanged. The access key is not", "del"),
        (Fault(What.ANSWER, method="PUT", status=500), "unchanged. The portal has an", "del"),
        (Fault(What.SILENCE, method="PUT"), "not know yet whether your list is published", "wrn"),
    ],
    ids=["down", "refused", "failed", "silent"],
)
def test_a_portal_that_fails_is_told_in_words(signed_in, draft, portal, fault, words, tone):
    form = form_of(html(signed_in.get("/review/")))

    with faults.switched_on(fault):
        response = signed_in.post("/review/publish/", form | {"note": "Gardez ceci"})

    assert response.status_code == 502
    assert words in html(response)
    assert f'<div class="banner is-{tone}" role="alert">' in html(response)
    assert "Gardez ceci" in html(response)
    assert "Traceback" not in html(response)
    assert Draft.objects.get().selection == draft.selection


def test_who_is_publishing_and_since_when_is_told(signed_in, listing, draft):
    since = timezone.now().replace(hour=9, minute=41, second=7)
    Listing.objects.filter(pk=listing.pk).update(
        claim=uuid.uuid4(),
        claimed_by="Karim Test",
        claimed_at=since,
        claim_expires_at=timezone.now() + timedelta(minutes=1),
    )

    response = signed_in.htmx_post("/review/publish/", **form_of(html(signed_in.get("/review/"))))

    assert response.status_code == 409
    assert "Karim Test is publishing this list" in html(response)
    assert f"(since {clock_precise(since)})" in html(response)


def test_partial_success_says_what_is_published_and_what_is_not(signed_in, editor, draft, portal):
    reuses = Listing.objects.get(pk="reuses")
    drafts.move_item(editor, reuses, reuses.live[1], to=1, seen=drafts.token(reuses, None))
    form = form_of(html(signed_in.get("/review/")))

    with faults.switched_on(Fault(What.ANSWER, method="PUT", path="/home/reuses/", status=403)):
        page = html(signed_in.post("/review/publish/", form))

    assert re.search(r"Datasets: </b>version \d+ published", page)
    assert "Not published" in page
    assert [draft.listing_id for draft in Draft.objects.all()] == ["reuses"]


def test_a_reader_reviews_but_cannot_publish(browser_of, reader, listing):
    browser = browser_of(reader)

    assert browser.get("/review/").status_code == 200
    assert browser.post("/review/publish/", {"publication": uuid.uuid4()}).status_code == 403


def test_publishing_is_a_post(signed_in, draft):
    assert signed_in.get("/review/publish/").status_code == 405


def test_a_note_is_cut_at_its_length(signed_in, draft):
    form = form_of(html(signed_in.get("/review/")))

    signed_in.post("/review/publish/", form | {"note": "é" * 5000})

    assert len(AuditEntry.objects.get(action=Action.PUBLISH_SUCCEEDED).note) == 2000


@pytest.mark.parametrize("note", ["nul \x00 here", "half a pair \ud800"])
def test_a_note_that_no_database_takes_is_cleaned(signed_in, draft, note):
    form = form_of(html(signed_in.get("/review/")))

    response = signed_in.post(
        "/review/publish/", form | {"note": note.encode("utf-8", "surrogatepass")}
    )

    assert response.status_code == 302
    assert AuditEntry.objects.filter(action=Action.PUBLISH_SUCCEEDED).exists()
