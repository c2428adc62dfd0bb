"""What happens to accounts, put on record. No password, and no name that is no account."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from curation.models import Action, RefusedSignIns, User
from curation.services import audit

if TYPE_CHECKING:
    from curation.models import AuditEntry

# Within it, further refusals for an account are counted, and told by the next entry.
REFUSALS_TOLD_EVERY = timedelta(minutes=15)


def named(name: str) -> User | None:
    """Return the account of this name, if there is one. PostgreSQL knows no NUL."""
    return None if "\x00" in name else User.objects.filter(username=name).first()


def record_sign_in(user: User) -> AuditEntry:
    """Record who signed in, with which role, and after how many refusals not told of yet."""
    detail: dict[str, Any] = {"role": user.role_in_force}
    with transaction.atomic():
        refusals = _refusals(user.via, user)
        if refusals.untold:
            detail["refused"] = refusals.untold
            refusals.untold = 0
            refusals.save(update_fields=["untold"])
        return audit.record(Action.SIGNED_IN, actor=audit.actor_of(user), detail=detail)


def record_sign_out(user: User) -> AuditEntry:
    """Record who signed out. A session that expires is no sign-out."""
    return audit.record(Action.SIGNED_OUT, actor=audit.actor_of(user))


def record_refusal(via: str, user: User | None = None, *, reason: str = "") -> AuditEntry | None:
    """Count a refused sign-in, and record it unless that was just done for this account.

    `user` is whose account it was tried for, None if it is nobody's: what was typed is recorded
    nowhere, since people type passwords where the name goes. Whoever tried is nobody known, so
    the entry has no actor. `attempts` counts all since the entry before, this one included;
    `reason` is the last one's, if it is known.
    """
    with transaction.atomic():
        refusals = _refusals(via, user)
        refusals.untold += 1
        now = timezone.now()
        if refusals.told_at and now - refusals.told_at < REFUSALS_TOLD_EVERY:
            refusals.save(update_fields=["untold"])
            return None
        detail = {"attempts": refusals.untold} | (_account(user) if user else {})
        if reason:
            detail["reason"] = reason
        refusals.untold, refusals.told_at = 0, now
        refusals.save(update_fields=["untold", "told_at"])
        return audit.record(Action.SIGN_IN_REFUSED, actor=audit.nobody(via), detail=detail)


def record_role_change(user: User, before: str, *, by: audit.Actor) -> AuditEntry | None:
    """Record whose role changed, if it did: from `before` to the one in force now.

    `by` is who changed it; `audit.nobody(via)` if the groups of the account did.
    """
    after = user.role_in_force
    if before == after:
        return None
    change = {"role": {"before": before, "after": after}}
    return audit.record(Action.ROLE_CHANGED, actor=by, detail=_account(user) | change)


def record_password(user: User, *, by: audit.Actor) -> AuditEntry:
    """Record who set, or took away, whose password: whoever sets one can act in that name."""
    return audit.record(Action.PASSWORD_SET, actor=by, detail=_account(user))


def _account(user: User) -> dict[str, Any]:
    return {"account": {"id": user.get_username(), "name": user.display_name}}


def _refusals(via: str, user: User | None) -> RefusedSignIns:
    account = user.get_username() if user else ""
    rows = RefusedSignIns.objects.select_for_update()
    return rows.get_or_create(via=via, account=account)[0]
