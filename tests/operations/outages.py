"""A database that nobody is let at for a while.

On PostgreSQL every connection is cut and none let in, as in a restart. SQLite cannot go away: there
somebody else holds its lock, and everybody waits.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from django.db import connection

from tests.servers import database_url


@contextmanager
def outage() -> Iterator[None]:
    """Let nobody at the database as long as the block lasts."""
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        with sqlite3.connect(name, isolation_level=None) as other:
            other.execute("BEGIN EXCLUSIVE")
            yield
            other.execute("ROLLBACK")
        return
    server_url = database_url({**connection.settings_dict, "NAME": "postgres"})
    with psycopg.connect(server_url, autocommit=True) as server:
        server.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        server.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
        )
        yield
        server.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
    connection.close()
