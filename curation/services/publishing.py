"""Publishing a draft: the protocol of docs/architecture.md, step by step.

No transaction is open while the portal is asked. Between the intent and the outcome any process
may die: `settle` finishes what it left, by reading.
"""

from __future__ import annotations

import logging
import time
import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _

from curation.accounts.roles import Permission, require
from curation.domain.health import is_invisible
from curation.domain.selection import without_duplicates
from curation.models import OUTCOMES, Action, AuditEntry, Draft, Listing
from curation.portal.errors import (
    ItemDeleted,
    ItemNotFound,
    PortalBroken,
    PortalError,
    PortalRefused,
    PortalTimeout,
    PortalUnavailable,
    PortalUnreachable,
    PortalUnreadable,
)
from curation.portal.items import Item, ItemState
from curation.services import audit
from curation.services.drafts import draft_of, token
from curation.services.errors import (
    ItemsRefused,
    NothingToPublish,
    NotPublished,
    NotSettledYet,
    PublishBusy,
    PublishConflict,
    PublishError,
    StaleDraft,
    Undetermined,
    UnseenItems,
)
from curation.services.listings import known_items, lock, observe, remember_items, set_known

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from curation.domain.selection import Selection
    from curation.models import ListingQuerySet, User
    from curation.portal.client import PortalClient
    from curation.wording import Words

logger = logging.getLogger("curation.publishing")

# What an intent says that its outcome says again: it alone is shown once the attempt is settled.
KEPT = ("restores", "without", "unseen")

# Gateways give up on an answer that may still come: the write may land after they said so.
_MAY_STILL_LAND = {502, 504, 520, 524}


@dataclass(frozen=True, slots=True)
class Published:
    """What became of one listing of a publication: the entry, or why not."""

    listing: Listing
    entry: AuditEntry | None
    error: PublishError | StaleDraft | None


def publish_all(
    editor: User,
    *,
    seen: Mapping[str, str],
    attempts: Mapping[str, uuid.UUID],
    note: str,
    client: PortalClient,
    accepted: Collection[str] = (),
) -> list[Published]:
    """Publish the editor's drafts one listing after the other, each an attempt of its own.

    `seen` and `attempts` hold, by listing key, the token that the review page showed and the id
    of the attempt; `accepted` the new items that are published although visitors do not see them.
    One failure does not stop the next listing; each result stands for itself.
    """
    results = []
    for listing in Listing.objects.filter(pk__in=seen):
        try:
            entry = publish(
                editor,
                listing,
                seen=seen[listing.key],
                attempt=attempts[listing.key],
                note=note,
                client=client,
                accepted=accepted,
            )
        except (PublishError, StaleDraft) as error:
            results.append(Published(listing, None, error))
        except PortalError as error:
            results.append(Published(listing, None, NotPublished(str(error))))
        else:
            results.append(Published(listing, entry, None))
    return results


def publish(
    editor: User,
    listing: Listing,
    *,
    seen: str,
    attempt: uuid.UUID,
    note: str,
    client: PortalClient,
    accepted: Collection[str] = (),
) -> AuditEntry:
    """Make the editor's draft the live selection and return the `publish.succeeded` entry.

    The same attempt asked twice (a double click) is done once and answers the same. Raises
    StaleDraft, NothingToPublish, PublishBusy, PublishConflict, ItemsRefused, UnseenItems (new ones
    that are not `accepted`) or a PortalError when nothing was sent; NotPublished, NotSettledYet or
    Undetermined after the intent was recorded. The draft goes only with success.
    """
    require(editor, Permission.PUBLISH)
    if outcome := _outcome_of(attempt):
        return _answer(outcome)
    settle(listing, client)
    claim = _claim(listing, editor)
    try:
        entry = _start(editor, listing, claim, seen, attempt, note, client, accepted)
    except BaseException:
        _release(listing, claim)
        raise
    if entry.is_outcome:
        _release(listing, claim)
        return _answer(entry)
    return _put(listing, entry, claim, client)


def settle(listing: Listing, client: PortalClient) -> AuditEntry | None:
    """Settle, by reading, an attempt that nobody works on any more; return its outcome.

    Called by the next publication, the next look at the board, and `reconcile`. Does nothing while
    a process is at work, and while a list that was given up may still land it can only succeed.
    Several callers at once record one outcome.
    """
    intent = AuditEntry.objects.unsettled().filter(listing=listing.key).first()
    if intent is None:
        return None
    current = Listing.objects.on_time().get(pk=listing.pk)
    if current.is_held:
        return None
    live = client.home_ids(listing.key)
    return _settle(intent, live, may_land=current.is_reserved)


def lease() -> timedelta:
    """Return how long one attempt may hold a listing, from its claim and anew from its intent.

    Longer than its calls to the portal last, and than a PUT whose answer we gave up on may take to
    land.
    """
    return timedelta(seconds=30 + 9 * settings.PORTAL_TIMEOUT)


# Steps 1 to 5: nothing has been sent yet ----------------------------------------------------------


def _claim(listing: Listing, editor: User) -> uuid.UUID:
    claim = uuid.uuid4()
    taken = (
        Listing.objects.free()
        .filter(pk=listing.pk)
        .update(
            claim=claim,
            claimed_by=editor.display_name[:150],
            claimed_at=Now(),
            claim_expires_at=Now() + lease(),
        )
    )
    listing.refresh_from_db()
    if not taken:
        raise PublishBusy(listing)
    return claim


def _release(listing: Listing, claim: uuid.UUID) -> None:
    """Let others publish, unless they already do: the lease may have expired."""
    _free(Listing.objects.filter(pk=listing.pk, claim=claim))


def _free(listings: ListingQuerySet) -> None:
    listings.update(claim=None, claimed_by="", claimed_at=None, claim_expires_at=None)


def _start(
    editor: User,
    listing: Listing,
    claim: uuid.UUID,
    seen: str,
    attempt: uuid.UUID,
    note: str,
    client: PortalClient,
    accepted: Collection[str],
) -> AuditEntry:
    """Read, compare, check, and record the intent. Return it, or what became of this attempt.

    Another process may have finished the same attempt just before our claim, or left it open.
    """
    foreseen = _foreseen(editor, listing, seen)
    live, answers = _read(listing, claim, client, foreseen)
    if outcome := _outcome_of(attempt):
        return outcome
    draft = draft_of(editor, listing)
    if draft is None:
        raise NothingToPublish
    if token(listing, draft) != seen:
        raise StaleDraft
    if live == draft.selection:
        Draft.objects.filter(pk=draft.pk, version=draft.version).delete()
        raise NothingToPublish
    if live != draft.base:
        raise PublishConflict(draft, live)
    titles, unseen = _check_items(listing, live, draft.selection, client, answers)
    if surprising := [item_id for item_id in unseen if item_id not in accepted]:
        raise UnseenItems(surprising)
    return _record_intent(listing, claim, draft, live, titles, unseen, editor, attempt, note)


def _foreseen(editor: User, listing: Listing, seen: str) -> list[str]:
    """Return the items to ask the portal about, should the list still be the draft's base."""
    draft = draft_of(editor, listing)
    if draft is None or token(listing, draft) != seen:
        return []
    return _doubtful(listing, draft.base, draft.selection)


def _read(
    listing: Listing, claim: uuid.UUID, client: PortalClient, foreseen: Sequence[str]
) -> tuple[Selection, dict[str, Item | PortalError]]:
    """Read the live selection, which settles an attempt whose lease ended just before our claim.

    As long as the claim is ours nobody else moves what is known: if that is not what we read, we
    were slower than the lease, and have been overtaken. Beside it, look at the items that are
    `foreseen` to be new.
    """
    live, answers = client.home_ids_and_items(listing.key, foreseen)
    intent = AuditEntry.objects.unsettled().filter(listing=listing.key).first()
    if intent is not None:
        _settle(intent, live, claim=claim)
        listing.refresh_from_db()
    observe(listing, live, client, claim=claim)
    if listing.live != live:
        raise PublishBusy(listing)
    return live, answers


def _doubtful(listing: Listing, before: Selection, after: Selection) -> list[str]:
    """Return what is new, and what was purged: neither is known to be taken by the portal."""
    known = known_items((listing.key, item_id) for item_id in after)
    gone = {item.id for item in known.values() if item.state is ItemState.GONE}
    return [item_id for item_id in after if item_id not in before or item_id in gone]


def _check_items(
    listing: Listing,
    before: Selection,
    after: Selection,
    client: PortalClient,
    answers: Mapping[str, Item | PortalError],
) -> tuple[dict[str, str], list[str]]:
    """Ask the portal about each item that is not live yet, unless its answer is there already.

    Return the titles of all items, and which of the new ones visitors will not see although the
    portal takes them. udata answers 500 to a whole list for one id that it cannot find, new or
    listed for long: the bad one is found and named here.
    """
    known = known_items((listing.key, item_id) for item_id in {*before, *after})
    titles = {item.id: item.title for item in known.values() if item.title}
    doubtful = _doubtful(listing, before, after)
    refused: dict[str, tuple[str, Words]] = {}
    unasked = [item_id for item_id in doubtful if item_id not in answers]
    answers = {**answers, **client.items(listing.key, unasked)}
    for item_id, answer in answers.items():
        if isinstance(answer, ItemNotFound | ItemDeleted):
            refused[item_id] = (titles.get(item_id, item_id), str(answer))
        elif isinstance(answer, PortalError):
            raise answer
        elif answer.id != item_id:
            raise PortalUnreadable(status=200)
        elif reason := _why_not(answer):
            refused[item_id] = (answer.title or item_id, reason)
    if refused:
        raise ItemsRefused(refused)
    found = [answer for answer in answers.values() if isinstance(answer, Item)]
    remember_items(found)
    unseen = [item.id for item in found if is_invisible(item.facts)]
    return titles | {item.id: item.title for item in found if item.title}, unseen


def _why_not(item: Item) -> Words | None:
    match item.state:
        case ItemState.GONE:
            return _("It no longer exists on the portal.")
        case ItemState.DELETED:
            return _("It was deleted on the portal.")
        case ItemState.PRIVATE:
            return _("It is private: visitors cannot see it.")
        case _:
            return None


def _record_intent(
    listing: Listing,
    claim: uuid.UUID,
    draft: Draft,
    before: Selection,
    titles: Mapping[str, str],
    unseen: list[str],
    editor: User,
    attempt: uuid.UUID,
    note: str,
) -> AuditEntry:
    """Record what is about to be sent, if the listing is still ours; the lease begins anew."""
    with transaction.atomic():
        current = lock(listing.key)
        if current.claim != claim or current.live != before:
            raise PublishBusy(current)
        Listing.objects.filter(pk=listing.pk).update(claim_expires_at=Now() + lease())
        return audit.record(
            Action.PUBLISH_STARTED,
            actor=audit.actor_of(editor),
            listing=listing.key,
            before=before,
            after=draft.selection,
            titles=titles,
            attempt=attempt,
            note=note,
            detail={"draft": draft.pk, "version": draft.version, "claim": str(claim)}
            | _restored(draft)
            | ({"unseen": unseen} if unseen else {}),
        )


def _restored(draft: Draft) -> dict[str, Any]:
    """Say whose state this is again, and what of it could not be brought back."""
    if not draft.origin:
        return {}
    state = AuditEntry.objects.get(pk=draft.origin).shown_after or ()
    lost = [item_id for item_id in without_duplicates(state) if item_id not in draft.ids]
    return {"restores": draft.origin} | ({"without": lost} if lost else {})


# Steps 6 to 8: sent, then decided -----------------------------------------------------------------


def _put(
    listing: Listing, intent: AuditEntry, claim: uuid.UUID, client: PortalClient
) -> AuditEntry:
    after = tuple(intent.after)
    started = time.monotonic()
    # What is left of the lease must cover the PUT, and the time in which it may still land.
    if timezone.now() - intent.recorded_at > lease() / 4:
        sentence = _("This took too long here, so that nothing was sent.")
        return _fail(intent, {"status": None, "sentence": sentence}, known_by="not sent")
    try:
        answered = client.put_home(listing.key, after)
    except PortalUnreachable as error:
        return _fail(intent, _exchange(error, started), known_by="not sent")
    except PortalRefused as error:
        detail, before = _exchange(error, started), tuple(intent.before)
        refused = Action.PUBLISH_REFUSED
        return _answer(_record_outcome(intent, refused, before, known_by="answer", detail=detail))
    except PortalError as error:
        detail, may_land = _exchange(error, started), _may_still_land(error)
        return _read_back(listing, intent, claim, client, detail, may_land=may_land)
    detail = {"status": 200, "milliseconds": _since(started)}
    if answered != after:
        return _read_back(listing, intent, claim, client, detail, answered=answered)
    return _succeed(intent, after, detail, known_by="answer")


def _read_back(
    listing: Listing,
    intent: AuditEntry,
    claim: uuid.UUID,
    client: PortalClient,
    detail: Mapping[str, Any],
    *,
    answered: Selection | None = None,
    may_land: bool = False,
) -> AuditEntry:
    """Find out by reading what a PUT did whose answer was not clear, or showed another list.

    Another list is believed if the portal shows it twice: that is how it keeps what we sent.
    """
    try:
        live = client.home_ids(listing.key)
    except PortalError as error:
        logger.warning("publish attempt=%s not read back: %s", intent.attempt, type(error).__name__)
        live = None
    if live == tuple(intent.after):
        return _succeed(intent, live, detail, known_by="read-back")
    if live == tuple(intent.before) and not may_land:
        return _fail(intent, detail, known_by="read-back")
    if live is not None and live == answered:
        return _succeed(intent, live, detail, known_by="read-back")
    _give_up(listing, claim, may_land=may_land)
    raise NotSettledYet


def _may_still_land(cause: PortalError) -> bool:
    if isinstance(cause, PortalTimeout | PortalBroken):
        return True
    return isinstance(cause, PortalUnavailable) and cause.status in _MAY_STILL_LAND


def _give_up(listing: Listing, claim: uuid.UUID, *, may_land: bool) -> None:
    """Leave the attempt to settling: at once, or when its list cannot land any more."""
    if may_land:
        Listing.objects.filter(pk=listing.pk, claim=claim).update(claim=None)
    else:
        _release(listing, claim)


def _succeed(
    intent: AuditEntry, live: Selection, detail: Mapping[str, Any], *, known_by: str
) -> AuditEntry:
    """Record a success. Undetermined, if another process has called it something else before."""
    outcome = _record_outcome(
        intent, Action.PUBLISH_SUCCEEDED, live, known_by=known_by, detail=detail
    )
    if outcome.action != Action.PUBLISH_SUCCEEDED:
        raise Undetermined
    return outcome


def _fail(intent: AuditEntry, detail: Mapping[str, Any], *, known_by: str) -> AuditEntry:
    before = tuple(intent.before)
    return _answer(
        _record_outcome(intent, Action.PUBLISH_FAILED, before, known_by=known_by, detail=detail)
    )


def _settle(
    intent: AuditEntry,
    live: Selection,
    *,
    claim: uuid.UUID | None = None,
    may_land: bool = False,
) -> AuditEntry | None:
    """Decide by a reading, if nobody else is at it: whoever has claimed since will read, too.

    `may_land` is what was true before the reading began: one from before the end of a lease proves
    no failure after it.
    """
    with transaction.atomic():
        current = lock(intent.listing)
        if current.is_held and current.claim != claim:
            return None
        if live == tuple(intent.after):
            action = Action.PUBLISH_SUCCEEDED
        elif may_land:
            return None
        elif live == tuple(intent.before):
            action = Action.PUBLISH_FAILED
        else:
            action = Action.PUBLISH_UNDETERMINED
        return _record_outcome(intent, action, live, known_by="reconciled")


def _record_outcome(
    intent: AuditEntry,
    action: Action,
    live: Selection,
    *,
    known_by: str,
    detail: Mapping[str, Any] | None = None,
) -> AuditEntry:
    """Record the outcome, move the known selection, drop the draft, release: one transaction.

    An attempt has one outcome: if it has been settled already, that is returned.
    """
    attempt = intent.attempt
    assert attempt is not None  # noqa: S101 (an intent has one)
    details = dict(detail or {}) | {"known_by": known_by, "intent": intent.sequence}
    details |= {name: intent.detail[name] for name in KEPT if name in intent.detail}
    if action == Action.PUBLISH_SUCCEEDED and live != tuple(intent.after):
        details["asked"] = intent.after
    if action == Action.PUBLISH_UNDETERMINED:
        details["live"] = list(live)
    with transaction.atomic():
        listing = lock(intent.listing)
        if outcome := _outcome_of(attempt):
            return outcome
        outcome = audit.record(
            action,
            actor=intent.actor,
            listing=intent.listing,
            before=tuple(intent.before),
            after=live if action == Action.PUBLISH_SUCCEEDED else tuple(intent.after),
            titles=intent.titles,
            attempt=attempt,
            note=intent.note,
            detail=details,
        )
        if listing.live != live:
            set_known(listing, live)
        if action == Action.PUBLISH_SUCCEEDED:
            Draft.objects.filter(
                pk=intent.detail["draft"], version=intent.detail["version"]
            ).delete()
        # Not what another holds: it may have claimed the listing, and settle this under its claim.
        if listing.claim is None or str(listing.claim) == intent.detail.get("claim"):
            _free(Listing.objects.filter(pk=listing.pk))
        return outcome


def _outcome_of(attempt: uuid.UUID) -> AuditEntry | None:
    return AuditEntry.objects.filter(attempt=attempt, action__in=OUTCOMES).first()


def _answer(outcome: AuditEntry) -> AuditEntry:
    """Return a success; raise what any other outcome means for the editor."""
    match outcome.action:
        case Action.PUBLISH_SUCCEEDED:
            return outcome
        case Action.PUBLISH_UNDETERMINED:
            raise Undetermined
        case _:
            raise NotPublished(outcome.detail.get("sentence", ""))


def _exchange(error: PortalError, started: float) -> dict[str, Any]:
    return {
        "status": error.status,
        "portal_message": error.portal_message,
        "error": type(error).__name__,
        "sentence": str(error),
        "milliseconds": _since(started),
    }


def _since(started: float) -> int:
    return round((time.monotonic() - started) * 1000)
