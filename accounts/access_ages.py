"""Whose rights pass to the student at 18: who turns 18 soon, and whom that ends (trust A5).

Called by the reviews of staff and by the notices to families. If it told of the wrong people, a mail would name a
child to an adult whom a court keeps away.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts import access, ages
from accounts.models import Consent, Hold, Student
from portal.base.clock import local_today


def turning_18(students: QuerySet[Student], *, last_day: date) -> QuerySet[Student]:
    """Keep those who turn 18 after today, on `last_day` at the latest."""
    return students.filter(
        birth_date__gt=ages.born_by(ages.ADULT, local_today()),
        birth_date__lte=ages.born_by(ages.ADULT, last_day),
    )


def rights_pass_soon(*, last_day: date) -> Iterator[tuple[int, int, date]]:
    """Yield (student, user, birth date): whose rights as a guardian end by `last_day`, and to which student they pass.

    Without students under a hold, blocked adults, disabled accounts, and adults whose consent is on record already.
    """
    day = local_today()
    turning = turning_18(Student.unscoped.all(), last_day=last_day).exclude(
        Exists(Hold.objects.on(day).filter(student=OuterRef("pk")))
    )
    stays = Consent.objects.filter(
        Q(until__isnull=True) | Q(until__gt=last_day),
        guardianship__student=OuterRef("grant_student"),
        guardianship__guardian__user=OuterRef("grant_user"),
    )
    guardians = access.let_in_by("guardian", day).filter(~Exists(stays), student__in=turning.values("pk"))
    yield from guardians.values_list("grant_student", "grant_user", "student__birth_date").distinct()
    for student in turning.filter(user__is_active=True):
        if student.user_id is not None and student.birth_date is not None:  # by the conditions above
            yield student.pk, student.user_id, student.birth_date
