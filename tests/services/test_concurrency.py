"""Several processes at once, on one database and one portal."""

import uuid
from itertools import chain

import pytest

from curation.accounts.roles import Role
from curation.models import OUTCOMES, Action, AuditEntry, Draft, Listing, User
from curation.services import drafts, listings
from tests.conftest import person
from tests.services import processes
from tests.services.conftest import (
    TruePortal,
    actions,
    let_the_lease_expire,
    log_is_sound,
)
from tests.services.processes import Place
from tests.services.unreliable import RESET, Step, unreliable

pytestmark = pytest.mark.django_db(transaction=True)

STARTED, SUCCEEDED = Action.PUBLISH_STARTED, Action.PUBLISH_SUCCEEDED
FAILED = Action.PUBLISH_FAILED


@pytest.fixture
def place(true_portal: TruePortal) -> Place:
    return processes.place(true_portal.url)


@pytest.fixture
def editors(transactional_db: None) -> list[User]:
    return [person(name, Role.EDITOR) for name in ("claire", "karim", "lea", "noe")]


@pytest.fixture
def listing(transactional_db: None, true_portal: TruePortal) -> Listing:
    listings.refresh(true_portal.client)
    return Listing.objects.get(pk="datasets")


@pytest.fixture
def draft(editors: list[User], listing: Listing) -> Draft:
    seen = drafts.token(listing, None)
    draft = drafts.move_item(editors[0], listing, listing.live[-1], to=1, seen=seen).draft
    assert draft
    return draft


def test_everybody_publishes_while_others_look(editors, listing, place, true_portal):
    """No update is lost: each success is based on the one before. One attempt at a time."""
    told = processes.together(
        place,
        *((processes.publish_often, editor.pk, 5) for editor in editors),
        (processes.look, 10),
        (processes.look, 10),
    )

    entries = list(AuditEntry.objects.filter(listing="datasets").order_by("sequence"))[1:]
    assert [entry.action for entry in entries] == [STARTED, SUCCEEDED] * (len(entries) // 2)
    live = true_portal.home
    for started, succeeded in zip(entries[::2], entries[1::2], strict=True):
        assert started.attempt == succeeded.attempt
        assert tuple(succeeded.before) == live
        live = tuple(succeeded.after)
    assert sorted(chain.from_iterable(told[:4])) == [entry.sequence for entry in entries[1::2]]
    assert len(entries) == 2 * 5 * 4
    assert Listing.objects.get(pk="datasets").live == live == true_portal.live()
    assert log_is_sound()


def test_a_change_that_many_see_at_once_is_recorded_once(listing, place, true_portal):
    seen = listing.live
    for _round in range(4):
        changed = seen[1:] + seen[:1]
        true_portal.set_live(changed)

        processes.together(place, *[(processes.look,)] * 5)

        entry = AuditEntry.objects.first()
        assert entry.action == Action.CHANGE_OUTSIDE
        assert (tuple(entry.before), tuple(entry.after)) == (seen, changed)
        seen = changed

    assert actions() == [Action.CHANGE_OUTSIDE] * 4
    assert log_is_sound()


@pytest.mark.parametrize("taken", [False, True], ids=["not taken", "taken"])
def test_an_attempt_that_many_settle_at_once_has_one_outcome(
    editors, draft, place, true_portal, taken
):
    with unreliable(true_portal.url) as portal:
        portal.fail(Step.PUT, RESET)
        there = Place(place.database, portal.url)
        seen = drafts.token(draft.listing, draft)
        (told,) = processes.together(there, (processes.click, editors[0].pk, seen, uuid.uuid4()))
    assert told == "NotSettledYet"
    if taken:
        true_portal.set_live(draft.selection)
    let_the_lease_expire()

    outcomes = processes.together(place, *[(processes.settle,)] * 3, *[(processes.look,)] * 2)

    assert actions() == [STARTED, SUCCEEDED if taken else FAILED]
    assert {outcome for outcome in outcomes if outcome} <= {AuditEntry.objects.first().sequence}
    assert Draft.objects.exists() != taken
    assert log_is_sound()


def test_one_attempt_that_is_sent_many_times_at_once_is_done_once(
    editors, draft, place, true_portal
):
    attempt, seen = uuid.uuid4(), drafts.token(draft.listing, draft)

    told = processes.together(place, *[(processes.click, editors[0].pk, seen, attempt)] * 5)

    (outcome,) = AuditEntry.objects.filter(action__in=OUTCOMES)
    assert outcome.action == SUCCEEDED
    assert set(told) <= {outcome.sequence, "PublishBusy"}
    assert outcome.sequence in told
    assert actions() == [STARTED, SUCCEEDED]
    assert true_portal.live() == draft.selection
    assert log_is_sound()
