"""Brings the sandbox district's people into the portal's tables, for the demo and the tests.

Until the Illuminate sync does it. Safe to repeat: a district that is there already is left as it is.
"""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth.hashers import make_password
from django.db import transaction

from accounts.models import (
    District,
    DistrictLea,
    Enrollment,
    Guardian,
    School,
    Section,
    SectionPlace,
    SectionTeacher,
    Student,
    User,
)
from accounts.models.guardianship import Standing
from accounts.rights import Role
from accounts.services import guardianships, staff_roles
from integrations.sandbox import people as pretend
from integrations.sandbox.world import World

BY = "command:demo"
SOURCE = "sandbox"
_ROLES = {
    pretend.Role.TEACHER: Role.TEACHER,
    pretend.Role.OFFICE: Role.OFFICE,
    pretend.Role.SCHOOL_ADMIN: Role.SCHOOL_ADMIN,
    pretend.Role.DISTRICT_ADMIN: Role.DISTRICT_ADMIN,
}


@transaction.atomic
def bring_in(world: World) -> District:
    """Make district, schools, students, guardians, staff and sections of a sandbox world; return the district."""
    described = world.district
    district, _ = District.objects.get_or_create(
        cds_code=described.cds_code, defaults={"name": described.name}
    )
    if Student.unscoped.filter(district=district).exists():
        return district
    DistrictLea.objects.get_or_create(code=described.lea_code, district=district)
    schools = {school.number: _school(school, district) for school in world.schools}
    students = {student.index: _student(student, district, schools) for student in world.students()}
    for guardian in world.guardians():
        _guardian(world, guardian, district, students)
    for member in world.staff():
        _staff_member(member, district, schools)
    for school in world.schools:
        for section in world.sections_of(school):
            _section(world, section, schools[school.number], students)
    _let_the_student_sign_in(world, students)
    return district


def give_second_factor(user: User) -> None:
    """Staff of the demo come with a second factor, as real staff do."""
    if not Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists():
        TOTP.activate(user, generate_totp_secret())


def _user(name: str, email: str, language: str = "") -> User:
    # The demo signs in by click; nobody knows a password.
    user, _ = User.objects.get_or_create(
        email=email.lower(), defaults={"name": name, "language": language, "password": make_password(None)}
    )
    return user


def _school(school: pretend.School, district: District) -> School:
    contact = f"{school.contact_name}, {school.contact_phone}, {school.contact_email}"
    made, _ = School.objects.get_or_create(
        cds_code=school.cds_code, defaults={"district": district, "name": school.name, "contact": contact}
    )
    return made


def _student(student: pretend.Student, district: District, schools: dict[int, School]) -> Student:
    made = Student.unscoped.create(
        district=district,
        local_id=student.local_id,
        ssid=student.ssid or "",
        first_name=student.first_name,
        last_name=student.last_name,
        birth_date=student.birth_date,
        grade=student.grade_code,
    )
    Enrollment.objects.create(student=made, school=schools[student.school.number])
    return made


def _guardian(
    world: World, guardian: pretend.Guardian, district: District, students: dict[int, Student]
) -> None:
    shared = guardian.email.startswith("family")  # two adults, one address: never one account
    user = _user(guardian.name, guardian.email) if guardian.email and not shared else None
    made = Guardian.objects.create(
        district=district,
        user=user,
        source=SOURCE,
        source_id=guardian.id,
        name=guardian.name,
        email=guardian.email,
        language=guardian.correspondence_language.lower(),
    )
    for child in world.children_of(guardian):
        ties = (tie for tie in world.guardians_of(child) if tie.guardian.id == guardian.id)
        for tie in ties:
            guardianships.link(
                guardian=made,
                student=students[child.index],
                relationship=tie.relationship,
                legal_guardian=tie.legal_guardian,
                resides_with=tie.resides_with,
                standing=Standing.COUNTS if tie.legal_guardian else Standing.REVIEW,
                source=SOURCE,
                source_id=tie.id,
                starts=tie.since,
                until=tie.until,
                by=BY,
            )


def _staff_member(member: pretend.StaffMember, district: District, schools: dict[int, School]) -> None:
    school = schools[member.school.number] if member.school else None
    user = _user(member.name, member.email)
    staff_roles.grant(user=user, role=_ROLES[member.role], district=district, school=school, by=BY)


def _section(world: World, section: pretend.Section, school: School, students: dict[int, Student]) -> None:
    made = Section.objects.create(school=school, name=section.name, source_id=section.id)
    SectionPlace.objects.bulk_create(
        SectionPlace(section=made, student=students[index]) for index in section.roster
    )
    emails = [member.email for member in world.staff_of(section.school) if member.id == section.teacher_id]
    for user in User.objects.filter(email__in=emails):
        SectionTeacher.objects.create(section=made, user=user)


def _let_the_student_sign_in(world: World, students: dict[int, Student]) -> None:
    pretend_student = world.cast().student_of_17
    student = students[pretend_student.index]
    student.user = _user(pretend_student.name, pretend_student.email)
    student.save(update_fields=["user"])
