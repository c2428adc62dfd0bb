"""What the tests of running it share: a portal, people, and servers in processes of their own."""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.db import connection

from curation.accounts.roles import Role
from curation.models import User
from curation.sandbox import ADMIN_KEY
from tests.conftest import person
from tests.operations.people import PASSWORD
from tests.servers import Process, database_url, gunicorn
from tests.services.conftest import TruePortal, sandbox_url, seeded_portal, true_portal

__all__ = ["sandbox_url", "seeded_portal", "true_portal"]

Serve = Callable[..., AbstractContextManager[tuple[Process, str]]]


@pytest.fixture
def claire(transactional_db: None) -> User:
    """Return an editor who can sign in at a server that is not part of the tests."""
    return with_password(person("claire", Role.EDITOR))


@pytest.fixture
def karim(transactional_db: None) -> User:
    """Return another."""
    return with_password(person("karim", Role.EDITOR))


def with_password(user: User) -> User:
    user.password = PBKDF2PasswordHasher().encode(PASSWORD, "salt", iterations=1000)
    user.save()
    return user


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Return the file in which servers write their lines."""
    return tmp_path / "server.log"


@pytest.fixture
def production(transactional_db: None, true_portal: TruePortal) -> dict[str, str]:
    """Return the variables of a portal in production, with the database of the test."""
    return {
        "SECRET_KEY": "k" * 60,
        "HTTPS": "0",
        "LOCAL_LOGIN": "1",
        "PORTAL_URL": true_portal.url,
        "PORTAL_API_KEY": ADMIN_KEY,
        "DATABASE_URL": database_url(connection.settings_dict),
        "LANGUAGE_CODE": "en",
    }


@pytest.fixture
def environment(production: dict[str, str]) -> dict[str, str]:
    """Return the whole environment of a command."""
    return os.environ | production


@pytest.fixture
def serve(production: dict[str, str], log: Path) -> Iterator[Serve]:
    """Return a function that serves the product, with the database of the test."""
    with log.open("a", encoding="utf-8") as file:

        def serve(*arguments: str, **variables: str) -> Any:
            return gunicorn(file, *arguments, **production | variables)

        yield serve
