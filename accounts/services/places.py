"""The schools and classes that staff may name when they choose students: what forms offer them.

Called by the forms of runs. Naming a place opens nothing: whom they get there is `accounts.access.students_visible_to`.
"""

from __future__ import annotations

from django.db.models import Q, QuerySet

from accounts.models import Caseload, Enrollment, School, Section, SectionTeacher, User
from accounts.rights import Right, roles_with
from accounts.services import staff_roles
from portal.base.clock import local_today


def schools_for(user: User) -> QuerySet[School]:
    """Return the schools where this person may have students: by role, by a class, by the caseload."""
    day = local_today()
    roles = staff_roles.current_roles(user)
    whole = roles.filter(role__in=roles_with(Right.SEE_SCHOOL_REPORTS)).values("school")
    districts = staff_roles.districts_with(user, Right.SEE_DISTRICT_REPORTS)
    taught = SectionTeacher.objects.on(day).filter(user=user).values("section__school")
    mine = Caseload.objects.on(day).filter(user=user).values("student")
    advised = Enrollment.objects.on(day).filter(student__in=mine).values("school")
    return School.objects.filter(
        Q(pk__in=whole) | Q(district__in=districts) | Q(pk__in=taught) | Q(pk__in=advised)
    ).order_by("name")


def sections_for(user: User, school: School | None = None) -> QuerySet[Section]:
    """Return the classes whose students this person may have: their own, and all of a school that is theirs."""
    day = local_today()
    roles = staff_roles.current_roles(user)
    whole = roles.filter(role__in=roles_with(Right.SEE_SCHOOL_REPORTS)).values("school")
    districts = staff_roles.districts_with(user, Right.SEE_DISTRICT_REPORTS)
    own = SectionTeacher.objects.on(day).filter(user=user).values("section")
    found = Section.objects.filter(
        Q(pk__in=own) | Q(school__in=whole) | Q(school__district__in=districts)
    ).order_by("name", "pk")
    return found if school is None else found.filter(school=school)
