"""The staff pages "What does this person see?": as the one rule says, with what is withheld, and no report."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.utils.html import escape

from accounts.models import Guardianship, Student, User
from accounts.models.guardianship import Standing
from integrations.sandbox.server import SandboxServer
from portal.base.clock import local_today
from tests import factories
from tests.cast import Cast, sign_in
from tests.scorereports.pages import asked

pytestmark = pytest.mark.promise("A7")


def text(cast: Cast, person: User, by: str = "school_admin") -> str:
    return sign_in(getattr(cast, by)).get(f"/staff/people/{person.uuid}/sees/").content.decode()


def lines(page: str) -> dict[str, str]:
    """Return what the page says of each student, by name."""
    rows = BeautifulSoup(page, "html.parser").select("main tbody tr")
    return {row.th.get_text(strip=True): " ".join(row.get_text(" ").split()) for row in rows if row.th}


def days(number: int) -> datetime.date:
    return local_today() + datetime.timedelta(days=number)


def test_it_works(cast: Cast):
    page = text(cast, cast.parent_of_two)

    assert escape(cast.parent_of_two.name) in page
    assert lines(page) == {
        cast.child.full_name: f"{cast.child.full_name} Yes Parent or guardian: Mother",
    }


def test_a_child_at_another_school_is_neither_named_nor_counted(cast: Cast):
    assert cast.sibling.full_name in text(cast, cast.parent_of_two, by="district_admin")
    page = text(cast, cast.parent_of_two)

    assert escape(cast.sibling.last_name) not in page
    assert str(cast.sibling.uuid) not in page
    assert str(cast.school_b.name) not in page


def test_it_leads_to_who_sees_the_student_and_back(cast: Cast):
    other_way = f"/staff/students/{cast.child.uuid}/access/"
    client = sign_in(cast.school_admin)

    assert other_way in text(cast, cast.parent_of_two)
    assert f"/staff/people/{cast.parent_of_two.uuid}/sees/" in client.get(other_way).content.decode()


WITHHELD: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "ended": ({"until": days(-1)}, {}, "The link has ended."),
    "not yet": ({"starts": days(1)}, {}, "The link begins later."),
    "review": ({"standing": Standing.REVIEW}, {}, "waits for a decision"),
    "declined": ({"standing": Standing.DECLINED}, {}, "Staff declined the link."),
    "of age": ({}, {"birth_date": factories.years_ago(18)}, "The student is 18"),
    "no birth date": ({}, {"birth_date": None}, "birth date is missing"),
}


@pytest.mark.parametrize("case", WITHHELD)
def test_what_is_withheld_has_its_reason(cast: Cast, case: str):
    link, student, words = WITHHELD[case]
    Guardianship.objects.filter(guardian__user=cast.other_parent).update(**link)
    Student.unscoped.filter(pk=cast.child.pk).update(**student)
    said = lines(text(cast, cast.other_parent))[cast.child.full_name]

    assert said.startswith(f"{cast.child.full_name} No ")
    assert words in said
    assert sign_in(cast.other_parent).get(f"/students/{cast.child.uuid}/").status_code == 404


def test_a_block_and_a_hold_have_theirs(cast: Cast):
    factories.block(Guardianship.objects.get(guardian__user=cast.other_parent))
    factories.hold(cast.child)
    blocked = lines(text(cast, cast.other_parent))[cast.child.full_name]
    held = lines(text(cast, cast.parent_of_two))[cast.child.full_name]

    assert " No Blocked:" in blocked
    assert " No report Parent or guardian: Mother Held:" in held


def test_a_custodian_passes_the_hold(cast: Cast):
    factories.hold(cast.child)
    page = text(cast, cast.records_custodian, by="district_admin")

    assert " Yes Works for the district:" in lines(page)[cast.child.full_name]


def test_a_teacher_is_answered_for_by_their_work(cast: Cast):
    said = lines(text(cast, cast.teacher))

    assert set(said) == {cast.child.full_name, cast.classmate.full_name}
    assert "Teaches a class of this student" in said[cast.child.full_name]


@pytest.mark.parametrize(("years", "words"), [(15, "under 16"), (17, "The student")])
def test_a_student_is_answered_for_as_themselves(cast: Cast, years: int, words: str):
    born = factories.years_ago(years)
    Student.unscoped.filter(pk=cast.student_17.pk).update(birth_date=born, grade="09")

    assert words in lines(text(cast, cast.student))[cast.student_17.full_name]


def test_an_adult_without_an_account_is_answered_for_by_the_record(cast: Cast):
    adult = factories.guardian(cast.district, None)
    factories.link(adult, cast.child)
    page = sign_in(cast.office).get(f"/staff/guardians/{adult.uuid}/sees/").content.decode()

    assert "No account yet" in lines(page)[cast.child.full_name]


def test_an_adult_with_an_account_is_answered_for_as_that_account(cast: Cast):
    adult = Guardianship.objects.get(guardian__user=cast.other_parent).guardian
    answer = sign_in(cast.office).get(f"/staff/guardians/{adult.uuid}/sees/")

    assert (answer.status_code, answer["Location"]) == (302, f"/staff/people/{cast.other_parent.uuid}/sees/")


def test_a_disabled_account_sees_nothing(cast: Cast):
    User.objects.filter(pk=cast.other_parent.pk).update(is_active=False)

    assert " No The account is switched off." in lines(text(cast, cast.other_parent))[cast.child.full_name]


@pytest.mark.parametrize("part", ["parent_elsewhere", "staff_elsewhere", "nobody", "superuser"])
def test_whoever_has_to_do_with_none_of_their_students_does_not_exist(cast: Cast, part: str):
    person = getattr(cast, part)

    assert sign_in(cast.school_admin).get(f"/staff/people/{person.uuid}/sees/").status_code == 404


@pytest.mark.usefixtures("connected")
def test_it_asks_no_vendor(cast: Cast, sandbox: SandboxServer):
    for person in (cast.parent_of_two, cast.teacher, cast.student):
        text(cast, person)

    assert not any(asked(sandbox).values())


def test_many_students_are_shown_by_the_page(cast: Cast):
    for _ in range(55):
        factories.student(cast.school_a)
    page = text(cast, cast.office)

    assert len(lines(page)) == 50
    assert "58 students" in page
    assert "Next page" in page
