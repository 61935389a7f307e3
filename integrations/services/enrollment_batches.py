"""Batches of approved registrations: asked for, kept, read, looked for when lost, and released again (trust F3).

PowerSchool marks what it hands over as delivered, whether or not the answer arrives. So a row is committed before each
request (`fetch`), the answer's bytes before they are read (`take`), and the records before they are placed. A death
between two of these leaves a row that says how far it came: `finish` goes on with a kept answer, `mark_dead` and
`look_for_lost` find what has none, and `release` gives its records free to be fetched again. Records are taken once, by
their id, so a batch that comes twice brings nobody twice. Called by `enrollments` with the target's lease held.
"""

from __future__ import annotations

import datetime
from typing import Any

import structlog
from django.db import transaction
from django.db.models import Q, QuerySet

from accounts.services import changes
from accounts.services.changes import Actor, actor_text
from integrations.http import RawAnswer, VendorError
from integrations.models import BatchState, DeliveryTarget, EnrollmentBatch, EnrollmentRecord, RecordState
from integrations.powerschool import reading
from integrations.powerschool.client import PowerSchoolClient
from integrations.powerschool.errors import AnswerUnreadable, RequestRefused, was_not_done
from integrations.powerschool.records import Batch, BatchInfo, BatchRecord
from integrations.services import enrollment_sealing as sealing
from portal.base import clock
from portal.base.secrets import SecretUnreadable

# PowerSchool's clock and ours.
SKEW = datetime.timedelta(minutes=10)
# A request takes ten minutes at most; one that is older has died, whatever its lease says.
LONGEST_REQUEST = datetime.timedelta(minutes=30)
NO_ANSWER, NOT_OURS, NOT_LISTED = "no-answer", "not-ours", "not-listed"
_AT_ONCE = 500

log = structlog.get_logger(__name__)


class NotLost(ValueError):
    """The batch is not lost, or somebody acted on it meanwhile."""


class NotListed(ValueError):
    """PowerSchool lists no batch for this request, so there is none to release."""


def lost() -> Q:
    """Build the condition that records may have been handed over to nobody: what staff must see."""
    overdue = Q(failure__gt="") | Q(made_at__lt=clock.now() - LONGEST_REQUEST)
    return (Q(state=BatchState.INTENT) & overdue) | Q(state=BatchState.ANSWERED, failure__gt="")


# --- Asking, keeping, reading ----------------------------------------------------------------------------------------


def fetch(target: DeliveryTarget, client: PowerSchoolClient, *, by: Actor) -> EnrollmentBatch:
    """Have the next batch handed over, and take it as far as it goes. Raises VendorError, SecretUnreadable."""
    now = clock.now()
    # Durable: not a promise inside somebody's transaction, but a row that outlives this process.
    with transaction.atomic(durable=True):
        batch = EnrollmentBatch.objects.create(
            target=target, made_at=now, intended_at=now, asked_by=actor_text(by)
        )
    try:
        answer = client.create_batch(target.vendor_id)
    except (VendorError, SecretUnreadable) as problem:
        _note_failure(batch, problem)
        raise
    keep(batch, answer)
    take(batch)
    return batch


def _note_failure(batch: EnrollmentBatch, problem: VendorError | SecretUnreadable) -> None:
    certain = isinstance(problem, SecretUnreadable) or was_not_done(problem)
    batch.failure = problem.reason
    if certain:
        batch.state, batch.done_at = BatchState.REFUSED, clock.now()
    batch.save(update_fields=["failure", "state", "done_at"])
    if not certain:
        _alarm(batch)


def _alarm(batch: EnrollmentBatch) -> None:
    log.error("enrollment_batch_lost", batch=str(batch.uuid), failure=batch.failure)


def keep(batch: EnrollmentBatch, answer: RawAnswer) -> None:
    """Commit the answer's bytes, sealed, before anybody reads them."""
    batch.answer, batch.broke_off = sealing.seal_answer(answer.body), answer.broke_off
    batch.state, batch.answered_at = BatchState.ANSWERED, clock.now()
    batch.save(update_fields=["answer", "broke_off", "state", "answered_at"])


def take(batch: EnrollmentBatch) -> None:
    """Read a kept answer into records; each is there once, however often it comes."""
    body = sealing.answer_of(batch)
    try:
        read = reading.read_batch(body, broke_off=batch.broke_off)
    except AnswerUnreadable as problem:
        batch.failure = problem.reason
        _name(batch, reading.batch_id_in(body))
        batch.save(update_fields=["failure", "vendor_id"])
        _alarm(batch)
        return
    with transaction.atomic():
        _name(batch, read.batch_id)
        batch.dated, batch.records_count = read.date, len(read.records)
        batch.unreadable_count = sum(1 for one in read.problems if not one.source_id)
        batch.new_count = _take_records(batch, read)
        batch.state = BatchState.READ
        batch.save()


def _name(batch: EnrollmentBatch, vendor_id: str) -> None:
    """Note PowerSchool's id, unless another row has it: of a batch that was still open, each answer has the same."""
    others = EnrollmentBatch.objects.filter(target=batch.target, vendor_id=vendor_id).exclude(pk=batch.pk)
    if vendor_id and not others.exists():
        batch.vendor_id = vendor_id


def _take_records(batch: EnrollmentBatch, read: Batch) -> int:
    """Write the records that are new, or that come with other words; return how many are new."""
    new = 0
    for start in range(0, len(read.records), _AT_ONCE):
        part = {one.record_id: one for one in read.records[start : start + _AT_ONCE]}
        known = {
            row.vendor_id: row
            for row in EnrollmentRecord.objects.select_for_update().filter(
                connection=batch.target.connection_id, vendor_id__in=part
            )
        }
        fresh = [_record(batch, one) for one in part.values() if one.record_id not in known]
        EnrollmentRecord.objects.bulk_create(fresh)
        for vendor_id, row in known.items():
            _renew(row, batch, part[vendor_id])
        new += len(fresh)
    return new


def _record(batch: EnrollmentBatch, sent: BatchRecord) -> EnrollmentRecord:
    data, digest = sealing.seal_record(sent.data)
    return EnrollmentRecord(
        connection_id=batch.target.connection_id,
        vendor_id=sent.record_id,
        batch=batch,
        submitted=sent.submitted,
        came_at=clock.now(),
        data=data,
        digest=digest,
    )


def _renew(row: EnrollmentRecord, batch: EnrollmentBatch, sent: BatchRecord) -> None:
    """Take the words of a record that came again; it is placed anew only if they are others."""
    data, digest = sealing.seal_record(sent.data)
    if digest == row.digest:
        return
    row.data, row.digest, row.submitted = data, digest, sent.submitted
    row.batch, row.state, row.problem = batch, RecordState.NEW, ""
    row.save()


# --- What a death leaves ---------------------------------------------------------------------------------------------


def mark_dead(target: DeliveryTarget) -> None:
    """Say of requests without an answer that nobody waits for one any more. With the lease held, so that it is true."""
    waiting = target.batches.filter(state=BatchState.INTENT, failure="")
    for batch in list(waiting):
        batch.failure = NO_ANSWER
        batch.save(update_fields=["failure"])
        _alarm(batch)


def unread(target: DeliveryTarget) -> QuerySet[EnrollmentBatch]:
    """Return the batches whose kept answer nobody has read yet."""
    return target.batches.filter(state=BatchState.ANSWERED, failure="").order_by("pk")


def look_for_lost(target: DeliveryTarget, client: PowerSchoolClient) -> None:
    """Compare what PowerSchool says it handed over with what is known here (trust F3). Raises VendorError.

    A batch that nobody here has an answer of belongs to the last request before it that got none; without one, to a
    request of which even the row is gone, as after a restored backup. Older ones were handed over to another system.
    """
    known = set(target.batches.exclude(vendor_id="").values_list("vendor_id", flat=True))
    since = (target.watched_from or clock.now()) - SKEW
    listed = [one for one in client.batches(target.vendor_id) if one.batch_id not in known]
    for one in sorted(listed, key=lambda each: each.date or clock.now()):
        if one.date is None or one.date >= since:
            _find_a_row(target, one)


def _find_a_row(target: DeliveryTarget, listed: BatchInfo) -> None:
    asked = target.batches.filter(lost(), vendor_id="", intended_at__isnull=False)
    if listed.date is not None:
        asked = asked.filter(intended_at__lte=listed.date + SKEW)
    row = asked.order_by("-intended_at", "-pk").first()
    if row is None:
        row = EnrollmentBatch(
            target=target, made_at=clock.now(), asked_by="", failure=NOT_OURS, state=BatchState.INTENT
        )
    row.vendor_id, row.dated = listed.batch_id, listed.date
    row.save()


# --- Released and fetched again --------------------------------------------------------------------------------------


@transaction.atomic
def ask_to_release(*, batch: EnrollmentBatch, by: Actor, reason: str) -> None:
    """Note that staff want a lost batch released; `release_asked` does it. Raises NotLost, NotListed."""
    row = _lost_one(batch)
    if not row.vendor_id:
        raise NotListed
    row.reset_by, row.reset_at, row.reset_reason = actor_text(by), clock.now(), reason[:500]
    row.save(update_fields=["reset_by", "reset_at", "reset_reason"])
    _on_record("enrollment_batch.release_asked", row, by=by, reason=reason)


@transaction.atomic
def give_up(*, batch: EnrollmentBatch, by: Actor, reason: str) -> None:
    """Put a request away of which PowerSchool lists no batch: nothing was handed over. Raises NotLost."""
    row = _lost_one(batch)
    if row.vendor_id:
        raise NotLost
    row.state, row.failure, row.done_at = BatchState.REFUSED, NOT_LISTED, clock.now()
    row.save(update_fields=["state", "failure", "done_at"])
    _on_record("enrollment_batch.given_up", row, by=by, reason=reason)


def release_asked(target: DeliveryTarget, client: PowerSchoolClient) -> None:
    """Have PowerSchool release what staff asked for. A death in between costs a second, harmless release."""
    for batch in target.batches.filter(lost(), reset_at__isnull=False).exclude(vendor_id=""):
        try:
            client.reset_batch(target.vendor_id, batch.vendor_id)
        except RequestRefused as problem:
            batch.state, batch.failure = BatchState.REFUSED, problem.reason
        else:
            batch.state = BatchState.RESET
        batch.done_at = clock.now()
        batch.save(update_fields=["state", "failure", "done_at"])


def _lost_one(batch: EnrollmentBatch) -> EnrollmentBatch:
    row = EnrollmentBatch.objects.select_for_update(of=("self",)).filter(lost(), pk=batch.pk).first()
    if row is None or row.reset_at is not None:
        raise NotLost
    return row


def _on_record(verb: str, batch: EnrollmentBatch, *, by: Actor, reason: str) -> None:
    after: dict[str, Any] = {"target": str(batch.target.uuid), "state": batch.state}
    changes.record(
        verb, subject="enrollment_batch", subject_id=batch.uuid, by=by, after=after, reason=reason[:500]
    )
