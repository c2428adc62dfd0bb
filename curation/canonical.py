"""The text of an audit entry that is hashed (`domain.chain`): as stored, and as SQL writes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models

from curation.domain import chain

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.models.sql.compiler import SQLCompiler


class CanonicalJSONField(models.JSONField):
    """JSON kept as the very text that is hashed.

    PostgreSQL's `jsonb` would keep its own order and spaces; `json` keeps what it is given.
    """

    def db_type(self, connection: BaseDatabaseWrapper) -> str | None:
        """Return a type that keeps the text and refuses what is not JSON."""
        return "json" if connection.vendor == "postgresql" else super().db_type(connection)

    def get_db_prep_value(
        self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False
    ) -> Any:
        """Write the canonical text."""
        return chain.canonical(value)

    def from_db_value(
        self, value: Any, expression: models.Expression, connection: BaseDatabaseWrapper
    ) -> Any:
        """Read it; psycopg has already read the column itself."""
        if connection.vendor == "postgresql" and not isinstance(value, str):
            return value
        return super().from_db_value(value, expression, connection)


# How each database writes a column as the canonical JSON has it. The outcome is hashed and
# compared, not trusted: where one escapes otherwise, `services.audit` lets Python write that entry.
_SQLITE = {
    "as it is": "%(expressions)s",
    "text": "json_quote(%(expressions)s)",
    "time": "json_quote(replace(%(expressions)s, ' ', 'T')"
    " || CASE length(%(expressions)s) WHEN 19 THEN '.000000Z' ELSE 'Z' END)",
    "uuid": "ifnull(json_quote(substr(%(expressions)s, 1, 8)"
    " || '-' || substr(%(expressions)s, 9, 4) || '-' || substr(%(expressions)s, 13, 4)"
    " || '-' || substr(%(expressions)s, 17, 4) || '-' || substr(%(expressions)s, 21)), 'null')",
    "key": "CASE %(expressions)s WHEN '' THEN ''"
    " ELSE '\"key\":' || json_quote(%(expressions)s) || ',' END",
}
_POSTGRESQL = {
    "as it is": "%(expressions)s",
    "text": "to_json(%(expressions)s)",
    "time": "to_json(to_char(%(expressions)s AT TIME ZONE 'UTC',"
    ' \'YYYY-MM-DD"T"HH24:MI:SS.US"Z"\'))',
    "uuid": "coalesce(to_json(%(expressions)s)::text, 'null')",
    "key": "CASE %(expressions)s WHEN '' THEN ''"
    " ELSE '\"key\":' || to_json(%(expressions)s)::text || ',' END",
}


class _Written(models.Func):
    """A column, written in one of the ways above."""

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any
    ) -> tuple[str, Any]:
        """Return the SQL."""
        return self.as_sql(compiler, connection, template=_SQLITE[self.extra["way"]])

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any
    ) -> tuple[str, Any]:
        """Return the SQL."""
        return self.as_sql(compiler, connection, template=_POSTGRESQL[self.extra["way"]])


class _Filled(models.Func):
    """A text whose `%s` are filled in. SQLite may give its bytes, and spare Python two copies."""

    function = "printf"
    output_field = models.TextField()

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any
    ) -> tuple[str, Any]:
        """Return the SQL."""
        template = "CAST(printf(%(expressions)s) AS BLOB)" if self.extra["as_bytes"] else None
        return self.as_sql(compiler, connection, template=template)

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any
    ) -> tuple[str, Any]:
        """Return the SQL."""
        return self.as_sql(compiler, connection, function="format")


# The members of an exported entry in the order of their names: text, column, and way to write it.
_MEMBERS = (
    ('{"action":%s,', "action", "text"),
    ('"actor":{"id":%s,', "actor_id", "text"),
    ('"name":%s,', "actor_name", "text"),
    ('"via":%s},', "actor_via", "text"),
    ('"after":%s,', "after", "as it is"),
    ('"attempt":%s,', "attempt", "uuid"),
    ('"before":%s,', "before", "as it is"),
    ('"detail":%s,', "detail", "as it is"),
    ('"digest":%s,', "digest", "text"),
    ("%s", "key", "key"),
    ('"listing":%s,', "listing", "text"),
    ('"note":%s,', "note", "text"),
    ('"previous_digest":%s,', "previous_digest", "text"),
    ('"recorded_at":%s,', "recorded_at", "time"),
    ('"sequence":%s,', "sequence", "as it is"),
    ('"titles":%s}', "titles", "as it is"),
)


def exported_text() -> models.Expression:
    """Return SQL for an entry as it is exported, `chain.canonical(entry.exported())`.

    Several times faster than reading each entry's JSON and writing it again.
    """
    return _text(_MEMBERS, as_bytes=False)


def payload_text() -> models.Expression:
    """Return SQL for what the digest covers, `chain.canonical(entry.payload())`.

    It comes as a text from PostgreSQL, and from SQLite as the bytes that are hashed.
    """
    members = [member for member in _MEMBERS if not member[1].endswith("digest")]
    return _text(members, as_bytes=True)


def _text(members: Iterable[tuple[str, str, str]], *, as_bytes: bool) -> models.Expression:
    shapes, columns, ways = zip(*members, strict=True)
    written = (_Written(column, way=way) for column, way in zip(columns, ways, strict=True))
    return _Filled(models.Value("".join(shapes)), *written, as_bytes=as_bytes)
