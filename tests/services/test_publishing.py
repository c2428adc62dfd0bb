import json
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone
from django.utils.translation import override

from curation.models import Action, AuditEntry, Draft, Listing
from curation.portal.errors import PortalUnreachable
from curation.sandbox import faults
from curation.sandbox.faults import Fault, What
from curation.services import drafts, listings, publishing
from curation.services.errors import (
    ItemsRefused,
    NothingToPublish,
    NotPublished,
    NotSettledYet,
    PublishBusy,
    PublishConflict,
    StaleDraft,
    Undetermined,
    UnseenItems,
)
from tests.services.conftest import actions, let_the_lease_expire, log_is_sound

PUT: dict[str, Any] = {"method": "PUT", "path": "/home/"}
GET: dict[str, Any] = {"method": "GET", "path": "/home/", "times": 0}
FIRST_READING_GOES_WELL = Fault(What.DELAY, method="GET", path="/home/", seconds=0)


def test_publishing_makes_the_draft_live_and_records_it(editor, listing, draft, portal, publish):
    before = listing.live

    entry = publish()

    assert portal.live("datasets") == draft.selection
    assert actions() == [Action.PUBLISH_STARTED, Action.PUBLISH_SUCCEEDED]
    assert entry.before == list(before)
    assert entry.after == list(draft.selection)
    assert entry.note == "Parce que."
    assert entry.actor == {"id": "claire", "name": "Claire Test", "via": "local"}
    assert set(entry.titles) == set(draft.selection)
    assert not Draft.objects.exists()
    listing.refresh_from_db()
    assert listing.live == draft.selection
    assert listing.claim is None
    assert log_is_sound()


def test_the_same_attempt_twice_is_done_once(draft, portal, publish):
    attempt = uuid.uuid4()

    first, second = publish(attempt=attempt), publish(attempt=attempt)

    assert first == second
    assert actions() == [Action.PUBLISH_STARTED, Action.PUBLISH_SUCCEEDED]


def test_without_a_draft_there_is_nothing_to_publish(listing, publish):
    with pytest.raises(NothingToPublish):
        publish()

    assert actions() == []


def test_a_draft_that_the_review_did_not_show_is_refused(editor, listing, draft, publish):
    seen = drafts.token(listing, draft)
    drafts.move_item(editor, listing, listing.live[4], to=1, seen=seen)

    with pytest.raises(StaleDraft):
        publish(seen=seen)

    assert actions() == []
    assert Draft.objects.count() == 1


def test_a_reader_cannot_publish(reader, draft, publish):
    with pytest.raises(PermissionDenied):
        publish(by=reader)


def test_a_list_that_changed_meanwhile_is_not_overwritten(listing, draft, portal, publish):
    theirs = tuple(reversed(listing.live))
    portal.set_live("datasets", theirs)

    with pytest.raises(PublishConflict) as conflict:
        publish()

    assert conflict.value.theirs == theirs
    assert portal.live("datasets") == theirs
    assert actions() == [Action.CHANGE_OUTSIDE]
    assert Draft.objects.count() == 1
    listing.refresh_from_db()
    assert listing.claim is None


def test_a_list_that_is_already_as_wanted_needs_no_publication(draft, portal, publish):
    portal.set_live("datasets", draft.selection)

    with pytest.raises(NothingToPublish):
        publish()

    assert not Draft.objects.exists()
    assert actions() == [Action.CHANGE_OUTSIDE]


@pytest.fixture
def unseen(editor, listing, portal, client_of_portal) -> str:
    """Let the editor add a dataset that its producer then archives. Return its id."""
    (item_id,) = portal.unlisted("datasets")
    drafts.add_item(
        editor, listing, item_id, seen=drafts.token(listing, None), client=client_of_portal
    )
    portal.change("datasets", item_id, archived=timezone.now())
    return item_id


def test_a_new_item_that_visitors_would_not_see_is_asked_about(unseen, listing, portal, publish):
    with pytest.raises(UnseenItems) as refusal:
        publish()

    assert refusal.value.ids == (unseen,)
    assert portal.live("datasets") == listing.live
    assert actions() == []
    # So that the page which asks can say why.
    assert listings.known_items([("datasets", unseen)])["datasets", unseen].archived_at
    listing.refresh_from_db()
    assert listing.claim is None


def test_a_new_item_that_visitors_do_not_see_is_published_once_confirmed(
    unseen, listing, portal, publish
):
    entry = publish(accepted=[unseen])

    assert portal.live("datasets") == (*listing.live, unseen)
    intent = AuditEntry.objects.get(action=Action.PUBLISH_STARTED)
    assert intent.detail["unseen"] == entry.detail["unseen"] == [unseen]


def test_the_confirmation_of_one_item_is_not_that_of_another(
    unseen, editor, listing, portal, client_of_portal, publish
):
    other = portal.unlisted("datasets", 2)[1]
    seen = drafts.token(listing, drafts.draft_of(editor, listing))
    drafts.add_item(editor, listing, other, seen=seen, client=client_of_portal)
    portal.change("datasets", other, archived=timezone.now())

    with pytest.raises(UnseenItems) as refusal:
        publish(accepted=[unseen])

    assert refusal.value.ids == (other,)


def test_a_new_reuse_without_datasets_is_asked_about(editor, listing, portal, client_of_portal):
    reuses = Listing.objects.get(pk="reuses")
    (item_id,) = portal.unlisted("reuses")
    draft = drafts.add_item(
        editor, reuses, item_id, seen=drafts.token(reuses, None), client=client_of_portal
    ).draft
    portal.change("reuses", item_id, datasets=[])

    with pytest.raises(UnseenItems):
        publishing.publish(
            editor,
            reuses,
            seen=drafts.token(reuses, draft),
            attempt=uuid.uuid4(),
            note="",
            client=client_of_portal,
        )


def test_what_visitors_did_not_see_before_needs_no_question(listing, draft, portal, publish):
    portal.change("datasets", listing.live[0], archived=timezone.now())

    entry = publish()

    assert portal.live("datasets") == draft.selection
    assert "unseen" not in entry.detail


def test_a_second_editor_is_told_who_is_publishing(colleague, listing, draft, publish):
    Listing.objects.filter(pk=listing.pk).update(
        claim=uuid.uuid4(),
        claimed_by="Karim Test",
        claimed_at=timezone.now(),
        claim_expires_at=timezone.now() + timedelta(minutes=1),
    )

    with pytest.raises(PublishBusy) as busy:
        publish()

    assert "Karim Test" in str(busy.value)
    assert actions() == []
    assert Draft.objects.count() == 1


def test_a_claim_whose_lease_expired_does_not_block(listing, draft, publish):
    Listing.objects.filter(pk=listing.pk).update(
        claim=uuid.uuid4(),
        claimed_at=timezone.now(),
        claim_expires_at=timezone.now() - timedelta(seconds=1),
    )

    publish()

    assert actions() == [Action.PUBLISH_STARTED, Action.PUBLISH_SUCCEEDED]


@pytest.mark.parametrize(
    "fate", ["deleted", "private", "purged"], ids=lambda fate: f"{fate} meanwhile"
)
def test_a_new_item_that_cannot_be_shown_is_named(
    editor, listing, portal, publish, client_of_portal, fate
):
    (new,) = portal.unlisted("datasets")
    drafts.add_item(editor, listing, new, seen=drafts.token(listing, None), client=client_of_portal)
    match fate:
        case "purged":
            portal.purge("datasets", new)
        case "private":
            portal.change("datasets", new, private=True)
        case _:
            portal.change("datasets", new, deleted=timezone.now())

    with pytest.raises(ItemsRefused) as refusal:
        publish()

    assert list(refusal.value.reasons) == [new]
    assert portal.live("datasets") == listing.live
    assert actions() == []
    assert Draft.objects.count() == 1


def test_a_listed_item_that_is_gone_is_named(listing, draft, portal, publish, client_of_portal):
    """udata would answer 500 to the whole list, although the item was there before."""
    gone = listing.live[3]
    portal.purge("datasets", gone)
    listings.refresh(client_of_portal)

    with pytest.raises(ItemsRefused) as refusal:
        publish()

    assert list(refusal.value.reasons) == [gone]
    assert actions() == []
    assert Draft.objects.count() == 1


def test_nothing_is_sent_when_the_portal_cannot_be_read(listing, draft, portal, publish):
    with faults.switched_on(Fault(What.REFUSE, times=0)), pytest.raises(PortalUnreachable):
        publish()

    assert actions() == []
    listing.refresh_from_db()
    assert listing.claim is None
    assert Draft.objects.count() == 1


def test_what_was_never_sent_did_not_land_late(draft, portal, publish, client_of_portal):
    with faults.switched_on(Fault(What.REFUSE, **PUT)), pytest.raises(NotPublished):
        publish()
    assert AuditEntry.objects.first().detail["known_by"] == "not sent"

    portal.set_live("datasets", draft.selection)
    listings.refresh(client_of_portal)

    entry = AuditEntry.objects.first()
    assert (entry.action, entry.detail) == (Action.CHANGE_OUTSIDE, {})


@pytest.mark.parametrize("status", [401, 403, 404, 405, 423])
def test_a_refusal_is_recorded_with_the_words_of_the_portal(draft, portal, publish, status):
    before = portal.live("datasets")
    fault = Fault(What.ANSWER, **PUT, status=status, body='{"message": "No way"}')

    with faults.switched_on(fault), pytest.raises(NotPublished):
        publish()

    entry = AuditEntry.objects.first()
    assert entry.action == Action.PUBLISH_REFUSED
    assert entry.detail["status"] == status
    assert entry.detail["portal_message"] == "No way"
    assert entry.detail["known_by"] == "answer"
    assert portal.live("datasets") == before
    assert Draft.objects.count() == 1
    assert log_is_sound()


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        (Fault(What.ANSWER, **PUT, status=500), Action.PUBLISH_FAILED),
        (Fault(What.ANSWER, **PUT, status=500, applied=True), Action.PUBLISH_SUCCEEDED),
        (Fault(What.ANSWER, **PUT, status=400, applied=True), Action.PUBLISH_SUCCEEDED),
        (Fault(What.ANSWER, **PUT, status=503), Action.PUBLISH_FAILED),
        (Fault(What.ANSWER, **PUT, status=302), Action.PUBLISH_FAILED),
        (Fault(What.ANSWER, **PUT, status=200, body="<html>"), Action.PUBLISH_FAILED),
        (
            Fault(What.ANSWER, **PUT, status=200, body="<html>", applied=True),
            Action.PUBLISH_SUCCEEDED,
        ),
        (Fault(What.TRUNCATE, **PUT), Action.PUBLISH_SUCCEEDED),
        (Fault(What.SILENCE, **PUT, applied=True), Action.PUBLISH_SUCCEEDED),
        (Fault(What.DROP, **PUT, applied=True), Action.PUBLISH_SUCCEEDED),
        (Fault(What.REFUSE, **PUT), Action.PUBLISH_FAILED),
    ],
    ids=str,
)
def test_an_unclear_answer_is_read_back(draft, portal, publish, fault, outcome):
    before = portal.live("datasets")

    with faults.switched_on(fault):
        if outcome == Action.PUBLISH_SUCCEEDED:
            publish()
        else:
            with pytest.raises(NotPublished):
                publish()

    entry = AuditEntry.objects.first()
    assert entry.action == outcome
    succeeded = outcome == Action.PUBLISH_SUCCEEDED
    assert portal.live("datasets") == (draft.selection if succeeded else before)
    assert Draft.objects.exists() != succeeded
    assert log_is_sound()


def test_other_ids_in_the_answer_are_not_believed_at_once(draft, portal, publish):
    with faults.switched_on(Fault(What.OTHER_IDS, **PUT)):
        entry = publish()

    assert entry.after == list(draft.selection)
    assert entry.detail["known_by"] == "read-back"


def test_an_answer_that_shows_the_list_as_before_is_no_success(listing, draft, portal, publish):
    as_before = json.dumps([{"id": each} for each in listing.live])
    ignored = Fault(What.ANSWER, **PUT, status=200, body=as_before)

    with faults.switched_on(ignored), pytest.raises(NotPublished):
        publish()

    assert actions() == [Action.PUBLISH_STARTED, Action.PUBLISH_FAILED]
    assert Draft.objects.count() == 1
    assert log_is_sound()


def test_other_ids_that_the_portal_shows_twice_are_recorded_as_they_are(draft, portal, publish):
    other = Fault(What.OTHER_IDS, path="/home/", times=2)

    with faults.switched_on(FIRST_READING_GOES_WELL, other):
        entry = publish()

    assert entry.action == Action.PUBLISH_SUCCEEDED
    assert entry.after == list(draft.selection[-2::-1])
    assert entry.detail["asked"] == list(draft.selection)
    assert log_is_sound()


@pytest.mark.parametrize("what", [What.SILENCE, What.DROP])
def test_what_may_still_land_is_not_called_failed(draft, portal, publish, what):
    with faults.switched_on(Fault(what, **PUT)), pytest.raises(NotSettledYet):
        publish()

    assert actions() == [Action.PUBLISH_STARTED]
    assert Draft.objects.count() == 1


def test_a_portal_that_dies_with_the_answer_leaves_the_attempt_unsettled(draft, portal, publish):
    lost = Fault(What.SILENCE, **PUT, applied=True)

    with (
        faults.switched_on(FIRST_READING_GOES_WELL, lost, Fault(What.REFUSE, **GET)),
        pytest.raises(NotSettledYet),
    ):
        publish()

    assert actions() == [Action.PUBLISH_STARTED]
    assert portal.live("datasets") == draft.selection
    assert Draft.objects.count() == 1


@pytest.fixture
def abandoned(draft, portal, publish):
    """An attempt whose PUT got no answer; the lease is over."""
    with faults.switched_on(Fault(What.SILENCE, **PUT)), pytest.raises(NotSettledYet):
        publish()
    return AuditEntry.objects.first()


def test_nothing_is_settled_while_the_lease_lasts(listing, abandoned, client_of_portal):
    assert publishing.settle(listing, client_of_portal) is None
    assert actions() == [Action.PUBLISH_STARTED]


def test_nobody_publishes_over_an_attempt_that_is_not_settled(abandoned, publish):
    with pytest.raises(PublishBusy) as busy:
        publish()

    with override("en"):
        assert "Claire Test’s publication of this list is not confirmed yet" in str(busy.value)


@pytest.mark.parametrize(
    ("landed", "outcome"),
    [
        ("after", Action.PUBLISH_SUCCEEDED),
        ("before", Action.PUBLISH_FAILED),
        ("other", Action.PUBLISH_UNDETERMINED),
    ],
)
def test_an_abandoned_attempt_is_settled_by_reading(
    listing, abandoned, portal, client_of_portal, landed, outcome
):
    selection = {
        "after": tuple(abandoned.after),
        "before": tuple(abandoned.before),
        "other": tuple(reversed(abandoned.before)),
    }[landed]
    portal.set_live("datasets", selection)
    let_the_lease_expire()

    entry = publishing.settle(listing, client_of_portal)

    assert entry is not None
    assert entry.action == outcome
    assert entry.detail["known_by"] == "reconciled"
    assert Draft.objects.exists() == (outcome != Action.PUBLISH_SUCCEEDED)
    assert publishing.settle(listing, client_of_portal) is None
    listing.refresh_from_db()
    assert listing.live == selection
    assert listing.claim is None
    assert log_is_sound()


def test_a_third_list_after_an_unclear_answer_settles_nothing_yet(
    listing, draft, portal, publish, client_of_portal
):
    """One strange reading is no proof; the next one says what happened."""
    failing, other = Fault(What.ANSWER, **PUT, status=500), Fault(What.OTHER_IDS, **GET)

    with (
        faults.switched_on(FIRST_READING_GOES_WELL, failing, other),
        pytest.raises(NotSettledYet),
    ):
        publish()
    entry = publishing.settle(listing, client_of_portal)

    assert entry.action == Action.PUBLISH_FAILED
    assert Draft.objects.count() == 1
    assert log_is_sound()


def test_an_undetermined_attempt_says_so(abandoned, portal, publish, client_of_portal):
    """The same attempt again, after somebody else has changed the list."""
    portal.set_live("datasets", tuple(reversed(abandoned.before)))
    let_the_lease_expire()

    with pytest.raises(Undetermined):
        publish(attempt=abandoned.attempt)

    assert actions() == [Action.PUBLISH_STARTED, Action.PUBLISH_UNDETERMINED]
    assert Draft.objects.count() == 1
    assert log_is_sound()


def test_publish_all_is_honest_about_partial_success(editor, listing, portal, client_of_portal):
    reuses = Listing.objects.get(pk="reuses")
    one, two = (
        drafts.move_item(editor, each, each.live[1], to=1, seen=drafts.token(each, None)).draft
        for each in (listing, reuses)
    )
    fault = Fault(What.ANSWER, method="PUT", path="/home/reuses/", status=403)

    with faults.switched_on(fault):
        results = publishing.publish_all(
            editor,
            seen={"datasets": drafts.token(listing, one), "reuses": drafts.token(reuses, two)},
            attempts={"datasets": uuid.uuid4(), "reuses": uuid.uuid4()},
            note="",
            client=client_of_portal,
        )

    assert [result.listing.key for result in results] == ["datasets", "reuses"]
    assert results[0].entry is not None
    assert isinstance(results[1].error, NotPublished)
    assert [draft.listing_id for draft in Draft.objects.all()] == ["reuses"]
