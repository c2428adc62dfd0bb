"""What can go wrong with the portal, each by its own name.

`str(error)` is one plain sentence for the editor, in the language of the moment it is asked for.
What the portal itself said is in `portal_message`: untrusted, mostly English, for those who want
details. Nothing here holds the key or an object of the HTTP library.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as Sentence


class PortalError(Exception):
    """A call of the portal that did not give what was asked for."""

    sentence: ClassVar[Sentence] = _("The portal did not do what was asked.")
    by_status: ClassVar[Mapping[int, Sentence]] = {}

    def __init__(self, portal_message: str = "", *, status: int | None = None) -> None:
        """Keep the portal's words (plain text, one line) and its HTTP status, if it answered."""
        super().__init__(portal_message, status)
        self.portal_message = portal_message
        self.status = status

    def __str__(self) -> str:
        """Say it to the editor."""
        return self.told(self.status)

    @classmethod
    def told(cls, status: int | None) -> str:
        """Return the sentence of such an error with this HTTP status."""
        return str(cls.sentence if status is None else cls.by_status.get(status, cls.sentence))


class PortalUnreachable(PortalError):
    """No connection: the portal certainly received nothing."""

    sentence = _("The portal cannot be reached.")


class PortalUntrusted(PortalUnreachable):
    """A connection refused by us: the certificate is not the portal's, or has expired."""

    sentence = _("The portal cannot be reached safely: its certificate is not valid.")


class PortalTimeout(PortalError):
    """No complete answer in time. The portal may have received the request, and may act on it."""

    sentence = _("The portal did not answer in time.")


class PortalBroken(PortalError):
    """The connection broke off. The portal may have received the request, and may have acted."""

    sentence = _("The connection to the portal broke off.")


class PortalUnavailable(PortalError):
    """The portal answered that it cannot answer (408, 429, 5xx).

    `retry_after` is in seconds, None if the portal did not say. Note that udata also answers 500
    to a list that holds an id it does not know.
    """

    sentence = _("The portal has an internal problem.")
    by_status = {
        408: _("The portal did not answer in time."),
        429: _("The portal received too many requests. Please try again in a moment."),
        502: _("The portal is not available for the moment."),
        503: _("The portal is not available for the moment."),
        504: _("The portal did not answer in time."),
    }

    def __init__(
        self, portal_message: str = "", *, status: int, retry_after: int | None = None
    ) -> None:
        super().__init__(portal_message, status=status)
        self.retry_after = retry_after


class PortalRefused(PortalError):
    """The portal understood and said no (401, 403, 405, 423; 404 on a homepage list)."""

    sentence = _("The portal refuses this action.")
    by_status = {
        401: _("The portal does not accept the access key."),
        403: _("The access key is not allowed to do this on the portal."),
        404: _("The portal does not offer its homepage lists in the expected way."),
        405: _("The portal does not offer its homepage lists in the expected way."),
        423: _("The portal is in read-only mode for the moment."),
    }


class PortalRejected(PortalError):
    """The portal found fault with the request (400 and the like).

    After a PUT this does not prove that nothing was saved: udata reads some headers afterwards.
    """

    sentence = _("The portal did not accept the request.")


class PortalUnreadable(PortalError):
    """An answer that no udata gives: a page instead of data, broken JSON, another shape."""

    sentence = _("The portal gave an answer that could not be understood.")


class PortalMoved(PortalUnreadable):
    """A redirect. It is never followed; `location` is where it pointed, as sent."""

    sentence = _("The portal redirects to another address.")

    def __init__(self, location: str, *, status: int) -> None:
        super().__init__(status=status)
        self.location = location


class ItemNotFound(PortalError):
    """The portal knows no such item, or not for this key."""

    sentence = _("The portal does not know this item.")


class ItemDeleted(PortalError):
    """The item was deleted on the portal."""

    sentence = _("This item has been deleted from the portal.")


def recorded(name: str, status: int | None) -> str:
    """Return the sentence of an error that was recorded by its name; "" if none has that name."""
    kinds = [PortalError]
    for kind in kinds:
        if kind.__name__ == name:
            return kind.told(status)
        kinds += kind.__subclasses__()
    return ""
