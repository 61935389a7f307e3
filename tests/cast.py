"""The people most tests are about: two schools, another district, and everybody who may or may not see a child.

`child` is at school A and has reports at the sandbox; `sibling` is at school B. Names of the fields say who they are.
"""

from __future__ import annotations

import datetime
import time
from dataclasses import dataclass, fields
from functools import cache

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client

from accounts.models import Caseload, District, School, Student, User
from accounts.models.guardianship import Standing
from accounts.rights import Role
from integrations.sandbox.world import World
from portal.base.clock import local_today
from tests import factories


@cache
def world() -> World:
    return World(students=200)


@dataclass
class Cast:
    district: District
    school_a: School
    school_b: School
    other_district: District
    child: Student
    sibling: Student
    classmate: Student
    student_17: Student
    stranger_child: Student
    # Families
    parent_of_two: User
    other_parent: User
    former_guardian: User
    guardian_in_review: User
    student: User
    parent_elsewhere: User
    nobody: User
    # Staff
    teacher: User
    other_teacher: User
    counselor: User
    office: User
    school_admin: User
    school_admin_b: User
    district_admin: User
    records_custodian: User
    integrations_admin: User
    staff_elsewhere: User
    superuser: User

    def users(self) -> dict[str, User]:
        """Return everybody who can sign in, by the name of their part."""
        members = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: member for name, member in members.items() if isinstance(member, User)}


STAFF = (
    "teacher",
    "other_teacher",
    "counselor",
    "office",
    "school_admin",
    "school_admin_b",
    "district_admin",
    "records_custodian",
    "integrations_admin",
    "staff_elsewhere",
    "superuser",
)


def build() -> Cast:
    """Make the whole cast. SSIDs are the sandbox's, so that its ETS knows the children."""
    district, other = factories.district(), factories.district()
    school_a, school_b, elsewhere = map(factories.school, (district, district, other))
    places = {1: school_a, 2: school_b, 5: school_a, 7: elsewhere}
    child, sibling, classmate, stranger = (factories.student(at, ssid=_known(n)) for n, at in places.items())
    student_17, student = _student_of_17(school_a)
    teacher, other_teacher, counselor = _of_classes(school_a, child, classmate)
    made = Cast(
        district=district,
        school_a=school_a,
        school_b=school_b,
        other_district=other,
        child=child,
        sibling=sibling,
        classmate=classmate,
        student_17=student_17,
        stranger_child=stranger,
        parent_of_two=factories.parent(child, sibling),
        other_parent=factories.parent(child, resides_with=False, relationship="Father"),
        former_guardian=factories.parent(child, until=local_today() - datetime.timedelta(days=300)),
        guardian_in_review=factories.parent(child, legal_guardian=None, standing=Standing.REVIEW),
        student=student,
        parent_elsewhere=factories.parent(stranger),
        nobody=factories.user(),
        teacher=teacher,
        other_teacher=other_teacher,
        counselor=counselor,
        office=factories.staff(Role.OFFICE, district, school_a),
        school_admin=factories.staff(Role.SCHOOL_ADMIN, district, school_a),
        school_admin_b=factories.staff(Role.SCHOOL_ADMIN, district, school_b),
        district_admin=factories.staff(Role.DISTRICT_ADMIN, district),
        records_custodian=factories.staff(Role.RECORDS_CUSTODIAN, district),
        integrations_admin=factories.staff(Role.INTEGRATIONS_ADMIN, district),
        staff_elsewhere=factories.staff(Role.DISTRICT_ADMIN, other),
        superuser=factories.user(is_superuser=True),
    )
    for name in STAFF:
        give_second_factor(getattr(made, name))
    return made


def _known(index: int) -> str:
    return world().student(index).ssid or ""


def _student_of_17(school: School) -> tuple[Student, User]:
    ssid = world().cast().student_of_17.ssid or ""
    made = factories.student(school, ssid=ssid, birth_date=factories.years_ago(17), grade="12")
    made.user = factories.user()
    made.save()
    return made, made.user


def _of_classes(school: School, child: Student, classmate: Student) -> tuple[User, User, User]:
    """Make a teacher of both students, a teacher of the classmate alone, and the child's counselor."""
    teacher = factories.staff(Role.TEACHER, school.district, school)
    other_teacher = factories.staff(Role.TEACHER, school.district, school)
    factories.section(school, teacher, child, classmate)
    factories.section(school, other_teacher, classmate)
    counselor = factories.staff(Role.COUNSELOR, school.district, school)
    Caseload.objects.create(user=counselor, student=child)
    return teacher, other_teacher, counselor


def give_second_factor(user: User) -> str:
    """Activate a second factor and return its seed."""
    seed: str = generate_totp_secret()
    TOTP.activate(user, seed)
    return seed


def sign_in(user: User | None, client: Client | None = None) -> Client:
    """Return a client with a session as allauth leaves it behind the doors, which tests/accounts/test_login.py uses."""
    client = client or Client()
    if user is None:
        return client
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    fresh = {"at": time.time(), "reauthenticated": True}
    methods = [{"method": "password", "email": user.email, **fresh}]
    factor = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).first()
    if factor:
        methods.append({"method": "mfa", "id": factor.pk, "type": "totp", **fresh})
    session = client.session
    session[AUTHENTICATION_METHODS_SESSION_KEY] = methods
    session["account_authentication_methods_user"] = str(user.pk)  # allauth's own second key
    session.save()
    return client
