"""What families sent in, listed: brought over form by form, matched with the students here, and asked for one by one.

The schedule, the staff page and `manage.py sync powerschool` have a form listed; staff's pages and the opening of
documents ask for one submission. PowerSchool is asked by GET alone, so a list that dies costs nothing. A line goes when
PowerSchool named all its submissions and not this one. Were a line matched with the wrong student, another school would
read it.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import F, Q, QuerySet

from accounts import names
from accounts.models import District, Student
from accounts.services import changes, students
from accounts.services.changes import Actor
from integrations import clients
from integrations.http import VendorError
from integrations.models import Connection, PublishedAction, Submission
from integrations.powerschool.records import SubmissionRecord
from integrations.services import enrollment_sealing as sealing
from integrations.services import submission_documents as documents
from integrations.services.submission_failures import Failure, Unavailable, of_calls
from integrations.sync import heartbeat
from portal.base import clock, leases, publishing
from portal.base.secrets import SecretUnreadable

TASK = "integrations.list_submissions"
EVERY = datetime.timedelta(hours=1)
LOST_LEASE = "lease-lost"
OTHER_NAME = "other-name"
PAGE_SIZE = 200

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Listed:
    """What one listing came to; `failure` is a machine word, empty when all of it came."""

    submissions: int
    failure: str


# --- Forms -----------------------------------------------------------------------------------------------------------


def list_actions(connection: Connection) -> None:
    """Ask PowerSchool for its forms and keep them. Raises VendorError, SecretUnreadable."""
    for one in clients.powerschool_client(connection).published_actions():
        PublishedAction.objects.update_or_create(
            connection=connection,
            vendor_id=one.action_id,
            defaults={
                "title": one.title[:200],
                "year": one.academic_year.last if one.academic_year else None,
            },
        )


@transaction.atomic
def save(action: PublishedAction, *, by: Actor) -> None:
    """Save whether a form is listed and which of its fields are documents, with its change on record."""
    found = PublishedAction.objects.get(pk=action.pk)
    before, after = ({"is_active": one.is_active, "documents": one.documents} for one in (found, action))
    action.save(update_fields=["is_active", "documents"])
    if before == after:
        return
    changes.record(
        "published_action.changed",
        subject="published_action",
        subject_id=action.uuid,
        by=by,
        before=before,
        after=after,
    )
    if action.is_active:
        ask(action)
    else:
        action.submissions.all().delete()


def active() -> QuerySet[PublishedAction]:
    return PublishedAction.objects.filter(is_active=True).select_related("connection__district")


# --- Asked for, or due -----------------------------------------------------------------------------------------------


def ask(action: PublishedAction) -> None:
    """Have a worker list it now."""
    PublishedAction.objects.filter(pk=action.pk).update(asked_at=clock.now())
    publishing.publish(TASK, action.uuid)


def start_due() -> None:
    """Send word about the forms that are due, or that somebody asked for and nobody listed (trust F7)."""
    asked = Q(asked_at__isnull=False) & (Q(listed_at__isnull=True) | Q(asked_at__gt=F("listed_at")))
    late = Q(listed_at__isnull=True) | Q(listed_at__lte=clock.now() - EVERY)
    for action in active().filter(asked | late):
        publishing.publish(TASK, action.uuid)


# --- Listed ----------------------------------------------------------------------------------------------------------


def bring_id(action_uuid: UUID) -> None:
    """List a form that a message named; one that is gone, or in other hands, is left to them."""
    action = active().filter(uuid=action_uuid).first()
    if action is not None:
        bring(action)


def bring_all(connection: Connection) -> dict[str, int]:
    """List every active form of a connection; return how many submissions each has, by its id at PowerSchool."""
    done = {action.vendor_id: bring(action) for action in active().filter(connection=connection)}
    return {name: one.submissions for name, one in done.items() if one is not None}


def bring(action: PublishedAction) -> Listed | None:
    """Bring the list of a form over. None while somebody else does it."""
    lease = leases.acquire(f"submissions:{action.pk}", seconds=heartbeat.LEASE_SECONDS)
    if lease is None:
        return None
    try:
        with heartbeat.beating(lease):
            done = _bring(action, lambda: leases.renew(lease, seconds=heartbeat.LEASE_SECONDS))
    finally:
        leases.release(lease)
    log.info(
        "submissions_listed", action=str(action.uuid), submissions=done.submissions, failure=done.failure
    )
    return done


def _bring(action: PublishedAction, may_go_on: Any) -> Listed:
    began, failure, items = clock.now(), "", dict(action.items)
    try:
        client = clients.powerschool_client_for_a_night(action.connection)
        pages = client.submission_records(action.vendor_id, page_size=PAGE_SIZE)
        for page in pages:
            if not may_go_on():
                failure = LOST_LEASE
                break
            items = documents.with_more(items, documents.recognised(page.rows))
            _take(action, {row.record_id: row for row in page.rows})
        failure = failure or pages.reason
    except (VendorError, SecretUnreadable) as problem:
        failure = problem.reason
    with transaction.atomic():
        row = PublishedAction.objects.select_for_update().get(pk=action.pk)
        if not row.is_active:  # switched off meanwhile
            row.submissions.all().delete()
        elif not failure:
            row.submissions.filter(seen_at__lt=began).delete()
        row.items, row.listed_at, row.failure = items, began, failure[:60]
        row.save(update_fields=["items", "listed_at", "failure"])
    return Listed(action.submissions.count(), failure)


@transaction.atomic
def _take(action: PublishedAction, rows: Mapping[str, SubmissionRecord]) -> None:
    """Keep one page; what is as it was is only marked as seen, so that its seal stays as it is."""
    here = students.with_local_ids(
        action.connection.district, {row.external_student_id for row in rows.values()} - {""}
    )
    known = {one.vendor_id: one for one in action.submissions.filter(vendor_id__in=rows)}
    now, new = clock.now(), []
    for name, row in rows.items():
        head, values = _head(row), _values(row, here)
        line = known.get(name)
        if line is None:
            new.append(
                Submission(action=action, vendor_id=name, head=sealing.seal_head(head), seen_at=now, **values)
            )
        elif sealing.head_of(line) != head or any(
            getattr(line, key) != value for key, value in values.items()
        ):
            changed = values | {"head": sealing.seal_head(head)}
            Submission.objects.filter(pk=line.pk).update(**changed)
    action.submissions.filter(vendor_id__in=rows).update(seen_at=now)
    Submission.objects.bulk_create(new)


def _head(row: SubmissionRecord) -> dict[str, str]:
    name = f"{row.first_name} {row.last_name}".strip()
    return {"name": name, "grade": row.grade, "school": row.school}


def _values(row: SubmissionRecord, here: Mapping[str, Student]) -> dict[str, Any]:
    student, doubt = _student_of(row, here)
    return {
        "local_id": row.external_student_id,
        "status": row.status[:60],
        "submitted": row.submitted,
        "student_id": student.pk if student else None,
        "doubt": doubt,
    }


def _student_of(row: SubmissionRecord, here: Mapping[str, Student]) -> tuple[Student | None, str]:
    """Return the student whom a submission is about, and why not where somebody has the id."""
    student = here.get(row.external_student_id)
    if student is None:
        return None, ""
    # A slip in the id would put a family's papers beside another family's child.
    if not names.may_be_one(f"{row.first_name} {row.last_name}", student.full_name):
        return None, OTHER_NAME
    return student, ""


# --- One of them -----------------------------------------------------------------------------------------------------


def fresh(line: Submission) -> SubmissionRecord:
    """Ask for a submission as it is now. Raises `Unavailable`, also where it is about somebody else than the line says.

    Who may read it was decided by the line, so what is about another student now is not shown.
    """
    connection = line.action.connection
    with of_calls():
        record = clients.powerschool_client(connection).submission_record(line.vendor_id)
    if record.external_student_id != line.local_id or _student_now(record, connection.district) != (
        line.student_id,
        line.doubt,
    ):
        raise Unavailable(Failure.CHANGED)
    return record


def _student_now(record: SubmissionRecord, district: District) -> tuple[int | None, str]:
    ids = {record.external_student_id} - {""}
    student, doubt = _student_of(record, students.with_local_ids(district, ids))
    return (student.pk if student else None), doubt
