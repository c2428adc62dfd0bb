"""Questions that nearly every page asks of the database: their SQL is written once.

To write the SQL of a small query takes Django several times as long as SQLite takes to answer it.
"""

from __future__ import annotations

from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Generic, TypeVar

from django.db import connection, models

if TYPE_CHECKING:
    from collections.abc import Callable

M = TypeVar("M", bound=models.Model)


class Prepared(Generic[M]):
    """A query of whole rows, given with stand-ins for the values that it is asked with.

    The values come in the order in which they stand in the SQL: that of the filters.
    """

    def __init__(self, example: Callable[[], models.QuerySet[M]]) -> None:
        self._example = example

    @cached_property
    def _written(self) -> tuple[type[M], str, int]:
        queryset = self._example()
        sql, values = queryset.query.sql_with_params()
        return queryset.model, sql, len(values)

    def __call__(self, *values: int | str | datetime) -> list[M]:
        """Ask with these values."""
        model, sql, count = self._written
        assert len(values) == count, sql  # noqa: S101  a mistake of ours
        adapt = connection.ops.adapt_datetimefield_value
        sent = [adapt(value) if isinstance(value, datetime) else value for value in values]
        return list(model._default_manager.raw(sql, sent))
