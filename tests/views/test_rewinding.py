import re
import uuid
from datetime import UTC, datetime

import pytest

from curation.models import Action, AuditEntry, Draft
from curation.sandbox import faults
from curation.sandbox.faults import Fault, What
from curation.services import audit, drafts
from tests.views.test_board import html, listed
from tests.views.test_review import form_of


@pytest.fixture(autouse=True)
def in_english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def past(listing, portal):
    """An entry whose state was the list of today in reverse, with one more item."""
    (extra,) = portal.unlisted("datasets")
    return audit.record(
        Action.CHANGE_OUTSIDE,
        actor=audit.OUTSIDER,
        listing="datasets",
        before=listing.live[1:],
        after=(extra, *reversed(listing.live)),
        titles={extra: "Un titre d'alors"},
    )


def question(browser, entry, **parameters) -> str:
    return html(browser.get(f"/history/{entry.sequence}/restore/", parameters))


def answer(browser, entry, page):
    form = dict(re.findall(r'name="(version|state)" value="([^"]*)"', page))
    return browser.post(f"/history/{entry.sequence}/restore/", form)


def test_restoring_asks_makes_a_draft_and_goes_to_the_review(signed_in, listing, portal, past):
    page = question(signed_in, past)

    response = answer(signed_in, past, page)

    assert "Nothing is published before your review" in page
    assert response.headers["Location"] == "/review/"
    draft = Draft.objects.get()
    assert draft.selection == tuple(past.after)
    assert draft.base == listing.live
    assert portal.live("datasets") == listing.live


def test_the_published_entry_names_its_origin(signed_in, past, portal):
    answer(signed_in, past, question(signed_in, past))

    signed_in.post("/review/publish/", form_of(html(signed_in.get("/review/"))))

    entry = AuditEntry.objects.get(action=Action.PUBLISH_SUCCEEDED)
    assert entry.detail["restores"] == past.sequence
    assert f"the state of entry no. {past.sequence}" in html(signed_in.get("/history/"))
    assert portal.live("datasets") == tuple(past.after)


def test_a_draft_that_was_edited_since_restores_nothing(signed_in, editor, listing, past):
    answer(signed_in, past, question(signed_in, past))
    draft = Draft.objects.get()
    drafts.move_item(editor, listing, draft.ids[3], to=1, seen=drafts.token(listing, draft))

    signed_in.post("/review/publish/", form_of(html(signed_in.get("/review/"))))

    assert "restores" not in AuditEntry.objects.get(action=Action.PUBLISH_SUCCEEDED).detail


def test_the_state_before_an_entry_can_be_restored(signed_in, past):
    answer(signed_in, past, question(signed_in, past, state="before"))

    assert Draft.objects.get().selection == tuple(past.before)


def test_an_empty_list_is_a_state_like_another(signed_in, listing):
    emptied = audit.record(
        Action.CHANGE_OUTSIDE, actor=audit.OUTSIDER, listing="datasets", before=listing.live
    )

    page = question(signed_in, emptied)
    answer(signed_in, emptied, page)

    assert Draft.objects.get().selection == ()


@pytest.mark.parametrize("fate", ["purged", "private"])
def test_what_is_gone_is_named_and_left_out(signed_in, portal, past, fate):
    lost = past.after[0]
    portal.purge("datasets", lost) if fate == "purged" else portal.change(
        "datasets", lost, private=True
    )

    page = question(signed_in, past)
    answer(signed_in, past, page)

    assert "1 item can no longer be shown" in page
    assert "Un titre d&#x27;alors" in page
    assert Draft.objects.get().selection == tuple(past.after[1:])
    signed_in.post("/review/publish/", form_of(html(signed_in.get("/review/"))))
    entry = AuditEntry.objects.get(action=Action.PUBLISH_SUCCEEDED)
    assert (entry.detail["restores"], entry.detail["without"]) == (past.sequence, [lost])
    sentence = f"the state of entry no. {past.sequence}</b> without 1 item that is gone"
    assert sentence in signed_in.get("/history/").content.decode()


def test_a_present_draft_is_replaced_only_knowingly(signed_in, editor, listing, past):
    page_before = question(signed_in, past)
    draft = drafts.remove_item(
        editor, listing, listing.live[0], seen=drafts.token(listing, None)
    ).draft

    refused = answer(signed_in, past, page_before)
    page = question(signed_in, past)

    assert refused.status_code == 200
    assert Draft.objects.get().selection == draft.selection
    assert "Your present draft of this list is replaced" in page
    answer(signed_in, past, page)
    assert Draft.objects.get().selection == tuple(past.after)


def test_a_portal_that_does_not_answer_is_told(signed_in, past):
    with faults.switched_on(Fault(What.REFUSE, times=0)):
        response = signed_in.get(f"/history/{past.sequence}/restore/")

    assert response.status_code == 502
    assert "The portal cannot be reached." in html(response)
    assert not Draft.objects.exists()


def test_restoring_what_is_online_makes_no_draft(signed_in, listing):
    entry = AuditEntry.objects.get(action=Action.LIVE_FIRST_READ, listing="datasets")

    answer(signed_in, entry, question(signed_in, entry))

    assert not Draft.objects.exists()


def test_an_entry_without_a_state_cannot_be_restored(signed_in, listing, editor):

    entry = audit.record(
        Action.PUBLISH_STARTED,
        actor=audit.actor_of(editor),
        listing="datasets",
        attempt=uuid.uuid4(),
    )

    assert signed_in.get(f"/history/{entry.sequence}/restore/").status_code == 404
    assert signed_in.get("/history/999999/restore/").status_code == 404


def test_a_reader_cannot_restore(browser_of, reader, past):
    browser = browser_of(reader)

    assert browser.get(f"/history/{past.sequence}/restore/").status_code == 403
    assert browser.post(f"/history/{past.sequence}/restore/").status_code == 403


@pytest.mark.parametrize(
    ("at", "shown"),
    [("2026-03-01T12:00", "ab"), ("2026-03-02T12:00", "ba"), ("2026-02-01T12:00", None)],
)
def test_as_it_was_shows_the_lists_of_a_moment(signed_in, listing, at, shown):
    AuditEntry.objects.all()._raw_delete(using="default")
    a, b = "a" * 24, "b" * 24
    for day, after in ((1, (a, b)), (2, (b, a))):
        audit.record(
            Action.CHANGE_OUTSIDE,
            actor=audit.OUTSIDER,
            listing="datasets",
            after=after,
            titles={a: "Alpha", b: "Beta"},
            recorded_at=datetime(2026, 3, day, 8, tzinfo=UTC),
        )

    page = html(signed_in.get("/history/as-it-was/", {"at": at}))

    if shown is None:
        assert "The history does not go back that far" in page
        assert 'class="count"' not in page
    else:
        assert (page.index("Alpha") < page.index("Beta")) == (shown == "ab")


@pytest.mark.parametrize("at", ["x", "2026-02-31T10:00", "0001-01-01T00:00", "9999-12-31T23:59"])
def test_a_moment_that_cannot_be_read_shows_now(signed_in, listing, at):
    response = signed_in.get("/history/as-it-was/", {"at": at})

    assert response.status_code == 200
    assert "This date could not be read" in html(response)


def test_a_moment_that_has_not_come_shows_now(signed_in, listing):
    page = html(signed_in.get("/history/as-it-was/", {"at": "2199-12-31T23:59"}))

    assert "This moment has not come yet" in page
    assert 'value="2199' not in page


def test_the_own_last_publication_can_be_undone_from_the_board(
    signed_in, browser_of, colleague, editor, listing, portal
):
    before = listing.live
    drafts.move_item(editor, listing, listing.live[2], to=1, seen=drafts.token(listing, None))
    signed_in.post("/review/publish/", form_of(html(signed_in.get("/review/"))))
    entry = AuditEntry.objects.get(action=Action.PUBLISH_SUCCEEDED)
    address = f"/history/{entry.sequence}/restore/?state=before"

    mine, theirs = html(signed_in.get("/")), html(browser_of(colleague).get("/"))
    answer(signed_in, entry, question(signed_in, entry, state="before"))
    signed_in.post("/review/publish/", form_of(html(signed_in.get("/review/"))))

    assert address in mine
    assert address not in theirs
    assert portal.live("datasets") == before
    assert listed(html(signed_in.get("/")), "datasets") == list(before)
    undone = AuditEntry.objects.filter(action=Action.PUBLISH_SUCCEEDED).first()
    origin = AuditEntry.objects.get(pk=undone.detail["restores"])
    assert origin.sequence < entry.sequence
    assert origin.shown_after == before


def test_a_state_before_that_no_entry_made_has_no_origin(signed_in, past):
    answer(signed_in, past, question(signed_in, past, state="before"))

    assert Draft.objects.get().origin is None
