"""What a run finds out, whom it asks about, and what makes it wait, stop or leave somebody out."""

from __future__ import annotations

import datetime
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
import time_machine
from django.db import connection as database

from accounts.models import AccessRecord, SectionPlace, StaffRole, Student
from accounts.purposes import Purpose
from accounts.rights import Role
from accounts.services import staff_roles
from integrations.models import Connection
from integrations.sandbox.people import EtsStanding
from integrations.sandbox.server import SandboxServer
from portal.base.clock import local_today
from portal.demo import cast as demo_cast
from scorereports.models import ReportRun, RunState
from scorereports.services import runs
from scorereports.services.filtering import Choice
from scorereports.services.runs_choosing import Wanted
from tests import factories
from tests.cast import Cast
from tests.scorereports.running import ran, started, state_of, states, taken

pytestmark = pytest.mark.django_db(transaction=True)


def known(standing: str) -> str:
    return demo_cast.world().first(EtsStanding[standing]).ssid or ""


def test_it_works(cast: Cast, connected: Connection, sandbox: SandboxServer):
    run = ran(cast.school_admin, cast.child, cast.classmate)

    assert run.state == RunState.DONE
    assert states(run) == {"available": 2}
    place = run.places.get(student=cast.child)
    assert {"CAASPP", "ESA"} <= set(place.reports.values_list("type", flat=True))
    assert sandbox.calls["reports"] == 2
    assert sandbox.calls["link"] == 0
    assert AccessRecord.objects.count() == 0, "listing is not opening"


def test_every_way_of_having_no_report_is_told_apart(
    cast: Cast, connected: Connection, sandbox: SandboxServer
):
    made = {
        standing: factories.student(cast.school_a, ssid=known(standing))
        for standing in ("NO_REPORTS", "UNKNOWN", "ELSEWHERE")
    }
    without = factories.student(cast.school_a)
    shared = (
        factories.student(cast.school_a, ssid="1234567890"),
        factories.student(cast.school_b, ssid="1234567890"),
    )
    held = factories.student(cast.school_a, ssid="1234567891")
    factories.hold(held)

    run = ran(cast.district_admin, *made.values(), without, *shared, held)

    assert state_of(run, made["NO_REPORTS"]) == "none_yet"
    assert state_of(run, made["UNKNOWN"]) == "unknown"
    assert state_of(run, made["ELSEWHERE"]) == "elsewhere"
    assert state_of(run, without) == "no_ssid"
    assert {state_of(run, one) for one in shared} == {"ssid_in_doubt"}
    assert state_of(run, held) == "held"
    assert sandbox.calls["reports"] == 3, "ETS is asked only about those it may know"
    assert run.state == RunState.DONE


def test_a_choice_is_kept_to(cast: Cast, connected: Connection):
    run = ran(cast.school_admin, cast.child, choice=Choice(type="CAASPP", format="PDF", language="EN"))

    rows = run.places.get().reports.values_list("type", "format", "language")
    assert set(rows) == {("CAASPP", "PDF", "EN")}
    assert states(ran(cast.school_admin, cast.child, choice=Choice(language="AR"))) == {"none_yet": 1}


@pytest.mark.promise("A7")
def test_nobody_beyond_the_makers_scope_gets_in(cast: Cast, connected: Connection):
    pasted = [cast.classmate, cast.child, cast.sibling, cast.stranger_child]
    order = runs.Order(
        uuid.uuid4(),
        Wanted(pasted="\n".join([*(one.local_id for one in pasted), "nobody-has-this"])),
        Choice(),
        Purpose.TEACHING,
    )
    run = runs.start(order=order, by=cast.other_teacher)

    assert list(run.places.values_list("student", flat=True)) == [cast.classmate.pk]
    assert run.lines_not_found == [2, 3, 4, 5], "who exists elsewhere looks like who does not exist"
    with pytest.raises(runs.NobodyFound):
        started(cast.other_teacher, cast.sibling)
    with pytest.raises(runs.NobodyFound):
        started(cast.school_admin, school=cast.school_b)
    with pytest.raises(runs.NotAllowed):
        started(cast.integrations_admin, cast.child)
    with pytest.raises(runs.NotAllowed):
        started(cast.parent_of_two, cast.child)


@pytest.mark.promise("A7")
def test_a_class_a_grade_and_a_school_are_cut_to_the_scope(cast: Cast, connected: Connection):
    outsider = factories.student(cast.school_a, grade="06")
    mixed = factories.section(cast.school_a, cast.other_teacher, cast.child, outsider)
    SectionPlace.objects.filter(section=mixed, student=outsider).update(until=datetime.date(2020, 1, 1))

    def who(run: ReportRun) -> set[int]:
        return set(run.places.values_list("student", flat=True))

    assert who(started(cast.teacher, section=mixed)) == {cast.child.pk}, "the teacher's own, and not who left"
    assert who(started(cast.teacher, school=cast.school_a)) == {cast.child.pk, cast.classmate.pk}
    assert who(started(cast.school_admin, school=cast.school_a, grade="06")) == {outsider.pk}
    assert cast.sibling.pk not in who(started(cast.school_admin, school=cast.school_a))
    with pytest.raises(runs.NobodyFound):
        started(cast.district_admin, grade="05")


@pytest.mark.promise("A4")
def test_a_hold_after_the_start_counts_and_ets_is_not_asked(
    cast: Cast, connected: Connection, sandbox: SandboxServer
):
    run = started(cast.school_admin, cast.child, cast.classmate)
    factories.hold(cast.child)
    taken(run)

    assert state_of(run, cast.child) == "held"
    assert state_of(run, cast.classmate) == "available"
    assert sandbox.calls["reports"] == 1
    custodians = ran(cast.records_custodian, cast.child)
    assert state_of(custodians, cast.child) == "available", "whoever may pass holds may ask"


@pytest.mark.promise("A3", "A10")
def test_a_block_and_an_ended_role_after_the_start_count(
    cast: Cast, connected: Connection, sandbox: SandboxServer
):
    parent = factories.guardian(cast.district, cast.teacher)
    link = factories.link(parent, cast.child)
    run = started(cast.teacher, cast.child, cast.classmate)
    factories.block(link)
    SectionPlace.objects.filter(student=cast.classmate).update(
        until=local_today() - datetime.timedelta(days=1)
    )
    taken(run)

    assert states(run) == {"refused": 2}
    assert sandbox.calls["reports"] == 0

    other = started(cast.school_admin, cast.child)
    role = StaffRole.objects.get(user=cast.school_admin)
    staff_roles.end(
        role=role, last_day=local_today() - datetime.timedelta(days=1), by=factories.BY, reason="Left."
    )
    taken(other)
    assert (other.state, other.failure) == (RunState.FAILED, "no-right")
    assert sandbox.calls["reports"] == 0


@pytest.mark.promise("A5", "A7")
@pytest.mark.parametrize("days", [1, 400], ids=["at 17", "at 18"])
def test_a_queued_run_never_rests_on_being_the_parent_before_or_after_the_birthday(
    cast: Cast, connected: Connection, sandbox: SandboxServer, days: int
):
    Student.unscoped.filter(pk=cast.child.pk).update(birth_date=factories.years_ago(17))
    factories.link(factories.guardian(cast.district, cast.teacher), cast.child)
    run = started(cast.teacher, cast.child)
    SectionPlace.objects.filter(student=cast.child).update(until=local_today())
    with time_machine.travel(datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=days), tick=True):
        taken(run)

    assert states(run) == {"refused": 1}, "no class any more; a parent looks as a parent"
    assert sandbox.calls["reports"] == 0


@pytest.mark.promise("A7")
def test_being_somebodys_parent_brings_nobody_into_a_run(cast: Cast, connected: Connection):
    with pytest.raises(runs.NobodyFound):
        started_as_parent_on_staff(cast)


def started_as_parent_on_staff(cast: Cast) -> ReportRun:
    """Ask as a teacher at another school for one's own child, who is 17."""
    teacher = factories.staff(Role.TEACHER, cast.district, cast.school_b)
    factories.link(factories.guardian(cast.district, teacher), cast.child)
    return started(teacher, cast.child)


def test_pause_resume_and_cancel(cast: Cast, connected: Connection, sandbox: SandboxServer):
    run = started(cast.school_admin, cast.child)
    runs.pause(run=run, by=cast.school_admin)
    assert taken(run).state == RunState.PAUSED
    with pytest.raises(runs.NotNow):
        runs.pause(run=run, by=cast.school_admin)
    runs.resume(run=run, by=cast.school_admin)
    assert taken(run).state == RunState.DONE
    with pytest.raises(runs.NotNow):
        runs.cancel(run=run, by=cast.school_admin)

    other = started(cast.school_admin, cast.classmate)
    runs.cancel(run=other, by=cast.school_admin)
    assert taken(other).state == RunState.CANCELLED
    assert sandbox.calls["reports"] == 1


def test_two_runs_of_a_district_are_served_by_turns_in_one_turn(cast: Cast, connected: Connection):
    first, second = started(cast.school_admin, cast.child), started(cast.teacher, cast.classmate)
    taken(first)
    second.refresh_from_db()

    assert (first.state, second.state) == (RunState.DONE, RunState.DONE)


@pytest.mark.slow
@pytest.mark.promise("F5")
def test_a_state_that_is_down_makes_the_run_wait_and_it_goes_on_by_itself(
    cast: Cast, connected: Connection, sandbox: SandboxServer
):
    many = [factories.student(cast.school_a, ssid=f"88000000{number:02}") for number in range(30)]
    sandbox.faults.add(where="reports", kind="status", status=503)
    run = ran(cast.school_admin, *many)

    assert run.state == RunState.ASKING
    assert run.waits_until is not None
    assert run.silent_since is not None
    assert states(run) == {"pending": 30}
    assert sandbox.calls["reports"] < 30
    sandbox.reset()
    with time_machine.travel(run.waits_until + datetime.timedelta(minutes=5), tick=True):
        taken(run, turns=3)
    assert run.state == RunState.DONE, states(run)
    assert states(run) == {"unknown": 30}


@pytest.mark.slow
@pytest.mark.promise("F4")
def test_after_four_hours_of_silence_it_stops_where_its_maker_can_take_it_up_again(
    cast: Cast, connected: Connection, sandbox: SandboxServer
):
    run = started(
        cast.school_admin, *(factories.student(cast.school_a, ssid=f"88000000{n:02}") for n in range(8))
    )
    sandbox.faults.add(where="reports", kind="status", status=503)
    taken(run)
    assert run.silent_since is not None
    with time_machine.travel(run.silent_since + datetime.timedelta(hours=4, minutes=1), tick=True):
        taken(run)
    assert (run.state, run.failure) == (RunState.FAILED, "ets-down")

    sandbox.reset()
    with time_machine.travel(datetime.datetime.now(datetime.UTC) + datetime.timedelta(hours=5), tick=True):
        runs.resume(run=run, by=cast.school_admin)
        taken(run, turns=3)
    assert run.state == RunState.DONE


@pytest.mark.slow
def test_one_student_whom_the_state_fails_does_not_hold_up_the_others(
    cast: Cast, connected: Connection, sandbox: SandboxServer
):
    sandbox.faults.add(where="reports", kind="status", status=500, ssid=cast.child.ssid)
    run = ran(cast.school_admin, cast.child, cast.classmate)

    assert state_of(run, cast.classmate) == "available"
    assert state_of(run, cast.child) == "pending"
    for minutes in (2, 4, 6):
        with time_machine.travel(
            datetime.datetime.now(datetime.UTC) + datetime.timedelta(minutes=minutes), tick=True
        ):
            taken(run)
    assert (run.state, state_of(run, cast.child)) == (RunState.DONE, "failed")


def test_refused_credentials_stop_it_at_once(cast: Cast, connected: Connection, sandbox: SandboxServer):
    many = [factories.student(cast.school_a, ssid=f"88000000{number:02}") for number in range(60)]
    sandbox.faults.add(where="reports", kind="status", status=401)
    run = ran(cast.school_admin, *many)

    assert (run.state, run.failure) == (RunState.FAILED, "not-released")
    assert sandbox.calls["reports"] <= 80


@pytest.mark.slow
def test_twenty_copies_of_one_form_make_one_run(cast: Cast, connected: Connection):
    order = runs.Order(uuid.uuid4(), Wanted(school=cast.school_a), Choice(), Purpose.TEACHING)

    def send(_number: int) -> int:
        try:
            return runs.start(order=order, by=cast.school_admin).pk
        finally:
            database.close()

    with ThreadPoolExecutor(20) as pool:
        assert len(set(pool.map(send, range(20)))) == 1
    assert ReportRun.objects.count() == 1
    assert ReportRun.objects.get().places.count() == 3


def test_a_message_sent_twice_or_for_a_run_that_is_over_does_nothing(
    cast: Cast, connected: Connection, sandbox: SandboxServer
):
    run = ran(cast.school_admin, cast.child)
    taken(run, turns=2)

    assert sandbox.calls["reports"] == 1
