"""The product beside its yardsticks, on this machine, in one run. Started by benchmarks/run.

    benchmarks/run                     everything; about seven minutes
    benchmarks/run --without-history   without the log of a million entries
    benchmarks/run --only cpu trips    those parts alone
    benchmarks/run --quick             whether it runs at all: a few requests, Django's admin alone

Everything is served alike (gunicorn, two workers, SQLite), and measured in turn, so that whatever
else the machine does falls on all of them; figures are medians, and CPU is what the kernel counts
for the server's processes. The product's portal is the sandbox in a process of its own.

Prints a table: the figure, its yardstick, their ratio, the goal. Writes it as JSON to
var/benchmarks/latest.json. Exits with 1 if a goal is missed.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import IO

import requests

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.browsing import chromium, drags, visits
from benchmarks.costs import (
    BATCH,
    Board,
    Cost,
    different_words,
    reorder_of_sortable,
    round_of_ours,
    seconds,
    waiting,
)
from benchmarks.serving import Server, product, start_up, yardstick
from curation.sandbox import ADMIN_KEY
from tests.servers import ROOT, sandbox_server

YARDSTICKS_PYTHON = ROOT / "var" / "benchmarks" / "yardsticks-venv" / "bin" / "python"
AWAY = 0.08  # seconds to a portal far away, and back
ONE = "one request"  # to the portal, by nobody of ours: what a round trip takes
LONG = 200
# What is measured, in this order.
PARTS = ["cpu", "trips", "browser", "growth", "script", "start", "crowd", "history"]
DRAFTS = 10_000
# Of the CPU that Django's changelist takes.
MOST_CPU = {"board": 0.40, "reorder": 0.20, "add": 0.20, "remove": 0.20, "search": 0.10}
# Round trips to the portal.
# Two to publish; the difference of two times is off by some hundredths.
MOST_TRIPS = {"board": 0.5, "live": 1.15, "publish": 2.1, "publish, an item new": 2.1}


@dataclass(frozen=True)
class Row:
    """A line of the table: a figure in its unit, what it is measured by, and the most it may be."""

    what: str
    figure: float
    unit: str
    yardstick: float | None = None
    goal: float | None = None

    @property
    def ratio(self) -> float:
        """Return the figure as a multiple of its yardstick, or itself if it has none."""
        return self.figure / self.yardstick if self.yardstick else self.figure

    @property
    def is_missed(self) -> bool:
        """Tell whether it is more than it may be, to two digits."""
        return self.goal is not None and round(self.ratio, 2) > self.goal

    def __str__(self) -> str:
        by = f"{self.yardstick:.2f}" if self.yardstick else ""
        goal = "" if self.goal is None else f"{self.goal:g}"
        end = "  MISSED" if self.is_missed else ""
        return (
            f"  {self.what:46}{self.figure:>10.2f} {self.unit:12}{by:>9}{self.ratio:>9.2f}"
            f"{goal:>8}{end}"
        ).rstrip()


class Stage:
    """The servers of one run, what they are told, and where they keep their things."""

    def __init__(self, directory: Path, stack: ExitStack, log: IO[str]) -> None:
        self.directory = directory
        self.log = log
        self._stack = stack
        self.portal = stack.enter_context(sandbox_server(directory))
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "curation.settings",
            "DATABASE_URL": f"sqlite:///{directory}/product.sqlite3",
            "HTTPS": "0",
            "LOCAL_LOGIN": "1",
            "PORTAL_API_KEY": ADMIN_KEY,
            "PORTAL_URL": self.portal,
            "SECRET_KEY": secrets.token_hex(32),
        }
        from benchmarks import aftermath  # noqa: PLC0415  it reads the environment

        self._keys = aftermath.prepare(8)

    def product(self) -> Server:
        """Serve the product to another editor."""
        return self._stack.enter_context(product(self._keys.pop(), self.log))

    def yardstick(self, kind: str, python: str) -> Server:
        """Serve a yardstick."""
        return self._stack.enter_context(
            yardstick(kind, python, self.directory, self.log, self.portal)
        )

    def put(self, listing: str, ids: list[str]) -> None:
        """Change a list on the portal, as an outsider."""
        answer = requests.put(
            f"{self.portal}/api/1/site/home/{listing}/",
            json=ids,
            headers={"X-API-KEY": ADMIN_KEY},
            timeout=30,
        )
        answer.raise_for_status()

    def lengthen(self, length: int) -> None:
        """Let both lists have so many items, as far as the portal has them."""
        seeded = requests.get(f"{self.portal}/__ctl__/seed", timeout=30).json()
        for listing in ("datasets", "reuses"):
            self.put(listing, [item["id"] for item in seeded[listing]][:length])

    def move_portal(self, away: float) -> None:
        """Let every answer of the portal come so many seconds late."""
        requests.delete(f"{self.portal}/__ctl__/faults", timeout=30)
        if away:
            fault = {"what": "delay", "seconds": away, "times": 0}
            requests.post(f"{self.portal}/__ctl__/faults", json=fault, timeout=30)


def cpu(stage: Stage, ours: Server, others: dict[str, Server], rounds: int) -> Iterator[Row]:
    """Tell what requests cost the servers, each asked in turn, and what memory they hold."""
    stage.lengthen(12)
    board, words, cost = Board(ours), different_words(), Cost()
    board.live()  # it takes over what an outsider did
    board = Board(ours)
    sortable, wagtail = others.get("sortable"), others.get("wagtail")
    reorder = reorder_of_sortable(sortable) if sortable else None
    for number in range(rounds + 1):
        if number == 1:
            cost.samples.clear()  # the first round warms up
        round_of_ours(cost, board, words)
        cost.batch("changelist", others["admin"], [others["admin"].get] * BATCH)
        if sortable and reorder:
            cost.batch("sortable's changelist", sortable, [sortable.get] * BATCH)
            cost.batch("sortable's reorder", sortable, [reorder] * BATCH)
        if wagtail:
            cost.batch("Wagtail's explorer", wagtail, [wagtail.get] * 2)
    base = cost["changelist"] * 1000
    for name in cost.samples:
        yield Row(f"CPU: {name}", cost[name] * 1000, "ms", base, MOST_CPU.get(name))
    for server in (ours, others["admin"]):
        server.crowd()  # so far all came over one connection, and so to one worker
    yield Row("memory under load", ours.memory(), "MB (PSS)", others["admin"].memory(), 1.0)


def trips(stage: Stage, ours: Server, others: dict[str, Server], rounds: int) -> Iterator[Row]:
    """Tell how often one waits for the portal: by how much longer it takes with one far away."""
    board, words = Board(ours), different_words()
    took: dict[str, list[float]] = {}
    portal = requests.Session()
    for _round in range(rounds):
        for away in (0.0, AWAY):
            stage.move_portal(away)
            found = {
                ONE: seconds(lambda: portal.get(f"{stage.portal}/api/1/site/", timeout=30))
            } | waiting(board, words)
            found["the lists one after the other"] = seconds(lambda: others["admin"].get("/lists/"))
            for name, lasted in found.items():
                took.setdefault(name, []).append(lasted if away else -lasted)
    stage.move_portal(0)
    longer = {
        name: sum(median(each for each in samples if each * sign > 0) for sign in (-1, 1))
        for name, samples in took.items()
    }
    trip = longer.pop(ONE)
    yield Row("portal 80 ms away: one request", trip * 1000, "ms")
    for name, seconds_longer in longer.items():
        what = f"portal 80 ms away: {name}"
        yield Row(what, seconds_longer / trip, "round trips", None, MOST_TRIPS.get(name))


def browser(stage: Stage, ours: Server, others: dict[str, Server]) -> Iterator[Row]:
    """Tell what a browser loads, and how long it works when an item is dropped on a long list."""
    stage.lengthen(12)
    Board(ours).live()
    with chromium() as browser:
        for name, server in {"board": ours, **others}.items():
            most = {"requests": 8.0, "KB": 60.0, "documents": 1.0, "KB again": 10.0}
            most = most if server is ours else {}
            cold, warm = visits(browser, server)
            yield Row(f"first visit: {name}", cold.requests, "requests", None, most.get("requests"))
            yield Row(f"first visit: {name}", cold.kilobytes, "KB", None, most.get("KB"))
            if cold.pictures:
                yield Row("of the portal: pictures", cold.pictures, "requests")
                yield Row("of the portal: pictures", cold.pictures_kilobytes, "KB")
            yield Row(f"again: {name}", warm.documents, "documents", None, most.get("documents"))
            yield Row(f"again: {name}", warm.requests, "requests")
            yield Row(f"again: {name}", warm.kilobytes, "KB", None, most.get("KB again"))
        stage.lengthen(LONG)
        Board(ours).live()  # it takes over what an outsider did
        drop, frame = drags(browser, ours, 10)
        yield Row(f"drop on a list of {LONG}", drop, "ms", None, 16)
        yield Row(f"a frame of carrying it over a list of {LONG}", frame, "ms", None, 1000 / 60)


def growth(stage: Stage, ours: Server, rounds: int) -> Iterator[Row]:
    """Tell what the board costs with long lists, and beside many drafts of others."""
    from benchmarks import aftermath  # noqa: PLC0415  it reads the environment

    cost, shown = Cost(), dict[str, int]()
    for name, length in {"short": 12, "long": LONG}.items():
        stage.lengthen(length)
        Board(ours).live()
        shown[name] = sum(len(Board(ours, listing).items) for listing in ("datasets", "reuses"))
        for _round in range(rounds + 1):
            cost.batch(name, ours, [ours.get] * BATCH)
    linear = cost["short"] * shown["long"] / shown["short"]
    what = f"board, {shown['short']} items to {shown['long']}"
    yield Row(what, cost["long"] * 1000, "ms", linear * 1000, 1.0)
    aftermath.add_drafts(DRAFTS)
    for _round in range(rounds + 1):
        cost.batch("drafts", ours, [ours.get] * BATCH)
    what = f"board beside {DRAFTS} drafts"
    yield Row(what, cost["drafts"] * 1000, "ms", cost["long"] * 1000, 1.2)


def script(ours: Server) -> Row:
    """Tell how much JavaScript of ours the board loads, compressed as it is served."""
    size = 0
    for address in re.findall(r'src="(/static/js/[^"]+)"', ours.get().text):
        with requests.get(
            ours.url + address, headers={"Accept-Encoding": "br, gzip"}, stream=True, timeout=30
        ) as answer:
            size += len(answer.raw.read(decode_content=False))
    return Row("our JavaScript, compressed", size / 1024, "KB", None, 8)


def others_of_ours(parts: set[str]) -> Iterator[Row]:
    """Run the benchmarks that judge themselves; tell how many of them found something wrong."""
    crowd = ["stampede.py", "--editors", "50", "--workers", "2", "--publications", "100"]
    alone = {"DATABASE_URL", "PORTAL_URL", "PORTAL_API_KEY"}
    environment = {name: value for name, value in os.environ.items() if name not in alone}
    commands = {}
    if "crowd" in parts:
        commands["50 editors on 2 workers: errors"] = [*crowd, "--minutes", "5"]
    if "history" in parts:
        commands["history of a million entries: goals missed"] = ["history.py", "--on", "sqlite"]
    for what, command in commands.items():
        ran = subprocess.run(  # noqa: S603  our own programs
            [sys.executable, *command],
            cwd=ROOT / "benchmarks",
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
        print(ran.stdout, end="")
        wrong = sum(line.startswith(("BROKEN", "missed")) for line in ran.stdout.splitlines())
        yield Row(what, max(wrong, ran.returncode), "", None, 0)


def served(parts: set[str], options: argparse.Namespace, log: IO[str]) -> Iterator[Row]:
    """Yield the lines for which the product and its yardsticks are served."""
    with TemporaryDirectory() as name, ExitStack() as stack:
        stage = Stage(Path(name), stack, log)
        ours = stage.product()
        if options.quick:
            others = {"admin": stage.yardstick("admin", sys.executable)}
        else:
            kinds = ("admin", "sortable", "wagtail")
            others = {kind: stage.yardstick(kind, str(YARDSTICKS_PYTHON)) for kind in kinds}
        if "cpu" in parts:
            yield from cpu(stage, ours, others, options.rounds)
        if "trips" in parts:
            yield from trips(stage, ours, others, options.rounds)
        if "script" in parts:
            yield script(ours)
        if "browser" in parts:
            yield from browser(stage, ours, others)
        # Last, and of another editor: drafts stay.
        if "growth" in parts:
            yield from growth(stage, stage.product(), options.rounds)


def measured(options: argparse.Namespace, log: IO[str]) -> Iterator[Row]:
    """Yield every line of the table that is asked for."""
    parts = set(options.only)
    if parts & {"cpu", "trips", "browser", "growth", "script"}:
        yield from served(parts, options, log)
    if "start" in parts:
        with TemporaryDirectory() as name:
            yield Row("script/run to its first page", start_up(Path(name)), "s", None, 4)
    yield from others_of_ours(parts)


def main() -> int:
    """Measure; return 1 if a goal is missed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=7, help="how often each thing is measured")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS, help="which parts")
    parser.add_argument("--quick", action="store_true", help="one round, nothing from PyPI")
    parser.add_argument("--without-history", action="store_true", help="no log of a million")
    parser.add_argument(
        "--json", type=Path, default=ROOT / "var" / "benchmarks" / "latest.json", help="where to"
    )
    options = parser.parse_args()
    if options.without_history:
        options.only = [part for part in options.only if part != "history"]
    if options.quick:
        options.rounds, options.only = 1, ["cpu", "trips", "script"]
    began = time.monotonic()
    print(f"  {'':46}{'figure':>10} {'unit':12}{'yardstick':>9}{'ratio':>9}{'at most':>8}")
    rows = []
    with (ROOT / "var" / "benchmark-servers.log").open("w") as log:
        for row in measured(options, log):
            print(row, flush=True)
            rows.append(row)
    missed = [row for row in rows if row.is_missed]
    print(f"{len(missed)} goals missed; {time.monotonic() - began:.0f} s")
    options.json.parent.mkdir(parents=True, exist_ok=True)
    found = [asdict(row) | {"ratio": row.ratio, "missed": row.is_missed} for row in rows]
    options.json.write_text(json.dumps(found, indent=1), encoding="utf-8")
    # So few requests say whether it runs, not how well.
    return 1 if missed and not options.quick else 0


if __name__ == "__main__":
    sys.exit(main())
