"""Compares the staged rows with accounts' tables and writes what should change as the run's change set.

`runs` calls it: `Matching` as soon as a kind has come, into temporary tables, while other kinds still come; `compare`
inside the transaction that also moves the run on, so a change set is there whole or not at all. It writes no table of
accounts. What people change between the two is left to them: `applying` looks at each row again. Which kinds may end
is decided here (trust F1, F2): only those whose own rows, and the rows that they name, came complete, and never between
school years.
"""

from __future__ import annotations

import datetime
from contextlib import nullcontext
from typing import Any

from django.db import connection, transaction
from django.db.models import Count

from integrations.models import SyncRun, SyncSettings, changes
from integrations.sync import statements
from integrations.sync.rows import Kind
from portal.base import clock

# In the order in which they are compared and applied; terms are counted by the brake and stored nowhere.
ORDER = (
    Kind.SCHOOLS,
    Kind.STUDENTS,
    Kind.ENROLLMENTS,
    Kind.CONTACTS,
    Kind.STAFF,
    Kind.ROLES,
    Kind.SECTIONS,
    Kind.TEACHERS,
    Kind.PLACES,
    Kind.CASELOADS,
)
# What a kind's rows name: if those are not all there, a row that cannot be placed looks like one that is missing.
NAMED: dict[Kind, tuple[Kind, ...]] = {
    Kind.ENROLLMENTS: (Kind.SCHOOLS, Kind.STUDENTS),
    Kind.CONTACTS: (Kind.STUDENTS,),
    Kind.ROLES: (Kind.STAFF, Kind.SCHOOLS),
    Kind.TEACHERS: (Kind.SECTIONS, Kind.STAFF, Kind.ROLES, Kind.SCHOOLS),
    Kind.PLACES: (Kind.SECTIONS, Kind.STUDENTS, Kind.SCHOOLS),
    Kind.CASELOADS: (Kind.STUDENTS, Kind.STAFF, Kind.ROLES),
}
# What must be staged too before a kind is matched: enrollments tell the grade.
STAGED: dict[Kind, tuple[Kind, ...]] = {Kind.STUDENTS: (Kind.ENROLLMENTS,)}
# Kinds whose rows can end, and the table of the changes that end them.
ENDING = {
    Kind.ENROLLMENTS: changes.EnrollmentChange,
    Kind.CONTACTS: changes.GuardianshipChange,
    Kind.ROLES: changes.StaffRoleChange,
    Kind.TEACHERS: changes.SectionTeacherChange,
    Kind.PLACES: changes.SectionPlaceChange,
    Kind.CASELOADS: changes.CaseloadChange,
}
CHANGES: dict[str, type[changes.Change]] = {
    "schools": changes.SchoolChange,
    "students": changes.StudentChange,
    "enrollments": changes.EnrollmentChange,
    "guardians": changes.GuardianChange,
    "links": changes.GuardianshipChange,
    "accounts": changes.UserChange,
    "roles": changes.StaffRoleChange,
    "sections": changes.SectionChange,
    "teachers": changes.SectionTeacherChange,
    "places": changes.SectionPlaceChange,
    "caseloads": changes.CaseloadChange,
    "absences": changes.AbsenceChange,
}
PROBLEMS_KEPT = 1000


def facts(run: SyncRun, today: datetime.date) -> dict[str, Any]:
    """Return what every statement may name. Days are local, the moment is the database's own form."""
    return {
        "run": run.pk,
        "district": run.district_id,
        "district_uuid": str(run.district.uuid),
        "source": run.source,
        "actor": f"sync:{run.uuid}",
        "roll_over": run.roll_over,
        "today": today,
        "yesterday": today - datetime.timedelta(days=1),
        "now": connection.ops.adapt_datetimefield_value(clock.now()),
    }


def is_roll_over(settings: SyncSettings, today: datetime.date) -> bool:
    """Say whether the day lies between school years; a span over New Year is a span too."""
    day, first, last = today.strftime("%m-%d"), settings.roll_over_from, settings.roll_over_until
    return first <= day <= last if first <= last else day >= first or day <= last


def may_end(kind: Kind, run: SyncRun) -> bool:
    needed = (kind, *NAMED.get(kind, ()))
    return not run.roll_over and all(run.received.get(one, {}).get("complete") for one in needed)


class Matching:
    """Finds what the staged rows are here, kind by kind in their order, each once it and all it needs has come."""

    def __init__(self, run: SyncRun, today: datetime.date) -> None:
        self._given = facts(run, today)
        self._waiting = list(ORDER)
        self._ended: set[Kind] = set()

    def ended(self, kind: Kind) -> None:
        """All rows of this kind are staged. Terms are matched with nothing, so the order does not wait for them."""
        self._ended.add(kind)
        while self._waiting and {self._waiting[0], *STAGED.get(self._waiting[0], ())} <= self._ended:
            self._match(self._waiting.pop(0))

    def finish(self) -> None:
        """Match what the source did not say the last word on."""
        while self._waiting:
            self._match(self._waiting.pop(0))

    def _match(self, kind: Kind) -> None:
        # On SQLite a transaction would take the write lock, and nothing is written here.
        with transaction.atomic() if connection.vendor == "postgresql" else nullcontext():
            prepare_session()
            execute(kind, "match", self._given)


def compare(run: SyncRun, today: datetime.date) -> None:
    """Write the change set and the problems, everything being matched. Inside a transaction."""
    prepare_session()
    given = facts(run, today)
    for kind in ORDER:
        execute(kind, "resolve", given)
        if kind not in ENDING:
            continue
        execute("absence", "resolve", given, kind=kind)
        if may_end(kind, run):
            execute(kind, "gone", given)
            execute("absence", "gone", given, kind=kind)
    _keep_problems(run)
    run.counts = counted(run)


def counted(run: SyncRun) -> dict[str, dict[str, int]]:
    """Count the change set: for each part of it, how many of each operation."""
    return {
        name: dict(rows)
        for name, model in CHANGES.items()
        if (rows := model.objects.filter(run=run).values_list("op").annotate(Count("pk")))
    }


def prepare_session() -> None:
    """Plan for whole tables, until the transaction ends: PostgreSQL knows too little of tables made a second ago."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SET LOCAL enable_nestloop = off; SET LOCAL enable_mergejoin = off; "
                "SET LOCAL jit = off; SET LOCAL work_mem = '64MB'"
            )


def execute(file: str, section: str, given: dict[str, Any], **words: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements.of(file, section, **words):
            cursor.execute(statement, given)


def _keep_problems(run: SyncRun) -> None:
    for statement in statements.of("problems", "keep"):
        with connection.cursor() as cursor:
            cursor.execute(statement, {"run": run.pk, "most": PROBLEMS_KEPT})
    with connection.cursor() as cursor:
        cursor.execute("SELECT kind, reason, count(*) FROM found_problems GROUP BY kind, reason")
        run.problem_counts = {}
        for kind, reason, count in cursor.fetchall():
            run.problem_counts.setdefault(kind, {})[reason] = count
