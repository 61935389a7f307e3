"""Records of registrations: brought to their student and its adults, or waiting for the student, where staff see them.

`enrollments` calls it with new records, and whenever students may have come: after a sync, after a mapping was changed.
Nothing is made twice: an adult who stands beside the student already is found again (`accounts.services.provisionals`).
"""

from __future__ import annotations

from collections.abc import Mapping

import structlog
from django.db import transaction
from django.db.models import QuerySet

from accounts import names
from accounts.models import District, Student
from accounts.services import provisionals, students
from integrations.models import DeliveryTarget, EnrollmentAdult, EnrollmentRecord, RecordState
from integrations.services import enrollment_mapping as mapping
from integrations.services import enrollment_sealing as sealing
from integrations.services.enrollment_mapping import Registration
from integrations.sync import runs
from portal.base import clock
from portal.base.secrets import SecretUnreadable

UNPLACED = (RecordState.NEW, RecordState.WAITING, RecordState.UNREADABLE)
NO_STUDENT_ID, NO_KEY, OTHER_NAME = "no-student-id", "secret-unreadable", "other-name"

log = structlog.get_logger(__name__)


def of_target(target: DeliveryTarget) -> QuerySet[EnrollmentRecord]:
    return EnrollmentRecord.objects.filter(batch__target=target)


def place_new(target: DeliveryTarget) -> int:
    """Place what nobody looked at yet; return how many were placed."""
    return _place_all(target, of_target(target).filter(state=RecordState.NEW))


def place_waiting(district: District) -> int:
    """Place those whose student has come. Only they are opened, by the ids of students; return how many were placed."""
    placed = 0
    for target in DeliveryTarget.objects.filter(district=district).select_related("district", "connection"):
        waiting = of_target(target).filter(state=RecordState.WAITING).exclude(local_id="")
        here = students.with_local_ids(district, waiting.values_list("local_id", flat=True).distinct())
        placed += _place_all(target, waiting.filter(local_id__in=list(here)))
    return placed


def place_again(target: DeliveryTarget) -> int:
    """Read everything that is not placed yet anew, since the mapping changed."""
    return _place_all(target, of_target(target).filter(state__in=UNPLACED))


def _place_all(target: DeliveryTarget, records: QuerySet[EnrollmentRecord]) -> int:
    if target.district is None:
        return 0
    parent_like = runs.settings_of(target.district.pk).parent_like
    placed = 0
    for pk in list(records.order_by("pk").values_list("pk", flat=True)):
        placed += _place(target, target.district, pk, parent_like)
    return placed


@transaction.atomic
def _place(target: DeliveryTarget, district: District, pk: int, parent_like: list[str]) -> bool:
    record = EnrollmentRecord.objects.select_for_update(of=("self",)).get(pk=pk)
    try:
        found = mapping.read(target.mapping, sealing.fields_of(record), parent_like)
    except SecretUnreadable:
        found = Registration(problem=NO_KEY)
    record.local_id = found.student_id if not found.problem else record.local_id
    student = students.with_local_ids(district, [found.student_id]).get(found.student_id)
    if found.problem:
        record.state, record.problem = RecordState.UNREADABLE, found.problem
    elif student is None:
        record.state, record.problem = RecordState.WAITING, "" if found.student_id else NO_STUDENT_ID
    elif found.student_name and not names.share_a_word(found.student_name, student.full_name):
        # A slip in the id would put a family beside another family's child.
        record.state, record.problem = RecordState.WAITING, OTHER_NAME
    else:
        _place_adults(target, record, student, found)
        record.state, record.problem = RecordState.PLACED, ""
        record.student, record.placed_at = student, clock.now()
    record.save()
    return record.state == RecordState.PLACED


def _place_adults(
    target: DeliveryTarget, record: EnrollmentRecord, student: Student, found: Registration
) -> None:
    # Of two adults with one mailbox nobody knows who reads it: the list tells staff.
    sharing = _addresses_of_several(found.adults)
    at_once = target.approval_counts and names.plain(found.student_name) == names.plain(student.full_name)
    for place, adult in found.adults.items():
        outcome, link = provisionals.propose(
            student=student,
            adult=adult,
            source_id=f"{record.connection_id}:{record.vendor_id}:{place}"[:50],
            at_once=at_once and adult.email not in sharing,
            by=f"enrollment:{target.uuid}",
        )
        EnrollmentAdult.objects.update_or_create(
            record=record, place=place, defaults={"outcome": str(outcome), "guardianship": link}
        )


def _addresses_of_several(adults: Mapping[int, provisionals.Adult]) -> set[str]:
    given = [adult.email for adult in adults.values()]
    return {email for email in given if given.count(email) > 1}
