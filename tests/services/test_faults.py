"""The fault matrix: whatever a portal does wrong, at whichever step, over real sockets.

For each fault and step: the sentence that the editor sees, what the log says, what becomes of the
draft; and that once the portal is well again and the lease over, one `reconcile` makes the log,
what we know and the portal agree.
"""

import uuid
from dataclasses import dataclass
from typing import Any

import pytest
from django.utils import translation

from curation.models import Action, AuditEntry, Draft, Listing
from curation.portal.errors import PortalError
from curation.services import drafts, listings, publishing
from curation.services.errors import CurationError
from curation.services.reconcile import reconcile
from tests.portal.server import silence
from tests.services.conftest import TruePortal, actions, let_the_lease_expire, log_is_sound
from tests.services.unreliable import (
    DRIP,
    HTML,
    RESET,
    SILENCE,
    Fault,
    Reach,
    Step,
    UnreliablePortal,
    after,
    cut,
    half,
    instead,
    other_ids,
    unreliable,
)

STARTED, SUCCEEDED, OUTSIDE = (
    Action.PUBLISH_STARTED,
    Action.PUBLISH_SUCCEEDED,
    Action.CHANGE_OUTSIDE,
)
FAILED, REFUSED = Action.PUBLISH_FAILED, Action.PUBLISH_REFUSED

UNREACHABLE = "The portal cannot be reached."
BROKE_OFF = "The connection to the portal broke off."
TOO_LATE = "The portal did not answer in time."
REDIRECTS = "The portal redirects to another address."
REJECTED = "The portal did not accept the request."
BAD_KEY = "The portal does not accept the access key."
NOT_ALLOWED = "The access key is not allowed to do this on the portal."
NOT_OFFERED = "The portal does not offer its homepage lists in the expected way."
READ_ONLY = "The portal is in read-only mode for the moment."
TOO_MANY = "The portal received too many requests. Please try again in a moment."
INTERNAL = "The portal has an internal problem."
NOT_AVAILABLE = "The portal is not available for the moment."
UNREADABLE = "The portal gave an answer that could not be understood."

CONFLICT = (
    "The front page changed since you began. Nothing was overwritten, and your draft is kept."
)
WOULD_REFUSE = "The portal would refuse one item. Nothing was sent."
NOT_CONFIRMED = "The portal did not confirm, so we do not know yet whether your list is published."
UNCHANGED = (
    "Not published: the front page is unchanged. {cause} Your draft is kept: publish it again "
    "later. If this goes on, tell your administrator."
)


@dataclass(frozen=True)
class Case:
    """A fault, how it is told where nothing was sent, and what it makes of a PUT.

    `put` holds the outcome and how it is known; `unclear` if only reconciling tells the outcome.
    """

    name: str
    fault: Fault
    told: str
    put: tuple[Action, str]
    unclear: bool = False
    read: str = ""  # instead of `told`
    check: str = ""  # instead of `told`

    def __str__(self) -> str:
        return self.name


def elsewhere(status: int) -> Fault:
    """Redirect to where nobody may be led."""
    return instead(status, HTML, Location="/elsewhere/")


CASES = [
    Case("refused", Fault(reach=Reach.REFUSE), UNREACHABLE, (FAILED, "not sent")),
    Case("no connection", Fault(reach=Reach.IGNORE, waits=True), UNREACHABLE, (FAILED, "not sent")),
    Case("reset before", RESET, BROKE_OFF, (FAILED, "reconciled"), unclear=True),
    Case("reset after", after(RESET), BROKE_OFF, (SUCCEEDED, "read-back")),
    Case("silence before", SILENCE, TOO_LATE, (FAILED, "reconciled"), unclear=True),
    Case("silence after", after(SILENCE), TOO_LATE, (SUCCEEDED, "read-back")),
    Case("drip before", DRIP, TOO_LATE, (FAILED, "reconciled"), unclear=True),
    Case("drip after", after(DRIP), TOO_LATE, (SUCCEEDED, "read-back")),
    Case("301", elsewhere(301), REDIRECTS, (FAILED, "read-back")),
    Case("302", elsewhere(302), REDIRECTS, (FAILED, "read-back")),
    Case("308", elsewhere(308), REDIRECTS, (FAILED, "read-back")),
    Case("400", instead(400), REJECTED, (FAILED, "read-back")),
    Case("400 after", after(instead(400)), REJECTED, (SUCCEEDED, "read-back")),
    Case("401", instead(401), BAD_KEY, (REFUSED, "answer")),
    Case("403", instead(403), NOT_ALLOWED, (REFUSED, "answer")),
    Case("404", instead(404), NOT_OFFERED, (REFUSED, "answer"), check=WOULD_REFUSE),
    Case("423", instead(423), READ_ONLY, (REFUSED, "answer")),
    Case("429", instead(429, Retry_After="30"), TOO_MANY, (FAILED, "read-back")),
    Case("500 before", instead(500), INTERNAL, (FAILED, "read-back")),
    Case("500 after", after(instead(500)), INTERNAL, (SUCCEEDED, "read-back")),
    Case("502", instead(502), NOT_AVAILABLE, (FAILED, "reconciled"), unclear=True),
    Case("502 after", after(instead(502)), NOT_AVAILABLE, (SUCCEEDED, "read-back")),
    Case("503", instead(503), NOT_AVAILABLE, (FAILED, "read-back")),
    Case("504", instead(504), TOO_LATE, (FAILED, "reconciled"), unclear=True),
    Case("a page", instead(200, HTML), UNREADABLE, (FAILED, "read-back")),
    Case("a page after", after(instead(200, HTML)), UNREADABLE, (SUCCEEDED, "read-back")),
    Case("half an answer", Fault(half), UNREADABLE, (SUCCEEDED, "read-back")),
    Case("cut off", Fault(cut), BROKE_OFF, (SUCCEEDED, "read-back")),
    Case("other ids", Fault(other_ids), UNREADABLE, (SUCCEEDED, "read-back"), read=CONFLICT),
]
every_fault = pytest.mark.parametrize("case", CASES, ids=str)


@pytest.fixture
def portal(true_portal: TruePortal):
    with unreliable(true_portal.url) as portal:
        yield portal


@pytest.fixture
def listing(db, true_portal: TruePortal) -> Listing:
    listings.refresh(true_portal.client)
    return Listing.objects.get(pk="datasets")


@pytest.fixture
def draft(editor, listing: Listing, true_portal: TruePortal) -> Draft:
    """A new item is second: its check is one request."""
    draft = drafts.add_item(
        editor,
        listing,
        true_portal.others[0],
        at=2,
        seen=drafts.token(listing, None),
        client=true_portal.client,
    ).draft
    assert draft
    return draft


@pytest.fixture
def attempt(editor, listing: Listing, draft: Draft, portal: UnreliablePortal):
    """Return a function that publishes, and returns what the editor is told, "" for a success."""

    def attempt() -> str:
        with translation.override("en"):
            try:
                publishing.publish(
                    editor,
                    listing,
                    seen=drafts.token(listing, draft),
                    attempt=uuid.uuid4(),
                    note="",
                    client=portal.client(),
                )
            except (CurationError, PortalError) as error:
                return str(error)
            return ""

    return attempt


def settled_by(portal: UnreliablePortal) -> list[str]:
    """Let the portal be well and the lease over, reconcile, and return what was settled how."""
    portal.heal()
    let_the_lease_expire()
    with translation.override("en"):
        done = reconcile(portal.client())
    assert not done.problems
    return [f"{entry.action} {entry.detail['known_by']}" for entry in done.settled]


def all_agree(true_portal: TruePortal) -> None:
    """Check that the log, what we know and the portal tell the same; and that no success is false,
    and no failure.
    """
    live = true_portal.live()
    known = Listing.objects.get(pk="datasets")
    telling = AuditEntry.objects.filter(listing="datasets")
    shown = [entry.shown_after for entry in telling if entry.shown_after is not None]
    assert known.live == live == shown[0]
    assert known.claim is None
    assert log_is_sound()
    for entry in telling.filter(action=SUCCEEDED):
        assert live == tuple(entry.after)
    for entry in telling.filter(action__in=[FAILED, REFUSED]):
        assert live == tuple(entry.before)


@every_fault
@pytest.mark.parametrize("step", [Step.READ, Step.CHECK], ids=str)
def test_before_anything_is_sent(true_portal, portal, draft, attempt, step, case):
    portal.fail(step, case.fault)

    told = attempt()

    special = case.read if step is Step.READ else case.check
    assert told.startswith(special or case.told)
    assert portal.puts() == 0
    assert Draft.objects.get() == draft
    assert actions() == ([OUTSIDE] if told == CONFLICT else [])
    settled = settled_by(portal)
    assert settled == []
    assert actions() == ([OUTSIDE, OUTSIDE] if told == CONFLICT else [])
    assert true_portal.live() == true_portal.home
    assert Draft.objects.get() == draft
    all_agree(true_portal)


@every_fault
def test_instead_of_an_answer_to_the_put(true_portal, portal, draft, attempt, case):
    outcome, known_by = case.put
    portal.fail(Step.PUT, case.fault)

    told = attempt()

    if case.unclear:
        assert told.startswith(NOT_CONFIRMED)
        assert actions() == [STARTED]
    else:
        assert told == ("" if outcome == SUCCEEDED else UNCHANGED.format(cause=case.told))
        assert actions() == [STARTED, outcome]
        assert AuditEntry.objects.first().detail["known_by"] == known_by
    assert Draft.objects.exists() == (told != "")
    settled = settled_by(portal)
    assert settled == ([f"{outcome} {known_by}"] if case.unclear else [])
    assert actions() == [STARTED, outcome]
    assert true_portal.live() == (draft.selection if outcome == SUCCEEDED else true_portal.home)
    assert Draft.objects.exists() == (outcome != SUCCEEDED)
    assert portal.puts() == (0 if known_by == "not sent" else 1)
    all_agree(true_portal)


@every_fault
@pytest.mark.parametrize("lands", [False, True], ids=["not taken", "taken"])
def test_while_an_unclear_answer_is_read_back(true_portal, portal, draft, attempt, case, lands):
    unclear = instead(500, Connection="close")
    portal.fail(Step.PUT, after(unclear) if lands else unclear)
    portal.fail(Step.READ_BACK, case.fault)

    told = attempt()

    assert told.startswith(NOT_CONFIRMED)
    assert actions() == [STARTED]
    assert Draft.objects.get() == draft
    outcome = SUCCEEDED if lands else FAILED
    assert settled_by(portal) == [f"{outcome} reconciled"]
    assert actions() == [STARTED, outcome]
    assert true_portal.live() == (draft.selection if lands else true_portal.home)
    assert Draft.objects.exists() != lands
    assert portal.puts() == 1
    all_agree(true_portal)


def test_nothing_is_led_elsewhere(portal, attempt):
    """No redirect is followed, at no step."""
    for status in (301, 302, 307, 308):
        for step in (Step.READ, Step.CHECK, Step.PUT):
            portal.fail(step, elsewhere(status))
            attempt()
            portal.heal()

    assert not [received for received in portal.received if received.path == "/elsewhere/"]


@pytest.mark.parametrize("lands", ["while it may", "after that"])
def test_a_put_that_lands_late(true_portal, portal, draft, attempt, lands):
    """Nobody answers in time, and the portal carries it out when it likes."""
    held: list[Any] = []

    def hold(forward):
        held.append(forward)
        return silence

    portal.fail(Step.PUT, Fault(hold, waits=True))
    assert attempt().startswith(NOT_CONFIRMED)
    portal.heal()

    if lands == "while it may":
        held[0]()
        (entry,) = reconcile(portal.client()).settled
        assert entry.action == SUCCEEDED
        assert not Draft.objects.exists()
        expected = [STARTED, SUCCEEDED]
        all_agree(true_portal)
    else:
        settled_by(portal)
        held[0]()
        reconcile(portal.client())
        assert AuditEntry.objects.first().detail == {"late": AuditEntry.objects.all()[1].sequence}
        assert Draft.objects.get() == draft
        expected = [STARTED, FAILED, OUTSIDE]

    assert actions() == expected
    assert Listing.objects.get(pk="datasets").live == true_portal.live() == draft.selection
    assert log_is_sound()
