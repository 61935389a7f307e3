"""Blocks of one adult from one child: placed and lifted here, each with its change of access (trust A3, R5).

Staff pages call it. What a block does is in `accounts.access`: it takes every grant of the person to the child away,
from the next request on.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import Q

from accounts.models import Block, Guardianship
from accounts.models.block import BlockKind
from accounts.models.claim_code import Voided
from accounts.names import share_a_word
from accounts.services import changes, claim_codes
from accounts.services.changes import Actor
from portal.base.clock import local_today


def _state(block: Block) -> dict[str, Any]:
    return {
        "guardianship": str(block.guardianship.uuid),
        "kind": block.kind,
        "document": block.document,
        "starts": block.starts and block.starts.isoformat(),
        "until": block.until and block.until.isoformat(),
    }


def maybe_the_same(link: Guardianship) -> list[Guardianship]:
    """Return the child's other links that may be this adult's too: a word of the name in common, no block so far.

    A block reaches the person by its link and by the account. An adult whom a registration and the student information
    system name differently stands beside the child twice.
    """
    open_or_later = Q(until__isnull=True) | Q(until__gte=local_today())
    others = Guardianship.objects.filter(open_or_later, student=link.student).exclude(pk=link.pk)
    if link.guardian.user_id is not None:
        others = others.exclude(guardian__user=link.guardian.user_id)
    blocked = Block.objects.filter(open_or_later, guardianship__student=link.student)
    rows = others.exclude(pk__in=blocked.values("guardianship")).select_related("guardian").order_by("pk")
    return [row for row in rows if share_a_word(row.guardian.name, link.guardian.name)]


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
    also: Iterable[Guardianship] = (),
) -> Block:
    """Block the adult from the child, from the next request on unless `starts` says later. A letter's code ends now.

    `also`: other links of the child that are the same adult's; each gets a block of its own, on record.
    """
    block, *_others = [
        _place(
            Block(
                guardianship=link,
                kind=kind,
                reason=reason,
                document=document,
                placed_by=changes.actor_text(by),
                starts=starts,
                until=until,
            ),
            by,
        )
        for link in (guardianship, *also)
    ]
    return block


def _place(block: Block, by: Actor) -> Block:
    block.save()
    claim_codes.void(guardianship=block.guardianship, why=Voided.BLOCKED, by=by)
    changes.record(
        "block.placed",
        subject="block",
        subject_id=block.uuid,
        by=by,
        after=_state(block),
        reason=block.reason,
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
