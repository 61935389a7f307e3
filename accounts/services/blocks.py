"""Blocks of one adult from one child: placed and lifted here, each with its change of access (trust A3, R5).

Staff pages call it. What a block does is in `accounts.access`: it takes every grant of the person to the child away,
from the next request on.
"""

from __future__ import annotations

import datetime
from typing import Any

from django.db import transaction

from accounts.models import Block, Guardianship
from accounts.models.block import BlockKind
from accounts.models.claim_code import Voided
from accounts.services import changes, claim_codes
from accounts.services.changes import Actor


def _state(block: Block) -> dict[str, Any]:
    return {
        "guardianship": str(block.guardianship.uuid),
        "kind": block.kind,
        "document": block.document,
        "starts": block.starts and block.starts.isoformat(),
        "until": block.until and block.until.isoformat(),
    }


@transaction.atomic
def place(
    *,
    guardianship: Guardianship,
    kind: BlockKind,
    reason: str,
    document: str,
    by: Actor,
    starts: datetime.date | None = None,
    until: datetime.date | None = None,
) -> Block:
    """Block the adult from the child, from the next request on unless `starts` says later. A letter's code ends now."""
    block: Block = Block.objects.create(
        guardianship=guardianship,
        kind=kind,
        reason=reason,
        document=document,
        placed_by=changes.actor_text(by),
        starts=starts,
        until=until,
    )
    claim_codes.void(guardianship=guardianship, why=Voided.BLOCKED, by=by)
    changes.record(
        "block.placed", subject="block", subject_id=block.uuid, by=by, after=_state(block), reason=reason
    )
    return block


@transaction.atomic
def lift(*, block: Block, last_day: datetime.date, by: Actor, reason: str) -> None:
    """End the block after `last_day`. To end it at once, name yesterday."""
    before = _state(block)
    block.until = last_day
    block.save(update_fields=["until"])
    changes.record(
        "block.lifted",
        subject="block",
        subject_id=block.uuid,
        by=by,
        before=before,
        after=_state(block),
        reason=reason,
    )
