"""The proof that somebody may see a student: who can make one, what it says, which school speaks for the student."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from typing import Any

import pytest

from accounts import access
from accounts.access import NoGrant, ReportAccess
from accounts.models import Enrollment, School, Student
from portal.base.clock import local_today
from tests import factories
from tests.accounts.doors import a_school
from tests.cast import Cast, sign_in
from tests.scorereports.pages import asked, words

PAST, FUTURE = timedelta(days=-400), timedelta(days=30)


def test_it_works(cast: Cast):
    may_see = access.open_student(cast.parent_of_two, cast.child.uuid)

    assert (may_see.rule, may_see.relation, may_see.is_family) == ("guardian", "Mother", True)
    assert may_see.source.startswith("sis:tie-")
    assert may_see.ssid == cast.child.ssid
    assert "99.10" in may_see.legal_basis


@pytest.mark.promise("A1")
def test_nobody_else_builds_one(cast: Cast):
    real = access.open_student(cast.parent_of_two, cast.child.uuid)
    values: dict[str, Any] = {f.name: getattr(real, f.name) for f in dataclasses.fields(real)}

    for built in (None, object(), True, "yes"):
        with pytest.raises(TypeError, match="open_student"):
            ReportAccess(**(values | {"built": built}))
    with pytest.raises(TypeError):
        ReportAccess(**{name: value for name, value in values.items() if name != "built"})


@pytest.mark.promise("A1")
def test_nobody_turns_one_child_s_into_another_s(cast: Cast):
    real = access.open_student(cast.parent_of_two, cast.child.uuid)

    with pytest.raises(dataclasses.FrozenInstanceError):
        real.student_id = cast.classmate.pk  # type: ignore[misc] # the very thing that must not work
    with pytest.raises((TypeError, ValueError)):
        dataclasses.replace(real, student_id=cast.classmate.pk)  # type: ignore[call-arg] # leaving out `built` is what must fail


@pytest.mark.promise("S2")
def test_its_repr_holds_no_name_and_no_ssid(cast: Cast):
    shown = repr(access.open_student(cast.parent_of_two, cast.child.uuid))

    assert cast.child.ssid not in shown
    assert cast.child.last_name not in shown


def test_no_grant_is_the_same_page_whether_the_student_exists_or_not(cast: Cast):
    with pytest.raises(NoGrant) as existing:
        access.open_student(cast.nobody, cast.child.uuid)
    with pytest.raises(NoGrant) as missing:
        access.open_student(cast.nobody, cast.nobody.uuid)

    assert str(existing.value) == str(missing.value)
    assert existing.value.student_uuid == cast.child.uuid
    assert missing.value.student_uuid is None


# --- Two students with one SSID (trust A11) ------------------------------------------------------------------------


@pytest.mark.promise("A11")
@pytest.mark.parametrize("elsewhere", [False, True])
def test_two_students_with_one_ssid_are_not_asked_about(cast: Cast, connected, sandbox, elsewhere: bool):
    other = cast.stranger_child if elsewhere else cast.classmate
    Student.unscoped.filter(pk=other.pk).update(ssid=cast.child.ssid)
    family = sign_in(cast.parent_of_two).get(f"/students/{cast.child.uuid}/")
    staff = sign_in(cast.school_admin).get(f"/students/{cast.child.uuid}/")

    assert "same state number" in words(family)
    assert "Another student record has the same SSID" in words(staff)
    assert "ssid-shared" in words(staff)
    assert asked(sandbox) == dict.fromkeys(asked(sandbox), 0)


@pytest.mark.promise("A11")
def test_the_twin_s_family_is_not_served_either(cast: Cast, connected, sandbox):
    Student.unscoped.filter(pk=cast.stranger_child.pk).update(ssid=cast.child.ssid)
    sign_in(cast.parent_elsewhere).get(f"/students/{cast.stranger_child.uuid}/")

    assert sandbox.calls["reports"] == 0


def test_students_without_an_ssid_share_nothing(cast: Cast):
    Student.unscoped.filter(pk__in=[cast.child.pk, cast.classmate.pk]).update(ssid="")

    assert not access.open_student(cast.parent_of_two, cast.child.uuid).ssid_shared


# --- Which school speaks -------------------------------------------------------------------------------------------


@pytest.fixture
def first(db: None) -> School:
    return a_school()


def speaking(student: Student) -> str | None:
    school = access.open_student(factories.parent(student), student.uuid).school
    return school.name if school else None


def enrolled(
    first: School, *rows: tuple[bool, timedelta | None, timedelta | None]
) -> tuple[Student, list[School]]:
    """Make a student with these enrolments (primary, starts, until), each at a school of its own."""
    student = factories.student(first)
    Enrollment.objects.filter(student=student).delete()
    schools = []
    for primary, starts, until in rows:
        school = factories.school(first.district)
        Enrollment.objects.create(
            student=student,
            school=school,
            primary=primary,
            starts=None if starts is None else local_today() + starts,
            until=None if until is None else local_today() + until,
        )
        schools.append(school)
    return student, schools


@pytest.mark.parametrize(
    ("rows", "speaks"),
    [
        # The active primary one, wherever it stands in the table.
        ([(True, PAST, None), (False, PAST, None)], 0),
        ([(False, PAST, None), (True, PAST, None)], 1),
        ([(False, -timedelta(days=1), None), (True, PAST, None)], 1),
        # Else the active one, though an ended one was the primary and began later.
        ([(True, PAST, -timedelta(days=1)), (False, PAST, None)], 1),
        ([(True, timedelta(days=-5), -timedelta(days=1)), (False, PAST, None)], 1),
        # Else the last.
        ([(True, PAST, PAST), (True, timedelta(days=-50), -timedelta(days=1))], 1),
        ([(True, timedelta(days=-50), -timedelta(days=1)), (True, PAST, PAST)], 0),
        ([(True, None, -timedelta(days=1)), (True, PAST, -timedelta(days=1))], 1),
        # One that begins next month does not speak while another holds.
        ([(True, FUTURE, None), (False, PAST, None)], 1),
        ([(True, PAST, timedelta(0)), (False, PAST, None)], 0),
    ],
)
def test_the_active_primary_school_speaks_else_the_active_one_else_the_last(
    first: School, rows: list[tuple[bool, timedelta | None, timedelta | None]], speaks: int
):
    student, schools = enrolled(first, *rows)

    assert speaking(student) == schools[speaks].name


def test_a_student_who_was_never_enrolled_has_no_school(first: School):
    student, _ = enrolled(first)

    assert speaking(student) is None
    assert sign_in(factories.parent(student)).get(f"/students/{student.uuid}/").status_code == 200


def test_a_student_of_two_schools_is_listed_once(cast: Cast):
    Enrollment.objects.create(student=cast.child, school=cast.school_b, primary=False)
    seen = list(access.students_visible_to(cast.district_admin).filter(pk=cast.child.pk))

    assert [row.school_name for row in seen] == [cast.school_a.name]  # type: ignore[attr-defined] # the queryset annotates school_name
