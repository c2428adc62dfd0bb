"""Providers that others wrote, as somebody meets them in a browser."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import which
from typing import IO, Any, ClassVar

import requests
from playwright.sync_api import BrowserContext, Page

from tests.oidc.forger import SECRET

HERE = Path(__file__).resolve().parent
People = dict[str, dict[str, Any]]


def has_node() -> bool:
    """Tell whether the certified provider can be started (script/test installs its packages)."""
    return which("node") is not None and (HERE / "node_modules" / "oidc-provider").is_dir()


@dataclass
class Certified:
    """panva's oidc-provider, which runs on Node; `provider.mjs` says how it is set up."""

    remembers: ClassVar[bool] = True  # who signed in before, in the same browser
    issuer: str
    stdin: IO[str]
    stdout: IO[str]

    def tell(self, people: People) -> None:
        """Say who there is from now on."""
        print(json.dumps(people), file=self.stdin, flush=True)
        line = self.stdout.readline()
        assert line == "TOLD\n", line

    def enter(self, page: Page, name: str) -> None:
        page.get_by_label("Name").fill(name)
        page.get_by_role("button", name="Enter").click()

    def cancel(self, page: Page) -> None:
        page.get_by_role("link", name="Cancel").click()

    def leave(self, page: Page) -> None:
        page.get_by_role("button", name="Leave").click()


@dataclass
class Mock:
    """oidc-provider-mock, which needs Python alone: one client, RS256, JSON."""

    remembers: ClassVar[bool] = False
    issuer: str

    def tell(self, people: People) -> None:
        """Say who there is from now on."""
        for name, claims in people.items():
            requests.put(f"{self.issuer}/users/{name}", json=claims, timeout=5).raise_for_status()

    def enter(self, page: Page, name: str) -> None:
        page.get_by_placeholder("sub").fill(name)
        page.get_by_role("button", name="Authorize").click()

    def leave(self, page: Page) -> None:
        page.get_by_role("button", name="End session").click()


@contextmanager
def certified(dashboard: str) -> Iterator[Certified]:
    """Start the certified provider for a dashboard at an address."""
    with _process(["node", str(HERE / "provider.mjs"), dashboard]) as (issuer, process):
        assert process.stdin
        assert process.stdout
        yield Certified(issuer, process.stdin, process.stdout)


@contextmanager
def mock() -> Iterator[Mock]:
    """Start the mock, which lets in every client."""
    with _process([sys.executable, "-m", "tests.oidc.mock"]) as (issuer, _):
        yield Mock(issuer)


@contextmanager
def _process(command: list[str]) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    with subprocess.Popen(  # noqa: S603  our own commands
        command,
        cwd=HERE.parent.parent,
        env=os.environ | {"AUTHLIB_INSECURE_TRANSPORT": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin
        assert process.stdout
        line = process.stdout.readline()
        try:
            assert line.startswith("READY "), f"{command[0]} said {line!r}"
            yield line.split()[1], process
        finally:
            process.stdin.close()
            process.wait(timeout=20)


# What is set for each; the mock and the client "json" answer in JSON, "signed" as ProConnect does.
SHAPES: dict[str, dict[str, str]] = {"mock": {"client": "any", "secret": SECRET}}
if has_node():
    SHAPES |= {
        "json": {"client": "json", "secret": SECRET},
        "signed": {"client": "signed", "secret": SECRET, "OIDC_SIGN_ALGORITHM": "ES256"},
    }


def nothing_from_elsewhere(context: BrowserContext) -> None:
    """Answer with nothing what the mock's pages would load from the internet."""
    nothing = {"body": "", "content_type": "text/css"}
    context.route(re.compile("^https:"), lambda route: route.fulfill(**nothing))
