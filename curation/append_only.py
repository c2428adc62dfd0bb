"""Triggers by which the database itself refuses to change or remove audit entries.

They hold against mistakes, and against whoever can make this program run SQL of his own. The
database's owner can drop them: that is what the chain is for (docs/audit-log.md).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import connections

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

TABLE = "curation_auditentry"
REFUSAL = "Audit entries are only appended, never changed or removed."

# By name, when it fires.
_SQLITE = {
    "audit_no_update": "UPDATE ON curation_auditentry",
    "audit_no_delete": "DELETE ON curation_auditentry",
    # INSERT OR REPLACE removes the rows that are in its way without asking the trigger above. Each
    # condition is that of a unique index, to the letter: else an append would read the whole log.
    "audit_no_replace": """INSERT ON curation_auditentry WHEN
        EXISTS (SELECT 1 FROM curation_auditentry WHERE sequence >= NEW.sequence)
        OR EXISTS (SELECT 1 FROM curation_auditentry WHERE digest = NEW.digest)
        OR EXISTS (SELECT 1 FROM curation_auditentry WHERE previous_digest = NEW.previous_digest)
        OR NEW.action = 'publish.started' AND EXISTS (SELECT 1 FROM curation_auditentry
            WHERE attempt = NEW.attempt AND action = 'publish.started')
        OR NEW.action <> 'publish.started' AND EXISTS (SELECT 1 FROM curation_auditentry
            WHERE attempt = NEW.attempt AND action IN
            ('publish.succeeded', 'publish.refused', 'publish.failed', 'publish.undetermined'))""",
}
_POSTGRESQL = "audit_append_only"


def install(connection: BaseDatabaseWrapper) -> None:
    """Make the database refuse, if it does not yet."""
    if is_installed(connection):
        return
    remove(connection)  # what may be there of it
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                f"CREATE FUNCTION {_POSTGRESQL}() RETURNS trigger LANGUAGE plpgsql AS $$"
                f" BEGIN RAISE EXCEPTION '{REFUSAL}'"
                " USING ERRCODE = 'integrity_constraint_violation'; END $$"
            )
            cursor.execute(
                f"CREATE TRIGGER {_POSTGRESQL} BEFORE UPDATE OR DELETE OR TRUNCATE ON {TABLE}"
                f" FOR EACH STATEMENT EXECUTE FUNCTION {_POSTGRESQL}()"
            )
            return
        for name, event in _SQLITE.items():
            cursor.execute(
                f"CREATE TRIGGER {name} BEFORE {event} BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
            )


def remove(connection: BaseDatabaseWrapper) -> None:
    """Let the database do again what it is told."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"DROP TRIGGER IF EXISTS {_POSTGRESQL} ON {TABLE}")
            cursor.execute(f"DROP FUNCTION IF EXISTS {_POSTGRESQL}")
            return
        for name in _SQLITE:
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}")


def is_installed(connection: BaseDatabaseWrapper) -> bool:
    """Tell whether the database refuses."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT tgname FROM pg_trigger"
                " WHERE tgrelid = to_regclass(%s) AND tgenabled IN ('O', 'A')",
                [TABLE],
            )
        else:
            cursor.execute(
                "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [TABLE]
            )
        found = {name for (name,) in cursor.fetchall()}
    return found >= ({_POSTGRESQL} if connection.vendor == "postgresql" else _SQLITE.keys())


def install_after_migration(using: str = "default", **kwargs: Any) -> None:
    """Install them where the table is, as the last step of each migration (`post_migrate`).

    Not a migration itself: SQLite loses a table's triggers when a later migration makes the table
    anew; and the test databases, which are emptied between tests, have to do without.
    """
    connection = connections[using]
    if TABLE in connection.introspection.table_names():
        install(connection)
