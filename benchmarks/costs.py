"""What requests cost: CPU of the server, and waiting for a portal far away."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import count
from statistics import median
from urllib.parse import quote, urlencode

import requests

from benchmarks.serving import Server
from benchmarks.stampede import ids, version_of

HTMX = {"HX-Request": "true"}
# What editors look for, so that no search repeats.
WORDS = ["transport", "eau", "école", "santé", "énergie", "train", "commune", "carte", "prix"]
BATCH = 8


class Board:
    """Somebody's board of the product: the steps of a draft, by htmx."""

    def __init__(self, server: Server, listing: str = "datasets") -> None:
        self.server = server
        self.listing = listing
        self.load()

    def load(self) -> None:
        """Load the page anew."""
        self._show(self.server.get().text)

    def _show(self, page: str) -> None:
        self.page = page
        self.version = version_of(page, f"{self.listing}-form")
        shown = page.partition(f'id="{self.listing}-list"')[2].partition('name="shown" value="')[2]
        self.shown = shown.partition('"')[0]

    @property
    def items(self) -> list[str]:
        """Return the ids of the list as it was last shown."""
        return ids(self.page, self.listing)

    def step(self, item: str, act: str, **fields: str) -> None:
        """Do one thing with an item."""
        path = f"/lists/{self.listing}/items/{item}/{act}/"
        sent = {"version": self.version, "shown": self.shown}
        self._show(self.post(path, **sent, **fields).text)

    def post(self, path: str, **fields: str) -> requests.Response:
        """Send a form; AssertionError unless it was taken."""
        token = {"X-CSRFToken": self.server.session.cookies["csrftoken"]}
        response = self.server.session.post(
            self.server.url + path, fields, headers=HTMX | token, timeout=60
        )
        assert response.status_code in {200, 204}, f"{path}: {response.status_code}"
        return response

    def live(self) -> str:
        """Ask for what the page does not show yet."""
        shown = re.findall(r'name="shown" value="(\w+)"', self.page)
        return self.server.get("/live/?" + urlencode({"shown": shown}, doseq=True), **HTMX).text

    def search(self, words: str) -> list[str]:
        """Return the ids of what can be added."""
        path = f"/lists/{self.listing}/search/?q={quote(words)}"
        page = self.server.get(path, **HTMX).text
        found = [part.partition('"')[0] for part in page.split('data-id="')[1:]]
        return [item for item in found if item not in self.items]

    def publish(self) -> None:
        """Publish the draft; AssertionError unless that went well."""
        answer = self.post(
            "/review/publish/",
            publication=str(uuid.uuid4()),
            note="",
            **{f"version-{self.listing}": self.version},
        )
        assert "HX-Redirect" in answer.headers, answer.text[-2000:]
        self.load()


class Cost:
    """Seconds of a server's CPU for one request of a kind, the median of several batches."""

    def __init__(self) -> None:
        self.samples: dict[str, list[float]] = {}

    def batch(self, name: str, server: Server, acts: Sequence[Callable[[], object]]) -> None:
        """Do some requests and remember what each cost."""
        before = server.cpu()
        for act in acts:
            act()
        self.samples.setdefault(name, []).append((server.cpu() - before) / len(acts))

    def __getitem__(self, name: str) -> float:
        return median(self.samples[name])


def round_of_ours(cost: Cost, board: Board, words: Iterator[str]) -> None:
    """Do each thing that an editor does some times."""
    cost.batch("no page (/healthz)", board.server, [partial(board.server.get, "/healthz")] * BATCH)
    cost.batch("board", board.server, [board.server.get] * BATCH)
    cost.batch("live", board.server, [board.live] * BATCH)
    moved = board.items[0]
    moves = [partial(board.step, moved, "move", to=to) for to in ("2", "5") * (BATCH // 2)]
    cost.batch("reorder", board.server, moves)
    found: list[str] = []

    def search() -> None:
        found.extend(board.search(next(words)))

    cost.batch("search", board.server, [search] * BATCH)
    new = list(dict.fromkeys(found))[:BATCH]
    assert new, "nothing was found to add"
    for act in ("add", "remove"):
        cost.batch(act, board.server, [partial(board.step, item, act) for item in new])
    board.step(moved, "move", to="1")


def different_words() -> Iterator[str]:
    """Yield searches that find something; none was made before."""
    for number in count():
        yield " ".join([WORDS[number % len(WORDS)], *(["de"] * (number // len(WORDS)))])


def reorder_of_sortable(server: Server) -> Callable[[], None]:
    """Return the request by which django-admin-sortable2 moves an item down, and up again."""
    server.get()
    page = server.get().text
    pks = [part.partition('"')[0] for part in page.split('name="_selected_action" value="')[1:]]
    turns = count()
    token = {"X-CSRFToken": server.session.cookies["csrftoken"]}

    def reorder() -> None:
        first, second = (pks[0], pks[4]) if next(turns) % 2 else (pks[4], pks[0])
        answer = server.session.post(
            f"{server.url}{server.path}adminsortable2_update/",
            json={"updatedItems": [[first, 1], [second, 5]]},
            headers=token,
            timeout=60,
        )
        assert answer.status_code == 200, answer.text[:300]

    return reorder


def seconds(act: Callable[[], object]) -> float:
    """Return how long something takes."""
    began = time.monotonic()
    act()
    return time.monotonic() - began


def waiting(board: Board, words: Iterator[str]) -> dict[str, float]:
    """Return the seconds that an editor waits for each thing, once."""
    took = {"board": seconds(board.server.get), "live": seconds(board.live)}
    new = next(item for each in words for item in board.search(each))
    board.step(new, "add")
    took["publish, an item new"] = seconds(board.publish)
    board.step(new, "remove")
    took["publish"] = seconds(board.publish)
    return took
