"""Questions that nearly every page asks of the database: their SQL is written once.

To write the SQL of a small query takes Django several times as long as SQLite takes to answer it.
What it gives for each column is also found once, unlike that of its raw queries.
"""

from __future__ import annotations

from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeAlias, TypeVar

from django.db import connection, models

if TYPE_CHECKING:
    from collections.abc import Callable

M = TypeVar("M", bound=models.Model)
Value: TypeAlias = "int | str | datetime"


class Prepared(Generic[M]):
    """A query, given with stand-ins for the values that it is asked with.

    The values come in the order in which they stand in the SQL: that of the filters.
    """

    def __init__(self, example: Callable[[], models.QuerySet[M, Any]]) -> None:
        self._example = example

    @cached_property
    def _written(self) -> _Written[M]:
        queryset = self._example()
        compiler = queryset.query.get_compiler(connection=connection)
        sql, values = compiler.as_sql()
        columns = [column for column, *_ in compiler.select]
        converters = compiler.get_converters(columns).items()
        return _Written(queryset.model, sql, len(values), columns, [*converters])

    @cached_property
    def _names(self) -> list[str]:
        return [column.target.attname for column in self._written.columns]

    def __call__(self, *values: Value) -> list[M]:
        """Ask with these values for whole rows."""
        model, names = self._written.model, self._names
        return [model.from_db(connection.alias, names, row) for row in self.tuples(*values)]

    def tuples(self, *values: Value) -> list[list[Any]]:
        """Ask with these values for the columns that the query is about."""
        _, sql, wanted, _, converters = self._written
        assert len(values) == wanted, sql  # noqa: S101  a mistake of ours
        adapt = connection.ops.adapt_datetimefield_value
        sent = [adapt(value) if isinstance(value, datetime) else value for value in values]
        with connection.cursor() as cursor:
            cursor.execute(sql, sent)
            rows = [list(row) for row in cursor.fetchall()]
        # As SQLCompiler.apply_converters does, for the connection of this thread.
        for at, (converts, expression) in converters:
            for row in rows:
                for convert in converts:
                    row[at] = convert(row[at], expression, connection)
        return rows


class _Written(NamedTuple, Generic[M]):
    model: type[M]
    sql: str
    wanted: int
    columns: list[Any]
    converters: list[tuple[int, tuple[list[Callable[..., Any]], Any]]]
