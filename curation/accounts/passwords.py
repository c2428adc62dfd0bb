"""Signing in with a password of our own; and whose a session is, whichever the way in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.backends import ModelBackend

from curation.models import User
from curation.prepared import Prepared

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

_USER = Prepared(lambda: User.objects.filter(pk=0, is_active=True))


def holder(user_id: int) -> User | None:
    """Return the account that a session names, if it may still sign in."""
    return next(iter(_USER(user_id)), None)


class Backend(ModelBackend):
    """Django's own, for accounts of our own; it asks for whoever is signed in with prepared SQL."""

    def get_user(self, user_id: int) -> User | None:
        """Return whose session it is, if the account is active."""
        return holder(user_id)

    def user_can_authenticate(self, user: User | AnonymousUser | None) -> bool:
        """Refuse whoever signs in elsewhere: a password would pass over what their groups say."""
        return super().user_can_authenticate(user) and isinstance(user, User) and user.is_local
