"""Writes the record of changes of access (trust R5). Every service that changes who may see what calls `record`."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from accounts.models import AccessChange, User
from accounts.requests import current_request_id
from portal.base import clock

Actor = User | str  # somebody signed in, or the name of the command or sync that acts


def actor_text(by: Actor) -> str:
    return str(by.uuid) if isinstance(by, User) else by


def record(
    verb: str,
    *,
    subject: str,
    subject_id: UUID,
    by: Actor,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    reason: str = "",
) -> None:
    """Write one change. `before` and `after` hold ids and plain values, never a secret, a name or an SSID.

    Call it inside the transaction of the change itself: either both are there or neither is.
    """
    AccessChange(
        recorded_at=clock.now(),
        actor=actor_text(by),
        verb=verb,
        subject=subject,
        subject_id=subject_id,
        before=before or {},
        after=after or {},
        reason=reason,
        request_id=current_request_id(),
    ).save()
