"""Links between guardians and students: made and ended here, each with its change of access.

Called by the demo and staff pages. A row written elsewhere would leave no trace (trust R5); the sync writes many at
once, in SQL, with the same record (`integrations.sync.applying`).
"""

from __future__ import annotations

import datetime
from typing import Any

from django.db import transaction

from accounts.models import Guardian, Guardianship, Student
from accounts.models.guardianship import Decision, Standing
from accounts.models.period import EndedBy
from accounts.services import changes
from accounts.services.changes import Actor, actor_text
from portal.base import clock

DECIDED = ("decision", "standing", "decided_legal", "decided_by", "decided_at", "decision_reason")


class NoReason(ValueError):
    """A decision about a link came without words why."""


def state_of(guardianship: Guardianship) -> dict[str, Any]:
    """Return a link as the record of changes has it."""
    return {
        "guardian": str(guardianship.guardian.uuid),
        "student": str(guardianship.student.uuid),
        "standing": guardianship.standing,
        "starts": guardianship.starts and guardianship.starts.isoformat(),
        "until": guardianship.until and guardianship.until.isoformat(),
        "decision": guardianship.decision,
    }


@transaction.atomic
def link(
    *,
    guardian: Guardian,
    student: Student,
    relationship: str,
    legal_guardian: bool | None,
    resides_with: bool | None,
    standing: Standing,
    source: str,
    source_id: str,
    by: Actor,
    starts: datetime.date | None = None,
    until: datetime.date | None = None,
    reason: str = "",
) -> Guardianship:
    """Make the link of one adult to one student. Raises IntegrityError if the pair has one already."""
    guardianship = Guardianship.objects.create(
        guardian=guardian,
        student=student,
        relationship=relationship,
        legal_guardian=legal_guardian,
        resides_with=resides_with,
        standing=standing,
        source=source,
        source_id=source_id,
        starts=starts,
        until=until,
    )
    changes.record(
        "guardianship.linked",
        subject="guardianship",
        subject_id=guardianship.uuid,
        by=by,
        after=state_of(guardianship),
        reason=reason,
    )
    return guardianship


@transaction.atomic
def end(
    *,
    guardianship: Guardianship,
    last_day: datetime.date,
    by: Actor,
    reason: str,
    ended_by: EndedBy = EndedBy.PERSON,
) -> None:
    """End the link after `last_day`. To end it at once, name yesterday. What a person ended stays ended."""
    before = state_of(guardianship)
    guardianship.until = last_day
    guardianship.ended_by = ended_by
    guardianship.save(update_fields=["until", "ended_by"])
    changes.record(
        "guardianship.ended",
        subject="guardianship",
        subject_id=guardianship.uuid,
        by=by,
        before=before,
        after=state_of(guardianship),
        reason=reason,
    )


@transaction.atomic
def send_to_review(*, guardianship: Guardianship, by: Actor, reason: str) -> None:
    """Have staff look at a link that counts; meanwhile it does not. What was decided about it stays to be read."""
    before = state_of(guardianship)
    guardianship.standing = Standing.REVIEW
    guardianship.save(update_fields=["standing"])
    changes.record(
        "guardianship.changed",
        subject="guardianship",
        subject_id=guardianship.uuid,
        by=by,
        before=before,
        after=state_of(guardianship),
        reason=reason,
    )


def accept(*, guardianship: Guardianship, by: Actor, reason: str) -> None:
    """Let a link that waits for review count. Stands until the school's record changes its legal flag. NoReason."""
    _decide(guardianship, Decision.ACCEPTED, Standing.COUNTS, "guardianship.accepted", by=by, reason=reason)


def decline(*, guardianship: Guardianship, by: Actor, reason: str) -> None:
    """Keep a link from counting. Should the record later say legal guardian, it waits for review again. NoReason."""
    _decide(guardianship, Decision.DECLINED, Standing.DECLINED, "guardianship.declined", by=by, reason=reason)


@transaction.atomic
def _decide(
    guardianship: Guardianship, decision: Decision, standing: Standing, verb: str, *, by: Actor, reason: str
) -> None:
    if not reason.strip():
        raise NoReason("Say why: whoever looks at this link later needs it.")
    # Afresh and locked: a sync may have changed the flag since the page was shown.
    row = Guardianship.objects.select_for_update(of=("self",)).get(pk=guardianship.pk)
    before = state_of(row)
    row.decision, row.standing, row.decided_legal = decision, standing, row.legal_guardian
    row.decided_by, row.decided_at, row.decision_reason = actor_text(by), clock.now(), reason.strip()[:500]
    row.save(update_fields=DECIDED)
    changes.record(
        verb,
        subject="guardianship",
        subject_id=row.uuid,
        by=by,
        before=before,
        after=state_of(row),
        reason=row.decision_reason,
    )
    guardianship.refresh_from_db()
