"""People who sign in elsewhere: their account here, and their role as of now."""

from __future__ import annotations

import hashlib
import logging
import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.signals import user_login_failed
from django.db import transaction

from curation.accounts.refusals import Reason, SignInRefused
from curation.accounts.roles import Role, role_of
from curation.models import User
from curation.services import accounts, audit

if TYPE_CHECKING:
    from django.http import HttpRequest

    from curation.accounts.claims import Person

logger = logging.getLogger(__name__)

VIA = "oidc"
# What Django takes for the name of an account.
_USABLE = re.compile(r"[\w.@+-]{1,150}", re.ASCII)


def admit(person: Person, via: str = VIA) -> User:
    """Return the account of a person, as the provider describes them now.

    The role is that of their groups, at each sign-in: it is lost with the group, in all sessions.
    Raises SignInRefused without a role, and for an account that an administrator made inactive.
    A stranger without a role leaves nothing behind; where administrators give the roles (no
    ROLE_…_GROUPS), they find the account there.
    """
    role = role_of(person.groups) if groups_give_roles() else None
    user = User.objects.filter(issuer=person.issuer, subject=person.subject).first()
    if user is None:
        if role == Role.NONE:
            raise _refusal(Reason.NO_ROLE, "No group of theirs gives a role.", person)
        # Two first sign-ins at once: the second finds the account of the first.
        user, _ = User.objects.get_or_create(
            issuer=person.issuer,
            subject=person.subject,
            defaults={
                "username": username_of(person, via),
                "via": via,
                "password": make_password(None),
            },
        )
    before = user.role_in_force
    user.first_name, user.last_name = person.first_name, person.last_name
    user.email = person.email
    if role is not None:
        user.role = role
    with transaction.atomic():
        user.save(update_fields=["first_name", "last_name", "email", "role"])
        accounts.record_role_change(user, before, by=audit.nobody(via))
    if not user.is_active:
        raise _refusal(Reason.CLOSED, "Their account was made inactive.", person)
    if not user.role:
        raise _refusal(Reason.NO_ROLE, "They have no role.", person)
    return user


def report(refusal: SignInRefused, request: HttpRequest, *, via: str, issuer: str) -> None:
    """Put a refusal on record, with the account if the person has one, and into the log."""
    logger.warning("sign-in refused reason=%s: %s", refusal.reason.value, refusal.words)
    account = None
    if refusal.subject:
        account = User.objects.filter(issuer=issuer, subject=refusal.subject).first()
    credentials = {"via": via, "account": account, "reason": refusal.reason.value}
    user_login_failed.send(__name__, credentials=credentials, request=request)


def groups_give_roles() -> bool:
    """Tell whether groups give the roles; if not, administrators do."""
    return bool(
        settings.ROLE_ADMINISTRATOR_GROUPS
        or settings.ROLE_EDITOR_GROUPS
        or settings.ROLE_READER_GROUPS
    )


def username_of(person: Person, via: str = VIA) -> str:
    """Return a name for a new account that no other has, and that says whose word it is.

    The subject at the provider's host, or alone if the issuer has none; where that is taken or no
    name that Django takes, a digest.
    """
    host = urlsplit(person.issuer).hostname
    name = f"{person.subject}@{host}" if host else person.subject
    if _USABLE.fullmatch(name) and not User.objects.filter(username=name).exists():
        return name
    digest = hashlib.sha256(f"{person.issuer}\n{person.subject}".encode()).hexdigest()
    return f"{via}-{digest[:32]}"


def _refusal(reason: Reason, words: str, person: Person) -> SignInRefused:
    return SignInRefused(reason, words, name=person.name, subject=person.subject)
