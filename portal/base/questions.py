"""Questions to the database that are put together once and asked often, each time with other values.

For what every page asks: Django needs longer to put such a question together than the database to answer it. Kept are
the questions, never an answer. Who asks gets rows and no queryset: what would be added to a kept question would be
silently left out. Made by whoever owns the question (`accounts.access`, `accounts.sessions`). If this
is wrong, one person gets the answer to another's question, so each asking binds its own values to a copy.
"""

from __future__ import annotations

import copy
from typing import Any, Generic, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Field, QuerySet, Value

Row = TypeVar("Row")


class Given(Value):
    """Stands in a question for the value called `name`, which each asking brings."""

    def __init__(self, name: str, field: Field[Any, Any]) -> None:
        super().__init__(name, output_field=field)

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:  # noqa: ARG002 - Django calls it with these arguments; a place is the same for every database
        return "%s", (self,)


class Question(Generic[Row]):
    """`rows` with `Given` where values are missing; safe for threads, each of which asks on its own connection."""

    def __init__(self, rows: QuerySet[Any, Row]) -> None:
        self._rows = rows
        self._compiler: Any = rows.query.get_compiler(DEFAULT_DB_ALIAS)
        self._sql = ""
        self._places: tuple[Any, ...] = ()
        try:
            self._sql, self._places = self._compiler.as_sql()
        except EmptyResultSet:
            # A right that no role has, say: nobody has to be asked.
            self._compiler = None
        self._names = {place.value for place in self._places if isinstance(place, Given)}

    def ask(self, **values: Any) -> list[Row]:
        """Return the rows for these values. TypeError: one is missing, or has no place: its condition was forgotten."""
        if self._compiler is None:
            return []
        if values.keys() != self._names:
            raise TypeError(f"The question wants {sorted(self._names)}, not {sorted(values)}.")
        rows = self._rows.all()
        connection = connections[DEFAULT_DB_ALIAS]
        bound = tuple(
            place.output_field.get_db_prep_value(values[place.value], connection)
            if isinstance(place, Given)
            else place
            for place in self._places
        )
        rows.query.get_compiler = lambda *_args, **_kwargs: self._bound(bound, connection)  # type: ignore[method-assign] # `rows` is a copy for this asking: no other queryset gets this compiler
        return list(rows)

    def first(self, **values: Any) -> Row | None:
        """Return the first row for these values, if there is one; the question says itself how many it wants."""
        return next(iter(self.ask(**values)), None)

    def _bound(self, values: tuple[Any, ...], connection: Any) -> Any:
        compiler = copy.copy(self._compiler)
        compiler.connection = connection
        compiler.as_sql = lambda *_args, **_kwargs: (self._sql, values)
        return compiler
