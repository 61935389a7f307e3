"""The log of a student's record as a file for the custodians (trust R3; 34 CFR 99.32, Education Code 49064)."""

from __future__ import annotations

import csv
import datetime
import io

import pytest
import time_machine

from accounts import access
from accounts.models import AccessChange, Student, User
from accounts.requests import RequestFacts
from accounts.services import record
from accounts.services.history import COLUMNS
from portal.base.clock import LOS_ANGELES
from tests.cast import Cast, sign_in

pytestmark = pytest.mark.promise("R3")
REPORT = record.ReportNamed("CAASPP", "2026", "EN", "PDF", "ELA")


def opened(user: User, student: Student) -> None:
    event = record.opened(
        access.open_student(user, student.uuid), REPORT, RequestFacts(address="198.51.100.7")
    )
    record.finished(event, user=user, student_uuid=student.uuid, outcome="complete", bytes_sent=7)


def exported(cast: Cast, **period: str) -> list[dict[str, str]]:
    answer = sign_in(cast.records_custodian).post(f"/staff/students/{cast.child.uuid}/log/", period)
    assert answer["Content-Type"].startswith("text/csv")
    assert "attachment" in answer["Content-Disposition"]
    return list(csv.DictReader(io.StringIO(answer.content.decode())))


def test_it_works(cast: Cast):
    opened(cast.teacher, cast.child)
    first, last = exported(cast)

    assert tuple(first) == COLUMNS
    assert (first["action"], first["rule"], first["test"]) == ("opened", "section", "CAASPP")
    assert (first["person"], first["person id"]) == (cast.teacher.name, str(cast.teacher.uuid))
    assert (last["action"], last["bytes"], last["event"]) == ("finished", "7", first["event"])


def test_the_laws_rows_and_the_districts_own_are_told_apart(cast: Cast):
    opened(cast.parent_of_two, cast.child)
    opened(cast.office, cast.child)
    record.refused_stranger(cast.parent_elsewhere, cast.child.uuid, RequestFacts())

    assert [(row["person"], row["class"]) for row in exported(cast)] == [
        (cast.parent_of_two.name, "operational"),
        (cast.parent_of_two.name, "operational"),
        (cast.office.name, "operational"),
        (cast.office.name, "operational"),
        (cast.parent_elsewhere.name, "statutory"),
    ]


def test_it_holds_this_student_alone(cast: Cast):
    opened(cast.parent_of_two, cast.sibling)

    assert exported(cast) == []


@pytest.mark.parametrize(
    ("first", "last", "found"),
    [("2026-03-31", "2026-03-31", 2), ("2026-04-01", "", 0), ("", "2026-03-30", 0), ("2026-03-31", "", 2)],
)
def test_a_period_is_days_in_los_angeles_both_included(cast: Cast, first: str, last: str, found: int):
    with time_machine.travel(datetime.datetime(2026, 3, 31, 23, 59, tzinfo=LOS_ANGELES), tick=False):
        opened(cast.office, cast.child)

    assert len(exported(cast, first_day=first, last_day=last)) == found


def test_a_name_that_looks_like_a_formula_is_defused(cast: Cast):
    cast.office.name = "=1+1"
    cast.office.save()
    opened(cast.office, cast.child)

    assert exported(cast)[0]["person"] == "'=1+1"


def test_the_export_is_on_record_itself(cast: Cast):
    exported(cast, first_day="2026-01-01")

    change = AccessChange.objects.get(verb="log.exported")
    assert (change.actor, change.subject_id) == (str(cast.records_custodian.uuid), cast.child.uuid)
    assert change.after == {"from": "2026-01-01", "until": None}


def test_days_in_the_wrong_order_are_a_mistake_to_correct(cast: Cast):
    form = {"first_day": "2026-02-02", "last_day": "2026-02-01"}
    answer = sign_in(cast.records_custodian).post(f"/staff/students/{cast.child.uuid}/log/", form)

    assert "The last day lies before the first." in answer.content.decode()
    assert not AccessChange.objects.filter(verb="log.exported").exists()


@pytest.mark.parametrize("part", ["teacher", "school_admin", "district_admin", "parent_of_two"])
def test_nobody_but_a_custodian_gets_it(cast: Cast, part: str):
    client = sign_in(getattr(cast, part))

    assert client.post(f"/staff/students/{cast.child.uuid}/log/", {}).status_code == 404
