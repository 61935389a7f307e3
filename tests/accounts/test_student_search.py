"""The search for a student: what finds whom, in which order, for whom, and that nobody else shows (A7, S2, S8)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from accounts import access
from accounts.access_rules import STAFF_RULES
from accounts.models import Section, Student, User
from accounts.rights import Role
from accounts.services import student_search
from portal.base.clock import local_today
from tests import factories
from tests.cast import Cast, give_second_factor, sign_in
from tests.scorereports.pages import words

SEARCH = "/staff/students/"
pytestmark = pytest.mark.django_db


def ask(client: Client, text: str = "", **fields: Any) -> Any:
    return client.post(SEARCH, {"text": text} | fields)


def names(answer: Any) -> list[str]:
    """Return the names found, as they stand in the table."""
    page = BeautifulSoup(answer.content, "html.parser")
    return [link.get_text(strip=True) for link in page.select("main tbody th a")]


def found(by: User, text: str = "", **fields: Any) -> list[str]:
    return names(ask(sign_in(by), text, **fields))


def student(cast: Cast, first: str, last: str, **fields: Any) -> Student:
    return factories.student(cast.school_a, first_name=first, last_name=last, **fields)


@pytest.fixture
def maria(cast: Cast) -> Student:
    return student(cast, "María José", "García-López")


def test_it_works(cast: Cast, maria: Student):
    client = sign_in(cast.office)
    answer = ask(client, "garcia maria")
    [link] = BeautifulSoup(answer.content, "html.parser").select("main tbody th a")

    assert names(answer) == ["María José García-López"]
    assert "1 student" in words(answer)
    assert maria.local_id in words(answer)
    assert "Grade 5" in words(answer)
    assert cast.school_a.name in words(answer)
    page = client.get(str(link["href"]))
    assert "Paperless Assessment Reporting: María José García-López" in words(page)


@pytest.mark.parametrize(
    "typed",
    [
        "garcia",
        "GARCÍA",
        "gar",
        "g",
        "lopez",
        "lop mar",
        "garcia, maria",
        "maria jose garcia lopez",
        "garcia-lopez",
        "jos",
        "  maria   garcia  ",
        "García-López, María José",
    ],
)
def test_beginnings_of_words_find_in_any_order(cast: Cast, maria: Student, typed: str):
    assert found(cast.office, typed) == [maria.full_name]


@pytest.mark.parametrize(
    "typed", ["rcia", "maria garciaxx", "garcia pedro", "%", "_", "%rcia", "ma_ia", "\\", "'", "--"]
)
def test_what_is_no_beginning_finds_nobody(cast: Cast, maria: Student, typed: str):
    assert found(cast.office, typed) == []


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("O'Brien", "obrien"),
        ("O'Brien", "o'brien"),
        ("O’Brien", "O'BRIEN"),
        ("Obrien", "o’brien"),
        ("Nguyễn", "nguyen"),
        ("Nguyen", "Nguyễn"),
        ("Đặng", "dang"),
        ("Smith-Jones", "jones"),
        ("Smith Jones", "smith-jones"),
        ("St. John", "st john"),
    ],
)
def test_accents_apostrophes_and_hyphens_do_not_matter(cast: Cast, written: str, typed: str):
    student(cast, "Kim", written)

    assert found(cast.office, typed) == [f"Kim {written}"]


def test_numbers_are_whole_and_come_first(cast: Cast):
    by_ssid = student(cast, "Ann", "Zulu", ssid="9812345670")
    by_id = student(cast, "Bea", "Yankee")
    Student.unscoped.filter(pk=by_id.pk).update(local_id="A9812345")
    named = student(cast, "A9812345", "Able")

    assert found(cast.office, "9812345670") == [by_ssid.full_name]
    assert found(cast.office, " 981-234-5670 ") == [by_ssid.full_name]
    assert found(cast.office, "981234567") == []
    assert found(cast.office, "a9812345") == [by_id.full_name, named.full_name]
    assert found(cast.office, "A981234") == [named.full_name]


def test_school_grade_and_class_narrow(cast: Cast):
    client = sign_in(cast.district_admin)
    section = Section.objects.get(places__student=cast.child, teachers__user=cast.teacher)
    class_ = {cast.child.full_name, cast.classmate.full_name}
    at_a = {"school": str(cast.school_a.uuid)}

    assert set(names(ask(client, "last"))) == {*class_, cast.student_17.full_name, cast.sibling.full_name}
    assert set(names(ask(client, "last", **at_a))) == {*class_, cast.student_17.full_name}
    assert names(ask(client, grade="12")) == [cast.student_17.full_name]
    assert set(names(ask(client, **at_a, section=str(section.uuid)))) == class_
    assert names(ask(client, cast.child.last_name, **at_a, section=str(section.uuid))) == [
        cast.child.full_name
    ]
    assert names(ask(client, "last", **at_a, grade="01")) == []


def test_the_class_of_another_school_is_no_wish_any_more(cast: Cast):
    section = Section.objects.filter(school=cast.school_a).first()
    at_b = {"school": str(cast.school_b.uuid), "section": str(section and section.uuid)}

    assert found(cast.district_admin, "last", **at_b) == [cast.sibling.full_name]


@pytest.mark.parametrize("empty", [{}, {"text": "   "}])
def test_nothing_typed_says_what_to_type(cast: Cast, empty: dict[str, str]):
    answer = sign_in(cast.office).post(SEARCH, empty)

    assert "Type a name or a number" in words(answer)
    assert names(answer) == []


def test_nobody_found_says_what_to_do(cast: Cast):
    said = words(ask(sign_in(cast.office), "zzzz"))

    assert "Nobody found" in said
    assert "Try the first letters of the last name" in said


def test_a_very_long_text_is_a_mistake_and_no_search(cast: Cast):
    answer = ask(sign_in(cast.office), "a" * 5000)

    assert answer.status_code == 200
    assert "at most 100 characters" in words(answer)
    assert names(answer) == []
    assert ask(sign_in(cast.office), "a " * 50).status_code == 200
    assert ask(sign_in(cast.office), "a\x00b").status_code == 200


def test_no_address_has_what_was_typed(cast: Cast, maria: Student):
    answer = sign_in(cast.office).get(f"{SEARCH}?text=garcia&page=2")

    assert names(answer) == []
    page = BeautifulSoup(ask(sign_in(cast.office), "garcia").content, "html.parser")
    assert [form["method"] for form in page.select("main form")] == ["post"]
    assert not [link for link in page.select("main a") if "garcia" in str(link["href"]).lower()]


def test_birth_dates_tell_those_of_one_name_apart(cast: Cast):
    for years in (10, 11):
        student(cast, "Lupe", "Ríos", birth_date=factories.years_ago(years))
    student(cast, "Lupita", "Rios")
    said = words(ask(sign_in(cast.office), "rios"))

    assert said.count("born ") == 2
    assert f"{factories.years_ago(10).year}" in said
    assert "born" not in words(ask(sign_in(cast.office), "lupita"))


def test_pages_are_posted_and_a_long_list_says_that_it_is_cut(cast: Cast, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(student_search, "MOST", 30)
    for number in range(30):
        student(cast, f"Given{number:02}", "Quill")
    client = sign_in(cast.office)
    first, second = ask(client, "quill"), ask(client, "quill", page="2")

    assert "30 students" in words(first)
    assert "Page 1 of 2" in words(first)
    assert names(first) + names(second) == [f"Given{number:02} Quill" for number in range(30)]
    assert 'name="page"' in first.content.decode()
    student(cast, "Zoe", "Quill")
    assert "More than 30 students fit" in words(ask(client, "quill"))
    assert names(ask(client, "quill", page="many")) == names(ask(client, "quill"))


@pytest.mark.promise("A7")
def test_nobody_finds_a_student_who_is_not_theirs(cast: Cast):
    """By no name, number, school, class or page; nor do counts, lists of schools or of classes tell of anybody."""
    teacher_b = factories.staff(Role.TEACHER, cast.district, cast.school_b)
    other = factories.section(cast.school_b, teacher_b, cast.sibling)
    mine = set(Student.unscoped.filter(enrollments__school=cast.school_a).values_list("pk", flat=True))
    client = sign_in(cast.office)
    hidden = cast.sibling
    at_b = {"school": str(cast.school_b.uuid), "section": str(other.uuid)}

    for asked in (hidden.last_name, hidden.local_id, hidden.ssid, cast.stranger_child.ssid):
        assert "Nobody found" in words(ask(client, asked)), asked
    for fields in (at_b, {"section": str(other.uuid)}, {"school": str(cast.school_b.uuid)}):
        assert hidden.full_name not in ask(client, "last", **fields).content.decode()
    assert f"{len(mine)} students" in words(ask(client, "l", grade=""))
    assert hidden.full_name not in ask(client, "last", page="2").content.decode()
    assert other.name not in client.get(SEARCH).content.decode()
    assert cast.school_b.name not in client.get(SEARCH).content.decode()


@pytest.mark.slow
@pytest.mark.promise("A7")
def test_whom_somebody_finds_is_whom_they_see(cast: Cast):
    """For each of the staff: everybody whom the rule shows them, and nobody else."""
    for part, user in cast.users().items():
        visible = {one.full_name for one in access.students_visible_to(user, rules=STAFF_RULES)}
        answers = [ask(sign_in(user), start) for start in ("first", "last")]
        if answers[0].status_code == 404:
            assert not visible, part
            continue
        for answer in answers:
            assert set(names(answer)) == visible, part


@pytest.mark.promise("A7")
def test_the_rule_decides_not_where_was_looked(cast: Cast):
    """A teacher listed in a class of a school where they have no role: looked at, and left out."""
    teacher_b = factories.staff(Role.TEACHER, cast.district, cast.school_b)
    give_second_factor(teacher_b)
    factories.section(cast.school_b, teacher_b, cast.sibling)
    factories.section(cast.school_a, teacher_b, cast.child)

    answer = ask(sign_in(teacher_b), "last")

    assert names(answer) == [cast.sibling.full_name]
    assert "1 student" in words(answer)


@pytest.mark.promise("A7")
def test_an_ended_role_finds_nobody_from_the_next_click_on(cast: Cast):
    client = sign_in(cast.office)
    assert names(ask(client, cast.child.last_name)) == [cast.child.full_name]
    cast.office.staff_roles.update(until=local_today() - timedelta(days=1))

    assert ask(client, cast.child.last_name).status_code == 404


@pytest.mark.promise("A3")
def test_a_block_hides_the_child_from_the_very_adult_also_at_work(cast: Cast):
    """An adult who is blocked from the child finds it in no search, though they work at its school."""
    link = factories.link(factories.guardian(cast.district, cast.office), cast.child)
    assert found(cast.office, cast.child.last_name) == [cast.child.full_name]
    factories.block(link)

    assert found(cast.office, cast.child.last_name) == []
    assert cast.child.full_name not in found(cast.office, "last")


def test_being_the_parent_finds_nobody(cast: Cast):
    """The work decides: a teacher's own child at another school is in no search of theirs."""
    factories.link(factories.guardian(cast.district, cast.teacher), cast.sibling)

    assert found(cast.teacher, cast.sibling.last_name) == []


def test_a_student_under_a_hold_is_found(cast: Cast):
    """A hold withholds reports and leaves the student."""
    factories.hold(cast.child)

    assert found(cast.office, cast.child.last_name) == [cast.child.full_name]


def test_two_roles_add_up(cast: Cast):
    factories.grant(cast.school_admin_b, Role.OFFICE, cast.district, cast.school_a)
    factories.section(cast.school_b, cast.school_admin_b, cast.sibling)

    assert cast.child.full_name in found(cast.school_admin_b, "last")
    assert cast.sibling.full_name in found(cast.school_admin_b, "last")


def test_staff_get_there_from_each_page(cast: Cast):
    page = BeautifulSoup(sign_in(cast.teacher).get("/").content, "html.parser")

    assert page.select_one(f"header a[href='{SEARCH}']")
    assert page.select_one(f"main form[action='{SEARCH}'][method=post] input[name=text]")
    for part in ("parent_of_two", "integrations_admin", "superuser"):
        assert SEARCH not in sign_in(getattr(cast, part)).get("/").content.decode(), part


@pytest.mark.services
@pytest.mark.parametrize(
    "typed",
    [
        "gonzales",
        "gonzlez",
        "gonzaalez",
        "gnozalez",
        "konzalez",
        "Ana Gonzalz",
        "an gonzales",
        "GONZÁLES ANA",
    ],
)
def test_a_name_spelled_nearly_so_is_found(cast: Cast, typed: str):
    for last in ("González", "Gomez", "Smith"):
        student(cast, "Ana", last)
    answer = ask(sign_in(cast.office), typed)

    assert names(answer) == ["Ana González"]
    assert words(answer).count("similar name") == 1


@pytest.mark.services
def test_similar_names_come_after_the_others(cast: Cast):
    for last in ("Gonzalez", "Gonzales", "Gonsalves"):
        student(cast, "Ana", last)
    client = sign_in(cast.office)

    assert names(ask(client, "gonzales")) == ["Ana Gonzales", "Ana Gonzalez"]
    assert names(ask(client, "gon")) == ["Ana Gonsalves", "Ana Gonzales", "Ana Gonzalez"]
    assert names(ask(client, "xyz")) == []
    assert names(ask(client, "gonzales 1")) == []


@pytest.mark.services
@pytest.mark.promise("A7")
def test_no_similar_name_is_beyond_ones_own(cast: Cast):
    factories.student(cast.school_b, first_name="Ana", last_name="Gonzalez")

    assert found(cast.office, "gonzales") == []
    assert found(cast.district_admin, "gonzales") == ["Ana Gonzalez"]
