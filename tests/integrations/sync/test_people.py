"""Students and staff: who is who, whose SSID changed, what grants nothing."""

from __future__ import annotations

import datetime

import pytest

from accounts import access
from accounts.models import District, Enrollment, School, StaffRole, User
from accounts.rights import Role
from accounts.services import staff_roles, students
from integrations.models import RoleMapping, SyncState
from integrations.sync.rows import Kind, RoleRow, SchoolRow
from portal.base.clock import local_today
from tests import factories
from tests.integrations.sync.feeds import (
    BY,
    OFFICE,
    SCHOOL_A,
    SCHOOL_B,
    Feed,
    a_family,
    account_of,
    night,
    sees,
    student_of,
)

pytestmark = pytest.mark.slow  # several nights each


@pytest.mark.promise("A11")
def test_an_ssid_that_changes_under_a_live_link_stops_ets_until_staff_confirm(district: District, feed: Feed):
    (child, _), (row, _) = a_family(feed, children=2)
    night(district, feed)
    parent = account_of(row)
    feed.change(child, ssid="9999999999")
    run = night(district, feed)
    student = student_of(child)
    asked = access.open_student(parent, student.uuid)

    assert student.ssid == "9999999999"
    assert (asked.ssid, asked.ssid_changed) == ("", True)
    assert run.problem_counts == {"students": {"ssid-changed": 1}}
    students.confirm_ssid(student=student, by=BY, reason="compared with CALPADS")
    assert access.open_student(parent, student.uuid).ssid == "9999999999"
    assert night(district, feed).counts == {}


@pytest.mark.promise("A11")
def test_an_ssid_that_changed_again_is_not_confirmed_along(district: District, feed: Feed):
    (child, _), _ties = a_family(feed, children=2)
    night(district, feed)
    child = feed.change(child, ssid="9999999999")
    night(district, feed)
    looked_at = student_of(child)
    feed.change(child, ssid="8888888888")
    night(district, feed)

    with pytest.raises(students.NothingToConfirm):
        students.confirm_ssid(student=looked_at, by=BY, reason="compared")
    assert student_of(child).ssid_changed_at


@pytest.mark.promise("A11")
def test_a_first_ssid_is_no_change_and_a_blank_one_takes_none_away(district: District, feed: Feed):
    child = feed.student(ssid="")
    other = feed.student(ssid="5555555555")
    feed.contact(child), feed.contact(other)
    night(district, feed)
    feed.change(child, ssid="1234567890")
    feed.change(other, ssid="")
    night(district, feed)

    assert (student_of(child).ssid, student_of(child).ssid_changed_at) == ("1234567890", None)
    assert student_of(other).ssid == "5555555555"


@pytest.mark.promise("A11")
def test_one_ssid_twice_leaves_both_in_question(district: District, feed: Feed):
    (first, second), (row, _) = a_family(feed, children=2)
    feed.change(second, ssid=first.ssid)
    run = night(district, feed)
    parent = account_of(row)

    for child in (first, second):
        assert access.open_student(parent, student_of(child).uuid).ssid == ""
    assert run.problem_counts == {"students": {"ssid-shared": 2}}


def test_a_student_without_a_birth_date_comes_in_and_is_a_problem(district: District, feed: Feed):
    child = feed.student(birth_date=None)
    row = feed.contact(child)
    run = night(district, feed)

    assert run.problem_counts == {"students": {"birth-date-missing": 1}}
    assert sees(account_of(row)) == set()


def test_what_the_feed_leaves_blank_is_unknown_and_stays(district: District, feed: Feed):
    child = feed.student()
    night(district, feed)
    before = student_of(child)
    feed.change(child, first_name="", last_name="", birth_date=None, ssid="")
    run = night(district, feed)

    assert run.counts == {}
    assert student_of(child).full_name == before.full_name


@pytest.mark.promise("A6", "A8")
def test_a_student_s_address_follows_the_feed_and_one_that_was_taken_away_proves_nothing(
    district: District, feed: Feed
):
    row = feed.student(email="Sam@Students.example.org")
    twin = feed.student(email="not an address")
    night(district, feed)
    assert (student_of(row).email, student_of(twin).email) == ("sam@students.example.org", "")
    feed.change(row, email="")
    run = night(district, feed)

    assert student_of(row).email == ""
    assert run.counts == {"students": {"update": 1}}
    assert night(district, feed).counts == {}


def test_an_unusable_ssid_is_a_problem_and_not_kept(district: District, feed: Feed):
    child = feed.student(ssid="12x")
    run = night(district, feed)

    assert student_of(child).ssid == ""
    assert run.problem_counts == {"students": {"ssid-unusable": 1}}


def test_names_and_grades_follow_the_feed(district: District, feed: Feed):
    child = feed.student()
    for _ in range(3):
        feed.student()
    night(district, feed)
    feed.change(child, first_name="Renamed")
    for row in list(feed.rows[Kind.ENROLLMENTS]):
        if row.local_id == child.local_id:
            feed.change(row, grade="06")
    run = night(district, feed)

    assert run.counts == {"students": {"update": 1}}
    assert (student_of(child).first_name, student_of(child).grade) == ("Renamed", "06")


def test_a_student_at_two_schools_is_one_student(district: District, feed: Feed):
    child = feed.student()
    feed.enrolled(child, SCHOOL_B, primary=False)
    row = feed.contact(child)
    principal = feed.member("Principal", SCHOOL_B)
    night(district, feed)

    assert Enrollment.objects.filter(student__local_id=child.local_id).count() == 2
    assert sees(account_of(row)) == sees(User.objects.get(email=principal.email)) == {child.local_id}


def test_an_enrolment_that_the_source_ends_ends_at_once(district: District, feed: Feed):
    feed.student()
    night(district, feed)
    (row,) = feed.rows[Kind.ENROLLMENTS]
    left = local_today() - datetime.timedelta(days=3)
    feed.change(row, until=left)
    run = night(district, feed)

    assert run.counts == {"enrollments": {"end": 1}}
    assert Enrollment.objects.get().until == left


def test_a_guardian_who_is_staff_keeps_both(district: District, feed: Feed):
    (child,), (row,) = a_family(feed)
    colleague = feed.student()
    night(district, feed)
    parent = account_of(row)
    teacher = feed.member(email=parent.email.upper())
    feed.section(teacher, colleague)
    night(district, feed)

    assert sees(parent) == {child.local_id, colleague.local_id}
    assert User.objects.filter(email__iexact=parent.email).count() == 1


def test_an_unmapped_role_grants_nothing_and_is_a_problem(district: District, feed: Feed):
    feed.member("Bus driver")
    run = night(district, feed)

    assert not StaffRole.objects.exists()
    assert not User.objects.exists()
    assert run.problem_counts == {"roles": {"role-unmapped": 1}}


def test_a_role_mapped_to_nothing_is_no_problem(district: District, feed: Feed):
    RoleMapping.objects.create(district=district, role_name="bus DRIVER", role="")
    feed.member("Bus driver")
    run = night(district, feed)

    assert not StaffRole.objects.exists()
    assert run.problem_counts == {}


def test_two_members_of_staff_with_one_address_get_no_role(district: District, feed: Feed):
    feed.member(email="shared@example.org")
    feed.member("Principal", email="Shared@example.org")
    run = night(district, feed)

    assert not StaffRole.objects.exists()
    assert run.problem_counts == {"staff": {"email-shared": 2}}


def test_staff_without_an_address_get_no_role(district: District, feed: Feed):
    feed.member(email="")
    run = night(district, feed)

    assert not StaffRole.objects.exists()
    assert run.problem_counts == {"staff": {"email-missing": 1}}


def test_who_left_loses_their_roles_at_once_and_keeps_the_account(district: District, feed: Feed):
    member = feed.member("Principal")
    feed.student()
    night(district, feed)
    principal = User.objects.get(email=member.email)
    assert sees(principal)
    feed.change(member, active=False)
    run = night(district, feed)

    assert sees(principal) == set()
    assert run.counts == {"roles": {"end": 1}}
    principal.refresh_from_db()
    assert principal.is_active


def test_a_role_granted_or_ended_by_hand_is_left_alone(district: District, feed: Feed):
    by_hand, ended = feed.member("Principal"), feed.member("Teacher")
    night(district, feed)
    feed.rows[Kind.ROLES] = [row for row in feed.rows[Kind.ROLES] if row.staff_id == ended.staff_id]
    user = User.objects.get(email=by_hand.email)
    staff_roles.grant(user=user, role=Role.COUNSELOR, district=district, by=BY)
    yesterday = local_today() - datetime.timedelta(days=1)
    staff_roles.end(
        role=StaffRole.objects.get(user__email=ended.email), last_day=yesterday, by=BY, reason="left"
    )
    for _ in range(3):
        night(district, feed)

    assert list(StaffRole.objects.on(local_today()).values_list("role", flat=True)) == [Role.COUNSELOR]


def test_a_school_of_another_district_is_never_moved(district: District, feed: Feed):
    theirs = factories.school(factories.district())
    feed.add(Kind.SCHOOLS, SchoolRow("900", theirs.cds_code, "Ours now", is_district=False))
    child = feed.student("900")
    member = feed.member("Principal", "900")
    run = night(district, feed)
    theirs.refresh_from_db()

    assert theirs.district_id != district.pk
    assert theirs.name != "Ours now"
    assert run.problem_counts["schools"] == {"school-of-another-district": 1}
    assert not Enrollment.objects.filter(student__local_id=child.local_id).exists()
    assert not User.objects.filter(email=member.email).exists()


def test_a_site_without_a_code_is_a_problem_and_harms_nobody_else(district: District, feed: Feed):
    feed.add(Kind.SCHOOLS, SchoolRow("901", "", "No code", is_district=False))
    feed.student("901")
    feed.student(SCHOOL_A)
    run = night(district, feed)

    assert run.state == SyncState.DONE
    assert School.objects.filter(district=district).count() == 2
    assert run.problem_counts["enrollments"] == {"site-unknown": 1}
    assert Enrollment.objects.count() == 1


def test_one_role_at_two_schools_and_in_the_district(district: District, feed: Feed):
    member = feed.member("Principal", SCHOOL_A)
    feed.add(Kind.ROLES, RoleRow(member.staff_id, SCHOOL_B, "principal"))
    feed.add(Kind.ROLES, RoleRow(member.staff_id, OFFICE, "Superintendent"))
    feed.add(Kind.ROLES, feed.rows[Kind.ROLES][0]._replace())
    night(district, feed)
    run = night(district, feed)

    assert StaffRole.objects.filter(user__email=member.email).count() == 3
    assert run.counts == {}
