"""Which students staff see: their section, caseload, school or district, and nothing else."""

from __future__ import annotations

import datetime

import pytest

from accounts.models import (
    Caseload,
    District,
    Enrollment,
    School,
    SectionPlace,
    SectionTeacher,
    StaffRole,
    Student,
)
from accounts.rights import Role
from portal.base.clock import local_today
from tests import factories
from tests.accounts.doors import a_school, children_on_home, opens, page_of, staff_with_factor
from tests.cast import Cast

pytestmark = pytest.mark.promise("A7")
YESTERDAY = datetime.timedelta(days=-1)
TOMORROW = datetime.timedelta(days=1)


@pytest.fixture
def school(db: None) -> School:
    return a_school()


@pytest.fixture
def child(school: School) -> Student:
    return factories.student(school)


def teacher_at(school: School):
    return staff_with_factor(factories.staff(Role.TEACHER, school.district, school))


def staff(role: Role, district: District, school: School | None = None):
    return staff_with_factor(factories.staff(role, district, school))


def test_it_works(cast: Cast):
    for member in (cast.teacher, cast.counselor, cast.office, cast.school_admin, cast.district_admin):
        assert opens(member, cast.child) == 200
        assert page_of(cast.child) in children_on_home(member)


def test_a_teacher_sees_the_own_section_and_not_the_rest_of_the_school(cast: Cast):
    assert children_on_home(cast.teacher) == {page_of(cast.child), page_of(cast.classmate)}
    assert opens(cast.teacher, cast.student_17) == 404
    assert opens(cast.teacher, cast.sibling) == 404


def test_a_teacher_does_not_see_a_colleague_s_section(cast: Cast):
    assert opens(cast.other_teacher, cast.classmate) == 200
    assert opens(cast.other_teacher, cast.child) == 404


def test_a_place_on_the_roster_that_ended_opens_nothing(school: School, child: Student):
    teacher = teacher_at(school)
    factories.section(school, teacher, child)
    assert opens(teacher, child) == 200
    SectionPlace.objects.filter(student=child).update(until=local_today() + YESTERDAY)

    assert opens(teacher, child) == 404


def test_a_section_given_to_another_teacher_is_no_longer_the_first_one_s(school: School, child: Student):
    before, after = teacher_at(school), teacher_at(school)
    section = factories.section(school, before, child)
    SectionTeacher.objects.filter(user=before).update(until=local_today() + YESTERDAY)
    SectionTeacher.objects.create(section=section, user=after)

    assert opens(before, child) == 404
    assert opens(after, child) == 200


def test_a_section_that_begins_tomorrow_opens_nothing_today(school: School, child: Student):
    teacher = teacher_at(school)
    factories.section(school, teacher, child)
    SectionTeacher.objects.filter(user=teacher).update(starts=local_today() + TOMORROW)

    assert opens(teacher, child) == 404


def test_the_role_of_one_teacher_of_a_section_is_not_lent_to_another(school: School, child: Student):
    aide = staff_with_factor(factories.staff(Role.COUNSELOR, school.district, school))
    section = factories.section(school, teacher_at(school), child)
    SectionTeacher.objects.create(section=section, user=aide)

    assert opens(aide, child) == 404


def test_teaching_without_a_role_at_the_section_s_school_opens_nothing(school: School, child: Student):
    elsewhere = teacher_at(factories.school(school.district))
    factories.section(school, elsewhere, child)

    assert opens(elsewhere, child) == 404


@pytest.mark.parametrize("role", [Role.TEACHER, Role.OFFICE, Role.SCHOOL_ADMIN, Role.COUNSELOR])
def test_a_school_s_role_given_for_no_school_opens_nothing(school: School, child: Student, role: Role):
    member = staff(role, school.district)
    factories.section(school, member, child)

    assert opens(member, child) == 404


def test_a_counselor_sees_the_caseload_alone(cast: Cast):
    assert children_on_home(cast.counselor) == {page_of(cast.child)}
    assert opens(cast.counselor, cast.classmate) == 404


def test_a_caseload_that_ended_opens_nothing(cast: Cast):
    Caseload.objects.update(until=local_today() + YESTERDAY)

    assert opens(cast.counselor, cast.child) == 404


def test_a_caseload_without_the_counselor_s_role_opens_nothing(cast: Cast):
    StaffRole.objects.filter(user=cast.counselor).update(until=local_today() + YESTERDAY)

    assert opens(cast.counselor, cast.child) == 404


def test_a_caseload_in_another_district_opens_nothing(cast: Cast):
    Caseload.objects.create(user=cast.counselor, student=cast.stranger_child)

    assert opens(cast.counselor, cast.stranger_child) == 404


@pytest.mark.parametrize("role", [Role.OFFICE, Role.SCHOOL_ADMIN])
def test_the_office_and_the_administrator_see_their_school_and_no_other(cast: Cast, role: Role):
    member = staff(role, cast.district, cast.school_a)

    assert children_on_home(member) == {page_of(s) for s in (cast.child, cast.classmate, cast.student_17)}
    assert opens(member, cast.sibling) == 404
    assert opens(member, cast.stranger_child) == 404


def test_a_student_who_left_the_school_is_no_longer_its_administrator_s(cast: Cast):
    Enrollment.objects.filter(student=cast.child).update(until=local_today() + YESTERDAY)

    assert opens(cast.school_admin, cast.child) == 404
    assert opens(cast.district_admin, cast.child) == 200


def test_a_student_at_two_schools_is_seen_by_both(cast: Cast):
    Enrollment.objects.create(student=cast.child, school=cast.school_b, primary=False)

    assert opens(cast.school_admin, cast.child) == 200
    assert opens(cast.school_admin_b, cast.child) == 200


@pytest.mark.parametrize(("until", "status"), [(0, 200), (-1, 404)])
@pytest.mark.parametrize("part", ["teacher", "counselor", "office", "school_admin", "district_admin"])
def test_a_role_counts_up_to_its_last_day(cast: Cast, part: str, until: int, status: int):
    member = getattr(cast, part)
    StaffRole.objects.filter(user=member).update(until=local_today() + datetime.timedelta(days=until))

    assert opens(member, cast.child) == status


def test_a_role_that_begins_tomorrow_opens_nothing_today(school: School, child: Student):
    member = staff(Role.OFFICE, school.district, school)
    StaffRole.objects.filter(user=member).update(starts=local_today() + TOMORROW)

    assert opens(member, child) == 404


def test_a_district_s_role_given_for_one_school_does_not_open_the_district(cast: Cast):
    member = staff(Role.DISTRICT_ADMIN, cast.district, cast.school_a)

    assert opens(member, cast.sibling) == 404
    assert opens(member, cast.child) == 404


def test_a_district_administrator_sees_the_district_and_no_other(cast: Cast):
    assert children_on_home(cast.district_admin) == {
        page_of(student) for student in (cast.child, cast.sibling, cast.classmate, cast.student_17)
    }
    assert opens(cast.district_admin, cast.stranger_child) == 404
    assert opens(cast.staff_elsewhere, cast.stranger_child) == 200
    assert opens(cast.staff_elsewhere, cast.child) == 404


def test_who_sets_up_vendors_or_runs_the_server_sees_nobody(cast: Cast):
    for member in (cast.integrations_admin, cast.superuser):
        assert children_on_home(member) == set()
        assert opens(member, cast.child) == 404


def test_a_superuser_who_is_a_parent_sees_the_own_child_alone(cast: Cast):
    factories.link(factories.guardian(cast.district, cast.superuser), cast.child)

    assert children_on_home(cast.superuser) == {page_of(cast.child)}


def test_an_ended_role_does_not_hide_another_that_still_holds(school: School, child: Student):
    member = staff(Role.OFFICE, school.district, school)
    StaffRole.objects.filter(user=member).update(until=local_today() + YESTERDAY)
    factories.grant(member, Role.SCHOOL_ADMIN, school.district, school)

    assert opens(member, child) == 200


def test_the_period_of_one_role_is_not_mixed_with_the_school_of_another(cast: Cast):
    member = staff(Role.OFFICE, cast.district, cast.school_a)
    StaffRole.objects.filter(user=member).update(until=local_today() + YESTERDAY)
    factories.grant(member, Role.OFFICE, cast.district, cast.school_b)

    assert opens(member, cast.child) == 404
    assert opens(member, cast.sibling) == 200
