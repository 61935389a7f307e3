"""Runs of a sync as the pages find them, with a change set that a night could have written."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from accounts.models import Guardian, Guardianship, Student, User
from integrations.models import (
    EnrollmentChange,
    GuardianChange,
    GuardianshipChange,
    StaffRoleChange,
    StudentChange,
    SyncProblem,
    SyncRun,
    SyncState,
)
from integrations.sync import comparing
from portal.base import clock
from portal.base.clock import local_today
from tests.cast import Cast

SOURCE = "illuminate"
TOO_MANY = {"rule": "ended", "what": "links", "count": 1234, "limit": 300, "of": 10000, "school": ""}


def run(cast: Cast, **fields: Any) -> SyncRun:
    now = clock.now()
    values: dict[str, Any] = {
        "district": cast.district,
        "source": SOURCE,
        "state": SyncState.DONE,
        "started_by": "schedule",
        "created_at": now - timedelta(minutes=9),
        "started_at": now - timedelta(minutes=9),
        "finished_at": now,
        "received": {
            "students": {"received": 4, "expected": 4, "complete": True, "reason": ""},
            "contacts": {"received": 3, "expected": 5, "complete": False, "reason": "page-short"},
        },
    }
    return SyncRun.objects.create(**(values | fields))


def held(cast: Cast, **fields: Any) -> SyncRun:
    """Make a run that waits for a decision: one adult of the child would lose access, another would gain it."""
    made = run(cast, state=SyncState.HELD, finished_at=None, reasons=[TOO_MANY], **fields)
    change_set(made, cast)
    return made


def link_of(who: User, child: Student) -> Guardianship:
    """Return the link, its adult now known by the source of these runs."""
    link: Guardianship = Guardianship.objects.select_related("guardian", "student").get(
        guardian__user=who, student=child
    )
    Guardian.objects.filter(pk=link.guardian.pk).update(source=SOURCE)
    return link


def change_set(made: SyncRun, cast: Cast) -> None:
    """Give a run one change of each sort that the preview tells, and a problem."""
    lose(made, link_of(cast.parent_of_two, cast.child))
    gain(made, cast.sibling)
    rename(made, cast.classmate)
    end = {"run": made, "op": "end", "loses": True}
    EnrollmentChange.objects.create(
        **end,
        target_id=cast.sibling.enrollments.get().pk,
        local_id=cast.sibling.local_id,
        cds_code=cast.school_b.cds_code,
        until=local_today(),
    )
    StaffRoleChange.objects.create(
        **end, email=cast.teacher.email, role="teacher", cds_code=cast.school_a.cds_code
    )
    SyncProblem.objects.create(
        run=made, kind="roles", source_id="librarian", reason="role-unmapped", field="role_name"
    )
    made.counts = comparing.counted(made)
    made.problem_counts = {"roles": {"role-unmapped": 1}}
    made.save()


def gain(made: SyncRun, child: Student) -> None:
    GuardianshipChange.objects.create(
        run=made,
        op="insert",
        contact_id="new-1",
        local_id=child.local_id,
        reason="new",
        relationship="Aunt",
        legal_guardian=True,
        standing="counts",
        gains=True,
    )
    GuardianChange.objects.create(
        run=made, op="insert", contact_id="new-1", name="Nadia Newly", email="n@example.org"
    )


def rename(made: SyncRun, who: Student) -> None:
    """Change a student's first name and SSID."""
    StudentChange.objects.create(
        run=made,
        op="update",
        target_id=who.pk,
        local_id=who.local_id,
        ssid="1234567890",
        first_name="Renamed",
        last_name=who.last_name,
        birth_date=who.birth_date,
        before_ssid=who.ssid,
        before_first_name=who.first_name,
        before_last_name=who.last_name,
        before_birth_date=who.birth_date,
        ssid_questioned=True,
        person=True,
    )


def lose(made: SyncRun, link: Guardianship) -> GuardianshipChange:
    change: GuardianshipChange = GuardianshipChange.objects.create(
        run=made,
        op="end",
        target_id=link.pk,
        contact_id=link.guardian.source_id,
        local_id=link.student.local_id,
        reason="absent",
        relationship=link.relationship,
        legal_guardian=link.legal_guardian,
        standing=link.standing,
        until=local_today() - timedelta(days=1),
        before_legal_guardian=link.legal_guardian,
        before_standing=link.standing,
        loses=True,
    )
    return change
