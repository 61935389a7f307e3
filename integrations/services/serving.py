"""What serving a file with a person's data takes, from any vendor: a place, the record before and after, a guard.

Called by `documents` and `scorereports.services.opening`, which say in their own words why nothing opens: where a
function takes `otherwise`, it raises that. If `record_opening` lets an opening pass unwritten, trust R1 is broken.
"""

from __future__ import annotations

import contextlib
import functools
import uuid
from collections.abc import Iterator

import structlog
from django.db import DatabaseError

from accounts.access import ReportAccess
from accounts.requests import RequestFacts
from accounts.services import record
from accounts.services.record import ReportNamed
from integrations.http import UpstreamStream
from portal.base import streaming

_LONGEST_REFUSAL = 4096

log = structlog.get_logger(__name__)


def take_slot(undo: contextlib.ExitStack, *, otherwise: Exception) -> streaming.Slot:
    """Take one of this process's places for streams; `undo` gives it back."""
    slot = streaming.take()
    if slot is None:
        raise otherwise
    undo.callback(slot.release)
    return slot


def says(upstream: UpstreamStream, *words: bytes) -> bool:
    """Read a store's short refusal: a link past its time is not the same as one that never was good."""
    said = b""
    for chunk in upstream.chunks():
        said += chunk
        if len(said) >= _LONGEST_REFUSAL:
            break
    return any(word in said.lower() for word in words)


def record_opening(
    access: ReportAccess, about: ReportNamed, facts: RequestFacts, *, otherwise: Exception
) -> uuid.UUID:
    """Write `opened` and return its id. What cannot be written is not served."""
    try:
        return record.opened(access, about, facts)
    except DatabaseError:
        log.exception("record_of_access_failed")
        raise otherwise from None


def record_refusal(access: ReportAccess, about: ReportNamed, facts: RequestFacts, outcome: str) -> None:
    """Write `refused`; never raises."""
    try:
        record.refused(access, about, facts, outcome=outcome)
    except DatabaseError:  # nothing was served, so nothing is hidden by the missing row
        log.exception("record_of_refusal_failed")


def record_finish(access: ReportAccess, event_id: uuid.UUID, outcome: str, bytes_sent: int) -> None:
    """Write `finished`, from whatever thread the bytes ended in; never raises."""
    try:
        record.finished(
            event_id,
            user=access.user,
            student_uuid=access.student_uuid,
            outcome=outcome,
            bytes_sent=bytes_sent,
        )
    except DatabaseError:  # the file is out and `opened` stands; a log line is all that is left to do
        log.exception("record_of_finish_failed", event_id=str(event_id))
    finally:
        streaming.release_database()


def guarded(
    access: ReportAccess,
    event_id: uuid.UUID,
    upstream: UpstreamStream,
    chunks: Iterator[bytes],
    slot: streaming.Slot,
) -> streaming.GuardedStream:
    """Let the database go and return the bytes as they go out; their end is written under `event_id`."""
    streaming.release_database()
    return streaming.GuardedStream(
        upstream,
        chunks,
        slot=slot,
        on_finish=functools.partial(record_finish, access, event_id),
        expected_bytes=upstream.content_length,
    )
