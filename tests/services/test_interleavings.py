"""Publishing, settling and reading at the same time: every order in which they can meet."""

import contextlib
import uuid
from datetime import timedelta

import pytest
import time_machine
from django.db.models.signals import post_save
from django.utils import timezone
from django.utils.translation import override

from curation.models import Action, AuditEntry, Draft, Listing
from curation.portal.errors import PortalUnavailable
from curation.sandbox import faults
from curation.sandbox.faults import Fault, What
from curation.services import drafts, listings, publishing
from curation.services.errors import (
    NotPublished,
    NotSettledYet,
    PublishBusy,
    PublishConflict,
    Undetermined,
)
from tests.services.conftest import actions, let_the_lease_expire, log_is_sound
from tests.services.meanwhile import Wire, before_statement

STARTED, SUCCEEDED = Action.PUBLISH_STARTED, Action.PUBLISH_SUCCEEDED
FAILED, UNDETERMINED = Action.PUBLISH_FAILED, Action.PUBLISH_UNDETERMINED
OUTSIDE = Action.CHANGE_OUTSIDE

CLAIMING = 'UPDATE "curation_listing" SET "claim" ='
STEPS = [("GET", "datasets"), ("PUT", "datasets")]


@pytest.fixture
def wire(portal):
    return Wire()


@pytest.fixture
def other_draft(colleague, listing, draft):
    """The colleague moved the third dataset to the top."""
    return drafts.move_item(
        colleague, listing, listing.live[2], to=1, seen=drafts.token(listing, None)
    ).draft


def lose_the_answer(**more):
    """Let the next PUT get no answer, carried out (`applied`) or not."""
    return faults.switched_on(Fault(What.SILENCE, method="PUT", path="/home/", **more))


def agree(listing, portal) -> bool:
    """Tell whether we know what the portal shows, and the log explains it."""
    listing.refresh_from_db()
    return listing.live == portal.live("datasets") and log_is_sound()


# --- Reading, while others publish or read --------------------------------------------------------


def test_a_reading_that_a_publication_overtook_says_nothing(listing, draft, portal, wire, publish):
    """Its answer is on the way while the list is published; it shows the list from before."""
    wire.when_answered("GET", "datasets", publish)

    listings.refresh(wire.client)

    assert actions() == [STARTED, SUCCEEDED]
    assert agree(listing, portal)


def test_a_reading_that_another_overtook_says_nothing(listing, portal, wire, client_of_portal):
    def change_and_look():
        portal.set_live("datasets", listing.live[::-1])
        listings.refresh(client_of_portal)

    wire.when_answered("GET", "datasets", change_and_look)

    listings.refresh(wire.client)

    assert actions() == [OUTSIDE]
    assert agree(listing, portal)


@pytest.mark.parametrize("step", STEPS, ids=str)
@pytest.mark.parametrize("when", ["when_sent", "when_answered"])
def test_looking_while_somebody_publishes_changes_nothing(
    listing, draft, portal, wire, publish, client_of_portal, step, when
):
    getattr(wire, when)(*step, lambda: (settle_all(client_of_portal), refresh(client_of_portal)))

    entry = publish(client=wire.client)

    assert entry.detail["known_by"] == "answer"
    assert actions() == [STARTED, SUCCEEDED]
    assert agree(listing, portal)


def settle_all(client):
    for listing in Listing.objects.all():
        publishing.settle(listing, client)


def refresh(client):
    listings.refresh(client)


# --- The same attempt twice -----------------------------------------------------------------------


@pytest.mark.parametrize("step", STEPS, ids=str)
@pytest.mark.parametrize("when", ["when_sent", "when_answered"])
def test_a_second_click_while_the_first_is_at_work_is_told_so(
    listing, draft, portal, wire, publish, step, when
):
    attempt, seen, second = uuid.uuid4(), drafts.token(listing, draft), []

    def click_again():
        with pytest.raises(PublishBusy) as busy:
            publish(attempt=attempt, seen=seen, client=wire.client)
        second.append(busy.value.by)

    getattr(wire, when)(*step, click_again)

    publish(attempt=attempt, seen=seen, client=wire.client)

    assert second == ["Claire Test"]
    assert wire.sent.count(("PUT", "datasets")) == 1
    assert actions() == [STARTED, SUCCEEDED]
    assert agree(listing, portal)


def test_a_second_click_that_comes_just_too_late_answers_the_same(
    listing, draft, portal, wire, publish
):
    """The first is done after the second has asked whether it is, and before it can claim."""
    attempt, seen, first = uuid.uuid4(), drafts.token(listing, draft), []

    with before_statement(
        CLAIMING, lambda: first.append(publish(attempt=attempt, seen=seen, client=wire.client))
    ):
        second = publish(attempt=attempt, seen=seen, client=wire.client)

    assert first == [second]
    assert wire.sent.count(("PUT", "datasets")) == 1
    assert actions() == [STARTED, SUCCEEDED]
    listing.refresh_from_db()
    assert listing.claim is None
    assert agree(listing, portal)


@pytest.mark.parametrize(
    "faulty", [(), (Fault(What.ANSWER, method="GET", times=0),)], ids=["well", "in vain"]
)
def test_two_clicks_of_which_the_first_overslept(listing, draft, portal, wire, publish, faulty):
    """The second may go on once the first's lease is over; the first must see that it did."""
    attempt, seen = uuid.uuid4(), drafts.token(listing, draft)

    def click_again():
        let_the_lease_expire()
        with faults.switched_on(*faulty):
            publish(attempt=attempt, seen=seen, client=wire.client)

    def click_again_in_vain():
        with pytest.raises(PortalUnavailable):
            click_again()

    wire.when_answered("GET", "datasets", click_again_in_vain if faulty else click_again)

    with contextlib.suppress(PublishBusy):
        publish(attempt=attempt, seen=seen, client=wire.client)

    assert wire.sent.count(("PUT", "datasets")) == (0 if faulty else 1)
    assert actions() == ([] if faulty else [STARTED, SUCCEEDED])
    listing.refresh_from_db()
    assert listing.claim is None
    assert agree(listing, portal)


# --- A process that is slower than its lease ------------------------------------------------------


def test_who_overslept_while_reading_sends_nothing(
    listing, draft, colleague, other_draft, portal, wire, publish
):
    def overtake():
        let_the_lease_expire()
        publish(by=colleague)

    wire.when_answered("GET", "datasets", overtake)

    with pytest.raises(PublishBusy):
        publish(client=wire.client)

    assert ("PUT", "datasets") not in wire.sent
    assert portal.live("datasets") == other_draft.selection
    assert actions() == [STARTED, SUCCEEDED]
    assert Draft.objects.get() == draft
    assert agree(listing, portal)


def test_who_overslept_does_not_free_what_another_holds(
    listing, draft, colleague, other_draft, portal, wire, publish
):
    """The first gives up while the second is at its PUT."""
    second, held = Wire(), []

    def overtake():
        let_the_lease_expire()
        second.when_sent("PUT", "datasets", give_up)
        publish(by=colleague, client=second.client)

    def give_up():
        with faults.switched_on(Fault(What.REFUSE, method="GET")), pytest.raises(PublishBusy):
            publish(client=wire.client)
        held.append(Listing.objects.get(pk=listing.pk).claimed_by)

    wire.when_answered("GET", "datasets", overtake)

    with pytest.raises(PublishBusy):
        publish(client=wire.client)

    assert held == ["Karim Test"]
    assert actions() == [STARTED, SUCCEEDED]
    assert agree(listing, portal)


def test_who_hesitates_after_the_intent_sends_nothing(listing, draft, portal, wire, publish):
    """Too much of the lease is gone: the PUT might land after others have settled it."""
    with time_machine.travel("2026-11-23 12:00", tick=False) as clock:

        def hesitate(instance, **_):
            if instance.action == STARTED:
                clock.shift(publishing.lease() / 2)

        post_save.connect(hesitate, AuditEntry)
        try:
            with pytest.raises(NotPublished, match="nothing was sent"), override("en"):
                publish(client=wire.client)
        finally:
            post_save.disconnect(hesitate, AuditEntry)

    assert ("PUT", "datasets") not in wire.sent
    assert actions() == [STARTED, FAILED]
    assert AuditEntry.objects.first().detail["known_by"] == "not sent"
    assert Draft.objects.get() == draft
    assert agree(listing, portal)


def test_an_attempt_that_another_settled_as_it_is(
    listing, draft, portal, wire, publish, client_of_portal
):
    """The portal has taken the list; the answer arrives after somebody has settled the attempt."""
    outcomes = []

    def overtake():
        let_the_lease_expire()
        outcomes.append(publishing.settle(listing, client_of_portal))

    wire.when_answered("PUT", "datasets", overtake)

    entry = publish(client=wire.client)

    assert outcomes == [entry]
    assert actions() == [STARTED, SUCCEEDED]
    assert not Draft.objects.exists()
    assert agree(listing, portal)


def test_a_list_that_lands_after_it_was_called_failed(
    listing, draft, portal, wire, publish, client_of_portal
):
    """Beyond any lease. The editor is not told that nothing changed, and the log says what did."""

    def overtake():
        let_the_lease_expire()
        publishing.settle(listing, client_of_portal)

    wire.when_sent("PUT", "datasets", overtake)

    with pytest.raises(Undetermined):
        publish(client=wire.client)
    listings.refresh(client_of_portal)

    assert actions() == [STARTED, FAILED, OUTSIDE]
    change, failure, _ = AuditEntry.objects.all()[:3]
    assert change.detail == {"late": failure.sequence}
    assert agree(listing, portal)


# --- Settling ------------------------------------------------------------------------------------


def test_an_attempt_whose_lease_ends_now_is_settled_before_anything_else(
    listing, draft, colleague, other_draft, portal, publish, client_of_portal
):
    """Between the look for open attempts and the claim: its effect is no outside change."""
    with lose_the_answer(applied=True), faults_of_reading_back(), pytest.raises(NotSettledYet):
        publish()
    Listing.objects.update(claim=uuid.uuid4())  # killed, not given up

    with before_statement(CLAIMING, let_the_lease_expire), pytest.raises(PublishConflict):
        publish(by=colleague)

    assert actions() == [STARTED, SUCCEEDED]
    assert AuditEntry.objects.first().detail["known_by"] == "reconciled"
    assert [each.editor for each in Draft.objects.all()] == [colleague]
    assert agree(listing, portal)


def faults_of_reading_back():
    """Let the portal be gone from the second reading on."""
    faults.add(Fault(What.DELAY, method="GET", path="/home/", seconds=0))
    return faults.switched_on(Fault(What.REFUSE, method="GET", path="/home/", times=0))


def test_two_who_settle_at_once_record_one_outcome(
    listing, draft, portal, wire, publish, client_of_portal
):
    with lose_the_answer(), pytest.raises(NotSettledYet):
        publish()
    let_the_lease_expire()
    first = []
    wire.when_answered(
        "GET", "datasets", lambda: first.append(publishing.settle(listing, client_of_portal))
    )

    second = publishing.settle(listing, wire.client)

    assert first == [second]
    assert actions() == [STARTED, FAILED]
    assert agree(listing, portal)


def test_who_settles_late_does_not_take_back_what_was_published_since(
    listing, draft, colleague, other_draft, portal, wire, publish
):
    with lose_the_answer(), pytest.raises(NotSettledYet):
        publish()
    let_the_lease_expire()
    wire.when_answered("GET", "datasets", lambda: publish(by=colleague))

    entry = publishing.settle(listing, wire.client)

    assert entry.action == FAILED
    assert actions() == [STARTED, FAILED, STARTED, SUCCEEDED]
    assert agree(listing, portal)


def test_who_settles_leaves_it_to_whoever_has_claimed_since(
    listing, draft, portal, wire, publish, client_of_portal
):
    """That one reads as well, settles by that, and must not find its claim taken away."""
    with lose_the_answer(), pytest.raises(NotSettledYet):
        publish()
    let_the_lease_expire()
    now = timezone.now()
    theirs = {"claim": uuid.uuid4(), "claim_expires_at": now + timedelta(minutes=1)}
    wire.when_answered("GET", "datasets", lambda: Listing.objects.update(**theirs))

    assert publishing.settle(listing, wire.client) is None
    assert actions() == [STARTED]
    assert Listing.objects.get(pk=listing.pk).claim == theirs["claim"]


def test_what_lands_while_we_wait_is_a_success_at_once(
    listing, draft, portal, publish, client_of_portal
):
    """The attempt was given up, its list may still land; it does."""
    with lose_the_answer(), pytest.raises(NotSettledYet):
        publish()
    assert publishing.settle(listing, client_of_portal) is None
    portal.set_live("datasets", draft.selection)

    entry = publishing.settle(listing, client_of_portal)

    assert entry.action == SUCCEEDED
    assert not Draft.objects.exists()
    assert agree(listing, portal)


def test_what_cannot_land_any_more_is_settled_by_the_next_reading(
    listing, draft, portal, publish, client_of_portal
):
    """A clear answer, and then a portal that cannot be read: nobody needs to wait for a lease."""
    faults.add(Fault(What.ANSWER, method="PUT", path="/home/", status=500))
    with faults_of_reading_back(), pytest.raises(NotSettledYet):
        publish()

    entry = publishing.settle(listing, client_of_portal)

    assert entry.action == FAILED
    assert Draft.objects.get() == draft
    assert agree(listing, portal)


def test_the_last_moment_of_a_lease_is_not_over(
    listing, draft, portal, wire, publish, client_of_portal
):
    """What was read before the lease ended proves no failure after it."""
    with lose_the_answer(), pytest.raises(NotSettledYet):
        publish()
    wire.when_answered("GET", "datasets", let_the_lease_expire)

    assert publishing.settle(listing, wire.client) is None
    portal.set_live("datasets", draft.selection)

    assert publishing.settle(listing, wire.client).action == SUCCEEDED


# --- Drafts -------------------------------------------------------------------------------------


@pytest.mark.parametrize("when", ["when_sent", "when_answered"])
def test_a_step_made_while_publishing_is_kept(editor, listing, draft, portal, wire, publish, when):
    """Another tab of the same editor goes on: its draft is not the one that was published."""
    getattr(wire, when)(
        "PUT",
        "datasets",
        lambda: drafts.remove_item(
            editor, listing, listing.live[-1], seen=drafts.token(listing, draft)
        ),
    )

    publish(client=wire.client)

    assert portal.live("datasets") == draft.selection
    later = Draft.objects.get()
    assert later.selection == draft.selection[:-1]
    assert agree(listing, portal)
