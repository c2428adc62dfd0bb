"""Servers for tests, in processes of their own."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings


@contextmanager
def sandbox_server(directory: Path) -> Iterator[str]:
    """Serve the sandbox as an operator would, its content in `directory`; give its address."""
    database = directory / "sandbox.sqlite3"
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
