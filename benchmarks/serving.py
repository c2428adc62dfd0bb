"""Servers to measure: the product and its yardsticks, served alike, and what they cost."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import requests

from tests.servers import ROOT, gunicorn

YARDSTICKS = Path(__file__).with_name("yardsticks")
CATALOGUE = ROOT / "curation" / "sandbox" / "data" / "catalogue.json"
WORKERS = 2
ROWS = 20
# The product's, in gunicorn.conf.py; a yardstick has no such file.
_AS_OURS = ("--worker-class", "gthread", "--threads", "8", "--no-control-socket")


@dataclass
class Server:
    """A gunicorn, and somebody signed in."""

    master: int
    url: str
    session_key: str
    path: str = "/"

    def __post_init__(self) -> None:
        self.session = requests.Session()
        self.session.cookies.set("sessionid", self.session_key)
        self.session.headers["Accept-Language"] = "fr"

    @property
    def processes(self) -> list[int]:
        """Return the master and its workers."""
        children = Path(f"/proc/{self.master}/task/{self.master}/children").read_text()
        return [self.master, *map(int, children.split())]

    def cpu(self) -> float:
        """Return the seconds of CPU that its processes took so far (clock_getcpuclockid(3))."""
        return sum(time.clock_gettime_ns((~process << 3) | 2) / 1e9 for process in self.processes)

    def memory(self) -> float:
        """Return the MB of memory that its processes hold, shared pages counted once (PSS)."""
        kilobytes = 0
        for process in self.processes:
            rollup = Path(f"/proc/{process}/smaps_rollup").read_text()
            kilobytes += int(rollup.partition("\nPss:")[2].split()[0])
        return kilobytes / 1024

    def get(self, path: str = "", **headers: str) -> requests.Response:
        """Load a page; AssertionError unless it is one."""
        response = self.session.get(
            self.url + (path or self.path), headers=headers, timeout=60, allow_redirects=False
        )
        assert response.status_code == 200, f"{path or self.path}: {response.status_code}"
        return response

    def crowd(self) -> None:
        """Load the page many times at once, each time over a new connection: to all workers."""
        headers = {**self.session.headers, "Connection": "close"}
        cookies = self.session.cookies.get_dict()

        def load(_number: int) -> None:
            url = self.url + self.path
            requests.get(url, headers=headers, cookies=cookies, timeout=60).raise_for_status()

        with ThreadPoolExecutor(16) as pool:
            list(pool.map(load, range(320)))


@contextmanager
def product(session_key: str, log: IO[str], **variables: str) -> Iterator[Server]:
    """Serve the product to somebody whose session is known."""
    options = ("--workers", str(WORKERS), "--log-level", "warning")
    with gunicorn(log, *options, **variables) as (process, url):
        server = Server(process.pid, url, session_key)
        server.get()
        yield server


@contextmanager
def yardstick(
    kind: str, python: str, directory: Path, log: IO[str], portal: str = ""
) -> Iterator[Server]:
    """Fill a yardstick and serve it; `python` has its packages."""
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "settings",
        "YARDSTICK": kind,
        "YARDSTICK_DIRECTORY": str(directory),
        "PORTAL_URL": portal,
        "PYTHONWARNINGS": "ignore",
    }
    prepared = subprocess.run(  # noqa: S603  our own program
        [python, YARDSTICKS / "prepare.py", CATALOGUE, str(ROWS)],
        cwd=YARDSTICKS,
        env=environment,
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    told: dict[str, Any] = json.loads(prepared.stdout.splitlines()[-1])
    with socket.create_server(("127.0.0.1", 0), backlog=2048) as listening:
        command = [
            *(python, "-m", "gunicorn", "wsgi", "--preload", *_AS_OURS),
            *("--workers", str(WORKERS), "--log-level", "warning"),
            *("--bind", f"fd://{listening.fileno()}"),
        ]
        with subprocess.Popen(  # noqa: S603  our own command
            command,
            cwd=YARDSTICKS,
            env=environment,
            pass_fds=[listening.fileno()],
            stdout=log,
            stderr=log,
        ) as process:
            try:
                url = f"http://127.0.0.1:{listening.getsockname()[1]}"
                listening.close()  # should it fail to start, nobody waits for it
                server = Server(process.pid, url, told["session"], told["path"])
                server.get()
                yield server
            finally:
                process.terminate()
                process.wait(timeout=60)


def start_up(directory: Path) -> float:
    """Return the seconds from script/run, everything installed, to its first page."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    variables = {
        "PORT": str(port),
        "DATABASE_URL": f"sqlite:///{directory}/start.sqlite3",
        "PORTAL_URL": "sandbox:",
    }
    began = time.monotonic()
    with subprocess.Popen(  # noqa: S603  our own script
        [ROOT / "script" / "run"],
        env=os.environ | variables,
        stdout=subprocess.DEVNULL,
        stderr=sys.stderr,
    ) as process:
        try:
            while time.monotonic() < began + 60:
                try:
                    if requests.get(f"http://127.0.0.1:{port}/sign-in/", timeout=10).ok:
                        return time.monotonic() - began
                except requests.ConnectionError:
                    time.sleep(0.02)  # nobody listens yet
        finally:
            process.terminate()
            process.wait(timeout=60)
    raise TimeoutError("script/run shows no page within a minute.")
