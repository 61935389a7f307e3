"""Which adults see a child as family."""

from __future__ import annotations

import datetime

import pytest
import time_machine

from accounts.models import School, Student
from accounts.models.guardianship import Standing
from portal.base.clock import LOS_ANGELES, local_today
from tests import factories
from tests.accounts.doors import a_school, children_on_home, opens, page_of, without_tokens
from tests.cast import Cast, sign_in

YESTERDAY, TODAY, TOMORROW = -1, 0, 1


@pytest.fixture
def school(db: None) -> School:
    return a_school()


@pytest.fixture
def child(school: School) -> Student:
    return factories.student(school)


def day(offset: int) -> datetime.date:
    return local_today() + datetime.timedelta(days=offset)


def test_it_works(child: Student):
    parent = factories.parent(child)

    assert opens(parent, child) == 200
    assert children_on_home(parent) == {page_of(child)}


@pytest.mark.promise("A1")
def test_somebody_without_a_link_gets_the_page_of_a_student_who_does_not_exist(child: Student):
    stranger = sign_in(factories.user())
    existing = stranger.get(page_of(child))
    missing = stranger.get("/students/00000000-0000-0000-0000-000000000007/")

    assert existing.status_code == missing.status_code == 404
    assert without_tokens(existing.content) == without_tokens(missing.content)


@pytest.mark.promise("A2")
@pytest.mark.parametrize("resides_with", [True, False, None])
@pytest.mark.parametrize("relationship", ["Mother", "Father", "Stepparent", ""])
def test_where_the_child_lives_is_no_reason(child: Student, resides_with: bool | None, relationship: str):
    parent = factories.parent(child, resides_with=resides_with, relationship=relationship)

    assert opens(parent, child) == 200


@pytest.mark.promise("A2")
@pytest.mark.parametrize("legal_guardian", [False, None])
def test_a_link_that_people_let_count_counts_whatever_the_flag_says(
    child: Student, legal_guardian: bool | None
):
    assert opens(factories.parent(child, legal_guardian=legal_guardian), child) == 200


@pytest.mark.promise("A1")
@pytest.mark.parametrize("standing", [Standing.REVIEW, Standing.DECLINED])
def test_a_link_that_waits_or_was_declined_opens_nothing(child: Student, standing: Standing):
    adult = factories.parent(child, standing=standing)

    assert opens(adult, child) == 404
    assert children_on_home(adult) == set()


@pytest.mark.promise("A10")
@pytest.mark.parametrize(
    ("starts", "until", "status"),
    [
        (None, None, 200),
        (None, TODAY, 200),  # the last day is included
        (None, YESTERDAY, 404),
        (TODAY, None, 200),
        (TOMORROW, None, 404),
        (TODAY, TODAY, 200),
        (TOMORROW, YESTERDAY, 404),
    ],
)
def test_a_link_holds_from_its_first_to_its_last_day(
    child: Student, starts: int | None, until: int | None, status: int
):
    adult = factories.parent(
        child,
        starts=None if starts is None else day(starts),
        until=None if until is None else day(until),
    )

    assert opens(adult, child) == status
    assert children_on_home(adult) == ({page_of(child)} if status == 200 else set())


@pytest.mark.promise("A10")
def test_the_last_day_ends_at_midnight_in_los_angeles(child: Student):
    adult = factories.parent(child, until=datetime.date(2026, 3, 31))
    client = None
    with time_machine.travel(
        datetime.datetime(2026, 3, 31, 23, 59, 59, tzinfo=LOS_ANGELES), tick=False
    ) as now:
        client = sign_in(adult)
        assert client.get(page_of(child)).status_code == 200
        now.shift(1)
        assert client.get(page_of(child)).status_code == 404


def test_an_adult_whose_record_has_no_account_gives_nobody_access(child: Student):
    factories.link(factories.guardian(child.district, None), child)

    assert opens(factories.user(), child) == 404


def test_one_link_says_nothing_about_a_brother_or_sister(school: School, child: Student):
    sibling = factories.student(school)
    parent = factories.parent(child)
    factories.parent(sibling)

    assert opens(parent, sibling) == 404


def test_a_disabled_parent_does_not_take_the_other_one_along(child: Student):
    one, other = factories.parent(child), factories.parent(child)
    one.is_active = False
    one.save()

    assert opens(other, child) == 200


@pytest.mark.promise("A5")
@pytest.mark.parametrize(
    ("born", "last_moment"),
    [
        (datetime.date(2008, 5, 12), datetime.datetime(2026, 5, 11, 23, 59, 59, tzinfo=LOS_ANGELES)),
        # In summer Los Angeles is 7 hours behind UTC, in winter 8: midnight is theirs in both.
        (datetime.date(2008, 12, 25), datetime.datetime(2026, 12, 24, 23, 59, 59, tzinfo=LOS_ANGELES)),
        # Born on 29 February: of age on 1 March, in a year without a 29th.
        (datetime.date(2008, 2, 29), datetime.datetime(2026, 2, 28, 23, 59, 59, tzinfo=LOS_ANGELES)),
        (datetime.date(2008, 3, 1), datetime.datetime(2026, 2, 28, 23, 59, 59, tzinfo=LOS_ANGELES)),
        (datetime.date(2008, 2, 28), datetime.datetime(2026, 2, 27, 23, 59, 59, tzinfo=LOS_ANGELES)),
        (datetime.date(2010, 2, 28), datetime.datetime(2028, 2, 27, 23, 59, 59, tzinfo=LOS_ANGELES)),
        (datetime.date(2010, 3, 1), datetime.datetime(2028, 2, 29, 23, 59, 59, tzinfo=LOS_ANGELES)),
        (datetime.date(2007, 12, 31), datetime.datetime(2025, 12, 30, 23, 59, 59, tzinfo=LOS_ANGELES)),
    ],
)
def test_at_18_the_open_session_of_a_parent_stops_at_midnight_in_los_angeles(
    school: School, born: datetime.date, last_moment: datetime.datetime
):
    student = factories.student(school, birth_date=born, grade="12")
    parent = factories.parent(student)
    with time_machine.travel(last_moment, tick=False) as now:
        client = sign_in(parent)
        assert client.get(page_of(student)).status_code == 200
        now.shift(1)
        assert client.get(page_of(student)).status_code == 404


@pytest.mark.promise("A5")
def test_at_18_nothing_of_the_student_is_asked_for_at_ets(cast: Cast, connected, sandbox):
    cast.child.birth_date = datetime.date(2008, 5, 12)
    cast.child.save()
    with time_machine.travel(
        datetime.datetime(2026, 5, 11, 23, 59, 59, tzinfo=LOS_ANGELES), tick=False
    ) as now:
        client = sign_in(cast.parent_of_two)
        assert client.get(page_of(cast.child)).status_code == 200
        assert sandbox.calls["reports"] == 1
        now.shift(1)
        assert client.get(page_of(cast.child)).status_code == 404
    assert sandbox.calls["reports"] == 1


@pytest.mark.promise("A5")
def test_a_student_without_a_birth_date_may_be_an_adult_so_no_parent_is_let_in(school: School):
    student = factories.student(school, birth_date=None, grade="03")

    assert opens(factories.parent(student), student) == 404


@pytest.mark.promise("A5")
def test_a_younger_sibling_stays_visible_when_the_older_one_comes_of_age(school: School):
    older = factories.student(school, birth_date=factories.years_ago(18))
    younger = factories.student(school, birth_date=factories.years_ago(12))
    parent = factories.parent(older, younger)

    assert children_on_home(parent) == {page_of(younger)}
