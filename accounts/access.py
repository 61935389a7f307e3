"""The one rule: who may see which student.

Owns the relation *grants* (user, student, rule that grants it). Everything that asks "may they?", "who can?" or
"whom does this person see?" reads it here. Views get a student by `open_student` alone, which fetches and checks in
one call and answers a stranger with 404, so that nothing is confirmed to exist; `listing` and `opening` accept only
the `ReportAccess` it returns, so a call without a check does not type-check. If this file is wrong, a child's scores
reach the wrong adult. The ways in are in `accounts.access_rules`.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable
from dataclasses import InitVar, dataclass, field
from datetime import date
from functools import lru_cache, reduce
from operator import or_
from typing import Any

from django.db import models
from django.db.models import Case, CharField, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Cast
from django.http import Http404

from accounts.access_rules import FAMILY_RULES, RULES, STAFF_RULES, held_as
from accounts.models import (
    Block,
    Enrollment,
    Hold,
    School,
    StaffRole,
    Student,
    User,
)
from accounts.models.period import current
from accounts.rights import Right
from portal.base.clock import local_today
from portal.base.questions import Given, Question

_BUILT_HERE = object()


class NoGrant(Http404):
    """A signed-in person asked for a student they may not see, or that does not exist: the same to them."""

    def __init__(self, student_uuid: uuid.UUID | None) -> None:
        super().__init__("No such page.")
        self.student_uuid = student_uuid


@dataclass(frozen=True)
class ReportAccess:
    """Proof that `user` may see this student's reports now, with the rule that says so. Only this module builds it.

    `ssid` is empty when the student has none, when another student has the same one (`ssid_shared`), or when it changed
    under a live link and staff have not confirmed it (`ssid_changed`): ETS answers by SSID alone and names nobody, so
    nobody is asked about (trust A11). `held` says that reports are under a hold which this person may not
    pass (trust A4): the page explains, and ETS is not asked.
    """

    user: User
    student_id: int
    student_uuid: uuid.UUID
    student_name: str = field(repr=False)
    student_grade: str = field(repr=False)
    ssid: str = field(repr=False)
    ssid_shared: bool
    ssid_changed: bool
    held: bool
    school: School | None
    district_id: int
    rule: str
    relation: str
    source: str
    legal_basis: str
    # Not kept: what came out of an instance could be handed in again, by `dataclasses.replace` too.
    built: InitVar[object]

    def __post_init__(self, built: object) -> None:
        if built is not _BUILT_HERE:
            raise TypeError("Only accounts.access builds a ReportAccess: call open_student.")

    @property
    def is_family(self) -> bool:
        return self.rule in FAMILY_RULES

    @property
    def is_support_view(self) -> bool:
        """Say whether somebody of the staff looks as this family: then no report opens, and ETS is not asked."""
        return self.user.viewed_by is not None


# --- The relation, read in any direction ---------------------------------------------------------------------------


def grants(
    *, user: User | None = None, student: Student | None = None, among: Collection[Student] | None = None
) -> QuerySet[Any]:
    """Return the grants as rows `{rank, rule, by_user, to_student, relation_, source_}`, best first.

    Name a user, a student or both, or the students of a page: the condition goes into every rule before they are
    joined.
    """
    parts = [_by_rule(name, user, student) for name in RULES]
    if among is not None:
        parts = [rows.filter(grant_student__in=[one.pk for one in among]) for rows in parts]
    return parts[0].union(*parts[1:], all=True).order_by("rank", "source_")


def best_grant(user: User, student: Student, *, rules: Iterable[str] = tuple(RULES)) -> dict[str, Any] | None:
    """Return the first row of `grants` for these two; a parent, asked for first, costs a sixth of all rules."""
    day = local_today()
    for name in rules:
        found = _question_of(name, day).first(user=user.pk, student=student.pk)
        if found is not None:
            return found
    return None


def _by_rule(name: str, user: User | None, student: Student | None) -> QuerySet[Any]:
    return _between(_described(name, local_today()), user, student)


def _between(rows: QuerySet[Any], user: User | None, student: Student | None) -> QuerySet[Any]:
    rows = rows.all()
    if user is not None:
        rows = rows.filter(grant_user=user.pk)
    if student is not None:
        rows = rows.filter(grant_student=student.pk)
    return rows


# Kept are questions, never answers: Django needs longer to put these together than the database to answer them. Nobody
# reads the kept ones themselves; every reader gets a copy without an answer, by `filter` or `all`, or rows alone.
_kept_for_the_day = lru_cache(maxsize=4 * len(RULES))
_USER = Given("user", models.BigIntegerField())
_STUDENT = Given("student", models.BigIntegerField())


@_kept_for_the_day
def _granted(name: str, day: date) -> QuerySet[Any]:
    active = User.objects.filter(pk=OuterRef("grant_user"), is_active=True)
    # A block reaches the person, whichever rule would let them in, and outranks them all (trust A3).
    blocked = Block.objects.on(day).filter(
        guardianship__guardian__user=OuterRef("grant_user"), guardianship__student=OuterRef("grant_student")
    )
    rows: QuerySet[Any] = RULES[name][0](day).filter(Exists(active), ~Exists(blocked)).order_by()
    return rows


def let_in_by(rule: str, day: date) -> QuerySet[Any]:
    """Return one rule's rows as they count on this day: no disabled account, nobody who is blocked."""
    rows: QuerySet[Any] = _granted(rule, day).all()
    return rows


@_kept_for_the_day
def _described(name: str, day: date) -> QuerySet[Any]:
    rows: QuerySet[Any] = _granted(name, day).values(
        rank=Value(list(RULES).index(name), models.IntegerField()),
        rule=Value(name),
        by_user=F("grant_user"),
        to_student=F("grant_student"),
        relation_=Cast("grant_relation", CharField()),
        source_=Cast("grant_source", CharField()),
    )
    return rows


@_kept_for_the_day
def _question_of(name: str, day: date) -> Question[dict[str, Any]]:
    rows = _described(name, day).filter(grant_user=_USER, grant_student=_STUDENT)
    return Question(rows.order_by("source_")[:1])


@_kept_for_the_day
def _students_on(day: date) -> QuerySet[Student]:
    return with_doubts(Student.unscoped.all(), day)


def with_doubts(students: QuerySet[Student], day: date) -> QuerySet[Student]:
    """Annotate each with `ssid_shared`, whether another has the same SSID, and `under_hold`, whoever asks."""
    twin = Student.unscoped.filter(ssid=OuterRef("ssid")).exclude(ssid="").exclude(pk=OuterRef("pk"))
    return students.annotate(
        ssid_shared=Exists(twin),
        under_hold=Exists(Hold.objects.on(day).filter(student=OuterRef("pk"))),
    )


@_kept_for_the_day
def _enrolments_on(day: date) -> QuerySet[Enrollment]:
    """Every enrolment; a student's first is at the school that speaks for them.

    The active primary one, else the active one, else the last.
    """
    active = Case(When(current(day) & Q(primary=True), then=2), When(current(day), then=1), default=0)
    rows: QuerySet[Enrollment] = Enrollment.objects.all()
    return rows.annotate(active=active).order_by("-active", F("starts").desc(nulls_last=True), "-pk")


def students_visible_to(user: User, *, rules: Iterable[str] = tuple(RULES)) -> QuerySet[Student]:
    """Return the students this person may see, each with `school_name`, by last and first name."""
    return _as_far_as_viewed(_seen_by(user.pk, tuple(rules), local_today()), user)


def _seen_by(user_key: Any, rules: tuple[str, ...], day: date) -> QuerySet[Student]:
    granted = _granted_by([_granted(name, day).filter(grant_user=user_key) for name in rules])
    return (
        Student.unscoped.filter(granted)
        .annotate(school_name=Subquery(_speaking(OuterRef("pk")).values("school__name")[:1]))
        .order_by("last_name", "first_name", "pk")
    )


def _granted_by(grants_: list[QuerySet[Any]]) -> Q:
    """Build the condition that one of these grants names the student.

    As one subquery where few are granted: of several, joined by OR, PostgreSQL makes a walk over all students of the
    portal, which a parent waited seconds for. Whoever sees a district is served sooner by that walk.
    """
    named = [rows.values("grant_student") for rows in grants_]
    if len(named) > len(FAMILY_RULES):
        return reduce(or_, (Q(pk__in=rows) for rows in named))
    return Q(pk__in=named[0].union(*named[1:], all=True))


def children_of(user: User) -> QuerySet[Student]:
    """Return the students this person sees as family: their children, or themselves."""
    return students_visible_to(user, rules=FAMILY_RULES)


def list_children(user: User) -> list[Student]:
    """Return the rows of `children_of`."""
    if user.viewed_by is not None:
        return list(children_of(user))
    return _question_of_children(local_today()).ask(user=user.pk)


@_kept_for_the_day
def _question_of_children(day: date) -> Question[Student]:
    return Question(_seen_by(_USER, FAMILY_RULES, day))


def _as_far_as_viewed(rows: QuerySet[Student], user: User) -> QuerySet[Student]:
    """Keep, where staff look as this family, to the students whom those staff see themselves by their work."""
    viewer = user.viewed_by
    if viewer is None:
        return rows
    theirs = students_visible_to(viewer, rules=STAFF_RULES).order_by()
    helped = students_looked_after(viewer, Right.VIEW_AS)
    return rows.filter(pk__in=theirs.values("pk")).filter(pk__in=helped.values("pk"))


def open_student(user: User, student_uuid: uuid.UUID, *, rules: Iterable[str] = tuple(RULES)) -> ReportAccess:
    """Fetch a student and check, in one call. Raises `NoGrant` (a 404) for strangers and for unknown ids alike.

    `rules`: what staff do for their work rests on the rules for staff alone, also where they are the child's parent.
    """
    day = local_today()
    student: Any
    if user.viewed_by is None:
        student = _question_of_student(day).first(uuid=student_uuid)
    else:
        student = _as_far_as_viewed(_students_on(day).filter(uuid=student_uuid), user).first()
    if student is None:
        raise NoGrant(None)
    grant = best_grant(user, student, rules=rules)
    if grant is None:
        raise NoGrant(student.uuid)
    return _proof(user, student, grant, _question_of_speaking(day).first(student=student.pk))


@_kept_for_the_day
def _question_of_student(day: date) -> Question[Student]:
    return Question(_students_on(day).filter(uuid=Given("uuid", models.UUIDField())))


@_kept_for_the_day
def _question_of_speaking(day: date) -> Question[Enrollment]:
    return Question(_enrolments_on(day).filter(student=_STUDENT).select_related("school")[:1])


def open_students(
    user: User, student_uuids: Collection[uuid.UUID], *, rules: Iterable[str] = tuple(RULES)
) -> dict[uuid.UUID, ReportAccess]:
    """Fetch and check several in one go, as `open_student` does one: whom they may not see is not in the answer.

    For runs, whose students each would cost eight questions, most of a worker's time.
    """
    students: list[Any] = list(_students_on(local_today()).filter(uuid__in=student_uuids))
    ids = [student.pk for student in students]
    best: dict[int, dict[str, Any]] = {}
    for name in rules:
        missing = [pk for pk in ids if pk not in best]
        rows = _by_rule(name, user, None).filter(grant_student__in=missing).order_by("source_")
        for row in rows if missing else ():
            best.setdefault(row["to_student"], row)
    speaking = speaking_enrollments(ids)
    return {
        student.uuid: _proof(user, student, best[student.pk], speaking.get(student.pk))
        for student in students
        if student.pk in best
    }


def _proof(user: User, student: Any, grant: dict[str, Any], speaking: Enrollment | None) -> ReportAccess:
    return ReportAccess(
        user=user,
        student_id=student.pk,
        student_uuid=student.uuid,
        student_name=student.full_name,
        student_grade=student.grade,
        ssid="" if student.ssid_shared or student.ssid_changed_at else student.ssid,
        ssid_shared=student.ssid_shared,
        ssid_changed=student.ssid_changed_at is not None,
        held=student.under_hold and not _may_pass_holds(user, student),
        school=speaking.school if speaking else None,
        district_id=student.district_id,
        rule=grant["rule"],
        relation=grant["relation_"],
        source=grant["source_"],
        legal_basis=RULES[grant["rule"]][1],
        built=_BUILT_HERE,
    )


# --- Looking after a student: what staff do about access, no report opened -----------------------------------------


def students_looked_after(
    user: User, right: Right, *, at: Collection[School] | None = None
) -> QuerySet[Student]:
    """Return the students for whom this person holds `right`, by a role at their school or in the district.

    `at`: only who is enrolled at one of these schools; as one subquery, since of two joined by OR PostgreSQL makes a
    walk over all students of the portal.
    """
    day = local_today()
    roles = StaffRole.objects.on(day).filter(held_as(right), user=user)
    here = Enrollment.objects.on(day).filter(school__in=roles.values("school"))
    district_wide = roles.filter(school__isnull=True).values("district")
    blocked = Block.objects.on(day).filter(
        guardianship__guardian__user=user.pk, guardianship__student=OuterRef("pk")
    )
    mine = Q(pk__in=here.values("student")) | Q(district__in=district_wide)
    if at is not None:
        there = Enrollment.objects.on(day).filter(school__in=at, student__district__in=district_wide)
        both = here.filter(school__in=at).values("student").union(there.values("student"), all=True)
        mine = Q(pk__in=both)
    return Student.unscoped.filter(mine).exclude(Exists(blocked))


def may_see_who_sees(may_see: ReportAccess) -> bool:
    """Say whether this member of staff may also look at who else sees the student."""
    mine = students_looked_after(may_see.user, Right.SEE_WHO_SEES)
    return mine.filter(pk=may_see.student_id).exists()


def look_after(user: User, student_uuid: uuid.UUID, right: Right) -> Student:
    """Fetch a student and check the right, in one call. Raises `NoGrant` (a 404) for everybody else."""
    student = students_looked_after(user, right).filter(uuid=student_uuid).first()
    if student is None:
        raise NoGrant(None)
    return student


# --- Many at once ---------------------------------------------------------------------------------------------------


def speaking_enrollments(student_ids: Collection[int]) -> dict[int, Enrollment]:
    """Return of each student the enrolment, with its school, that speaks for them."""
    rows = _enrolments_on(local_today()).filter(student__in=student_ids).select_related("school")
    return {row.student_id: row for row in rows.reverse()}


def districts_without_holds(user: User) -> QuerySet[Any]:
    """Return the districts (their keys) in which this person opens reports that are held: a custodian's."""
    custodian = StaffRole.objects.on(local_today()).filter(
        held_as(Right.SEE_HELD_REPORTS), user=user, school__isnull=True
    )
    found: QuerySet[Any] = custodian.values("district")
    return found


def under_hold_for(user: User, student_ids: Collection[int]) -> set[int]:
    """Return which of these students are under a hold that this person may not pass."""
    held = Hold.objects.on(local_today()).filter(student__in=student_ids)
    open_to_them = districts_without_holds(user)
    return set(held.exclude(student__district__in=open_to_them).values_list("student", flat=True))


def _may_pass_holds(user: User, student: Student) -> bool:
    return districts_without_holds(user).filter(district=student.district_id).exists()


def _speaking(student: Any) -> QuerySet[Enrollment]:
    """Return a student's enrolments, first the one at the school that speaks for them."""
    return _enrolments_on(local_today()).filter(student=student)
