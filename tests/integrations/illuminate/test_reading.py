"""Illuminate's rows, read whatever their spelling: what counts, what is blank, what is noted."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.illuminate import reading
from integrations.illuminate.reading import listed, read
from integrations.illuminate.records import (
    Counselor,
    Enrollment,
    GradeLevel,
    RosterPlace,
    SectionTeacher,
    Site,
    Student,
    StudentContact,
    Term,
    Unread,
    User,
    UserRole,
)
from integrations.illuminate.values import cds, day, email, flag, grade, language, ssid, text
from tests.integrations.illuminate import rows

FIRST, LAST = datetime.date(2026, 8, 12), datetime.date(2027, 6, 11)
ENDPOINTS = (
    "Sites", "GradeLevels", "Students2", "StudentContacts", "Enrollment", "Terms", "Users", "UserRoles",
    "MasterSchedule", "Roster", "StudentCounselors",
)  # fmt: skip


def one(endpoint: str, row: Any) -> Any:
    found = read(endpoint, [row])
    assert found.problems == []
    return found.rows[0]


def problems(endpoint: str, row: Any) -> list[Unread]:
    return read(endpoint, [row]).problems


def test_it_works():
    assert one("Sites", rows.site()) == Site("2", "Alder Elementary", "01234025612300", "1")
    assert one("GradeLevels", {"grade_level_id": 2, "short_name": 1, "state_id": 1}) == GradeLevel("2", "01")
    assert one("Students2", rows.student()) == Student(
        "1234", "123456", "9123456789", "Jo", "Doe", datetime.date(2015, 5, 11), "jo@students.example.org"
    )
    assert one("StudentContacts", rows.contact()) == StudentContact(
        "1234", "123456", "98765", "Mo", "Doe", "", "mo.doe@example.org", "en", "Mother", *(True, True)
    )
    assert one("Enrollment", rows.enrollment()) == Enrollment(
        "1234", "123456", "4", FIRST, LAST, "2", is_primary=True
    )
    assert one("Terms", rows.term()) == Term("259", "6", FIRST, LAST, 2027, "Normal")
    assert one("Users", rows.user()) == User(
        "12345", "Ali", "Roe", "a.roe@example.org", active=True, exit_date=None
    )
    assert one("UserRoles", rows.user_role()) == UserRole("12345", "567", "1", "Teacher")
    assert one("MasterSchedule", rows.section()) == SectionTeacher(
        "1695", "3", "416788", FIRST, LAST, "All Day"
    )
    assert one("Roster", rows.place()) == RosterPlace("1843", "123456", FIRST, LAST)
    assert one("StudentCounselors", rows.counselor()) == Counselor(
        "123456", "789", "c@example.org", datetime.date(2026, 9, 5), None
    )


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (12, "12"), ("12", "12"), (" 12 ", "12"), (12.0, "12"), ("012", "012"), (None, ""), ("NULL", ""),
        ("null", ""), ("", ""), ("  ", ""), (True, ""), ([], ""), ({}, ""), ("a\x00b\n", "a b"), ("\ud800", ""),
        (float("inf"), "inf"), (10**40, ""), ("Nuller", "Nuller"), ("x" * 500, "x" * 100),
    ],
)  # fmt: skip
def test_text_and_ids_are_text_in_one_spelling(sent: Any, kept: str):
    assert text(sent) == kept


@pytest.mark.parametrize(
    ("sent", "means"),
    [
        ("t", True), ("f", False), ("T", True), (1, True), (0, False), ("1", True), ("0", False), (True, True),
        (False, False), ("true", True), ("False", False), (" t ", True), ("yes", True),
        (None, None), ("", None), ("NULL", None), ("null", None), ("maybe", None), (2, None), ([], None),
    ],
)  # fmt: skip
@pytest.mark.promise("A2")
def test_a_flag_is_yes_no_or_blank_and_blank_is_never_yes(sent: Any, means: bool | None):
    assert flag(sent) is means


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (9123456789, "9123456789"), (123456789, "0123456789"), ("0012345678", "0012345678"), ("NULL", ""),
        (1234567, "0001234567"), (123456, ""), (0, ""), ("0000000000", ""), (12345678901, ""), ("12345678x", ""),
        ("\u0661" * 10, ""), (None, ""), (9123456789.0, "9123456789"),
    ],
)  # fmt: skip
def test_an_ssid_gets_its_zeros_back_and_what_cannot_be_one_is_none(sent: Any, kept: str):
    assert ssid(sent) == kept


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (12340100000000, "12340100000000"), (1234025612300, "01234025612300"), ("01-61119-0000000", "01611190000000"),
        ("161119", ""), (None, ""), ("NULL", ""), (0, ""),
    ],
)  # fmt: skip
def test_a_cds_code_gets_its_zero_back(sent: Any, kept: str):
    assert cds(sent) == kept


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("2026-08-12", FIRST), ("2026-08-12 00:00:00", FIRST), ("2026-08-12T00:00:00Z", FIRST), ("8/12/2026", FIRST),
        ("0000-00-00", None), ("2026-02-30", None), ("", None), (None, None), ("soon", None), (20260812, None),
        ("9999999-01-01", None),
    ],
)  # fmt: skip
def test_a_date_is_a_date_or_none(sent: Any, kept: Any):
    assert day(sent) == kept


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (" Mo.Doe@Example.ORG ", "mo.doe@example.org"), ("mailto:a@b.org", "a@b.org"), ("none", ""), ("a@b", ""),
        ("a@b.org, c@d.org", ""), ("a b@c.org", ""), ("<a@b.org>", ""), (5, ""), ("\u00e4@b.org", "\u00e4@b.org"),
    ],
)  # fmt: skip
def test_an_address_is_in_lower_case_or_none(sent: Any, kept: str):
    assert email(sent) == kept


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("EN", "en"), ("01", "es"), (1, "es"), ("Spanish", "es"), ("SPANISH", "es"), ("03", "zh-hant"),
        ("Tagalog", "fil"), ("Hmong (all of it)", ""), ("hy", "hy"), (None, ""), ("NULL", ""),
    ],
)  # fmt: skip
def test_a_language_is_known_by_code_or_name(sent: Any, kept: str):
    assert language(sent) == kept


@pytest.mark.parametrize(
    ("sent", "kept"),
    [("KN", "KN"), (1, "01"), ("12", "12"), ("ad", "AD"), ("K", "KN"), (None, ""), ("Other", "")],
)
def test_a_grade_is_the_states_code(sent: Any, kept: str):
    assert grade(sent) == kept


def test_a_term_may_print_either_name_of_its_first_day():
    row = rows.term(state_date="2026-08-12")
    del row["start_date"]
    assert one("Terms", row).start_date == FIRST
    assert one("Terms", rows.term(start_date=None, state_date="2026-08-12")).start_date == FIRST


def test_a_term_without_a_year_takes_the_year_it_ends_in():
    assert one("Terms", rows.term(academic_year=None)).academic_year == 2027
    autumn = rows.term(academic_year="", start_date="2026-08-12", end_date="2026-12-18")
    assert one("Terms", autumn).academic_year == 2027


def test_a_local_id_is_known_by_either_name():
    row = rows.place()
    row["local_student_id"] = row.pop("district_student_id")
    assert one("Roster", row).local_id == "123456"


def test_unknown_keys_are_ignored_and_missing_ones_are_blank():
    assert one("StudentContacts", {"contact_id": 1, "district_student_id": 2, "new": [1]}) == StudentContact(
        "", "2", "1", "", "", "", "", "", "", None, None
    )


@pytest.mark.parametrize(
    ("endpoint", "row", "problem"),
    [
        ("StudentContacts", rows.contact(contact_id="NULL"), Unread("123456", "missing", "contact_id")),
        ("StudentContacts", rows.contact(district_student_id=None), Unread("98765", "missing", "district_student_id")),
        ("Students2", rows.student(district_student_id=""), Unread("1234", "missing", "district_student_id")),
        ("Sites", rows.site(site_id=None), Unread("", "missing", "site_id")),
        ("Users", rows.user(user_id=""), Unread("", "missing", "user_id")),
        ("UserRoles", rows.user_role(role_name="null"), Unread("12345", "missing", "role_name")),
        ("Roster", rows.place(section_id=None), Unread("", "missing", "section_id")),
        ("Terms", rows.term(end_date="NULL"), Unread("259", "missing", "end_date")),
        ("Enrollment", rows.enrollment(site_id=""), Unread("123456", "missing", "site_id")),
        ("Users", "not a row", Unread("", "not-an-object", "")),
        ("Users", None, Unread("", "not-an-object", "")),
    ],
)  # fmt: skip
def test_a_row_without_what_makes_it_one_is_a_problem(endpoint: str, row: Any, problem: Unread):
    found = read(endpoint, [row])
    assert (found.rows, found.problems) == ([], [problem])


def test_an_id_that_is_too_long_is_none():
    row = rows.place(section_id="1" * 41)
    assert read("Roster", [row]).problems == [Unread("", "missing", "section_id")]


@pytest.mark.parametrize(
    ("endpoint", "row", "problem"),
    [
        ("Students2", rows.student(birth_date=None), Unread("123456", "missing", "birth_date")),
        ("Students2", rows.student(birth_date="soon"), Unread("123456", "unreadable", "birth_date")),
        ("Students2", rows.student(state_student_id=17), Unread("123456", "unreadable", "state_student_id")),
        (
            "StudentContacts",
            rows.contact(legal_guardian="?"),
            Unread("98765", "unreadable", "legal_guardian"),
        ),
        (
            "StudentContacts",
            rows.contact(email_address="n/a"),
            Unread("98765", "unreadable", "email_address"),
        ),
        ("Sites", rows.site(state_school_id="x"), Unread("2", "unreadable", "state_school_id")),
        ("Enrollment", rows.enrollment(leave_date="soon"), Unread("123456", "unreadable", "leave_date")),
    ],
)
def test_a_value_that_cannot_be_read_is_noted_beside_its_row(endpoint: str, row: Any, problem: Unread):
    found = read(endpoint, [row])
    assert (len(found.rows), found.problems) == (1, [problem])


def test_blanks_are_no_problem():
    blank = rows.contact(email_address=None, legal_guardian="", resides_with="NULL")
    assert problems("StudentContacts", blank) == []
    assert problems("Students2", rows.student(state_student_id="NULL")) == []


@pytest.mark.parametrize(
    ("results", "number"),
    [
        ([{}, {}], 2), ({"local_student_id": "1"}, 1), ({"0": {}, "2": {}}, 2), (None, 0), ([], 0), ({}, 0), ("", 0),
        ("x", 1),
    ],
)  # fmt: skip
def test_one_object_where_a_list_is_meant_is_a_list_of_one(results: Any, number: int):
    assert len(listed(results)) == number


@pytest.mark.promise("S2")
def test_what_a_record_prints_shows_nothing():
    shown = f"{one('StudentContacts', rows.contact())!r} {one('Students2', rows.student())}"
    assert shown == "<StudentContact> <Student>"
    assert "Doe" not in f"{read('Students2', [rows.student()])!r}"


# --- whatever comes -------------------------------------------------------------------------------------------------

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=8,
)
KEYS = sorted(
    {key for made in (rows.site, rows.student, rows.contact, rows.enrollment, rows.term, rows.user, rows.user_role,
                      rows.section, rows.place, rows.counselor) for key in made()}
    | {"state_date", "local_student_id", "grade_level_id", "state_id", "short_name"}
)  # fmt: skip
ROWS = st.dictionaries(st.sampled_from(KEYS), JSON, max_size=12) | JSON


@given(st.sampled_from(ENDPOINTS), st.lists(ROWS, max_size=4))
def test_nothing_that_json_can_hold_makes_it_raise(endpoint: str, page: list[Any]):
    found = read(endpoint, page)

    assert len(found.rows) + len(found.problems) >= len(page)
    for record in found.rows:
        for value in record:
            assert value is None or isinstance(value, str | bool | int | datetime.date)
            assert not isinstance(value, str) or (value == value.strip() and "\x00" not in value)


@given(JSON)
def test_an_answer_of_any_shape_is_some_list(results: Any):
    assert len(listed(results)) >= 0


@given(ROWS)
@pytest.mark.promise("A2")
def test_a_guardian_is_legal_only_where_the_row_says_yes(row: Any):
    for record in read("StudentContacts", [row]).rows:
        said = str(row["legal_guardian"]).strip().lower() if record.legal_guardian else ""
        assert not record.legal_guardian or said in {"t", "true", "1", "1.0", "y", "yes"}


def test_every_endpoint_that_the_portal_builds_on_is_typed():
    assert all(reading.is_typed(endpoint) for endpoint in ENDPOINTS)
    assert not reading.is_typed("Assessments")
