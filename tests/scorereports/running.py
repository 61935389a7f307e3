"""Starts runs and takes their turns in this process, as the worker's task does, for the tests of runs."""

from __future__ import annotations

import uuid
from collections import Counter
from typing import Any

from accounts.models import Student, User
from accounts.purposes import Purpose
from portal.base import clock
from scorereports.models import PlaceState, ReportRun, ReportRunPlace, ReportRunReport, RunState
from scorereports.services import runs, runs_asking
from scorereports.services.filtering import Choice
from scorereports.services.runs_choosing import Wanted
from tests.cast import world


def started(by: User, *students: Student, choice: Choice | None = None, **wanted: Any) -> ReportRun:
    """Start a run for these students by their local ids, or for whom `wanted` names."""
    if students:
        wanted["pasted"] = "\n".join(one.local_id for one in students)
    order = runs.Order(uuid.uuid4(), Wanted(**wanted), choice or Choice(), Purpose.TEACHING)
    return runs.start(order=order, by=by)


def taken(run: ReportRun, turns: int = 1) -> ReportRun:
    """Take so many turns of a run."""
    for _ in range(turns):
        runs_asking.take_turn(run.uuid)
    run.refresh_from_db()
    return run


def ran(by: User, *students: Student, **more: Any) -> ReportRun:
    return taken(started(by, *students, **more))


def state_of(run: ReportRun, student: Student) -> str:
    return ReportRunPlace.objects.get(run=run, student=student).state


def states(run: ReportRun) -> Counter[str]:
    return Counter(run.places.values_list("state", flat=True))


def found(by: User, *students: Student) -> ReportRun:
    """Make a run that is done and found one PDF for each, without asking anybody."""
    run = started(by, *students)
    for place in run.places.all():
        ReportRunReport.objects.create(
            place=place,
            type="ESA",
            year=str(world().administration_year),
            language="EN",
            format="PDF",
            content_area="EP",
        )
    now = clock.now()
    run.places.update(state=PlaceState.AVAILABLE, asked_at=now)
    ReportRun.objects.filter(pk=run.pk).update(state=RunState.DONE, started_at=now, finished_at=now)
    run.refresh_from_db()
    return run
