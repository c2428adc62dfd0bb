"""How the server starts."""

import os
import subprocess
import sys

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.db import connection

from curation.accounts.roles import Role
from curation.services.demo import PASSWORD
from tests.conftest import person
from tests.servers import ROOT, database_url

SHOW = "import curation.wsgi; from django.db import connection as it; print(it.connection)"
REAL = {
    "SECRET_KEY": "k" * 60,
    "PORTAL_URL": "https://portal.example",
    "PORTAL_API_KEY": "key",
    "LOCAL_LOGIN": "1",
}


def start() -> subprocess.CompletedProcess[str]:
    """Start as gunicorn's master does, with the database of the test."""
    return subprocess.run(  # noqa: S603  our own interpreter and code
        [sys.executable, "-c", SHOW],
        cwd=ROOT,
        env=os.environ | REAL | {"DATABASE_URL": database_url(connection.settings_dict)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.django_db(transaction=True)
def test_workers_inherit_no_connection():
    """Those of a fork would write over each other on one socket."""
    person("claire", Role.EDITOR)  # whose password the start looks at

    started = start()

    assert (started.returncode, started.stderr) == (0, "")
    assert started.stdout == "None\n"


@pytest.mark.django_db(transaction=True)
def test_password_of_the_demo_does_not_start_with_a_real_portal():
    claire = person("claire", Role.EDITOR)
    claire.password = PBKDF2PasswordHasher().encode(PASSWORD, "salt", iterations=1000)
    claire.save()

    started = start()

    assert started.returncode == 1
    assert "(curation.E006) These accounts have the demo's password: claire." in started.stderr
