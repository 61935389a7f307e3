"""The relation *grants*, read in every direction, over random small worlds: it must say one thing everywhere.

`expected` says the rules once more, in plain Python over the rows and without a query in common with the product.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import transaction
from django.db.models import QuerySet
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from accounts import access
from accounts.access import NoGrant
from accounts.access_rules import FAMILY_RULES, RULES
from accounts.models import (
    Block,
    Caseload,
    Consent,
    Enrollment,
    Guardianship,
    School,
    SectionPlace,
    SectionTeacher,
    StaffRole,
    Student,
    User,
)
from accounts.models.guardianship import Standing
from accounts.rights import Role
from accounts.services import person_access, visibility
from accounts.services.person_access import Withheld
from portal.base.clock import local_today
from tests import factories

pytestmark = pytest.mark.promise("A1", "A3", "A5", "A7")
USERS, STUDENTS, SCHOOLS = range(2), range(2), range(3)
PERIODS = st.sampled_from([(None, None), (None, 0), (None, -1), (0, None), (1, None), (-1, 1)])


@dataclass
class Plan:
    """What one world holds, as drawn: numbers stand for the users, students and schools below."""

    disabled: set[int]
    switched_off: bool
    students: list[tuple[int, int | None, str, int | None]]  # school, years, grade, own account
    guardianships: dict[tuple[int, int], tuple[str, tuple[int | None, int | None]]]
    blocks: list[tuple[int, int, tuple[int | None, int | None]]]  # user, student, in a link of their own
    consents: dict[tuple[int, int], tuple[int | None, int | None]]  # in the link of that user and student
    roles: list[tuple[int, Role, int | None, tuple[int | None, int | None]]]
    sections: list[tuple[int, int, int, tuple[int | None, int | None], tuple[int | None, int | None]]]
    caseloads: dict[tuple[int, int], tuple[int | None, int | None]]
    second_schools: list[tuple[int, int, tuple[int | None, int | None]]]
    holds: dict[int, tuple[int | None, int | None]]  # on that student
    two_teachers: bool  # the other user teaches each section, too


def one_of(numbers: range) -> st.SearchStrategy[int]:
    return st.sampled_from(list(numbers))


PLANS = st.builds(
    Plan,
    disabled=st.sets(one_of(USERS), max_size=1),
    switched_off=st.booleans(),
    students=st.tuples(
        *(
            st.tuples(
                one_of(SCHOOLS),
                st.sampled_from([None, 10, 15, 16, 18]),
                st.sampled_from(["05", "10", "11", ""]),
                st.sampled_from([None, number]),
            )
            for number in STUDENTS
        )
    ).map(list),
    guardianships=st.dictionaries(
        st.tuples(one_of(USERS), one_of(STUDENTS)), st.tuples(st.sampled_from(Standing.values), PERIODS)
    ),
    blocks=st.lists(st.tuples(one_of(USERS), one_of(STUDENTS), PERIODS), max_size=2),
    consents=st.dictionaries(st.tuples(one_of(USERS), one_of(STUDENTS)), PERIODS),
    roles=st.lists(
        st.tuples(one_of(USERS), st.sampled_from(list(Role)), st.none() | one_of(SCHOOLS), PERIODS),
        max_size=4,
    ),
    sections=st.lists(
        st.tuples(one_of(SCHOOLS), one_of(USERS), one_of(STUDENTS), PERIODS, PERIODS), max_size=3
    ),
    caseloads=st.dictionaries(st.tuples(one_of(USERS), one_of(STUDENTS)), PERIODS, max_size=3),
    second_schools=st.lists(st.tuples(one_of(STUDENTS), one_of(SCHOOLS), PERIODS), max_size=2),
    holds=st.dictionaries(one_of(STUDENTS), PERIODS),
    two_teachers=st.booleans(),
)


def dates(period: tuple[int | None, int | None]) -> dict[str, Any]:
    """Turn offsets from today into the two days of a row."""
    first, last = (
        None if offset is None else local_today() + datetime.timedelta(days=offset) for offset in period
    )
    return {"starts": first, "until": last}


def make(plan: Plan) -> tuple[list[User], list[Student]]:
    district, other = factories.district(students_sign_in=not plan.switched_off), factories.district()
    schools = [factories.school(district), factories.school(district), factories.school(other)]
    users = [factories.user(is_active=number not in plan.disabled) for number in USERS]
    students = []
    for school, years, grade, account in plan.students:
        born = None if years is None else factories.years_ago(years)
        student = factories.student(schools[school], birth_date=born, grade=grade)
        student.user = None if account is None else users[account]
        student.save()
        students.append(student)
    adults = [factories.guardian(district, who) for who in users]
    for (user, student_number), (standing, period) in plan.guardianships.items():
        factories.link(adults[user], students[student_number], standing=standing, **dates(period))
        if (user, student_number) in plan.consents:
            consent = plan.consents[user, student_number]
            link = Guardianship.objects.get(guardian=adults[user], student=students[student_number])
            factories.consent(link, **dates(consent))
    for user, student_number, period in plan.blocks:
        record = factories.guardian(district, users[user])
        link = factories.link(record, students[student_number], standing=Standing.DECLINED)
        factories.block(link, **dates(period))
    for number, period in plan.holds.items():
        factories.hold(students[number], **dates(period))
    _make_staff(plan, schools, users, students)
    for number, school, period in plan.second_schools:
        key = {"student": students[number], "school": schools[school], "starts": dates(period)["starts"]}
        if not Enrollment.objects.filter(**key).exists():
            Enrollment.objects.create(**key, until=dates(period)["until"], primary=False)
    return users, students


def _make_staff(plan: Plan, schools: list[School], users: list[User], students: list[Student]) -> None:
    for user, role, school, period in plan.roles:
        where = schools[0 if school is None else school]
        at = None if school is None else where
        StaffRole.objects.create(
            user=users[user], role=role, district=where.district, school=at, **dates(period)
        )
    for school, user, number, of_teacher, of_student in plan.sections:
        section = factories.section(schools[school], users[user])
        SectionTeacher.objects.filter(section=section).update(**dates(of_teacher))
        if plan.two_teachers:
            SectionTeacher.objects.create(section=section, user=users[1 - user])
        SectionPlace.objects.create(section=section, student=students[number], **dates(of_student))
    for (user, number), period in plan.caseloads.items():
        Caseload.objects.create(user=users[user], student=students[number], **dates(period))


def holds(row: Any, day: datetime.date) -> bool:
    return (row.starts is None or row.starts <= day) and (row.until is None or day <= row.until)


def age(student: Student, day: datetime.date) -> int | None:
    if student.birth_date is None:
        return None
    had_birthday = (day.month, day.day) >= (student.birth_date.month, student.birth_date.day)
    return day.year - student.birth_date.year - (not had_birthday)


def expected(user: User, student: Student) -> set[str]:
    """Return the names of the rules by which this user may see this student today."""
    day, years = local_today(), age(student, local_today())
    blocks = Block.objects.filter(guardianship__guardian__user=user, guardianship__student=student)
    if not user.is_active or any(holds(block, day) for block in blocks):
        return set()
    roles = [role for role in StaffRole.objects.filter(user=user) if holds(role, day)]
    places = [place for place in SectionPlace.objects.filter(student=student) if holds(place, day)]
    schools = {row.school_id for row in Enrollment.objects.filter(student=student) if holds(row, day)}
    links = Guardianship.objects.filter(guardian__user=user, student=student, standing=Standing.COUNTS)
    minor = years is not None and years < 18
    consents = Consent.objects.filter(guardianship__in=links)
    old_enough = (years or 0) >= 16 or student.grade in {"11", "12", "AD"}
    own = student.user_id == user.pk
    found = {
        "guardian": minor and any(holds(link, day) for link in links),
        "consent": (years or 0) >= 18
        and any(holds(consent, day) and holds(consent.guardianship, day) for consent in consents),
        "student": own and ((years or 0) >= 18 or (student.district.students_sign_in and old_enough)),
        "section": any(
            teacher.user_id == user.pk
            and holds(teacher, day)
            and any(r.role == Role.TEACHER and r.school_id == place.section.school_id for r in roles)
            for place in places
            for teacher in place.section.teachers.all()
        ),
        "caseload": any(holds(row, day) for row in Caseload.objects.filter(user=user, student=student))
        and any(r.role == Role.COUNSELOR and r.district_id == student.district_id for r in roles),
        "school": any(r.role in {Role.OFFICE, Role.SCHOOL_ADMIN} and r.school_id in schools for r in roles),
        "district": any(
            r.role in {Role.DISTRICT_ADMIN, Role.RECORDS_CUSTODIAN}
            and r.school_id is None
            and r.district_id == student.district_id
            for r in roles
        ),
    }
    return {name for name, true in found.items() if true}


def opens(user: User, student: Student) -> str | None:
    """Return the rule by which `open_student` lets this user in, None if it does not."""
    try:
        return access.open_student(user, student.uuid).rule
    except NoGrant:
        return None


Grant = tuple[int, int, str]


def check(users: list[User], students: list[Student]) -> None:
    wanted = {(u.pk, s.pk, name) for u in users for s in students for name in expected(u, s)}
    mine, theirs = {u.pk for u in users}, {s.pk for s in students}

    def among_us(rows: Any) -> set[Grant]:
        found = {(row["by_user"], row["to_student"], row["rule"]) for row in rows}
        return {grant for grant in found if grant[0] in mine and grant[1] in theirs}

    assert among_us(row for user in users for row in access.grants(user=user)) == wanted
    assert among_us(row for student in students for row in access.grants(student=student)) == wanted
    assert among_us(access.grants()) == wanted
    for user in users:
        pairs = {(pk, rule) for who, pk, rule in wanted if who == user.pk}
        for student in students:
            rules = {rule for pk, rule in pairs if pk == student.pk}
            assert opens(user, student) == next((name for name in RULES if name in rules), None)
        assert visible(access.students_visible_to(user), theirs) == {pk for pk, _ in pairs}
        family = {pk for pk, rule in pairs if rule in FAMILY_RULES}
        assert visible(access.children_of(user), theirs) == family


def check_what_staff_are_told(users: list[User], students: list[Student]) -> None:
    """ "Who can see this student?", "What does this person see?" and the door itself say one thing."""
    looker = factories.user()
    for where in {student.district for student in students}:
        factories.grant(looker, Role.DISTRICT_ADMIN, where)
    told = {student: {seer.user for seer in visibility.who_sees(student)} for student in students}
    for user in users:
        family = {sight.student: sight for sight in person_access.as_family(looker, user)}
        work = person_access.explained(user, person_access.by_work(looker, user))
        sights = {sight.student: sight for sight in work} | family
        for student in students:
            rules = {rule for rule, _relation in sights[student].reasons} if student in sights else set()
            assert rules == expected(user, student)
            assert (user in told[student]) is bool(rules)
            if rules:
                held = access.open_student(user, student.uuid).held
                assert (Withheld.HELD in sights[student].withheld) is held
            elif student in family:
                # Whom the record names and who sees nothing is told why.
                assert set(family[student].withheld) - {Withheld.HELD}


def visible(rows: QuerySet[Student], among: set[int]) -> set[int]:
    return set(rows.values_list("pk", flat=True)) & among


@pytest.mark.slow
@settings(
    max_examples=15,
    deadline=None,
    phases=[Phase.generate],  # a failing world is small as it is, and making it smaller takes minutes
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(plan=PLANS)
def test_it_works(db: None, plan: Plan):
    with transaction.atomic():
        world = make(plan)
        check(*world)
        check_what_staff_are_told(*world)
        transaction.set_rollback(True)


@pytest.mark.slow
def test_the_check_itself_sees_every_rule_at_work(cast):
    """A world in which each rule grants something, so that the property above is not about empty sets."""
    parts = (cast.parent_of_two, cast.student, cast.teacher, cast.counselor, cast.office, cast.district_admin)
    adult = factories.student(cast.school_a, birth_date=factories.years_ago(18))
    parent = factories.parent(adult)
    factories.consent(Guardianship.objects.get(student=adult))
    check([*parts, parent], [cast.child, cast.student_17, adult])
    check_what_staff_are_told([*parts, parent], [cast.child, cast.student_17, adult])

    granted = {row["rule"] for row in access.grants()}
    assert granted == set(RULES)


def test_the_best_grant_names_family_before_work(cast):
    factories.link(factories.guardian(cast.district, cast.teacher), cast.child)
    may_see = access.open_student(cast.teacher, cast.child.uuid)

    assert (may_see.rule, may_see.is_family) == ("guardian", True)
    assert {row["rule"] for row in access.grants(user=cast.teacher, student=cast.child)} == {
        "guardian",
        "section",
    }
