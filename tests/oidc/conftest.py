"""Providers to sign in with."""

from collections.abc import Callable, Iterator

import pytest

from curation.accounts import discovery
from tests.oidc.forger import CLIENT, SECRET, Forger, forging_provider
from tests.oidc.providers import SHAPES, Certified, Mock, People, certified, mock


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


PEOPLE: People = {
    "alice": {
        "given_name": "Alice",
        "usual_name": "Durand",
        "email": "alice@example.org",
        "groups": ["homepage-editors"],
    },
    "karim": {
        "given_name": "Karim",
        "family_name": "Benali",
        "email": "karim@example.org",
        "groups": ["staff", "homepage-readers"],
    },
    "ada": {"given_name": "Ada", "family_name": "Roux", "groups": ["homepage-admins"]},
    "bob": {"given_name": "Bob", "usual_name": "Martin", "groups": ["visitors"]},
}


@pytest.fixture(scope="session")
def certified_provider(live_server) -> Iterator[Certified]:
    """Return the certified provider, started once."""
    with certified(live_server.url) as provider:
        yield provider


@pytest.fixture(scope="session")
def mock_provider() -> Iterator[Mock]:
    """Return the mock, started once."""
    with mock() as provider:
        yield provider


@pytest.fixture
def provider(request, shape: str, configure) -> Certified | Mock:
    """Return a provider that others wrote, configured in one of the SHAPES, with PEOPLE."""
    name = "mock_provider" if shape == "mock" else "certified_provider"
    provider: Certified | Mock = request.getfixturevalue(name)
    configure(provider.issuer, **SHAPES[shape])
    provider.tell(PEOPLE)
    return provider
