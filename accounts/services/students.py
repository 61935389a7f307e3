"""What staff decide about a student's record. Called by staff pages; what the source says of students is the sync's."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import Count, QuerySet

from accounts.models import Student
from accounts.services import changes
from accounts.services.changes import Actor


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
