"""Reads the record of access for people: who opened a student's reports, and the log that districts must keep.

Pages of families and custodians call it. It never asks a vendor, so it answers when every vendor is down (trust F6).
"""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import QuerySet

from accounts.access_rules import FAMILY_RULES, RULES
from accounts.models import AccessRecord, Student, User
from accounts.models.access_record import AccessAction
from accounts.services import changes
from portal.base.clock import LOS_ANGELES
from portal.base.spreadsheets import csv_line

# What 34 CFR 99.32(d) and Education Code 49064 leave out of the log: the family itself, school officials, and whoever
# has the consent of a student of 18. Each is a rule of `accounts.access`; the law asks for requests by anybody else.
_OPERATIONAL = frozenset(RULES)
STATUTORY, OPERATIONAL = "statutory", "operational"
COLUMNS = (
    "class",
    "time (Los Angeles)",
    "action",
    "person",
    "person id",
    "rule",
    "relation",
    "source of the relation",
    "legal basis",
    "purpose",
    "signed in by",
    "test",
    "year",
    "language",
    "format",
    "content area",
    "document",
    "outcome",
    "bytes",
    "address",
    "event",
    "request",
)


def openings_of(student_uuid: uuid.UUID) -> QuerySet[Any]:
    """Return the `opened` rows of a student, the newest first."""
    rows: QuerySet[Any] = AccessRecord.objects.filter(student=student_uuid, action=AccessAction.OPENED)
    return rows.order_by("-recorded_at", "-pk")


def openings_by_family(year: str) -> QuerySet[Any]:
    """Return the `opened` rows of reports of this administration year whose reader was the family, whoever's child."""
    rows: QuerySet[Any] = AccessRecord.objects.filter(
        action=AccessAction.OPENED, actor_role__in=FAMILY_RULES, report_year=year
    )
    return rows.order_by()


def people_in(rows: Iterable[AccessRecord]) -> dict[uuid.UUID, User]:
    """Return the users whom these rows name; an account that is gone is missing."""
    return {user.uuid: user for user in User.objects.filter(uuid__in={row.actor for row in rows})}


def export(
    *, student: Student, first_day: datetime.date | None, last_day: datetime.date | None, by: User
) -> str:
    """Return the student's log as CSV, the oldest row first, and put the export itself on record.

    Both days are days in Los Angeles and included; None means no limit.
    """
    changes.record(
        "log.exported",
        subject="student",
        subject_id=student.uuid,
        by=by,
        after={
            "from": first_day and first_day.isoformat(),
            "until": last_day and last_day.isoformat(),
        },
    )
    rows: QuerySet[Any] = AccessRecord.objects.filter(student=student.uuid).order_by("recorded_at", "pk")
    if first_day:
        rows = rows.filter(recorded_at__gte=_midnight(first_day))
    if last_day:
        rows = rows.filter(recorded_at__lt=_midnight(last_day + datetime.timedelta(days=1)))
    return "".join(_lines(list(rows)))


def class_of(row: AccessRecord) -> str:
    """Say whether the law asks for this row in the log, or the district keeps it for itself."""
    return OPERATIONAL if row.actor_role in _OPERATIONAL else STATUTORY


def _lines(rows: list[AccessRecord]) -> Iterator[str]:
    people = people_in(rows)
    # A `finished` row has the event id of its opening and no rule of its own.
    classes = {row.event_id: class_of(row) for row in rows if row.action != AccessAction.FINISHED}
    yield csv_line(COLUMNS)
    for row in rows:
        person = people.get(row.actor)
        yield csv_line(_cells(row, person.name if person else "", classes.get(row.event_id, OPERATIONAL)))


def _cells(row: AccessRecord, name: str, its_class: str) -> tuple[object, ...]:
    return (
        its_class,
        row.recorded_at.astimezone(LOS_ANGELES).isoformat(timespec="seconds"),
        row.action,
        name,
        row.actor,
        row.actor_role,
        row.relation,
        row.relation_source,
        row.legal_basis,
        row.purpose,
        row.sign_in_method,
        row.report_type,
        row.report_year,
        row.report_language,
        row.report_format,
        row.content_area,
        row.document,
        row.outcome,
        "" if row.bytes_sent is None else row.bytes_sent,
        row.address or "",
        row.event_id,
        row.request_id,
    )


def _midnight(day: datetime.date) -> datetime.datetime:
    return datetime.datetime.combine(day, datetime.time(), tzinfo=LOS_ANGELES)
