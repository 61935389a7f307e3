"""The codes on letters: made, replaced, voided, found and used up here, each with its change of access (trust A8, R5).

Letters and the office's counter make them, a block voids them, `claims` uses them up. The code itself leaves this file
once, as what `make` returns; only its keyed hash is kept. Were `find` too kind, a letter in the wrong hands would open
a child's scores.
"""

from __future__ import annotations

import datetime
import math
from typing import Any

from django.conf import settings
from django.db import transaction

from accounts import access_invited, letter_codes
from accounts.models import ClaimCode, Guardianship, User
from accounts.models.claim_code import IdSeen, Voided
from accounts.services import changes
from accounts.services.changes import Actor
from portal.base import clock, secrets
from portal.base.clock import local_today

_PURPOSE = "claim-code"


class NotClaimable(ValueError):
    """No code may be made for this link: it does not count, the adult is blocked, or the student is under a hold."""


def _state(row: ClaimCode) -> dict[str, Any]:
    return {
        "guardianship": str(row.guardianship.uuid),
        "until": row.until.isoformat(),
        "id_seen": row.id_seen,
        "used_by": row.used_by,
        "voided": row.voided,
    }


@transaction.atomic
def make(*, guardianship: Guardianship, days: int, by: Actor, id_seen: IdSeen = IdSeen.NONE) -> str:
    """Make a code for one adult and one child, good until so many days from today; the one before is void.

    Returns the code, which nobody can ask for again. Raises NotClaimable.
    """
    # Locked: of two prints at once the later one's code must be the open one.
    link = Guardianship.objects.select_for_update(of=("self",)).get(pk=guardianship.pk)
    if not access_invited.may_be_claimed(link.pk):
        raise NotClaimable
    void(guardianship=link, why=Voided.REPLACED, by=by)
    code = letter_codes.new()
    row = ClaimCode.objects.create(
        guardianship=link,
        digest=secrets.fingerprints(code, purpose=_PURPOSE)[0],
        made_at=clock.now(),
        made_by=changes.actor_text(by),
        id_seen=id_seen,
        until=local_today() + datetime.timedelta(days=days),
    )
    changes.record("claim_code.made", subject="claim_code", subject_id=row.uuid, by=by, after=_state(row))
    return code


@transaction.atomic
def void(*, guardianship: Guardianship, why: Voided, by: Actor) -> None:
    """End the open code of this link, if there is one."""
    for row in ClaimCode.objects.select_for_update(of=("self",)).filter(
        ClaimCode.OPEN, guardianship=guardianship
    ):
        before = _state(row)
        row.voided_at, row.voided = clock.now(), why
        row.save(update_fields=["voided_at", "voided"])
        changes.record(
            "claim_code.voided",
            subject="claim_code",
            subject_id=row.uuid,
            by=by,
            before=before,
            after=_state(row),
        )


def find(code: str) -> ClaimCode | None:
    """Return the open code that this text is, locked until the transaction ends; None if it opens nothing today."""
    row: ClaimCode | None = (
        ClaimCode.objects.select_for_update(of=("self",))
        .filter(
            ClaimCode.OPEN,
            digest__in=secrets.fingerprints(code, purpose=_PURPOSE),
            until__gte=local_today(),
        )
        .select_related("guardianship__guardian")
        .first()
    )
    if row is None or not access_invited.may_be_claimed(row.guardianship_id):
        return None
    return row


def use(*, row: ClaimCode, by: User) -> None:
    """Use a found code up."""
    before = _state(row)
    row.used_at, row.used_by = clock.now(), str(by.uuid)
    row.save(update_fields=["used_at", "used_by"])
    changes.record(
        "claim_code.used",
        subject="claim_code",
        subject_id=row.uuid,
        by=by,
        before=before,
        after=_state(row),
    )


def chance_of_a_hit(*, live: int, seconds: float) -> float:
    """Return how likely guessing at the whole site's limit, for so long, hits any one of so many live codes.

    At most: each guess is new, and every window of the limit is used up from its first moment on.
    """
    most, window = settings.THROTTLES["claim"]["site"]
    guesses = most * (math.ceil(seconds / window) + 1)
    return float(guesses * live / letter_codes.SPACE)
