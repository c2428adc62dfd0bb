"""The portal: the remote udata site. Only this package speaks to it."""

import os
from functools import lru_cache

from django.conf import settings

from curation.portal.client import PortalClient
from curation.portal.transport import make_session, one_by_one

# Seconds. A little over a multiple of three, the time after which TCP tries again.
_CONNECT = 3.05
_SANDBOX = "http://sandbox.localhost"


def portal_client() -> PortalClient:
    """Return this process's client of the configured portal.

    A forked process makes its own: two that shared a connection would read each other's answers.
    """
    return _client(
        os.getpid(), settings.PORTAL_URL, settings.PORTAL_API_KEY, settings.PORTAL_TIMEOUT
    )


def portal_homes(here: str) -> tuple[str, ...]:
    """Return the addresses under which the portal has its pages and its API.

    `here` is the address of the dashboard, under which the sandbox shows its own.
    """
    if settings.PORTAL_URL == "sandbox:":
        return (f"{here.rstrip('/')}/sandbox", _SANDBOX)
    return (settings.PORTAL_URL,)


@lru_cache(maxsize=1)
def _client(process: int, url: str, key: str, timeout: float) -> PortalClient:
    session = make_session()
    if url != "sandbox:":
        return PortalClient(url, session=session, api_key=key, timeout=(_CONNECT, timeout))
    from curation.sandbox import ADMIN_KEY  # noqa: PLC0415  only where the sandbox is the portal
    from curation.sandbox.adapter import SandboxAdapter  # noqa: PLC0415  likewise; needs the apps

    session.mount(_SANDBOX, SandboxAdapter())
    return PortalClient(
        _SANDBOX, session=session, api_key=ADMIN_KEY, in_parallel=one_by_one, public_url=""
    )
