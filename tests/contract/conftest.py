"""The same assertions against the sandbox and against a real udata 10.8.3 (script/test-portal)."""

import os

import pytest

from tests.contract.portals import Portal

ADDRESSES = {"sandbox": "CONTRACT_SANDBOX_URL", "udata": "CONTRACT_UDATA_URL"}

_known: dict[str, Portal] = {}


@pytest.fixture(params=ADDRESSES)
def portal(request: pytest.FixtureRequest) -> Portal:
    """A portal with its seeded content."""
    name = request.param
    if name not in _known:
        address = os.environ.get(ADDRESSES[name], "")
        if not address:
            pytest.fail(f"{ADDRESSES[name]} is not set: run script/test-portal.", pytrace=False)
        _known[name] = Portal(name, address.rstrip("/"))
    _known[name].control("reset")
    return _known[name]


@pytest.fixture(params=["datasets", "reuses"])
def kind(request: pytest.FixtureRequest) -> str:
    """Each kind of item."""
    return str(request.param)
