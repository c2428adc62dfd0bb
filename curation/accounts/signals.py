"""What follows when Django tells of a sign-in: its record, and its end; `apps` connects it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth import signals
from django.utils import timezone

from curation.services import accounts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpRequest

    from curation.models import User


def connect() -> None:
    """Listen from now on."""
    signals.user_logged_in.connect(signed_in)
    signals.user_logged_in.connect(end_in_time)
    signals.user_logged_out.connect(signed_out)
    signals.user_login_failed.connect(refused)


def signed_in(user: User, **kwargs: Any) -> None:
    """Record a sign-in. Where it cannot be recorded, it fails: nobody is in unseen."""
    accounts.record_sign_in(user)


def end_in_time(request: HttpRequest, **kwargs: Any) -> None:
    """Let the session end so long after the sign-in, whatever is done in it meanwhile."""
    request.session.set_expiry(timezone.now() + timedelta(seconds=settings.SESSION_COOKIE_AGE))


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
