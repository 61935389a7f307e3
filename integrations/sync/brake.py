"""The brake (trust F1): reasons to hold a whole run until a person has looked at it.

`runs` asks it once the change set is written and before anything is applied. Its thresholds are `SyncSettings`. If it
is wrong, one bad night at the vendor locks a district's families out, or lets the wrong ones in.
"""

from __future__ import annotations

import datetime
from typing import Any

from django.db import connection
from django.db.models import Count, Q

from accounts.models import Caseload, Enrollment, Guardianship, StaffRole
from accounts.models.guardianship import Standing
from accounts.models.period import current
from integrations.models import SyncRun, SyncSettings
from integrations.models.changes import (
    CaseloadChange,
    EnrollmentChange,
    GuardianChange,
    GuardianshipChange,
    StaffRoleChange,
    StudentChange,
)
from integrations.sync.rows import Kind

# Answers for a day in session, which between school years may rightly be empty. Illuminate's contacts are asked for
# without a day: it lists those of the students who are enrolled today.
_IN_SESSION = {
    Kind.TERMS,
    Kind.ENROLLMENTS,
    Kind.CONTACTS,
    Kind.ROLES,
    Kind.SECTIONS,
    Kind.TEACHERS,
    Kind.PLACES,
    Kind.CASELOADS,
}
_LOOK_BACK = 60  # nights without one complete answer for a kind, after which nothing is there to compare with
Reason = dict[str, Any]


def reasons(run: SyncRun, settings: SyncSettings, today: datetime.date) -> list[Reason]:
    """Return why the run must wait, empty if it need not. In the transaction of the comparison."""
    return [
        *_ended(run, settings, today),
        *_ended_at_schools(run, settings, today),
        *([] if run.first else _changed_people(run, settings)),
        *_missing_rows(run, settings),
    ]


def _reason(rule: str, what: str, *, count: int, limit: int, of: int, school: str = "") -> Reason:
    return {"rule": rule, "what": what, "count": count, "limit": limit, "of": of, "school": school}


def _limit(least: int, percent: int, of: int) -> int:
    """Return the most that may happen: whole rows, so a share is rounded down."""
    return max(least, of * percent // 100)


def _ended(run: SyncRun, settings: SyncSettings, today: datetime.date) -> list[Reason]:
    """Links, roles, caseloads and enrollments, each against all of its own kind that is in force."""
    district = run.district_id
    kinds: tuple[tuple[str, Any, Any], ...] = (
        ("links", GuardianshipChange, _links(run, today)),
        ("roles", StaffRoleChange, StaffRole.objects.on(today).filter(district=district)),
        ("caseloads", CaseloadChange, Caseload.objects.on(today).filter(student__district=district)),
        ("enrollments", EnrollmentChange, Enrollment.objects.on(today).filter(school__district=district)),
    )
    found = []
    for what, model, in_force in kinds:
        count = model.objects.filter(run=run, loses=True).count()
        if count <= settings.links_least:
            continue
        of = in_force.count()
        limit = _limit(settings.links_least, settings.links_percent, of)
        if count > limit:
            found.append(_reason("ended", what, count=count, limit=limit, of=of))
    return found


def _links(run: SyncRun, today: datetime.date) -> Any:
    return Guardianship.objects.on(today).filter(guardian__district=run.district_id, standing=Standing.COUNTS)


def _ended_at_schools(run: SyncRun, settings: SyncSettings, today: datetime.date) -> list[Reason]:
    lost = GuardianshipChange.objects.filter(run=run, loses=True)
    if lost.count() <= settings.school_least:
        return []
    uuid = "student__enrollments__school__uuid"
    at_school = _links(run, today).filter(current(today, "student__enrollments__"))
    by_school = at_school.values_list(uuid).annotate(
        of=Count("pk", distinct=True),
        count=Count("pk", distinct=True, filter=Q(pk__in=lost.values("target_id"))),
    )
    return [
        _reason("ended-at-school", "links", count=count, limit=limit, of=of, school=str(school))
        for school, of, count in by_school
        if count > (limit := _limit(settings.school_least, settings.school_percent, of))
    ]


def _changed_people(run: SyncRun, settings: SyncSettings) -> list[Reason]:
    """Students and guardians apart: together, a shift of all guardians' addresses would hide behind the students."""
    found = []
    for what, model in (("students", StudentChange), ("guardians", GuardianChange)):
        count = model.objects.filter(run=run, person=True).count()
        if not count:
            continue
        of = _known(what)
        limit = _limit(0, settings.people_percent, of)
        if count > limit:
            found.append(_reason("people", what, count=count, limit=limit, of=of))
    return found


def _known(what: str) -> int:
    """Count the people of this feed who were here before; those long gone would blunt the share."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM matched_{what} WHERE target_id IS NOT NULL")  # noqa: S608 - `what` is one of two words of this function, no input
        return int(cursor.fetchone()[0])


def _missing_rows(run: SyncRun, settings: SyncSettings) -> list[Reason]:
    """Complete answers that are much smaller than those of the last good run; incomplete ones end nothing anyway."""
    good = SyncRun.objects.good(run.district, run.source)
    before = list(good.values_list("received", flat=True)[:_LOOK_BACK])
    # In September the answers are held against June's, not against those of an empty summer.
    in_session = list(good.filter(roll_over=False).values_list("received", flat=True)[:_LOOK_BACK])
    found = []
    for kind in Kind:
        now = run.received.get(kind, {})
        earlier = in_session if kind in _IN_SESSION else before
        then = next((one[kind] for one in earlier if one.get(kind, {}).get("complete")), None)
        if then is None or not now.get("complete") or (run.roll_over and kind in _IN_SESSION):
            continue
        count, of = now["received"], then["received"]
        if count * 100 < settings.rows_percent * of and of - count > settings.rows_least:
            found.append(
                _reason("rows", str(kind), count=count, limit=-(-settings.rows_percent * of // 100), of=of)
            )
    return found
