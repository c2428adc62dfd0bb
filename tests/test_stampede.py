"""A small stampede: benchmarks/stampede.py with fewer editors, on the database of the tests."""

import os
import subprocess
import sys

import pytest
from django.db import connection

from curation import append_only
from tests.servers import ROOT, database_url


@pytest.fixture
def database(transactional_db: None):
    """Return the address of the test's database, which can be emptied again afterwards."""
    yield database_url(connection.settings_dict)
    append_only.remove(connection)  # the stampede migrated


def test_a_few_editors_lose_nothing(database):
    command = [sys.executable, "benchmarks/stampede.py", "--workers", "2"]
    few = ["--editors", "6", "--publications", "30", "--minutes", "10"]

    done = subprocess.run(  # noqa: S603  our own command
        [*command, *few],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": database},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.stdout.endswith("every invariant holds\n"), done.stdout + done.stderr
    assert done.returncode == 0
