"""A school in numbers: SSIDs, accounts of families, and how far the reports have come."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Enrollment, Guardianship, Student
from accounts.models.guardianship import Standing
from portal.base import clock
from portal.base.clock import local_today
from scorereports.models import PlaceState, ReportRun, ReportRunReport
from scorereports.services import overviews as counting
from tests import factories
from tests.cast import Cast, sign_in
from tests.scorereports import running
from tests.scorereports.overviews import asked, listed, opened, overview
from tests.scorereports.reading import YEAR, page, words

pytestmark = pytest.mark.django_db


def at_school_a(cast: Cast, **more: Any) -> dict[str, int]:
    return overview(sign_in(cast.office), cast.school_a, **more)


def test_it_works(cast: Cast):
    """Of three students one has a parent, one signs in alone, and nobody was asked about yet."""
    client = sign_in(cast.office)

    assert overview(client, cast.school_a) == {
        "not-asked": 3,
        "guardian-account": 1,
        "student-account": 1,
        "no-account": 1,
        "with-ssid": 3,
    }
    said = words(client.get(f"/staff/schools/{cast.school_a.uuid}/overview/"))
    assert cast.school_a.name in said
    assert "3 students" in said
    assert "Schools in numbers" in words(client.get("/"))
    assert "Schools in numbers" not in words(sign_in(cast.teacher).get("/"))


def test_the_year_is_the_newest_that_the_state_keeps(cast: Cast):
    assert counting.newest_year() == YEAR


def test_ssids_that_are_missing_shared_or_changed_are_told_apart(cast: Cast):
    factories.student(cast.school_a)
    factories.student(cast.school_b, ssid=cast.classmate.ssid)
    Student.unscoped.filter(pk=cast.child.pk).update(ssid_changed_at=clock.now())
    found = at_school_a(cast)

    assert (found["with-ssid"], found["ssid-in-doubt"], found["without-ssid"]) == (1, 2, 1)
    assert (found["cannot-ask"], found["not-asked"]) == (3, 1)


@pytest.mark.promise("A3")
def test_an_account_counts_only_where_it_lets_somebody_in(cast: Cast):
    """Both parents are blocked from the child: neither account reaches it. One who waits for review never did."""
    links = Guardianship.objects.filter(student=cast.child, standing=Standing.COUNTS)
    for link in links.filter(guardian__user__in=[cast.parent_of_two, cast.other_parent]):
        factories.block(link)

    assert "guardian-account" not in at_school_a(cast)
    assert at_school_a(cast)["no-account"] == 2


def test_an_account_that_is_disabled_reaches_nobody(cast: Cast):
    for parent in (cast.parent_of_two, cast.other_parent):
        parent.is_active = False
        parent.save()

    assert at_school_a(cast)["no-account"] == 2


def test_an_adult_goes_on_by_consent_past_18(cast: Cast):
    Student.unscoped.filter(pk=cast.child.pk).update(birth_date=factories.years_ago(18))
    assert "guardian-account" not in at_school_a(cast)
    factories.consent(Guardianship.objects.get(guardian__user=cast.other_parent))

    assert at_school_a(cast)["guardian-account"] == 1


def test_reports_are_counted_by_how_far_they_came(cast: Cast):
    running.found(cast.district_admin, cast.child, cast.classmate)
    asked(cast.school_admin, cast.student_17, PlaceState.NONE_YET)
    opened(cast.child, cast.other_parent)
    client = sign_in(cast.office)
    found = overview(client, cast.school_a)

    assert (found["opened"], found["not-reached"], found["none-yet"]) == (1, 1, 1)
    assert "not-asked" not in found
    assert "Reports available for 2 students" in words(
        client.get(f"/staff/schools/{cast.school_a.uuid}/overview/")
    )


def test_what_staff_open_does_not_reach_the_family(cast: Cast):
    running.found(cast.teacher, cast.child)
    opened(cast.child, cast.teacher, rule="section")

    assert at_school_a(cast)["not-reached"] == 1


def test_an_opening_by_the_family_shows_that_there_was_a_report(cast: Cast):
    opened(cast.child, cast.other_parent)

    assert listed(sign_in(cast.office), cast.school_a, "available") == {str(cast.child.uuid)}


def test_the_last_answer_of_the_state_counts(cast: Cast):
    asked(cast.teacher, cast.child, PlaceState.NONE_YET)
    asked(cast.teacher, cast.child, PlaceState.UNKNOWN)
    asked(cast.teacher, cast.classmate, PlaceState.ELSEWHERE)

    assert at_school_a(cast)["not-found"] == 2
    asked(cast.teacher, cast.child, PlaceState.NONE_YET)
    assert at_school_a(cast)["none-yet"] == 1
    asked(cast.teacher, cast.child, PlaceState.FAILED)
    assert at_school_a(cast)["none-yet"] == 1, "a failure says nothing about reports"


def test_a_run_for_one_test_does_not_say_that_there_is_no_report(cast: Cast):
    asked(cast.teacher, cast.child, PlaceState.NONE_YET)
    ReportRun.objects.update(report_type="CAST")

    assert at_school_a(cast)["not-asked"] == 3


@pytest.mark.promise("A4")
def test_a_hold_hides_whether_there_are_reports_from_all_but_custodians(cast: Cast):
    running.found(cast.district_admin, cast.child)
    opened(cast.child, cast.other_parent)
    factories.hold(cast.child)

    for who in (cast.office, cast.school_admin, cast.district_admin):
        found = overview(sign_in(who), cast.school_a)
        assert found["held"] == 1
        assert "opened" not in found
        assert listed(sign_in(who), cast.school_a, "available") == set()
    assert overview(sign_in(cast.records_custodian), cast.school_a)["opened"] == 1


@pytest.mark.promise("A11")
def test_what_was_found_by_an_ssid_now_in_doubt_is_not_said_to_be_the_students(cast: Cast):
    running.found(cast.teacher, cast.child)
    Student.unscoped.filter(pk=cast.child.pk).update(ssid_changed_at=clock.now())

    assert "not-reached" not in at_school_a(cast)


def test_it_narrows_by_grade_and_year_and_its_links_keep_that(cast: Cast):
    running.found(cast.teacher, cast.child)
    ReportRunReport.objects.update(year=str(int(YEAR) - 1))
    assert "not-reached" not in at_school_a(cast)
    query = f"?year={int(YEAR) - 1}&grade={cast.child.grade}"
    client = sign_in(cast.office)
    address = f"/staff/schools/{cast.school_a.uuid}/overview/"

    found = overview(client, cast.school_a, query)
    assert found["not-reached"] == 1
    assert "student-account" not in found, "of grade 12"
    links = page(client.get(address + query)).select("main td a")
    assert {str(link["href"]).partition("?")[2] for link in links} == {
        f"grade={cast.child.grade}&year={int(YEAR) - 1}"
    }
    assert "Nobody is enrolled" in words(client.get(f"{address}?grade=01"))
    assert "3 students" in words(client.get(f"{address}?grade=nonsense&year=1999"))


def test_a_student_who_left_is_not_counted_and_two_rows_count_once(cast: Cast):
    yesterday = local_today() - datetime.timedelta(days=1)
    Enrollment.objects.filter(student=cast.classmate).update(until=yesterday)
    Enrollment.objects.create(student=cast.child, school=cast.school_a, starts=yesterday)

    assert sum(at_school_a(cast)[word] for word in ("guardian-account", "student-account")) == 2
    assert listed(sign_in(cast.office), cast.school_a, "everybody") == {
        str(cast.child.uuid),
        str(cast.student_17.uuid),
    }


@pytest.mark.promise("A7")
def test_a_student_from_whom_staff_are_blocked_is_not_counted_for_them(cast: Cast):
    link = factories.link(factories.guardian(cast.district, cast.office), cast.child)
    assert at_school_a(cast)["with-ssid"] == 3
    factories.block(link)

    assert at_school_a(cast)["with-ssid"] == 2
    assert str(cast.child.uuid) not in listed(sign_in(cast.office), cast.school_a, "everybody")


def test_more_students_are_not_more_questions(cast: Cast):
    client, counted = sign_in(cast.office), []
    for _ in range(2):
        with CaptureQueriesContext(connection) as asked_of_the_database:
            overview(client, cast.school_a)
        counted.append(len(asked_of_the_database))
        for _ in range(15):
            factories.parent(factories.student(cast.school_a))

    assert counted[1] <= counted[0]
    assert counted[0] <= 20
