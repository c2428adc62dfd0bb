"""Providers to sign in with."""

from collections.abc import Callable, Iterator

import pytest

from curation.accounts import discovery
from tests.oidc.forger import CLIENT, SECRET, Forger, forging_provider


@pytest.fixture
def configure(settings) -> Iterator[Callable[..., None]]:
    """Return a function that makes a provider the one to sign in with."""

    def configure(issuer: str, client: str = CLIENT, secret: str = SECRET, **more: object) -> None:
        settings.OIDC_ISSUER = issuer
        settings.OIDC_CLIENT_ID = settings.OIDC_RP_CLIENT_ID = client
        settings.OIDC_CLIENT_SECRET = secret
        settings.AUTHENTICATION_BACKENDS = [
            *settings.AUTHENTICATION_BACKENDS,
            "curation.accounts.oidc.Backend",
        ]
        settings.ROLE_READER_GROUPS = ["homepage-readers"]
        settings.ROLE_EDITOR_GROUPS = ["homepage-editors"]
        settings.ROLE_ADMINISTRATOR_GROUPS = ["homepage-admins"]
        for name, value in more.items():
            setattr(settings, name, value)

    discovery.forget()
    yield configure
    discovery.forget()


@pytest.fixture
def forger(configure) -> Iterator[Forger]:
    """Return a provider in our own hands, configured."""
    with forging_provider() as forger:
        configure(forger.issuer)
        yield forger
