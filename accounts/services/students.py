"""What people change in a student's record: an SSID confirmed by staff, the account that proved to be the student's.

Called by staff pages and by `claims`; what the source says of students is the sync's.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, QuerySet
from django.db.models.functions import Lower

from accounts.access_rules import reads_own_reports
from accounts.models import District, Enrollment, Hold, Student, User
from accounts.services import changes
from accounts.services.changes import Actor
from portal.base.clock import local_today


class NothingToConfirm(ValueError):
    """The student's SSID is not in question, or it changed again after it was looked at."""


def shared_ssids() -> QuerySet[Student, Any]:
    """Return the SSIDs that more than one student has, wherever they are (trust A11): a subquery of texts."""
    counted = Student.unscoped.exclude(ssid="").values("ssid").annotate(how_many=Count("pk"))
    return counted.filter(how_many__gt=1).values("ssid")


@transaction.atomic
def confirm_ssid(*, student: Student, by: Actor, reason: str) -> None:
    """Let ETS be asked about a student again whose SSID changed (trust A11). `student` is as it was looked at.

    Raises NothingToConfirm; look again then.
    """
    changed_at = student.ssid_changed_at
    # One conditional write: a sync that brings yet another SSID meanwhile is not confirmed along with it.
    looked_at = Student.unscoped.filter(pk=student.pk, ssid=student.ssid, ssid_changed_at=changed_at)
    if changed_at is None or not looked_at.update(ssid_changed_at=None):
        raise NothingToConfirm
    student.ssid_changed_at = None
    changes.record(
        "student.ssid_confirmed",
        subject="student",
        subject_id=student.uuid,
        by=by,
        before={"ssid_changed_at": changed_at.isoformat()},
        after={"ssid_changed_at": None},
        reason=reason,
    )


def of_address(email: str) -> Student | None:
    """Return the one student without an account whose record has this address, if they may read their own reports (A6).

    None if several records have it: that is a family's mailbox, or a mistake.
    """
    there = Student.unscoped.annotate(address=Lower("email")).filter(address=email.lower())
    [*found] = there.values_list("pk", flat=True)[:2]
    if not email or len(found) != 1:
        return None
    return (
        Student.unscoped.filter(pk=found[0], user__isnull=True)
        .filter(reads_own_reports(local_today()))
        .select_related("district")
        .first()
    )


def addresses_of_one(addresses: Collection[str]) -> set[str]:
    """Return those of these addresses, in small letters, that exactly one student's record has: a child's own mailbox.

    A child who is typed as a parent must not open reports (trust A6). Of several students it is a family's mailbox.
    """
    there = Student.unscoped.annotate(address=Lower("email")).filter(address__in=addresses).exclude(email="")
    counted = there.order_by().values("address").annotate(how_many=Count("pk")).filter(how_many=1)
    return set(counted.values_list("address", flat=True))


def with_local_ids(district: District, local_ids: Collection[str] | QuerySet[Any, Any]) -> dict[str, Student]:
    """Return the district's students with these ids, by id: for whoever brings in what another system says of them."""
    here = Student.unscoped.filter(district=district, local_id__in=local_ids).select_related("district")
    return {student.local_id: student for student in here}


def announced_in(district: District) -> Iterator[tuple[Student, str]]:
    """Yield the district's students with their school, who are enrolled now and under no hold: for another system."""
    day = local_today()
    held = Hold.objects.on(day).filter(student=OuterRef("student"))
    rows = Enrollment.objects.on(day).filter(~Exists(held), school__district=district, primary=True)
    seen: set[int] = set()
    for row in rows.select_related("student", "school").order_by("student", "-pk").iterator():
        if row.student_id not in seen:
            seen.add(row.student_id)
            yield row.student, row.school.name


def is_a_students(user: User) -> bool:
    """Say whether an account is a student's own."""
    return Student.unscoped.filter(user=user).exists()


@transaction.atomic
def join(*, student: Student, user: User) -> None:
    """Make the account the student's, who proved the address on the school's record."""
    if not Student.unscoped.filter(pk=student.pk, user__isnull=True).update(user=user):
        return
    changes.record(
        "student.joined",
        subject="student",
        subject_id=student.uuid,
        by=user,
        after={"user": str(user.uuid), "how": "e-mail"},
    )
