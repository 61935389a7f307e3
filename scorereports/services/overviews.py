"""How far the reports of a school have come: counts of its students, and the list behind each count.

Called by staff pages. It reads rows alone: accounts, what runs have found, the record of access; no vendor is asked,
and nobody for a purpose, since no report opens. Each student stands in one class of each kind (docs/adr/0014). A list
is the question of its number with one more condition, so the two cannot differ.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db import connection, transaction
from django.db.models import Case, CharField, Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from accounts import access_overview
from accounts.access_overview import Account, Ssid
from accounts.models import District, School, Student, User
from accounts.rights import Right
from accounts.services import history, staff_roles
from portal.base.clock import local_today
from scorereports import catalog
from scorereports.models import PlaceState, ReportRunPlace, ReportRunReport


class Reports(StrEnum):
    """How far the reports of one year have come with one student."""

    OPENED = "opened"
    NOT_REACHED = "not-reached"
    NONE_YET = "none-yet"
    NOT_FOUND = "not-found"
    CANNOT_ASK = "cannot-ask"
    HELD = "held"
    NOT_ASKED = "not-asked"


EVERYBODY, AVAILABLE = "everybody", "available"
# Which students a word names: the word stands in the address of a list.
_NAMED: dict[str, Q] = {
    EVERYBODY: Q(),
    AVAILABLE: Q(reports_are__in=(Reports.OPENED.value, Reports.NOT_REACHED.value)),
    **{word.value: Q(ssid_is=word.value) for word in Ssid},
    **{word.value: Q(account_is=word.value) for word in Account},
    **{word.value: Q(reports_are=word.value) for word in Reports},
}
WORDS = frozenset(_NAMED)
# What ETS said of a student. The rest (held, refused, failed) says nothing about reports.
_ANSWERS = (PlaceState.AVAILABLE, PlaceState.NONE_YET, PlaceState.UNKNOWN, PlaceState.ELSEWHERE)


@dataclass(frozen=True)
class Narrowed:
    """Of which administration year, and of which grade (empty is all)."""

    year: str
    grade: str = ""


def newest_year() -> str:
    return str(catalog.kept_years(local_today())[0])


def schools_of(user: User) -> QuerySet[School]:
    """Return the schools of which this person has the overview, by name."""
    return staff_roles.schools_with(user, Right.SEE_OVERVIEW).order_by("name", "pk")


def districts_of(user: User) -> QuerySet[District]:
    """Return the districts of the whole of which this person has the overview, by name."""
    return staff_roles.districts_with(user, Right.SEE_OVERVIEW).order_by("name", "pk")


def counts(user: User, schools: Collection[School], narrowed: Narrowed) -> dict[int, Counter[str]]:
    """Count the students of each school (by its key) for each word, all of them by one question."""
    rows = _students(user, schools, narrowed).values("at_school", "ssid_is", "account_is", "reports_are")
    found: dict[int, Counter[str]] = {school.pk: Counter() for school in schools}
    with _not_compiled():
        counted = list(rows.annotate(n=Count("pk", distinct=True)).order_by())
    for row in counted:
        found[row["at_school"]].update(dict.fromkeys(_words(row), row["n"]))
    return found


def district_counts(user: User, district: District, narrowed: Narrowed) -> Counter[str]:
    """Count the students of all schools of a district for each word; who is at two schools is one student."""
    rows = _students(user, _schools_in(district), narrowed).values("ssid_is", "account_is", "reports_are")
    found: Counter[str] = Counter()
    with _not_compiled():
        counted = list(rows.annotate(n=Count("pk", distinct=True)).order_by())
    for row in counted:
        found.update(dict.fromkeys(_words(row), row["n"]))
    return found


def _words(row: dict[str, Any]) -> list[str]:
    words = [EVERYBODY, row["ssid_is"], row["account_is"], row["reports_are"]]
    return [*words, AVAILABLE] if row["reports_are"] in {Reports.OPENED, Reports.NOT_REACHED} else words


def _schools_in(district: District) -> list[School]:
    return list(School.objects.filter(district=district))


@contextlib.contextmanager
def _not_compiled() -> Iterator[None]:
    """Keep PostgreSQL from compiling a question of many parts: that takes longer than the answer."""
    if connection.vendor != "postgresql":
        yield  # a transaction would take SQLite's one lock for writers
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL jit = off")
        yield


def students(user: User, school: School, narrowed: Narrowed, word: str) -> QuerySet[Student]:
    """Return the students behind one number, by name. KeyError for a word that names nobody."""
    rows: QuerySet[Student] = _students(user, [school], narrowed).filter(_NAMED[word])
    return rows.distinct().order_by("last_name", "first_name", "pk")


def district_students(user: User, district: District, narrowed: Narrowed, word: str) -> QuerySet[Student]:
    """Return the students behind a number of a whole district, each once, by name. KeyError as above."""
    rows: QuerySet[Student] = _students(user, _schools_in(district), narrowed).filter(_NAMED[word])
    # Without the school two rows of one student are alike.
    named = rows.annotate(at_school=Value(0))
    return named.distinct().order_by("last_name", "first_name", "pk")


def _students(user: User, schools: Collection[School], narrowed: Narrowed) -> QuerySet[Any]:
    """Return the students, each with a word of every kind: `ssid_is`, `account_is`, `reports_are`."""
    rows: QuerySet[Any] = access_overview.students_at(user, schools)
    if narrowed.grade:
        rows = rows.filter(grade=narrowed.grade)
    classed: QuerySet[Any] = rows.annotate(reports_are=_reports(narrowed.year))
    return classed


def _last_answer(year: str) -> Subquery:
    """Ask what the state said last of a student, in a run that left out no test and no language of this year.

    Of somebody with a report of this year nobody asks this; so "available" means: of another year.
    """
    lost = When(state__in=(PlaceState.UNKNOWN, PlaceState.ELSEWHERE), then=Value(Reports.NOT_FOUND.value))
    said = Case(lost, default=Value(Reports.NONE_YET.value), output_field=CharField())
    asked = ReportRunPlace.objects.filter(
        student=OuterRef("pk"),
        state__in=_ANSWERS,
        run__report_year__in=("", year),
        run__report_type="",
        run__report_language="",
    )
    newest_first = asked.order_by(F("asked_at").desc(nulls_last=True), "-pk")
    return Subquery(newest_first.values(said=said)[:1])


def _reports(year: str) -> Case:
    """Build the class of a student's reports. A hold comes first: it hides whether there are any (trust A4)."""
    opened = history.openings_by_family(year).filter(student=OuterRef("uuid"))
    found = ReportRunReport.objects.filter(place__student=OuterRef("pk"), year=year)
    steps: list[tuple[Any, Reports]] = [
        (Q(held=True), Reports.HELD),
        (Exists(opened), Reports.OPENED),
        # What was found by an SSID that is in doubt now may be another child's.
        (~Q(ssid_is=Ssid.KNOWN.value), Reports.CANNOT_ASK),
        (Exists(found), Reports.NOT_REACHED),
    ]
    return Case(
        *(When(condition, then=Value(word.value)) for condition, word in steps),
        default=Coalesce(_last_answer(year), Value(Reports.NOT_ASKED.value)),
        output_field=CharField(),
    )
