"""The sandbox in this process, and the sandbox alone, served over HTTP."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from django.conf import settings

from curation.sandbox import faults
from curation.sandbox.adapter import SandboxAdapter
from curation.sandbox.seed import seed

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
    database = tmp_path_factory.mktemp("sandbox") / "sandbox.sqlite3"
    with subprocess.Popen(  # noqa: S603  our own command
        [sys.executable, Path(settings.BASE_DIR) / "manage.py", "sandbox", "--port", "0"],
        env=os.environ | {"DATABASE_URL": f"sqlite:///{database}", "PORTAL_URL": ""},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        line = process.stdout.readline()
        try:
            assert line.startswith("READY "), line
            yield line.split()[1]
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=20)
