"""Fifty editors publish a thousand times at once, through the web, and nothing is lost.

    .venv/bin/python benchmarks/stampede.py                       on SQLite
    script/with-postgres .venv/bin/python benchmarks/stampede.py  on PostgreSQL

Serves the product with several gunicorn workers and the sandbox as the portal, on this machine
alone and with a database of its own (DATABASE_URL, if given, must be empty of entries). Each editor
moves items of the lists and publishes; who meets a conflict adopts the merge and publishes again,
who finds the list busy tries again. Others look at the board all the while.

Prints its figures. Exits with 1 if an invariant does not hold: what an editor was told is what the
log says; each success was based on the one before it; nothing is called an outside change; what the
portal shows is the last success; the chain verifies.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import secrets
import sys
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory

import requests

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from curation.sandbox import ADMIN_KEY
from tests.servers import sandbox_server, web_server

LISTINGS = ("datasets", "reuses")
WATCHERS = 2
# Seconds. Nobody answers so late, unless it hangs.
PATIENCE = 120


@dataclass
class Figures:
    """What all editors saw, counted together."""

    wanted: int
    deadline: float
    published: dict[uuid.UUID, float] = field(default_factory=dict)  # attempt: seconds it took
    told: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def is_over(self) -> bool:
        """Tell whether enough was published, or something is wrong."""
        enough = len(self.published) >= self.wanted
        if enough or self.problems or time.monotonic() > self.deadline:
            self.over.set()
        return self.over.is_set()

    def count(self, what: str) -> None:
        """Count one thing that an editor was told."""
        with self.lock:
            self.told[what] += 1


class Browser:
    """A signed-in person's browser: keeps cookies, asks as htmx does."""

    def __init__(self, url: str, session_key: str, figures: Figures) -> None:
        self._url = url
        self._figures = figures
        self._session = requests.Session()
        self._session.cookies.set("sessionid", session_key)
        self._session.headers.update({"Accept-Language": "en", "HX-Request": "true"})

    def get(self, path: str, *, whole: bool = False) -> str:
        """Load a page, or its fragment."""
        headers = {"HX-Request": None} if whole else {}
        return self._checked(
            self._session.get(self._url + path, headers=headers, timeout=PATIENCE)
        ).text

    def post(self, path: str, **fields: str) -> requests.Response:
        """Send a form."""
        return self._checked(
            self._session.post(
                self._url + path,
                fields,
                headers={"X-CSRFToken": self._session.cookies["csrftoken"]},
                timeout=PATIENCE,
            )
        )

    def _checked(self, response: requests.Response) -> requests.Response:
        if response.status_code not in {200, 204, 409, 502}:
            self._figures.problems.append(
                f"{response.request.method} {response.request.url}: {response.status_code}"
            )
        return response


class Editor(Browser):
    """Somebody who moves one item after the other, and publishes each time."""

    def __init__(self, url: str, session_key: str, figures: Figures, seed: int) -> None:
        super().__init__(url, session_key, figures)
        self._chance = random.Random(seed)  # noqa: S311  not for secrets

    def work(self) -> None:
        """Publish until all together have published enough."""
        while not self._figures.is_over:
            listing = self._chance.choices(LISTINGS, weights=(3, 1))[0]
            version = self._move(listing)
            while version and not self._figures.is_over:
                version = self._publish(listing, version)

    def _move(self, listing: str) -> str:
        """Move an item; return the version of the draft, "" if the page was out of date."""
        board = self.get("/", whole=True)
        items = ids(board, listing)
        answer = self.post(
            f"/lists/{listing}/items/{self._chance.choice(items)}/move/",
            to=str(self._chance.randint(1, len(items))),
            version=version_of(board, f"{listing}-form"),
        )
        if answer.status_code == 409:
            self._figures.count("stale steps")
            return ""
        return version_of(answer.text, f"{listing}-form")

    def _publish(self, listing: str, version: str) -> str:
        """Publish a draft once; return the version to go on with, "" for another change."""
        publication = uuid.UUID(int=self._chance.getrandbits(128), version=4)
        began = time.monotonic()
        answer = self.post(
            "/review/publish/",
            **{"publication": str(publication), f"version-{listing}": version, "note": "Stampede"},
        )
        if "HX-Redirect" in answer.headers:
            with self._figures.lock:
                attempt = uuid.uuid5(publication, listing)
                self._figures.published[attempt] = time.monotonic() - began
            return ""
        if 'id="merge"' in answer.text:
            self._figures.count("conflicts, merged")
            return self._adopt(listing, answer.text)
        if "is publishing this list" in answer.text:
            self._figures.count("busy, tried again")
            self._figures.over.wait(self._chance.uniform(0.05, 0.25))  # as long as a person may
            return version
        if answer.status_code == 409:
            self._figures.count("stale reviews")
            return ""
        said = re.sub(r"<[^>]*>|\s+", " ", answer.text)[:300]
        self._figures.problems.append(f"publishing: {answer.status_code} {said}")
        return ""

    def _adopt(self, listing: str, page: str) -> str:
        """Take each merge as proposed; return the version of the draft that they make.

        The other list comes first if a draft of it was left behind and has been overtaken, too.
        """
        while (merge := form(page, "merge")) and not self._figures.is_over:
            answer = self.post(
                re.findall(r'action="(/review/merge/\w+/adopt/)"', merge)[0],
                version=version_of(page, "merge"),
                revision=hidden(page, "merge", "revision"),
            )
            if answer.status_code == 409:
                self._figures.count("conflicts, moved on while merging")
            page = answer.text
        return hidden(page, "publish", f"version-{listing}")


def watch(browser: Browser, figures: Figures) -> None:
    """Look at the live lists again and again, as open boards do."""
    while not figures.is_over:
        browser.get("/live/")
        figures.count("looks at the board")


def form(page: str, name: str) -> str:
    """Return a form of a page, "" if it has none by this id."""
    found = re.search(rf'<form\b[^>]*\bid="{name}".*?</form>', page, re.DOTALL)
    return found[0] if found else ""


def hidden(page: str, name: str, field: str) -> str:
    """Return the value of a hidden field of a form, "" if it has none."""
    found = re.search(rf'name="{field}" value="([^"]*)"', form(page, name))
    return found[1] if found else ""


def version_of(page: str, name: str) -> str:
    """Return the version that a form was made from."""
    return hidden(page, name, "version")


def ids(board: str, listing: str) -> list[str]:
    """Return the items of a list in its order."""
    found = re.search(rf'<ol\b[^>]*data-listing="{listing}".*?</ol>', board, re.DOTALL)
    return re.findall(r'<li\b[^>]*\bdata-id="([0-9a-f]{24})"', found[0]) if found else []


def stampede(figures: Figures, keys: list[str], url: str, seed: int) -> None:
    """Let everybody work until it is over."""
    watchers = [Browser(url, key, figures) for key in keys[:WATCHERS]]
    editors = [
        Editor(url, key, figures, seed + number) for number, key in enumerate(keys[WATCHERS:])
    ]
    with ThreadPoolExecutor(len(keys)) as pool:
        working = [pool.submit(editor.work) for editor in editors]
        working += [pool.submit(watch, browser, figures) for browser in watchers]
        for one in as_completed(working):
            if error := one.exception():
                figures.problems.append(f"{type(error).__name__}: {error}")


def report(figures: Figures, seconds: float) -> Iterator[str]:
    """Yield the figures, a line each."""
    taken = sorted(figures.published.values())
    yield f"publications        {len(taken)}"
    yield f"seconds             {seconds:.1f}"
    yield f"publications/s      {len(taken) / seconds:.2f}"
    for what, number in sorted(figures.told.items()):
        yield f"{what:<19} {number}"
    if len(taken) > 1:
        cuts = quantiles(taken, n=20, method="inclusive")
        yield f"publish p50, p95    {cuts[9] * 1000:.0f} ms, {cuts[18] * 1000:.0f} ms"


def main() -> int:
    """Set the stage, let them loose, and look at what is left."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--editors", type=int, default=50)
    parser.add_argument("--publications", type=int, default=1000)
    parser.add_argument("--workers", type=int, default=4, help="gunicorn's processes")
    parser.add_argument("--minutes", type=float, default=30, help="give up after so long")
    parser.add_argument("--seed", type=int, default=1, help="another one, other moves")
    options = parser.parse_args()

    with TemporaryDirectory() as directory, sandbox_server(Path(directory)) as portal:
        os.environ.setdefault("DATABASE_URL", f"sqlite:///{directory}/stampede.sqlite3")
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "curation.settings",
            "HTTPS": "0",
            "LOCAL_LOGIN": "1",
            "PORTAL_API_KEY": ADMIN_KEY,
            "PORTAL_URL": portal,
            "SECRET_KEY": secrets.token_hex(32),
        }
        from benchmarks import aftermath  # noqa: PLC0415  it reads the environment

        keys = aftermath.prepare(options.editors + WATCHERS)
        print(f"{options.editors} editors, {options.workers} workers, {aftermath.database()}")
        began = time.monotonic()
        figures = Figures(options.publications, began + 60 * options.minutes)
        with (Path(directory) / "server.log").open("w+") as log:
            with web_server(options.workers, log) as url:
                stampede(figures, keys, url, options.seed)
            log.seek(0)
            errors = [line for line in log if "Error" in line]
        for line in report(figures, time.monotonic() - began):
            print(line)
        broken = [*figures.problems, *aftermath.broken_invariants(set(figures.published))]
        if len(figures.published) < options.publications:
            broken.append("not enough publications in time")
        broken += errors
    for line in broken[:20]:
        print(f"BROKEN: {line.strip()}")
    print("broken" if broken else "every invariant holds")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
