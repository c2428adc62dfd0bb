"""The sandbox in this process, and the sandbox alone, served over HTTP."""

from collections.abc import Iterator

import pytest
import requests

from curation.sandbox import faults
from curation.sandbox.adapter import SandboxAdapter
from curation.sandbox.seed import seed
from tests.servers import sandbox_server

HOST = "http://sandbox.localhost"


@pytest.fixture
def seeded(db: None) -> Iterator[None]:
    """Give the content as seeded; faults are off afterwards."""
    seed()
    yield
    faults.clear()


@pytest.fixture
def session(seeded: None) -> Iterator[requests.Session]:
    """Return a session that speaks to the sandbox inside this process."""
    with requests.Session() as session:
        session.mount(HOST, SandboxAdapter())
        yield session


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the sandbox as an operator would; return its address."""
    with sandbox_server(tmp_path_factory.mktemp("sandbox")) as url:
        yield url
