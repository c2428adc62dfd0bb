"""Servers for tests and benchmarks, in processes of their own, on this machine only."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from urllib.parse import quote

ROOT = Path(__file__).resolve().parent.parent
Process = subprocess.Popen[bytes]


@contextmanager
def sandbox_server(directory: Path) -> Iterator[str]:
    """Serve the sandbox as an operator would, its content in `directory`; give its address."""
    database = directory / "sandbox.sqlite3"
    with subprocess.Popen(  # noqa: S603  our own command
        [sys.executable, ROOT / "manage.py", "sandbox", "--port", "0"],
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
            process.terminate()  # SIGINT is ignored by what a shell started in the background
            process.wait(timeout=20)


@contextmanager
def web_server(workers: int, log: IO[str]) -> Iterator[str]:
    """Serve the product with gunicorn as this process's environment says; give its address."""
    with gunicorn(log, "--workers", str(workers), "--log-level", "warning") as (_, url):
        yield url


@contextmanager
def gunicorn(log: IO[str], *arguments: str, **variables: str) -> Iterator[tuple[Process, str]]:
    """Serve the product; give the process of the master, and the address.

    `variables` are added to the environment of this process.
    """
    with socket.create_server(("127.0.0.1", 0), backlog=2048) as listening:
        # It inherits the socket: connections wait in its queue until the first worker is there.
        command = [
            *(sys.executable, "-m", "gunicorn", "curation.wsgi", "--preload"),
            *("--bind", f"fd://{listening.fileno()}", *arguments),
        ]
        with subprocess.Popen(  # noqa: S603  our own command
            command,
            cwd=ROOT,
            env=os.environ | variables,
            pass_fds=[listening.fileno()],
            stdout=log,
            stderr=log,
        ) as process:
            try:
                yield process, f"http://127.0.0.1:{listening.getsockname()[1]}"
            finally:
                process.send_signal(signal.SIGTERM)
                process.wait(timeout=60)


def database_url(settings: Mapping[str, object]) -> str:
    """Return as DATABASE_URL what Django knows of a database (`connection.settings_dict`)."""
    name = str(settings["NAME"])
    if settings["ENGINE"] == "django.db.backends.sqlite3":
        return f"sqlite:///{name}"
    user, password, host, port = (
        quote(str(settings[key]), safe="") for key in ("USER", "PASSWORD", "HOST", "PORT")
    )
    place = f"{host}:{port}" if port else host
    return f"postgres://{user}{password and ':' + password}@{place}/{quote(name, safe='')}"
