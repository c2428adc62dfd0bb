"""benchmarks/history.py on a short log: that it runs, and that its log verifies."""

import os
import subprocess
import sys

from django.db import connection

from tests.servers import ROOT, database_url


def test_the_history_of_short_logs_is_measured(db):
    url = database_url(connection.settings_dict) if connection.vendor == "postgresql" else ""
    command = [sys.executable, "benchmarks/history.py", "--on", connection.vendor]

    done = subprocess.run(  # noqa: S603  our own command
        [*command, "--size", "300", "--rounds", "1"],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": url},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "  first page " in done.stdout
    assert "  verify an export, one core " in done.stdout
