"""What the history costs at a thousand, a hundred thousand and a million entries.

    .venv/bin/python benchmarks/history.py                SQLite, then a PostgreSQL of its own
    .venv/bin/python benchmarks/history.py --size 1000    a quick look

Builds logs that verify (benchmarks/logs.py), each in a database of its own, and asks for the same
pages of each in turn, so that whatever else the machine does falls on all of them alike. Prints
medians, their ratio between the longest and the shortest log, and the goals that were missed.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg.sql import SQL, Identifier

ROOT = Path(__file__).resolve().parent.parent
WORKER = Path(__file__).with_name("history_worker.py")
SIZES = (1_000, 100_000, 1_000_000)

# The longest log may cost so much more than the shortest.
MOST_RATIO = 1.2
FLAT = (
    *(
        "first page",
        "first page, rows unseen",
        "deep page",
        "by list",
        "by person",
        "by rare person",
        "by action: published",
    ),
    *("by action: failed", "by action: unclear", "by action: outside", "by period"),
    *("by id of an item", "by title of an item", "timeline of 90 days", "append"),
)
# Entries a second on one core, and MB of memory.
LEAST_SPEED = {"verify_audit": 100_000, "export_audit": 50_000}
MOST_MEMORY = 100
# Of the time that Django's own list of the same rows takes.
MOST_SHARE = 0.25


class Worker:
    """A process that holds one log, and does with it what it is told."""

    def __init__(self, url: str, size: int) -> None:
        self.size = size
        self.process = subprocess.Popen(  # noqa: S603 (our own program)
            [sys.executable, str(WORKER), str(size)],
            env=os.environ | {"DATABASE_URL": url},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, what: str) -> dict[str, float]:
        """Let it do one thing; return what it measured."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(what + "\n")
        self.process.stdin.flush()
        return dict(json.loads(self.process.stdout.readline()))

    def stop(self) -> None:
        """End it."""
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait()


def measure(kind: str, urls: dict[int, str], rounds: int) -> list[str]:
    """Measure logs in the same kind of database; print the figures, return the missed goals."""
    print(f"\n{kind}\n")
    workers = [Worker(url, size) for size, url in urls.items()]
    try:
        for worker in workers:
            built = worker.ask("build")
            print(f"  {worker.size} entries built in {built['seconds']:.0f} s", flush=True)
        missed = pages(workers, rounds) + speeds(workers)
    finally:
        for worker in workers:
            worker.stop()
    if max(urls) < max(SIZES):
        return []  # the goals are those of long logs
    return [f"{kind}: {goal}" for goal in missed]


def pages(workers: list[Worker], rounds: int) -> list[str]:
    """Ask every log for every page, in turn."""
    missed = []
    line("milliseconds (median)", [f"at {worker.size}" for worker in workers], "ratio")
    medians: dict[str, list[float]] = {}
    for name in workers[0].ask("names"):
        samples: list[list[float]] = [[] for _worker in workers]
        for number in range(rounds + 2):
            for worker, sample in zip(workers, samples, strict=True):
                seconds = worker.ask(name)["seconds"]
                if number >= 2:  # the first two warm up
                    sample.append(seconds)
        medians[name] = [median(sample) for sample in samples]
        ratio = medians[name][-1] / medians[name][0]
        line(name, [f"{seconds * 1000:.2f}" for seconds in medians[name]], f"{ratio:.2f}")
        if name in FLAT and ratio > MOST_RATIO:
            missed.append(f"{name}: {ratio:.2f} times as long, more than {MOST_RATIO}")
    share = medians["first page"][-1] / medians["Django's own list"][-1]
    line("first page : Django's", [""] * (len(workers) - 1) + [f"{share:.2f}"])
    if share > MOST_SHARE:
        missed.append(f"the first page takes {share:.2f} of Django's list, more than {MOST_SHARE}")
    return missed


def speeds(workers: list[Worker]) -> list[str]:
    """Verify and export every log, each in a process of its own."""
    missed = []
    line("entries a second", [f"at {worker.size}" for worker in workers])
    for name in ("verify_audit", "export_audit", "verify an export"):
        found = [worker.ask(name) for worker in workers]
        line(f"{name}, one core", [f"{one['core']:.0f}" for one in found])
        line(f"{name}, by the clock", [f"{one['clock']:.0f}" for one in found])
        line(f"{name}, MB", [f"{one['memory']:.0f}" for one in found])
        if found[-1]["core"] < LEAST_SPEED.get(name, 0):
            missed.append(f"{name}: less than {LEAST_SPEED[name]} entries a second")
        if found[-1]["memory"] > MOST_MEMORY:
            missed.append(f"{name}: more than {MOST_MEMORY} MB")
    return missed


def line(name: str, cells: list[str], last: str = "") -> None:
    """Print a line of figures."""
    print(f"  {name:30}" + "".join(f"{cell:>12}" for cell in cells) + f"{last:>8}", flush=True)


def on_sqlite(sizes: list[int], rounds: int, keep: bool) -> list[str]:
    """Measure files in a directory of their own."""
    with TemporaryDirectory() as scratch:
        directory = ROOT / "var" / "benchmarks" if keep else Path(scratch)
        directory.mkdir(parents=True, exist_ok=True)
        urls = {size: f"sqlite:///{directory}/history-{size}.sqlite3" for size in sizes}
        return measure("SQLite", urls, rounds)


def on_postgresql(server: str, sizes: list[int], rounds: int, keep: bool) -> list[str]:
    """Measure databases of their own on a server that is named by its URL."""
    parts = urlsplit(server)
    names = {size: f"history_{size}" for size in sizes}
    with psycopg.connect(server, autocommit=True) as connection:
        there = {name for (name,) in connection.execute("SELECT datname FROM pg_database")}
        for name in names.values():
            if name not in there:
                connection.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
        urls = {size: urlunsplit(parts._replace(path=f"/{names[size]}")) for size in sizes}
        try:
            return measure("PostgreSQL", urls, rounds)
        finally:
            for name in () if keep else names.values():
                connection.execute(SQL("DROP DATABASE {}").format(Identifier(name)))


def main() -> int:
    """Measure what is asked for; return 1 if a goal is missed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--size", type=int, nargs="+", default=SIZES, help="entries of the logs")
    parser.add_argument("--rounds", type=int, default=25, help="how often each page is asked for")
    parser.add_argument("--on", choices=["sqlite", "postgresql"], help="only this; default: both")
    parser.add_argument("--keep", action="store_true", help="keep the logs for another run")
    options = parser.parse_args()
    what = (sorted(options.size), options.rounds, options.keep)
    missed: list[str] = []
    if options.on != "postgresql":
        missed += on_sqlite(*what)
    server = os.environ.get("DATABASE_URL", "")
    if options.on != "sqlite" and server.startswith("postgres"):
        missed += on_postgresql(server, *what)
    elif options.on != "sqlite":
        again = [sys.executable, *sys.argv, "--on", "postgresql"]
        done = subprocess.run([ROOT / "script" / "with-postgres", *again], check=False)  # noqa: S603
        return done.returncode or bool(missed)
    for goal in missed:
        print(f"missed: {goal}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
