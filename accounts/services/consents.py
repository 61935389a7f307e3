"""Who of the family still sees a student of 18: consents recorded and ended here, with their change of access (A5, R5).

Staff pages call it. What a consent does is in `accounts.access`: the link it names goes on counting past the birthday.
"""

from __future__ import annotations

import datetime
from typing import Any

from django.db import transaction

from accounts.models import Consent, Guardianship
from accounts.models.consent import ConsentKind
from accounts.services import changes
from accounts.services.changes import Actor


def _state(consent: Consent) -> dict[str, Any]:
    return {
        "guardianship": str(consent.guardianship.uuid),
        "kind": consent.kind,
        "document": consent.document,
        "starts": consent.starts and consent.starts.isoformat(),
        "until": consent.until and consent.until.isoformat(),
    }


@transaction.atomic
def record(
    *,
    guardianship: Guardianship,
    kind: ConsentKind,
    document: str,
    by: Actor,
    starts: datetime.date | None = None,
    until: datetime.date | None = None,
) -> Consent:
    """Let the adult of this link go on seeing the student's reports past the 18th birthday."""
    consent: Consent = Consent.objects.create(
        guardianship=guardianship,
        kind=kind,
        document=document,
        recorded_by=changes.actor_text(by),
        starts=starts,
        until=until,
    )
    changes.record(
        "consent.recorded", subject="consent", subject_id=consent.uuid, by=by, after=_state(consent)
    )
    return consent


@transaction.atomic
def end(*, consent: Consent, last_day: datetime.date, by: Actor, reason: str) -> None:
    """End the consent after `last_day`. To end it at once, name yesterday."""
    before = _state(consent)
    consent.until = last_day
    consent.save(update_fields=["until"])
    changes.record(
        "consent.ended",
        subject="consent",
        subject_id=consent.uuid,
        by=by,
        before=before,
        after=_state(consent),
        reason=reason,
    )
