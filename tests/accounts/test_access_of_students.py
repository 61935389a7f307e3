"""When students see their own reports (Education Code 49076; 34 CFR 99.5)."""

from __future__ import annotations

import datetime

import pytest
import time_machine

from accounts.models import School, Student
from portal.base.clock import LOS_ANGELES
from tests import factories
from tests.accounts.doors import a_school, children_on_home, opens, page_of
from tests.cast import sign_in


@pytest.fixture
def school(db: None) -> School:
    return a_school()


def a_student(school: School, *, years: int | None, grade: str) -> Student:
    student = factories.student(
        school, birth_date=None if years is None else factories.years_ago(years), grade=grade
    )
    student.user = factories.user()
    student.save()
    return student


def own_page(student: Student) -> int:
    assert student.user
    return opens(student.user, student)


def test_it_works(school: School):
    student = a_student(school, years=17, grade="12")

    assert own_page(student) == 200
    assert student.user
    assert children_on_home(student.user) == {page_of(student)}


@pytest.mark.promise("A6")
@pytest.mark.parametrize(
    ("years", "grade", "status"),
    [
        (16, "09", 200),
        (16, "", 200),
        (15, "10", 404),
        (15, "09", 404),
        (15, "11", 200),  # grade 10 is done
        (15, "12", 200),
        (15, "AD", 200),
        (15, "KN", 404),
        (15, "", 404),
        (None, "10", 404),
        (None, "11", 200),
        (18, "12", 200),
        (19, "", 200),
    ],
)
def test_from_16_or_after_grade_10(school: School, years: int | None, grade: str, status: int):
    assert own_page(a_student(school, years=years, grade=grade)) == status


@pytest.mark.promise("A6")
@pytest.mark.parametrize(("years", "grade", "status"), [(16, "10", 404), (15, "11", 404), (18, "12", 200)])
def test_a_district_may_switch_it_off_for_minors_alone(db: None, years: int, grade: str, status: int):
    school = factories.school(factories.district(students_sign_in=False))

    assert own_page(a_student(school, years=years, grade=grade)) == status


@pytest.mark.promise("A6")
def test_the_sixteenth_birthday_begins_at_midnight_in_los_angeles(school: School):
    student = a_student(school, years=10, grade="09")
    student.birth_date = datetime.date(2010, 5, 12)
    student.save()
    assert student.user
    with time_machine.travel(
        datetime.datetime(2026, 5, 11, 23, 59, 59, tzinfo=LOS_ANGELES), tick=False
    ) as now:
        client = sign_in(student.user)
        assert client.get(page_of(student)).status_code == 404
        now.shift(1)
        assert client.get(page_of(student)).status_code == 200


@pytest.mark.promise("A5")
def test_at_18_the_student_stays_while_the_parent_goes(school: School):
    student = a_student(school, years=18, grade="12")
    parent = factories.parent(student)

    assert own_page(student) == 200
    assert opens(parent, student) == 404


@pytest.mark.promise("A10")
def test_the_district_s_switch_acts_on_the_next_request_of_an_open_session(school: School):
    student = a_student(school, years=16, grade="10")
    assert student.user
    client = sign_in(student.user)
    assert client.get(page_of(student)).status_code == 200
    student.district.students_sign_in = False
    student.district.save()

    assert client.get(page_of(student)).status_code == 404


def test_a_student_sees_no_other_student(school: School):
    student, other = a_student(school, years=17, grade="12"), a_student(school, years=17, grade="12")
    assert student.user

    assert opens(student.user, other) == 404


def test_a_student_who_is_somebody_s_parent_sees_both(school: School):
    student = a_student(school, years=19, grade="AD")
    child = factories.student(school, birth_date=factories.years_ago(1), grade="")
    assert student.user
    factories.link(factories.guardian(school.district, student.user), child)

    assert children_on_home(student.user) == {page_of(student), page_of(child)}
