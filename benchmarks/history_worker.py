"""One log of benchmarks/history.py: builds it once, then measures what it is told on its stdin.

Answers each line with a line of JSON.
"""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ["DJANGO_SETTINGS_MODULE"] = "curation.settings"

import django  # noqa: E402  the settings come first

django.setup()

from django.conf import settings  # noqa: E402  the settings come first, then the models
from django.contrib import admin  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import path  # noqa: E402
from django.utils import timezone  # noqa: E402

from benchmarks.logs import POPULAR, RARE_PERSON, build  # noqa: E402
from curation import fragments, urls  # noqa: E402
from curation.accounts.roles import Role  # noqa: E402
from curation.models import Action, AuditEntry, AuditTitle, User  # noqa: E402
from curation.services import audit  # noqa: E402

# Django's list of the same rows, as it is without any care: the yardstick.
yardstick = admin.AdminSite(name="yardstick")


@admin.register(AuditEntry, site=yardstick)
class Entries(admin.ModelAdmin):
    """As many entries on a page as ours, with the columns that ours tells of, and one filter."""

    list_display = ("sequence", "recorded_at", "action", "listing", "actor_name", "note")
    list_filter = ("action",)
    list_per_page = 25


COMMANDS = {
    "export_audit": ["export_audit", "{export}"],
    "verify_audit": ["verify_audit"],
    "verify an export": ["verify_audit", "{export}"],
}


def browser() -> Client:
    """Return an administrator's browser."""
    person, _ = User.objects.get_or_create(username="root", defaults={"role": Role.ADMINISTRATOR})
    settings.METRICS_TOKEN = "of-the-benchmark"  # noqa: S105  of nothing else
    client = Client(headers={"Authorization": f"Bearer {settings.METRICS_TOKEN}"})
    client.force_login(person)
    return client


def pages(size: int) -> dict[str, str]:
    """Return the address of each page that is measured."""
    title = AuditTitle.objects.filter(portal_id=POPULAR)[0].title
    day = timezone.localdate() - timedelta(days=60)
    week = f"from={day}&to={day + timedelta(days=7)}"
    return {
        "first page": "/history/",
        "deep page": f"/history/?before={size // 2}",
        "by list": "/history/?list=reuses",
        "by person": "/history/?person=editor-03",
        "by rare person": f"/history/?person={RARE_PERSON}",
        "by action: published": "/history/?action=published",
        "by action: failed": "/history/?action=failed",
        "by action: unclear": "/history/?action=unclear",
        "by action: outside": "/history/?action=outside",
        "by period": f"/history/?{week}",
        "by id of an item": f"/history/?item={POPULAR}",
        "by title of an item": f"/history/?item={title}",
        "all filters": f"/history/?list=datasets&person=editor-03&action=published&{week}",
        "one entry": f"/history/{size // 2}/",
        "as it was": f"/history/as-it-was/?at={day}T12:00",
        "status page": "/status/",
        "figures": "/metrics",
        "timeline of 90 days": "/timeline/?list=datasets&period=90d",
        "Django's own list": "/yardstick/curation/auditentry/",
    }


def append() -> None:
    """Append one entry, as it is done."""
    kind, ids = "datasets", [f"{number:024x}" for number in range(9)]
    audit.record(
        Action.CHANGE_OUTSIDE,
        actor=audit.OUTSIDER,
        listing=kind,
        before=tuple(ids),
        after=tuple(ids[1:]),
        titles={item: f"A title of {item}" for item in ids},
    )


def measures(size: int) -> dict[str, Callable[[], object]]:
    """Return what can be asked for."""
    client = browser()

    def get(address: str) -> None:
        answer = client.get(address)
        assert answer.status_code == 200, (address, answer.status_code)

    found: dict[str, Callable[[], object]] = {
        name: lambda address=address: get(address)  # type: ignore[misc]
        for name, address in pages(size).items()
    }

    def get_unseen() -> None:
        fragments.forget()
        get("/history/")

    return found | {"first page, rows unseen": get_unseen, "append": append}


def build_once(size: int) -> None:
    """Build the log unless an earlier run did."""
    call_command("migrate", verbosity=0)
    if not AuditEntry.objects.exists():
        build(size)
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:  # as in a log that grew entry by entry
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()  # the next one is as those of the product


# What manage.py does, then the MB that it took at most (since it is this program: what a process
# tells of its children begins with its own) and the seconds of a core.
MEASURED = """
import sys, time
from django.core.management import execute_from_command_line
execute_from_command_line(["manage.py", *sys.argv[1:]])
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM:"))
print("", peak.split()[1], time.process_time(), sep="\\n", file=sys.stderr)
"""


def alone(name: str, export: Path) -> dict[str, float]:
    """Run one command as an operator does; return entries a second, and MB of memory."""
    arguments = [argument.format(export=export) for argument in COMMANDS[name]]
    started = time.perf_counter()
    done = subprocess.run(  # noqa: S603 (our own program)
        [sys.executable, "-c", MEASURED, *arguments],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=True,
    )
    seconds = time.perf_counter() - started
    kilobytes, core = done.stderr.splitlines()[-2:]
    count = AuditEntry.objects.count()
    return {
        "clock": count / seconds,
        "core": count / float(core),
        "memory": float(kilobytes) / 1024,
    }


def main() -> None:
    """Answer until there is nothing more to do."""
    logging.disable(logging.INFO)  # each head, else
    settings.ALLOWED_HOSTS.append("testserver")
    urls.urlpatterns.append(path("yardstick/", yardstick.urls))
    with TemporaryDirectory() as scratch:
        export = Path(scratch) / "export.jsonl"
        work(int(sys.argv[1]), export)


def work(size: int, export: Path) -> None:
    """Measure what each line of stdin names."""
    known: dict[str, Callable[[], object]] = {}
    for line in sys.stdin:
        name = line.strip()
        started = time.perf_counter()
        if name == "names":
            answer = dict.fromkeys(known, 0.0)
        elif name in COMMANDS:
            answer = alone(name, export)
        else:
            if name == "build":
                build_once(size)
                known = measures(size)
            else:
                known[name]()
            answer = {"seconds": time.perf_counter() - started}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
