"""The client is usable without Django being set up: by scripts, by contract tests."""

import subprocess
import sys

CODE = """
import sys
import curation.portal.client, curation.portal.diagnosis, curation.portal.transport
from django.conf import settings
assert not settings.configured
assert "curation.sandbox" not in sys.modules
"""


def test_client_imports_without_settings():
    done = subprocess.run(  # noqa: S603  our own interpreter and code
        [sys.executable, "-W", "error", "-c", CODE],
        env={"PYTHONPATH": "."},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")
