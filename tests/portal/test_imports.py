"""The client is usable without Django being set up: by scripts, by contract tests."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    "module", ["client", "items", "errors", "transport", "answers", "untrusted", "diagnosis"]
)
def test_module_imports_without_settings(module):
    code = (
        f"import curation.portal.{module}, django.conf;"
        "assert not django.conf.settings.configured;"
        "import sys; assert 'curation.sandbox' not in sys.modules"
    )

    done = subprocess.run(  # noqa: S603  our own interpreter and code
        [sys.executable, "-W", "error", "-c", code],
        env={"PYTHONPATH": "."},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")
