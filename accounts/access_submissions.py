"""Whose registrations a member of the staff reads: the students of whom they have the right, and that of one of them.

Called by `integrations.services` for the list of what families sent in, for one submission and for its documents. If it
were too wide, an office would read the papers of another school's families, or where a child lives who is in hiding.
"""

from __future__ import annotations

import uuid

from django.db.models import Exists, OuterRef, QuerySet

from accounts import access
from accounts.access import NoGrant, ReportAccess
from accounts.access_rules import STAFF_RULES
from accounts.models import Hold, Student, User
from accounts.rights import Right
from portal.base.clock import local_today


def students(user: User) -> QuerySet[Student]:
    """Return the students whose registrations this person reads: nobody under a hold that they may not pass (A4)."""
    return _looked_after(user).exclude(Exists(holds_over(user).filter(student=OuterRef("pk"))))


def holds_over(user: User) -> QuerySet[Hold]:
    """Return the holds that this person may not pass: whatever names such a student is not for them, matched or not."""
    rows: QuerySet[Hold] = Hold.objects.on(local_today())
    return rows.exclude(student__district__in=access.districts_without_holds(user))


def open_student(user: User, student_uuid: uuid.UUID) -> ReportAccess:
    """Fetch a student and check rule and right in one call. Raises `NoGrant` (a 404) for everybody else, families too.

    A student under a hold is returned with `held`, so that whoever may not pass it is told so and put on record.
    """
    may_see = access.open_student(user, student_uuid, rules=STAFF_RULES)
    if not _looked_after(user).filter(pk=may_see.student_id).exists():
        raise NoGrant(may_see.student_uuid)
    return may_see


def _looked_after(user: User) -> QuerySet[Student]:
    return access.students_looked_after(user, Right.SEE_SUBMISSIONS).order_by()
