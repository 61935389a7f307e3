"""The rules of the one relation *grants*: by which ways a person comes to see a student, and on what legal ground.

`accounts.access` reads them, in any direction, and takes away what a block takes; nobody else may, since a rule alone
knows neither blocks nor disabled accounts. Each returns rows with grant_user, grant_student, grant_relation and
grant_source. If one is wrong, a child's scores reach the wrong adult: every rule has a row in the access matrix and a
patch in `tests/promises` that breaks it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.db.models import CharField, Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat

from accounts import ages
from accounts.models import Caseload, Consent, Enrollment, Guardianship, SectionPlace, StaffRole, Student
from accounts.models.guardianship import Standing
from accounts.models.period import current
from accounts.rights import Right, roles_with


def _by_guardianship(day: date) -> QuerySet[Any]:
    """Either parent, until the student is 18. Where the student lives is no reason (trust A2)."""
    return (
        Guardianship.objects.on(day)
        .filter(
            standing=Standing.COUNTS,
            # A student whose birth date nobody knows may be an adult: that is for staff to look at.
            student__birth_date__gt=ages.born_by(ages.ADULT, day),
        )
        .annotate(
            grant_user=F("guardian__user_id"),
            grant_student=F("student_id"),
            grant_relation=F("relationship"),
            grant_source=Concat("source", Value(":"), Cast("source_id", CharField())),
        )
    )


def _by_consent(day: date) -> QuerySet[Any]:
    """An adult whom a student of 18 lets go on, or whose dependent the student is (trust A5)."""
    return (
        Consent.objects.on(day)
        .filter(
            current(day, "guardianship__"),
            guardianship__standing=Standing.COUNTS,
            guardianship__student__birth_date__lte=ages.born_by(ages.ADULT, day),
        )
        .annotate(
            grant_user=F("guardianship__guardian__user_id"),
            grant_student=F("guardianship__student_id"),
            grant_relation=F("guardianship__relationship"),
            grant_source=Concat(Value("consent:"), Cast("uuid", CharField())),
        )
    )


def reads_own_reports(day: date) -> Q:
    """Build the condition that a student may: always as an adult, before that as the district allows (trust A6)."""
    adult = Q(birth_date__lte=ages.born_by(ages.ADULT, day))
    old_enough = Q(birth_date__lte=ages.born_by(ages.OWN_ACCESS, day)) | Q(grade__in=ages.AFTER_GRADE_TEN)
    return adult | Q(district__students_sign_in=True) & old_enough


def _by_being_the_student(day: date) -> QuerySet[Any]:
    """The student whose account this is (Education Code 49076)."""
    return (
        Student.unscoped.filter(user__isnull=False)
        .filter(reads_own_reports(day))
        .annotate(
            grant_user=F("user_id"),
            grant_student=F("pk"),
            grant_relation=Value("self"),
            grant_source=Value("portal"),
        )
    )


def held_as(right: Right, prefix: str = "") -> Q:
    """Build the condition that a role, reached through `prefix`, has the right."""
    return Q(**{f"{prefix}role__in": roles_with(right)})


def _holds_role_at_school(right: Right, day: date, user: str, school: str) -> Exists:
    return Exists(
        StaffRole.objects.on(day).filter(held_as(right, ""), user=OuterRef(user), school=OuterRef(school))
    )


def _by_section(day: date) -> QuerySet[Any]:
    return (
        SectionPlace.objects.on(day)
        .filter(current(day, "section__teachers__"), section__teachers__isnull=False)
        .annotate(
            grant_user=F("section__teachers__user_id"),
            grant_student=F("student_id"),
            grant_relation=Value("section"),
            grant_source=Concat(Value("section:"), Cast("section__uuid", CharField())),
        )
        # The very teacher's role: `section__teachers` named once more would be a join of its own, any teacher's.
        .filter(_holds_role_at_school(Right.SEE_SECTION_REPORTS, day, "grant_user", "section__school"))
    )


def _by_caseload(day: date) -> QuerySet[Any]:
    role = StaffRole.objects.on(day).filter(
        held_as(Right.SEE_CASELOAD_REPORTS, ""),
        user=OuterRef("user"),
        district=OuterRef("student__district"),
    )
    return (
        Caseload.objects.on(day)
        .filter(Exists(role))
        .annotate(
            grant_user=F("user_id"),
            grant_student=F("student_id"),
            grant_relation=Value("caseload"),
            grant_source=Concat(Value("caseload:"), Cast("pk", CharField())),
        )
    )


def _by_school(day: date) -> QuerySet[Any]:
    roles = "school__staff_roles__"
    return (
        Enrollment.objects.on(day)
        .filter(current(day, roles) & held_as(Right.SEE_SCHOOL_REPORTS, roles))
        .annotate(
            grant_user=F("school__staff_roles__user_id"),
            grant_student=F("student_id"),
            grant_relation=F("school__staff_roles__role"),
            grant_source=Concat(Value("role:"), Cast("school__staff_roles__uuid", CharField())),
        )
    )


def _by_district(day: date) -> QuerySet[Any]:
    roles = "district__staff_roles__"
    return Student.unscoped.filter(
        current(day, roles)
        & held_as(Right.SEE_DISTRICT_REPORTS, roles)
        & Q(district__staff_roles__school__isnull=True)
    ).annotate(
        grant_user=F("district__staff_roles__user_id"),
        grant_student=F("pk"),
        grant_relation=F("district__staff_roles__role"),
        grant_source=Concat(Value("role:"), Cast("district__staff_roles__uuid", CharField())),
    )


Rule = Callable[[date], QuerySet[Any]]
# In the order in which a person with several is said to have come: family first.
RULES: dict[str, tuple[Rule, str]] = {
    "guardian": (_by_guardianship, "34 CFR 99.10; EC 49069.7"),
    "student": (_by_being_the_student, "34 CFR 99.5; EC 49061, 49076"),
    "consent": (_by_consent, "34 CFR 99.30, 99.31(a)(8); EC 49061"),
    "section": (_by_section, "34 CFR 99.31(a)(1)"),
    "caseload": (_by_caseload, "34 CFR 99.31(a)(1)"),
    "school": (_by_school, "34 CFR 99.31(a)(1)"),
    "district": (_by_district, "34 CFR 99.31(a)(1)"),
}
FAMILY_RULES = ("guardian", "student", "consent")
STAFF_RULES = tuple(name for name in RULES if name not in FAMILY_RULES)
