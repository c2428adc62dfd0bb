"""Why somebody could not be signed in: for the page, the operator's log and the record."""

from enum import StrEnum

from django.conf import settings


class Reason(StrEnum):
    """What the person can do about it, hence which page is shown."""

    UNAVAILABLE = "unavailable"  # the provider does not answer, or not as one: try again later
    CANCELLED = "cancelled"  # by the person, at the provider: start again
    STALE = "stale"  # too old, used already, or of another browser: start again
    UNTRUSTED = "untrusted"  # an answer that does not hold up: nothing, an operator has to look
    NO_ROLE = "no-role"  # known to the provider, with no role here: ask for one
    CLOSED = "closed"  # an administrator made the account inactive: ask


class SignInRefused(Exception):
    """Nobody was signed in. `words` say why, in plain English, and hold no secret."""

    def __init__(self, reason: Reason, words: str, *, name: str = "", subject: str = "") -> None:
        super().__init__(f"{reason}: {words}")
        self.reason = reason
        self.words = words
        self.name = name  # of the person, if the provider said
        self.subject = subject  # likewise, the provider's identifier
        self.next_page = ""  # where they wanted to go, for the next attempt


def quoted(text: object) -> str:
    """Return what somebody else said, short and on one line, for the words of a refusal.

    Without our secret, should the provider repeat it.
    """
    said = str(text)
    if settings.OIDC_CLIENT_SECRET:
        said = said.replace(settings.OIDC_CLIENT_SECRET, "***")
    return repr(said if len(said) <= 100 else said[:99] + "…")
