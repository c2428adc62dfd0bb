"""The backup of docs/operations.md: made while people publish, restored, and verified."""

import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from curation.models import AuditEntry
from tests.operations.people import PATIENCE, Person
from tests.servers import ROOT, database_url

Restore = Callable[[], str]


def run(*command: str | Path, **variables: str) -> str:
    """Run a command and return what it says."""
    done = subprocess.run(  # noqa: S603  our own command
        command,
        cwd=ROOT,
        env=os.environ | variables,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def manage(url: str, *arguments: str) -> str:
    return run(sys.executable, "manage.py", *arguments, DATABASE_URL=url)


def programs() -> Path:
    """Return where PostgreSQL's programs are: Debian keeps them out of PATH."""
    found = shutil.which("pg_dump")
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: path.parent.name)
    return Path(found).parent if found and not versions else versions[-1]


def back_up(directory: Path) -> Restore:
    """Back up the database of the test; return a function that restores it beside it."""
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        copy = directory / "copy.sqlite3"
        # What `sqlite3 FILE ".backup copy.sqlite3"` does.
        with sqlite3.connect(name) as source, sqlite3.connect(copy) as target:
            source.backup(target)
        return lambda: f"sqlite:///{copy}"
    url, dump = database_url(connection.settings_dict), directory / "copy.dump"
    run(programs() / "pg_dump", "--format=custom", f"--file={dump}", url)

    def restore() -> str:
        run(programs() / "createdb", f"--maintenance-db={url}", f"{name}_restored")
        there = database_url({**connection.settings_dict, "NAME": f"{name}_restored"})
        run(programs() / "pg_restore", f"--dbname={there}", "--no-owner", "--exit-on-error", dump)
        return there

    return restore


@pytest.fixture
def forget(transactional_db):
    """Drop the restored database at the end, if it is on a server."""
    yield
    if connection.vendor == "postgresql":
        url = database_url(connection.settings_dict)
        name = f"{connection.settings_dict['NAME']}_restored"
        run(programs() / "dropdb", "--if-exists", "--force", f"--maintenance-db={url}", name)


def test_a_backup_made_while_people_publish(serve, claire, true_portal, forget, tmp_path):
    over, began = threading.Event(), threading.Event()

    def publish(person: Person) -> None:
        while not over.is_set():
            person.move_on(person.get("/").text, "datasets")
            person.publish()
            began.set()

    with serve() as (_, url), ThreadPoolExecutor() as pool:
        publishing = pool.submit(publish, Person(url).sign_in("claire"))
        try:
            assert began.wait(PATIENCE)
            restore = back_up(tmp_path)
        finally:
            over.set()
        publishing.result(timeout=PATIENCE)
    head = AuditEntry.objects.latest("sequence")

    restored = restore()
    manage(restored, "migrate", "--no-input")

    exported = manage(restored, "export_audit").splitlines()
    assert 3 <= len(exported) <= head.sequence
    last = AuditEntry.objects.get(sequence=len(exported))
    said = manage(restored, "verify_audit", "--head", f"{last.sequence}:{last.digest}")
    assert said.startswith(f"{len(exported)} entries, unbroken from the first to the last.")
    checked = manage(restored, "check", "--database", "default")
    assert "no issues" in checked
    served = {"DATABASE_URL": restored, "PORTAL_URL": true_portal.url}
    with serve(**served) as (_, url):
        person = Person(url).sign_in("claire")
        assert person.get("/history/").status_code == 200
        assert person.get("/status/").status_code == 200


def test_a_backup_that_lacks_what_was_seen_is_found(claire, listing, tmp_path, forget):
    restored = back_up(tmp_path)()
    later = AuditEntry.objects.latest("sequence")
    head = f"{later.sequence + 1}:{'a' * 64}"

    missing = subprocess.run(  # noqa: S603  our own command
        [sys.executable, "manage.py", "verify_audit", "--head", head],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": restored, "LANGUAGE_CODE": settings.LANGUAGE_CODE},
        capture_output=True,
        text=True,
        check=False,
    )

    assert missing.returncode == 1
    assert f"Broken at entry {later.sequence + 1}" in missing.stderr
