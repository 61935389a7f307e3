"""The record of access: who asked for whose report or document, written before the first byte (trust R1, R2).

`scorereports.services.opening` and `integrations.services.documents` call it. If a row cannot be written the exception
goes up and nothing is served.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from accounts.access import ReportAccess
from accounts.models import AccessRecord, User
from accounts.models.access_record import AccessAction
from accounts.requests import RequestFacts
from portal.base import clock


@dataclass(frozen=True)
class ReportNamed:
    """Which report, as ETS names it, or which document of a registration; all text, empty where unknown."""

    type: str = ""
    year: str = ""
    language: str = ""
    format: str = ""
    content_area: str = ""
    document: str = ""


def opened(access: ReportAccess, report: ReportNamed, facts: RequestFacts) -> uuid.UUID:
    """Record that a report is about to be served; the id it returns goes to `finished`."""
    return _about_access(AccessAction.OPENED, access, report, facts, outcome="")


def refused(access: ReportAccess, report: ReportNamed, facts: RequestFacts, *, outcome: str) -> uuid.UUID:
    """Record that somebody with access asked and got nothing; `outcome` is a machine word such as `ets-down`."""
    return _about_access(AccessAction.REFUSED, access, report, facts, outcome=outcome)


def refused_stranger(user: User, student_uuid: uuid.UUID, facts: RequestFacts) -> None:
    """Record that somebody without access asked for the report of a student who exists."""
    AccessRecord(
        action=AccessAction.REFUSED,
        recorded_at=clock.now(),
        actor=_who(user).uuid,
        student=student_uuid,
        purpose=facts.purpose,
        run=facts.run,
        outcome="no-grant",
        sign_in_method=facts.sign_in_method,
        request_id=facts.request_id,
        address=facts.address,
    ).save()


def finished(
    event_id: uuid.UUID, *, user: User, student_uuid: uuid.UUID, outcome: str, bytes_sent: int
) -> None:
    """Record how the opening ended: `complete`, `client-left`, `upstream-failed` …, and how much was sent."""
    AccessRecord(
        event_id=event_id,
        action=AccessAction.FINISHED,
        recorded_at=clock.now(),
        actor=user.uuid,
        student=student_uuid,
        outcome=outcome,
        bytes_sent=bytes_sent,
    ).save()


def _who(user: User) -> User:
    """Return who asked: where staff look as a family, they and not the family."""
    return user.viewed_by or user


def _about_access(
    action: AccessAction, access: ReportAccess, report: ReportNamed, facts: RequestFacts, *, outcome: str
) -> uuid.UUID:
    row = AccessRecord(
        action=action,
        recorded_at=clock.now(),
        actor=_who(access.user).uuid,
        actor_role=access.rule,
        relation=access.relation[:60],
        relation_source=access.source[:100],
        sign_in_method=facts.sign_in_method,
        student=access.student_uuid,
        report_type=report.type[:30],
        report_year=report.year[:10],
        report_language=report.language[:20],
        report_format=report.format[:20],
        content_area=report.content_area[:100],
        document=report.document[:100],
        legal_basis=access.legal_basis,
        purpose=facts.purpose,
        run=facts.run,
        outcome=outcome,
        request_id=facts.request_id,
        address=facts.address,
    )
    row.save()
    return row.event_id
