"""Puts on record what Django tells of sign-ins; `apps` connects it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth import signals

from curation.services import accounts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from curation.models import User


def connect() -> None:
    """Listen from now on."""
    signals.user_logged_in.connect(signed_in)
    signals.user_logged_out.connect(signed_out)
    signals.user_login_failed.connect(refused)


def signed_in(user: User, **kwargs: Any) -> None:
    """Record a sign-in. Where it cannot be recorded, it fails: nobody is in unseen."""
    accounts.record_sign_in(user)


def signed_out(user: User | None, **kwargs: Any) -> None:
    """Record a sign-out, if somebody was signed in."""
    if user:
        accounts.record_sign_out(user)


def refused(credentials: Mapping[str, Any], **kwargs: Any) -> None:
    """Record a refusal: of a name and a password, or as the way in itself tells it."""
    if "via" in credentials:
        account, reason = credentials.get("account"), credentials.get("reason", "")
        accounts.record_refusal(credentials["via"], account, reason=reason)
    else:
        accounts.record_refusal("local", accounts.named(str(credentials.get("username", ""))))
