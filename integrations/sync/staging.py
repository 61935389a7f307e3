"""Where a source's rows wait to be compared: temporary tables of this run's own database session.

`runs` opens them, feeds them and closes them. Nothing else sees them, a death leaves nothing behind, and on SQLite they
are a database apart, so that no write lock is held while a vendor takes its time. On PostgreSQL rows go in by COPY.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any, get_type_hints

import psycopg
from django.db import connection, transaction

from integrations.sync import rows, statements
from integrations.sync.rows import Kind, Problem, Row

ROWS: dict[Kind, type[Row]] = {
    Kind.SCHOOLS: rows.SchoolRow,
    Kind.TERMS: rows.TermRow,
    Kind.STUDENTS: rows.StudentRow,
    Kind.ENROLLMENTS: rows.EnrollmentRow,
    Kind.CONTACTS: rows.ContactRow,
    Kind.STAFF: rows.StaffRow,
    Kind.ROLES: rows.RoleRow,
    Kind.SECTIONS: rows.SectionRow,
    Kind.TEACHERS: rows.TeacherRow,
    Kind.PLACES: rows.PlaceRow,
    Kind.CASELOADS: rows.CaseloadRow,
}
_TYPES: dict[Any, str] = {
    str: "text",
    int: "integer",
    date: "date",
    date | None: "date",
    bool: "boolean",
    bool | None: "boolean",
}
_PROBLEM = ("kind", "endpoint", "source_id", "reason", "field")
_COLUMNS = {
    kind: {name: _TYPES[hint] for name, hint in get_type_hints(row).items()} for kind, row in ROWS.items()
}


@contextmanager
def opened(parent_like: Iterable[str]) -> Iterator[None]:
    """Make the tables; take them away at the end, since a pooled session goes on to somebody else."""
    _drop()
    for kind in ROWS:
        columns = ", ".join(f'"{name}" {column}' for name, column in _COLUMNS[kind].items())
        _execute(f"CREATE TEMP TABLE staged_{kind} ({columns})")
    _execute(
        "CREATE TEMP TABLE found_problems (kind text, endpoint text, source_id text, reason text, field text)"
    )
    _execute("CREATE TEMP TABLE parent_like (word text)")
    words = sorted({(word.strip().lower(),) for word in parent_like})
    with connection.cursor() as cursor:
        cursor.executemany("INSERT INTO parent_like (word) VALUES (%s)", words)
    try:
        yield
    finally:
        # A session that broke has taken its tables along.
        if not connection.needs_rollback and connection.connection is not None:
            _drop()


class Loader:
    """Puts rows into the tables, some pages at once.

    Each trip to the database gives the interpreter to the threads that read pages, and waits to get it back: a trip a
    page made a night half as long again. So many rows are about as many pages as are asked for at once.
    """

    AT_ONCE = 4000

    def __init__(self) -> None:
        self._rows: dict[Kind, list[tuple[Any, ...]]] = {kind: [] for kind in ROWS}
        self._problems: list[tuple[Any, ...]] = []

    def load(self, kind: Kind, batch: Sequence[Row], problems: Sequence[Problem] = ()) -> None:
        waiting = self._rows[kind]
        waiting += batch
        self._problems += (
            (str(kind), one.endpoint[:60], one.source_id[:120], one.reason[:60], one.field[:60])
            for one in problems
        )
        if len(waiting) >= self.AT_ONCE:
            self.put(kind)

    def finish(self) -> None:
        """Put in what still waits."""
        for kind in ROWS:
            self.put(kind)
        if self._problems:
            _load("found_problems", _PROBLEM, self._problems)
            self._problems = []

    def put(self, kind: Kind) -> None:
        """Put in what still waits of one kind."""
        if self._rows[kind]:
            _load(f"staged_{kind}", tuple(_COLUMNS[kind]), self._rows[kind])
            self._rows[kind] = []


def _load(table: str, columns: Sequence[str], values: Sequence[tuple[Any, ...]]) -> None:
    names = ", ".join(f'"{name}"' for name in columns)
    if connection.vendor != "postgresql":
        marks = ", ".join(["%s"] * len(columns))
        with connection.cursor() as cursor:
            cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", values)  # noqa: S608 - table and columns are names in this package, values are bound
        return
    try:
        _copy(table, names, values)
    except psycopg.DataError:
        # PostgreSQL's text holds no zero byte; one vendor row with one must not end the night.
        _copy(table, names, [tuple(map(_without_zero, row)) for row in values])


def _copy(table: str, names: str, values: Sequence[tuple[Any, ...]]) -> None:
    with (
        transaction.atomic(),
        connection.cursor() as cursor,
        cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy,
    ):
        for row in values:
            copy.write_row(row)


def _without_zero(value: Any) -> Any:
    return value.replace("\x00", "") if isinstance(value, str) else value


def _drop() -> None:
    tables = [f"staged_{kind}" for kind in ROWS] + ["found_problems", "parent_like"]
    tables += statements.temporary_tables()
    if connection.vendor == "postgresql":
        _execute("DROP TABLE IF EXISTS " + ", ".join(f"pg_temp.{table}" for table in tables))
        return
    for table in tables:
        _execute(f"DROP TABLE IF EXISTS temp.{table}")


def _execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
