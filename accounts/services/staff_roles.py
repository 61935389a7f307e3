"""Staff roles: granted and ended here, each with its change of access; and what a role lets its holder do."""

from __future__ import annotations

import datetime
from functools import lru_cache
from typing import Any

from django.db import transaction
from django.db.models import BigIntegerField, Q, QuerySet

from accounts.models import District, School, StaffRole, User
from accounts.models.period import EndedBy
from accounts.rights import Right, Role, roles_with
from accounts.services import changes
from accounts.services.changes import Actor
from portal.base.clock import local_today
from portal.base.questions import Given, Question


def _state(role: StaffRole) -> dict[str, Any]:
    return {
        "user": str(role.user.uuid),
        "role": role.role,
        "district": str(role.district.uuid),
        "school": role.school and str(role.school.uuid),
        "until": role.until and role.until.isoformat(),
    }


@transaction.atomic
def grant(
    *,
    user: User,
    role: Role,
    district: District,
    by: Actor,
    school: School | None = None,
    starts: datetime.date | None = None,
) -> StaffRole:
    """Give a role at a school, or in the whole district where no school is named. ValueError: a school of another."""
    if school is not None and school.district_id != district.pk:
        raise ValueError("The school belongs to another district.")
    row = StaffRole.objects.create(user=user, role=role, district=district, school=school, starts=starts)
    changes.record("staff_role.granted", subject="staff_role", subject_id=row.uuid, by=by, after=_state(row))
    return row


@transaction.atomic
def end(*, role: StaffRole, last_day: datetime.date, by: Actor, reason: str) -> None:
    """End the role after `last_day`. To end it at once, name yesterday."""
    before = _state(role)
    role.until = last_day
    role.ended_by = EndedBy.PERSON
    role.save(update_fields=["until", "ended_by"])
    changes.record(
        "staff_role.ended",
        subject="staff_role",
        subject_id=role.uuid,
        by=by,
        before=before,
        after=_state(role),
        reason=reason,
    )


def current_roles(user: User) -> QuerySet[StaffRole]:
    rows: QuerySet[StaffRole] = StaffRole.objects.on(local_today()).filter(user=user)
    return rows


def holds_anywhere(user: User, right: Right) -> bool:
    """Say whether some current role of this person has the right, at whichever school."""
    return current_roles(user).filter(role__in=roles_with(right)).exists()


def sees_students(user: User) -> bool:
    """Say whether some current role of this person shows them students at all."""
    rights = (
        Right.SEE_SECTION_REPORTS,
        Right.SEE_CASELOAD_REPORTS,
        Right.SEE_SCHOOL_REPORTS,
        Right.SEE_DISTRICT_REPORTS,
    )
    showing = {role for right in rights for role in roles_with(right)}
    return current_roles(user).filter(role__in=showing).exists()


def districts_with(user: User, right: Right) -> QuerySet[District]:
    """Return the districts in the whole of which this person has the right."""
    roles = current_roles(user).filter(role__in=roles_with(right), school__isnull=True)
    return District.objects.filter(pk__in=roles.values("district"))


def schools_with(user: User, right: Right) -> QuerySet[School]:
    """Return the schools at which this person has the right, by a role there or in the whole district."""
    roles = current_roles(user).filter(role__in=roles_with(right))
    whole = roles.filter(school__isnull=True).values("district")
    return School.objects.filter(Q(pk__in=roles.values("school")) | Q(district__in=whole))


def is_staff_member(user: User) -> bool:
    """Say whether the second factor is required of this person (trust A9)."""
    return user.is_superuser or bool(_some_role(local_today()).ask(user=user.pk))


@lru_cache(maxsize=4)
def _some_role(day: datetime.date) -> Question[tuple[int]]:
    rows = StaffRole.objects.on(day).filter(user=Given("user", BigIntegerField()))
    return Question(rows.order_by().values_list("pk")[:1])


def districts_set_up_by(user: User, right: Right = Right.VIEW_SET_UP) -> QuerySet[District]:
    """Return the districts in whose whole set-up this person has the right (VIEW_, CHANGE_, ADD_, DELETE_SET_UP)."""
    if user.is_superuser:
        return District.objects.all()
    wanted = roles_with(Right.SET_UP_OF_DISTRICT, right)
    roles = current_roles(user).filter(role__in=wanted, school__isnull=True)
    return District.objects.filter(pk__in=roles.values("district"))


def schools_set_up_by(user: User, right: Right = Right.VIEW_SET_UP) -> QuerySet[School]:
    """Return the schools in whose set-up they have the right: their own, and all of the districts they set up.

    The right must come with the very role that reaches the school: who reads at one school and changes at another does
    not change at both.
    """
    if user.is_superuser:
        return School.objects.all()
    own = current_roles(user).filter(role__in=roles_with(Right.SET_UP_OF_SCHOOL, right)).values("school")
    return School.objects.filter(Q(pk__in=own) | Q(district__in=districts_set_up_by(user, right)))


def who_sets_up(districts: QuerySet[District], schools: QuerySet[School]) -> QuerySet[User]:
    """Return whoever may change something in the set-up of one of these districts as a whole, or of these schools."""
    roles = StaffRole.objects.on(local_today()).filter(role__in=roles_with(Right.CHANGE_SET_UP))
    whole = Q(role__in=roles_with(Right.SET_UP_OF_DISTRICT), school__isnull=True, district__in=districts)
    return User.objects.filter(
        is_active=True, pk__in=roles.filter(whole | Q(school__in=schools)).values("user")
    )
