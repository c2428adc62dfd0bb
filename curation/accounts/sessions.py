"""Sessions, in the database: each request asks for its own, so that one can be ended."""

from __future__ import annotations

from typing import Any

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.utils import timezone

from curation.prepared import Prepared

_SESSION = Prepared(lambda: Session.objects.filter(expire_date__gt=timezone.now(), session_key=""))


class SessionStore(db.SessionStore):
    """Django's own, that reads a session with SQL that is written once."""

    def load(self) -> dict[str, Any]:
        """Return what a session holds; nothing if it is over, or never was."""
        for session in _SESSION(timezone.now(), self.session_key or ""):
            return self.decode(session.session_data)
        self._session_key = None
        return {}
