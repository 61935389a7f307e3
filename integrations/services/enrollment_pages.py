"""What the staff pages about registrations show: targets, batches, records that wait. Reads rows, writes none.

Only districts in which the reader has `RUN_ENROLLMENT`. Students who are here are named within the reader's scope;
of one who is not, the registration itself is opened for the name, by whoever may read what families wrote.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Q, QuerySet

from accounts import access
from accounts.models import District, User
from accounts.models.guardianship import Standing
from accounts.rights import Right
from accounts.services import staff_roles
from integrations.models import Connection, DeliveryTarget, EnrollmentBatch, EnrollmentRecord, RecordState
from integrations.services import enrollment_batches as batches
from integrations.services import enrollment_records as records
from integrations.services import enrollment_targets, enrollments
from integrations.services import enrollment_words as words

WAITS = (RecordState.WAITING, RecordState.UNREADABLE, RecordState.NEW)


@dataclass(frozen=True)
class ToldTarget:
    target: DeliveryTarget
    failure: tuple[str, str]
    counts: dict[str, int]


@dataclass(frozen=True)
class ToldBatch:
    """A batch in words; `kind` is the alert's. `lost`: it needs somebody. `listed`: PowerSchool says which it is."""

    batch: EnrollmentBatch
    title: str
    kind: str
    why: str
    lost: bool

    @property
    def listed(self) -> bool:
        return bool(self.batch.vendor_id)


@dataclass(frozen=True)
class ToldRecord:
    """A record in words. `student` and `local_id` are empty for whoever may not read what a family wrote there."""

    record: EnrollmentRecord
    student: str = field(repr=False)
    local_id: str
    what: str
    to_do: str
    counts: int
    waits: int
    may_tie: bool = False


def districts_of(user: User) -> QuerySet[District]:
    return staff_roles.districts_with(user, Right.RUN_ENROLLMENT).order_by("name")


def districts_that_tie(user: User) -> QuerySet[District]:
    """Return the districts whose registrations this person may tie to a student by hand."""
    return staff_roles.districts_with(user, Right.TIE_REGISTRATIONS).order_by()


def _in_reach(user: User, prefix: str = "") -> Q:
    """Build the condition that a target brings to a district of this person's, or belongs to one and brings nowhere."""
    mine = districts_of(user).order_by()
    nowhere = Q(**{f"{prefix}district__isnull": True, f"{prefix}connection__district__in": mine})
    return Q(**{f"{prefix}district__in": mine}) | nowhere


def connections_of(user: User) -> QuerySet[Connection]:
    return enrollments.connections_to_powerschool().filter(district__in=districts_of(user).order_by())


def targets_of(user: User) -> QuerySet[DeliveryTarget]:
    return DeliveryTarget.objects.filter(_in_reach(user)).select_related("district", "connection")


def told_targets(user: User) -> list[ToldTarget]:
    return [
        ToldTarget(one, words.failure(one.failure) if one.failure else ("", ""), enrollments.waiting(one))
        for one in targets_of(user)
    ]


def batches_of(user: User) -> QuerySet[EnrollmentBatch]:
    rows = EnrollmentBatch.objects.filter(_in_reach(user, "target__"))
    return rows.select_related("target").order_by("-pk")


def lost_of(user: User) -> QuerySet[EnrollmentBatch]:
    return batches_of(user).filter(batches.lost()).order_by("pk")


def worth_showing(user: User) -> QuerySet[EnrollmentBatch]:
    """Return the batches but for the empty ones: every look ends with one."""
    return batches_of(user).exclude(state="done", records_count=0, unreadable_count=0)


def told(rows: Iterable[EnrollmentBatch]) -> list[ToldBatch]:
    listed = list(rows)
    ids = [one.pk for one in listed]
    lost = set(EnrollmentBatch.objects.filter(batches.lost(), pk__in=ids).values_list("pk", flat=True))
    return [
        ToldBatch(one, *words.batch(one, lost=one.pk in lost), lost=one.pk in lost and one.reset_at is None)
        for one in listed
    ]


def records_of(batch: EnrollmentBatch) -> QuerySet[EnrollmentRecord]:
    """Return the records of a batch, those that wait first."""
    rows = batch.records.select_related("student", "batch__target__connection").annotate(
        counting=Count("adults", filter=Q(adults__guardianship__standing=Standing.COUNTS)),
        waiting=Count("adults", filter=Q(adults__guardianship__standing=Standing.PROVISIONAL)),
    )
    return rows.order_by("placed_at", "pk")


def waiting_records(user: User) -> QuerySet[EnrollmentRecord]:
    rows = EnrollmentRecord.objects.filter(_in_reach(user, "batch__target__"), state__in=WAITS)
    return rows.select_related("student", "batch__target__connection").order_by("came_at", "pk")


def told_records(rows: Iterable[EnrollmentRecord], user: User) -> list[ToldRecord]:
    listed: list[Any] = list(rows)
    mine = access.students_looked_after(user, Right.RUN_ENROLLMENT)
    here = {
        one.pk: one.full_name
        for one in mine.filter(pk__in=[row.student_id for row in listed if row.student_id])
    }
    ties = set(districts_that_tie(user).values_list("pk", flat=True))
    reads = _readable(listed, user)
    return [
        ToldRecord(
            row,
            here.get(row.student_id) or (_name_in(row) if row.pk in reads else ""),
            row.local_id if row.student_id in here or row.pk in reads else "",
            *words.record(row.state, row.problem),
            getattr(row, "counting", 0),
            getattr(row, "waiting", 0),
            may_tie=row.batch.target.district_id in ties,
        )
        for row in listed
    ]


def _readable(rows: Iterable[EnrollmentRecord], user: User) -> set[int]:
    """Return the records of which this person may read what the family wrote.

    Whoever sets the fields says what is the name and what the id, so that both may be anything in a record.
    """
    mine = set(staff_roles.districts_with(user, Right.SEE_SUBMISSIONS).values_list("pk", flat=True))
    return {row.pk for row in rows if enrollment_targets.district_of(row.batch.target) in mine}


def _name_in(row: EnrollmentRecord) -> str:
    return records.read(row.batch.target, row, ()).student_name


def lost_anywhere(user: User) -> int:
    """Count what the first page warns of."""
    return lost_of(user).filter(reset_at__isnull=True).order_by().count()
