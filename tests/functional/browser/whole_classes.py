"""The pages of runs in every state that looks different: a part of staff_states.py."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page

from portal.base import clock
from scorereports.models import ReportRun, ReportRunReport, RunState
from tests import factories
from tests.functional.browser.place import Place
from tests.functional.browser.scene import State, at
from tests.scorereports import running

TEACHER, DISTRICT = "teacher", "district_admin"


def mixed(place: Place) -> ReportRun:
    """A run that is done: reports in two languages, somebody without, lines that name nobody."""
    run = running.found(place.cast.teacher, place.cast.child, place.cast.classmate)
    one = run.places.get(student=place.cast.child)
    for kind, language in (("CAASPP", "EN"), ("CAASPP", "ES"), ("CAASPP", "AR"), ("CAST", "EN")):
        ReportRunReport.objects.create(place=one, type=kind, year="2026", language=language, format="PDF")
    run.places.filter(student=place.cast.classmate).update(state="elsewhere", outcome="enrolled-elsewhere")
    ReportRun.objects.filter(pk=run.pk).update(lines_not_found=[2, 5, 12])
    return run


def working(place: Place) -> None:
    run = running.started(place.cast.teacher, place.cast.child, place.cast.classmate)
    now = clock.now()
    run.places.filter(student=place.cast.child).update(state="available", asked_at=now)
    ReportRun.objects.filter(pk=run.pk).update(state=RunState.ASKING, started_at=now, heartbeat_at=now)


def waiting(place: Place) -> None:
    working(place)
    ReportRun.objects.update(waits_until=clock.now())


def stopped(place: Place) -> None:
    working(place)
    ReportRun.objects.update(state=RunState.FAILED, failure="credentials-expired")


def paused(place: Place) -> None:
    working(place)
    ReportRun.objects.update(state=RunState.PAUSED)


def several(place: Place) -> None:
    for prepare in (mixed, stopped, working):
        prepare(place)


def many_classes(place: Place) -> None:
    for school in (place.cast.school_a, place.cast.school_b):
        for _ in range(80):
            factories.section(school, place.cast.teacher)


def wrong(_place: Place, page: Page) -> None:
    """Send a list in which there is nobody."""
    page.goto("/staff/runs/new/?by=ids")
    page.get_by_label("Local student ids").fill("nobody\nnobody else")
    page.get_by_label("Purpose").select_option("teaching")
    page.get_by_role("button", name="Ask the state").click()
    page.get_by_role("alert").wait_for()


def a_run(rest: str = "") -> Callable[[Place, Page], object]:
    return lambda _place, page: page.goto(f"/staff/runs/{ReportRun.objects.order_by('-pk')[0].uuid}/{rest}")


RUN_STATES: dict[str, State] = {
    "runs": State(at("/staff/runs/"), TEACHER, several, kind="runs"),
    "runs-none": State(at("/staff/runs/"), TEACHER, kind="runs"),
    "run-start": State(at("/staff/runs/new/"), TEACHER, kind="run-start"),
    "run-start-grade": State(at("/staff/runs/new/?by=grade"), "school_admin", kind="run-start"),
    "run-start-ids": State(at("/staff/runs/new/?by=ids"), TEACHER, kind="run-start"),
    "run-start-wrong": State(wrong, TEACHER, kind="run-start"),
    "run-start-many": State(at("/staff/runs/new/"), DISTRICT, many_classes, kind="run-start"),
    "run-done": State(a_run(), TEACHER, mixed, kind="run"),
    "run-working": State(a_run(), TEACHER, working, kind="run"),
    "run-waiting": State(a_run(), TEACHER, waiting, kind="run"),
    "run-stopped": State(a_run(), TEACHER, stopped, kind="run"),
    "run-paused": State(a_run(), TEACHER, paused, kind="run"),
    "run-results": State(a_run("results/"), TEACHER, mixed, kind="run-results"),
    "run-results-none": State(a_run("results/?state=held"), TEACHER, mixed, kind="run-results"),
}
