"""Whether curation can work with a portal and a key, in words. Only reads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from curation.portal import errors, untrusted
from curation.portal.errors import PortalError
from curation.portal.items import Identity, Site

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    from curation.portal.client import PortalClient

    Sentence = str | _StrPromise

T = TypeVar("T")


class Way(StrEnum):
    """How a portal lets its homepage be curated."""

    HOME_LISTS = "home-lists"  # udata up to 10.8
    BLOCS = "blocs"  # udata 10.9 and later, which we do not speak
    UNKNOWN = "unknown"


class Access(StrEnum):
    """What the key may do."""

    FULL = "full"
    NO_KEY = "no-key"
    WRONG_KEY = "wrong-key"
    INACTIVE = "inactive"
    NOT_ADMIN = "not-admin"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What was found. `problems` is empty exactly when publishing can work."""

    site: Site | None
    way: Way
    access: Access
    identity: Identity | None
    problems: tuple[Sentence, ...]

    @property
    def can_publish(self) -> bool:
        """Whether publishing can work."""
        return not self.problems


_ACCESS_PROBLEMS: dict[Access, Sentence] = {
    Access.NO_KEY: _("No access key is configured: set PORTAL_API_KEY."),
    Access.WRONG_KEY: _("The portal does not know this access key."),
    Access.INACTIVE: _("The account that the access key belongs to is not active on the portal."),
    Access.NOT_ADMIN: _(
        "The account that the access key belongs to is not an administrator of the portal: "
        "it can neither read the reuses of the homepage nor publish."
    ),
}


def diagnose(client: PortalClient) -> Diagnosis:
    """Ask the portal for its name, its list of reuses and the owner of the key, and conclude.

    The reuses, because udata shows them to administrators only: who may read them may publish.
    """
    site = _answer(client.site)
    if isinstance(site, PortalError):
        return conclude(site, site, site, has_key=client.has_key)
    reuses, me = _answer(lambda: client.home_ids("reuses")), _answer(client.me)
    return conclude(site, reuses, me, has_key=client.has_key)


def conclude(
    site: Site | PortalError, reuses: object, me: Identity | PortalError, *, has_key: bool
) -> Diagnosis:
    """Conclude from what the portal answered; `reuses` is its list (a tuple) or a PortalError."""
    if isinstance(site, PortalError):
        return Diagnosis(None, Way.UNKNOWN, Access.UNKNOWN, None, (_no_portal(site),))
    way = _way(reuses)
    access = _access(reuses if way is Way.HOME_LISTS else me, has_key)
    problems = []
    if way is Way.BLOCS:
        problems.append(_too_new(site))
    if way is Way.UNKNOWN and isinstance(reuses, PortalError):
        problems.append(str(reuses))
    if access in _ACCESS_PROBLEMS:
        problems.append(_ACCESS_PROBLEMS[access])
    identity = None if isinstance(me, PortalError) else me
    return Diagnosis(site, way, access, identity, tuple(problems))


def _answer(call: Callable[[], T]) -> T | PortalError:
    try:
        return call()
    except PortalError as error:
        return error


def _way(reuses: object) -> Way:
    match reuses:
        case errors.PortalRefused(status=404 | 405):
            return Way.BLOCS
        case errors.PortalRefused(status=401 | 403) | tuple():
            return Way.HOME_LISTS
    return Way.UNKNOWN


def _access(answer: object, has_key: bool) -> Access:
    """Conclude from the list of reuses, or from the identity where there is no such list."""
    if not has_key:
        return Access.NO_KEY
    match answer:
        case tuple():
            return Access.FULL
        case Identity(roles=roles):
            return Access.FULL if "admin" in roles else Access.NOT_ADMIN
        case errors.PortalRefused(status=403):
            return Access.NOT_ADMIN
        case errors.PortalRefused(status=401, portal_message=message):
            return Access.INACTIVE if "inactive" in message.lower() else Access.WRONG_KEY
    return Access.UNKNOWN


def _no_portal(error: PortalError) -> Sentence:
    match error:
        case errors.PortalMoved(location=location):
            address = untrusted.text(location)
            return format_lazy(
                _("The address redirects to {address}: set PORTAL_URL to where the portal is."),
                address=address,
            )
        case errors.PortalUnreadable():
            return _("There is no udata portal at this address: something else answers.")
    return str(error)


def _too_new(site: Site) -> Sentence:
    return format_lazy(
        _(
            "This portal (udata {version}) has no homepage lists: since udata 10.9 the homepage is "
            "made of blocks, which cannot be curated from here."
        ),
        version=site.version or "≥ 10.9",
    )
