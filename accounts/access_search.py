"""Where a search by staff looks for students, and whom of those it found it may show.

Called by `student_search` alone. `reach`, the districts, schools, classes and caseload of whoever searches, is no rule
of who sees whom, it only keeps the database from walking through the whole portal: if it named too few, staff would
miss a student. Whatever is found goes through `visible_among`, which asks the rule; if that named too many, staff would
find the students of others.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from accounts import access
from accounts.models import (
    Block,
    Caseload,
    Enrollment,
    SectionPlace,
    SectionTeacher,
    StaffRole,
    Student,
    User,
)
from accounts.models.period import current
from accounts.rights import ROLES, Right, Role
from portal.base.clock import local_today


@dataclass(frozen=True)
class Reach:
    """The students to look among, and the rules by which they can be theirs; `is_district`: simply all of one.

    `their_classes` is the condition, on places in sections, that this person may name the section.
    """

    students: QuerySet[Student]
    is_district: bool
    rules: tuple[str, ...]
    their_classes: Q


def reach(user: User) -> Reach | None:
    """Return where this person may find anybody, None where nowhere."""
    day = local_today()
    roles: list[Any] = list(
        StaffRole.objects.on(day).filter(user=user).values("role", "district_id", "school_id")
    )
    whole = {
        row["district_id"]
        for row in roles
        if row["school_id"] is None and _has(row, Right.SEE_DISTRICT_REPORTS)
    }
    places = dict(_places(user, [row for row in roles if row["district_id"] not in whole], day))
    if not user.is_active or not (whole or places):
        return None
    students = Student.unscoped.filter(_anywhere(whole, list(places.values())))
    if blocked := _blocked(user, day):
        students = students.exclude(pk__in=blocked)
    rules = (*places, "district") if whole else tuple(places)
    return Reach(students, len(whole) == 1 and not places, rules, _classes(user, roles, whole, day))


def _anywhere(whole: set[int], places: list[QuerySet[Any]]) -> Q:
    """One subquery, not several joined by OR: those would make a walk over all students of the portal."""
    there = Q(district_id__in=sorted(whole)) if whole else Q()
    return there | Q(pk__in=places[0].union(*places[1:], all=True)) if places else there


def _has(row: Any, right: Right) -> bool:
    return right in ROLES[Role(row["role"])]


def _places(user: User, roles: list[Any], day: date) -> Iterator[tuple[str, QuerySet[Any]]]:
    schools = _schools(roles)
    if schools:
        yield "school", Enrollment.objects.on(day).filter(school__in=schools).values("student")
    if any(_has(row, Right.SEE_SECTION_REPORTS) for row in roles):
        taught = current(day, "section__teachers__") & Q(section__teachers__user=user)
        yield "section", SectionPlace.objects.on(day).filter(taught).values("student")
    if any(_has(row, Right.SEE_CASELOAD_REPORTS) for row in roles):
        yield "caseload", Caseload.objects.on(day).filter(user=user).values("student")


def _schools(roles: list[Any]) -> set[int]:
    """Return the schools whose every student is theirs."""
    return {row["school_id"] for row in roles if row["school_id"] and _has(row, Right.SEE_SCHOOL_REPORTS)}


def _classes(user: User, roles: list[Any], whole: set[int], day: date) -> Q:
    own = SectionTeacher.objects.on(day).filter(user=user).values("section")
    all_of = Q(section__school__district__in=whole) | Q(section__school__in=_schools(roles))
    return (
        all_of | Q(section__in=own) if any(_has(row, Right.SEE_SECTION_REPORTS) for row in roles) else all_of
    )


def _blocked(user: User, day: date) -> list[int]:
    """Return the students from whom this person is blocked as an adult of theirs; their work gives no way around it."""
    mine = Block.objects.on(day).filter(guardianship__guardian__user=user)
    return list(mine.values_list("guardianship__student", flat=True))


def visible_among(user: User, student_ids: Collection[int], rules: Iterable[str]) -> dict[int, Student]:
    """Return those of these students, by key, whom this person may see by one of these rules.

    The ids go into every rule first, so that it costs what they cost, however large the district.
    """
    day = local_today()
    rows = [access.let_in_by(name, day).filter(grant_user=user.pk) for name in rules]
    named = [found.filter(grant_student__in=student_ids).values("grant_student") for found in rows]
    seen = named[0].union(*named[1:], all=True) if named[1:] else named[0]
    return Student.unscoped.filter(pk__in=seen).in_bulk()
