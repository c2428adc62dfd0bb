"""Publishing a draft: the protocol of docs/architecture.md, step by step.

No transaction is open while the portal is asked. Between the intent and the outcome any process
may die: `settle` finishes what it left, by reading.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from curation.accounts.roles import Permission, require
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
)
from curation.services.listings import observe, remember_items, set_known, titles_of

if TYPE_CHECKING:
    import uuid
    from collections.abc import Mapping

    from curation.domain.selection import Selection
    from curation.models import User
    from curation.portal.client import PortalClient
    from curation.wording import Words

logger = logging.getLogger("curation.publishing")

# Gateways give up on an answer that may still come: the write may land after they said so.
_MAY_STILL_LAND = {502, 504}


@dataclass(frozen=True, slots=True)
class Published:
    """What became of one listing of a publication: the entry, or why not."""

    listing: Listing
    entry: AuditEntry | None
    error: PublishError | PortalError | StaleDraft | None


def publish_all(
    editor: User,
    *,
    seen: Mapping[str, str],
    attempts: Mapping[str, uuid.UUID],
    note: str,
    client: PortalClient,
) -> list[Published]:
    """Publish the editor's drafts one listing after the other, each an attempt of its own.

    `seen` and `attempts` hold, by listing key, the token that the review page showed and the id
    of the attempt. One failure does not stop the next listing; each result stands for itself.
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
            )
        except (PublishError, PortalError, StaleDraft) as error:
            results.append(Published(listing, None, error))
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
) -> AuditEntry:
    """Make the editor's draft the live selection and return the `publish.succeeded` entry.

    The same attempt asked twice (a double click) is done once and answers the same. Raises
    StaleDraft, NothingToPublish, PublishBusy, PublishConflict, ItemsRefused or a PortalError
    when nothing was sent; NotPublished, NotSettledYet or Undetermined after the intent was
    recorded. The draft goes only with success.
    """
    require(editor, Permission.PUBLISH)
    earlier = AuditEntry.objects.filter(attempt=attempt, action__in=OUTCOMES).first()
    if earlier is not None:
        return _answer(earlier)
    settle(listing, client)
    draft = draft_of(editor, listing)
    if draft is None:
        raise NothingToPublish
    if token(listing, draft) != seen:
        raise StaleDraft
    _claim(listing, attempt, editor)
    try:
        before = _read(listing, draft, client)
        titles = _check_new_items(listing, before, draft.selection, client)
        intent = _record_intent(listing, draft, before, titles, editor, attempt, note)
    except BaseException:
        _release(listing, attempt)
        raise
    return _put(listing, intent, client)


def settle(listing: Listing, client: PortalClient) -> AuditEntry | None:
    """Settle, by reading, an attempt that nobody works on any more; return its outcome.

    Called by the next publication, the next look at the board, and `reconcile`. Does nothing
    while the claim of the attempt lasts: its process may still be at work, or its PUT may still
    land. Several callers at once record one outcome.
    """
    intent = AuditEntry.objects.unsettled().filter(listing=listing.key).first()
    if intent is None:
        return None
    listing.refresh_from_db()
    if listing.claim == intent.attempt and listing.is_claimed(timezone.now()):
        return None
    live = client.home_ids(listing.key)
    if live == tuple(intent.after):
        return _record_outcome(intent, Action.PUBLISH_SUCCEEDED, live, known_by="reconciled")
    if live == tuple(intent.before):
        return _record_outcome(intent, Action.PUBLISH_FAILED, live, known_by="reconciled")
    return _record_outcome(intent, Action.PUBLISH_UNDETERMINED, live, known_by="reconciled")


# Steps 1 to 5: nothing has been sent yet ----------------------------------------------------------


def _claim(listing: Listing, attempt: uuid.UUID, editor: User) -> None:
    now = timezone.now()
    free = Q(claim=None) | Q(claim_expires_at__lte=now)
    taken = Listing.objects.filter(free, pk=listing.pk).update(
        claim=attempt,
        claimed_by=editor.display_name,
        claimed_at=now,
        claim_expires_at=now + lease(),
    )
    listing.refresh_from_db()
    if not taken:
        raise PublishBusy(listing)


def lease() -> timedelta:
    """Return how long one attempt may hold a listing.

    Longer than all its calls to the portal can last, and than a PUT whose answer we gave up on
    may take to land.
    """
    return timedelta(seconds=30 + 9 * settings.PORTAL_TIMEOUT)


def _release(listing: Listing, attempt: uuid.UUID) -> None:
    Listing.objects.filter(pk=listing.pk, claim=attempt).update(
        claim=None, claimed_by="", claimed_at=None, claim_expires_at=None
    )


def _read(listing: Listing, draft: Draft, client: PortalClient) -> Selection:
    live = client.home_ids(listing.key)
    observe(listing, live, holds_claim=True)
    if live == draft.selection:
        Draft.objects.filter(pk=draft.pk, version=draft.version).delete()
        raise NothingToPublish
    if live != draft.base:
        raise PublishConflict(draft, live)
    return live


def _check_new_items(
    listing: Listing, before: Selection, after: Selection, client: PortalClient
) -> dict[str, str]:
    """Ask the portal about each item that is not live yet. Return the titles of all items.

    udata answers 500 to a whole list for one bad id: the bad one is found and named here.
    """
    new = [item_id for item_id in after if item_id not in before]
    refused: dict[str, tuple[str, Words]] = {}
    titles = titles_of(listing.key, {*before, *after})
    answers = client.items(listing.key, new)
    for item_id, answer in answers.items():
        if isinstance(answer, ItemNotFound | ItemDeleted):
            refused[item_id] = (titles.get(item_id, item_id), str(answer))
        elif isinstance(answer, PortalError):
            raise answer
        elif reason := _why_not(answer):
            refused[item_id] = (answer.title or item_id, reason)
    if refused:
        raise ItemsRefused(refused)
    found = [answer for answer in answers.values() if isinstance(answer, Item)]
    remember_items(found)
    return titles | {item.id: item.title for item in found if item.title}


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
    draft: Draft,
    before: Selection,
    titles: Mapping[str, str],
    editor: User,
    attempt: uuid.UUID,
    note: str,
) -> AuditEntry:
    try:
        return audit.record(
            Action.PUBLISH_STARTED,
            actor=audit.actor_of(editor),
            listing=listing.key,
            before=before,
            after=draft.selection,
            titles=titles,
            attempt=attempt,
            note=note,
            detail={"draft": draft.pk, "version": draft.version}
            | ({"restores": draft.origin} if draft.origin else {}),
        )
    except IntegrityError as error:  # the same attempt, sent twice: the first one is at work
        raise PublishBusy(listing) from error


# Steps 6 to 8: sent, then decided -----------------------------------------------------------------


def _put(listing: Listing, intent: AuditEntry, client: PortalClient) -> AuditEntry:
    after = tuple(intent.after)
    started = time.monotonic()
    try:
        answered = client.put_home(listing.key, after)
    except PortalUnreachable as error:
        return _fail(intent, error, started, known_by="not sent")
    except PortalRefused as error:
        outcome = _record_outcome(
            intent,
            Action.PUBLISH_REFUSED,
            tuple(intent.before),
            known_by="answer",
            detail=_exchange(error, started),
        )
        return _answer(outcome)
    except PortalError as error:
        return _read_back(listing, intent, error, started, client)
    outcome = _record_outcome(
        intent,
        Action.PUBLISH_SUCCEEDED,
        answered,
        known_by="answer",
        detail={"status": 200, "milliseconds": _since(started)},
    )
    return _answer(outcome)


def _read_back(
    listing: Listing, intent: AuditEntry, cause: PortalError, started: float, client: PortalClient
) -> AuditEntry:
    """Find out by reading what a PUT without a clear answer did."""
    try:
        live = client.home_ids(listing.key)
    except PortalError as error:
        logger.warning("publish attempt=%s not settled: %s", intent.attempt, type(error).__name__)
        raise NotSettledYet from cause
    detail = _exchange(cause, started)
    if live == tuple(intent.after):
        return _answer(
            _record_outcome(
                intent, Action.PUBLISH_SUCCEEDED, live, known_by="read-back", detail=detail
            )
        )
    if live != tuple(intent.before):
        return _answer(
            _record_outcome(
                intent, Action.PUBLISH_UNDETERMINED, live, known_by="read-back", detail=detail
            )
        )
    if _may_still_land(cause):
        raise NotSettledYet from cause
    return _fail(intent, cause, started, known_by="read-back")


def _may_still_land(cause: PortalError) -> bool:
    if isinstance(cause, PortalTimeout | PortalBroken):
        return True
    return isinstance(cause, PortalUnavailable) and cause.status in _MAY_STILL_LAND


def _fail(intent: AuditEntry, cause: PortalError, started: float, *, known_by: str) -> AuditEntry:
    outcome = _record_outcome(
        intent,
        Action.PUBLISH_FAILED,
        tuple(intent.before),
        known_by=known_by,
        detail=_exchange(cause, started),
    )
    return _answer(outcome)


def _record_outcome(
    intent: AuditEntry,
    action: Action,
    live: Selection,
    *,
    known_by: str,
    detail: Mapping[str, Any] | None = None,
) -> AuditEntry:
    """Record the outcome, move the known selection, drop the draft, release: one transaction.

    The database refuses a second outcome of one attempt: then the first one is returned.
    """
    attempt = intent.attempt
    assert attempt is not None  # noqa: S101 (an intent has one)
    details = dict(detail or {}) | {"known_by": known_by, "intent": intent.sequence}
    if "restores" in intent.detail:
        details["restores"] = intent.detail["restores"]
    if action == Action.PUBLISH_SUCCEEDED and live != tuple(intent.after):
        details["asked"] = intent.after
    if action == Action.PUBLISH_UNDETERMINED:
        details["live"] = list(live)
    try:
        with transaction.atomic():
            # The listing before the log, as in `observe`: the other order could deadlock.
            listing = Listing.objects.select_for_update().get(pk=intent.listing)
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
            _release(listing, attempt)
            return outcome
    except IntegrityError:
        return AuditEntry.objects.get(attempt=attempt, action__in=OUTCOMES)


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
