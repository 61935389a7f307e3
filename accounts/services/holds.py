"""Holds on a student's reports: placed and lifted here, each with its change of access (trust A4, R5)."""

from __future__ import annotations

import datetime
from typing import Any

from django.db import transaction

from accounts.models import Hold, Student
from accounts.models.hold import HoldKind
from accounts.services import changes
from accounts.services.changes import Actor


def _state(hold: Hold) -> dict[str, Any]:
    return {
        "student": str(hold.student.uuid),
        "kind": hold.kind,
        "starts": hold.starts and hold.starts.isoformat(),
        "until": hold.until and hold.until.isoformat(),
    }


@transaction.atomic
def place(
    *,
    student: Student,
    kind: HoldKind,
    reason: str,
    by: Actor,
    document: str = "",
    starts: datetime.date | None = None,
    until: datetime.date | None = None,
) -> Hold:
    """Hold a student's reports, from the next request on unless `starts` says later."""
    hold = Hold.objects.create(
        student=student, kind=kind, reason=reason, document=document, starts=starts, until=until
    )
    changes.record(
        "hold.placed", subject="hold", subject_id=hold.uuid, by=by, after=_state(hold), reason=reason
    )
    return hold


@transaction.atomic
def lift(*, hold: Hold, last_day: datetime.date, by: Actor, reason: str) -> None:
    """End the hold after `last_day`. To end it at once, name yesterday."""
    before = _state(hold)
    hold.until = last_day
    hold.save(update_fields=["until"])
    changes.record(
        "hold.lifted",
        subject="hold",
        subject_id=hold.uuid,
        by=by,
        before=before,
        after=_state(hold),
        reason=reason,
    )
