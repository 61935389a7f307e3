"""Records of registrations: brought to their student and its adults, or waiting for the student, where staff see them.

`enrollments` calls it with new records, and whenever students may have come: after a sync, after a mapping was changed.
Nothing is made twice: an adult who stands beside the student already is found again (`accounts.services.provisionals`).
A record finds its student by the id and the whole name; were one of them enough, a slip would put a family beside
another family's child. What a record that came again names no more does not go on counting (`enrollment_leaving`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import structlog
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Q, QuerySet

from accounts import names
from accounts.models import District, Student
from accounts.services import provisionals, students
from accounts.services.changes import Actor
from integrations.models import DeliveryTarget, EnrollmentAdult, EnrollmentRecord, RecordState
from integrations.services import enrollment_leaving as leaving
from integrations.services import enrollment_mapping as mapping
from integrations.services import enrollment_sealing as sealing
from integrations.services.enrollment_mapping import Registration
from integrations.sync import runs
from portal.base import clock
from portal.base.secrets import SecretUnreadable

UNPLACED = (RecordState.NEW, RecordState.WAITING, RecordState.UNREADABLE)
NO_STUDENT_ID, NO_KEY = "no-student-id", "secret-unreadable"
NO_STUDENT_NAME, OTHER_NAME = "no-student-name", "other-name"
TIED_OTHERWISE, FAILED = "tied-otherwise", "failed"

log = structlog.get_logger(__name__)


def of_target(target: DeliveryTarget) -> QuerySet[EnrollmentRecord]:
    return EnrollmentRecord.objects.filter(batch__target=target)


def place_new(target: DeliveryTarget) -> int:
    """Place what nobody looked at yet, and what the portal failed at; return how many were placed."""
    again = Q(state=RecordState.UNREADABLE, problem=FAILED)
    return _place_all(target, of_target(target).filter(Q(state=RecordState.NEW) | again))


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


def place_one(record: EnrollmentRecord) -> bool:
    """Look once more at a record by itself; say whether it was placed."""
    target = record.batch.target
    return bool(_place_all(target, of_target(target).filter(pk=record.pk)))


def _place_all(target: DeliveryTarget, records: QuerySet[EnrollmentRecord]) -> int:
    if target.district is None:
        return 0
    parent_like = runs.settings_of(target.district.pk).parent_like
    placed = 0
    for pk in list(records.order_by("pk").values_list("pk", flat=True)):
        placed += _place_or_say(target, target.district, pk, parent_like)
    return placed


def _place_or_say(target: DeliveryTarget, district: District, pk: int, parent_like: list[str]) -> bool:
    """Place one record. What one family typed must not keep all the others out, so what fails is said of the record."""
    try:
        return _place(target, district, pk, parent_like)
    except (OperationalError, InterfaceError):
        raise  # the database is gone, for the others too
    except Exception as problem:  # noqa: BLE001 - whatever is odd about it, the next record is another family's
        row = EnrollmentRecord.objects.filter(pk=pk)
        row.update(state=RecordState.UNREADABLE, problem=FAILED)
        # The type alone: a message may quote what the family typed.
        uuid, error = str(row.values_list("uuid", flat=True).get()), type(problem).__name__
        log.error("enrollment_record_failed", record=uuid, error=error)  # noqa: TRY400 - a traceback quotes it, too
        return False


@transaction.atomic
def _place(target: DeliveryTarget, district: District, pk: int, parent_like: list[str]) -> bool:
    record = EnrollmentRecord.objects.select_for_update(of=("self",)).get(pk=pk)
    by, found = f"enrollment:{target.uuid}", read(target, record, parent_like)
    record.local_id = found.student_id if not found.problem else record.local_id
    student = students.with_local_ids(district, [found.student_id]).get(found.student_id)
    tied = record.student if record.tied_by else None
    if tied is not None and found.adults and student in {None, tied}:
        # It came again with other words: what staff said of it stands.
        bring(record, tied, found, by=by)
    elif found.problem:
        record.state, record.problem = RecordState.UNREADABLE, found.problem
    elif tied is not None:
        record.state, record.problem = RecordState.WAITING, TIED_OTHERWISE
    elif student is None or (why := _why_not(found, student)):
        record.state = RecordState.WAITING
        record.problem = why if student else "" if found.student_id else NO_STUDENT_ID
        leaving.all_of(record, by=by)
    else:
        bring(record, student, found, by=by)
    record.save()
    return record.state == RecordState.PLACED


def _why_not(found: Registration, student: Student) -> str:
    """Say why a record is not this student's though it has the id; empty if it is."""
    if not names.plain(found.student_name):
        return NO_STUDENT_NAME
    return "" if names.plain(found.student_name) == names.plain(student.full_name) else OTHER_NAME


def read(target: DeliveryTarget, record: EnrollmentRecord, parent_like: Iterable[str]) -> Registration:
    """Read a record with its target's mapping; what cannot be opened is a registration of nobody, with its problem."""
    try:
        return mapping.read(target.mapping, sealing.fields_of(record), parent_like)
    except SecretUnreadable:
        return Registration(problem=NO_KEY)


def bring(record: EnrollmentRecord, student: Student, found: Registration, *, by: Actor) -> None:
    """Put a record's adults beside the student and note it in the record, which the caller saves. Never twice."""
    # Of two adults with one mailbox nobody knows who reads it: the list tells staff.
    sharing = _addresses_of_several(found.adults)
    at_once = (
        record.batch.target.approval_counts
        and not record.tied_by
        and names.plain(found.student_name) == names.plain(student.full_name)
    )
    for place, adult in found.adults.items():
        outcome, link = provisionals.propose(
            student=student,
            adult=adult,
            source_id=leaving.source_id(record, place),
            at_once=at_once and adult.email not in sharing,
            by=by,
        )
        EnrollmentAdult.objects.update_or_create(
            record=record, place=place, defaults={"outcome": str(outcome), "guardianship": link}
        )
    leaving.whom_it_names_no_more(record, found.adults, by=by)
    record.state, record.problem = RecordState.PLACED, ""
    record.student, record.placed_at = student, clock.now()


def _addresses_of_several(adults: Mapping[int, provisionals.Adult]) -> set[str]:
    given = [adult.email for adult in adults.values()]
    return {email for email in given if given.count(email) > 1}
