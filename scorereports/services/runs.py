"""Runs: started, paused, taken up again, cancelled, and set going by messages. What is asked is in `runs_asking`.

Called by staff pages and the schedule. A run is a row with a place for each student; the message that sends a worker to
it may get lost, since `send_due` sends it again (trust F7). A run belongs to whoever made it, and nobody else finds it.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from accounts.models import District, School, Section, User
from accounts.rights import Right
from accounts.services import changes, staff_roles
from portal.base import clock, publishing
from portal.base.models import Lease
from scorereports.models import RESTING, WORKING, Chosen, ReportRun, ReportRunPlace, RunState
from scorereports.services import runs_choosing
from scorereports.services.filtering import Choice
from scorereports.services.runs_choosing import Wanted

TASK = "scorereports.take_turn"
_BATCH = 1000


class NotAllowed(Exception):
    """This person has, or has no longer, the right to ask for many students at once."""


class NobodyFound(ValueError):
    """Nobody whom this person may see is among those named."""


class TooMany(ValueError):
    """More students than one run takes. `most` says how many it does."""

    def __init__(self, most: int) -> None:
        super().__init__(f"A run takes {most} students at most.")
        self.most = most


class NotNow(ValueError):
    """The run is in no state for that any more."""


@dataclass(frozen=True)
class Order:
    """What a form asks for: which students, which reports, why. `form_token` is the form's own."""

    form_token: uuid.UUID
    wanted: Wanted
    choice: Choice
    purpose: str


def check_can_run(user: User) -> None:
    if not can_run(user):
        raise NotAllowed


def can_run(user: User) -> bool:
    return staff_roles.holds_anywhere(user, Right.RUN_REPORTS)


def runs_of(user: User) -> QuerySet[ReportRun]:
    """Return the runs this person made, the newest first; none for somebody who has lost the right."""
    rows = ReportRun.objects.filter(made_by=user).select_related("district", "school", "section", "made_by")
    return rows.order_by("-pk") if can_run(user) else rows.none()


def start(*, order: Order, by: User) -> ReportRun:
    """Make the run of a form and send word; sent again, the form leads to the run that it made.

    Raises NotAllowed, NobodyFound, TooMany.
    """
    check_can_run(by)
    made = ReportRun.objects.filter(made_by=by, form_token=order.form_token).first()
    if made is not None:
        return made
    found = runs_choosing.students(by, order.wanted)
    if not found.student_ids:
        raise NobodyFound
    if len(found.student_ids) > settings.RUN_STUDENTS:
        raise TooMany(settings.RUN_STUDENTS)
    try:
        return _make(order, found, by)
    except IntegrityError:
        # Another copy of the form was quicker.
        return ReportRun.objects.get(made_by=by, form_token=order.form_token)


@transaction.atomic
def _make(order: Order, found: runs_choosing.Found, by: User) -> ReportRun:
    wanted = order.wanted
    run = ReportRun.objects.create(
        district=_district_of(found.student_ids[0], wanted, by),
        made_by=by,
        form_token=order.form_token,
        purpose=order.purpose,
        chosen=_how(wanted),
        school=wanted.section.school if wanted.section else wanted.school,
        section=wanted.section,
        grade=wanted.grade,
        report_type=order.choice.type,
        report_language=order.choice.language,
        report_year=order.choice.year,
        report_format=order.choice.format,
        lines_not_found=list(found.lines_not_found),
        created_at=clock.now(),
    )
    places = [ReportRunPlace(run=run, student_id=pk) for pk in found.student_ids]
    ReportRunPlace.objects.bulk_create(places, batch_size=_BATCH)
    _record("run.started", run, by, after={"students": len(places), "purpose": run.purpose})
    publish(run)
    return run


def _how(wanted: Wanted) -> Chosen:
    if wanted.pasted:
        return Chosen.IDS
    if wanted.section is not None:
        return Chosen.SECTION
    return Chosen.GRADE if wanted.grade else Chosen.SCHOOL


def _district_of(student_id: int, wanted: Wanted, by: User) -> District:
    place: School | Section | None = wanted.school or wanted.section
    if isinstance(place, School):
        return place.district
    if isinstance(place, Section):
        return place.school.district
    return runs_choosing.students_of(by).select_related("district").get(pk=student_id).district


@transaction.atomic
def pause(*, run: ReportRun, by: User) -> None:
    """Stop asking after the students who are being asked about now. Raises NotNow."""
    _move(run, WORKING, by, "run.paused", state=RunState.PAUSED)


@transaction.atomic
def resume(*, run: ReportRun, by: User) -> None:
    """Go on with a run that was paused, or that stopped. Raises NotNow, NotAllowed."""
    check_can_run(by)
    anew = {"waits_until": None, "silent_since": None, "failure": "", "finished_at": None}
    _move(run, RESTING, by, "run.resumed", state=RunState.WAITING, **anew)
    publish(run)


@transaction.atomic
def cancel(*, run: ReportRun, by: User) -> None:
    """End a run; what it has found so far stays. Raises NotNow."""
    _move(run, (*WORKING, *RESTING), by, "run.cancelled", state=RunState.CANCELLED, finished_at=clock.now())


def _move(run: ReportRun, allowed: tuple[RunState, ...], by: User, verb: str, **values: Any) -> None:
    before = run.state
    if not ReportRun.objects.filter(pk=run.pk, state__in=allowed).update(**values):
        raise NotNow
    run.refresh_from_db()
    _record(verb, run, by, before={"state": str(before)}, after={"state": str(run.state)})


def _record(verb: str, run: ReportRun, by: User, **more: Any) -> None:
    changes.record(verb, subject="report_run", subject_id=run.uuid, by=by, **more)


def lane(district_id: int) -> str:
    """Name the lease of a district's runs: one process at a time asks for them, so that the limit is the LEA's."""
    return f"runs:{district_id}"


def send_due() -> None:
    """Send word again about runs on which nobody works; the schedule calls this every minute."""
    due = ReportRun.objects.working().filter(Q(waits_until=None) | Q(waits_until__lte=clock.now()))
    sent: set[int] = set()
    for run in due.order_by("pk"):
        busy = Lease.objects.filter(name=lane(run.district_id), expires_at__gt=clock.now()).exists()
        if not busy and run.district_id not in sent:
            sent.add(run.district_id)
            publish(run)


def publish(run: ReportRun) -> None:
    """Send a worker the run's id once this transaction is over."""
    publishing.publish(TASK, run.uuid)
