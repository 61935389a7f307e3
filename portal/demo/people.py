"""Brings the sandbox district's people into the portal, for the demo and the tests: by a sync, as a district does.

Then it adds what no sync brings and the cast needs: accounts, whom families ask at a school, a link that ended, the
student who signs in. Safe to repeat: a district that is there already is left as it is.
"""

from __future__ import annotations

import io
import os

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth.hashers import make_password
from django.core.management import call_command
from django.db import transaction

from accounts.models import (
    District,
    DistrictLea,
    Enrollment,
    Guardian,
    School,
    SectionPlace,
    SectionTeacher,
    Student,
    User,
)
from accounts.models.guardianship import Standing
from accounts.rights import Role
from accounts.services import guardianships
from integrations.models import Connection, RoleMapping, SyncState
from integrations.sandbox import people as pretend
from integrations.sandbox.world import World
from integrations.services import syncs
from portal.base.clock import local_today

BY = "command:demo"
SOURCE = "sandbox"
PEOPLE = "Sandbox people"
_ROLES = {
    "Teacher": Role.TEACHER,
    "Counselor": Role.COUNSELOR,
    "Office Staff": Role.OFFICE,
    "Site Administrator": Role.SCHOOL_ADMIN,
    "District Administrator": Role.DISTRICT_ADMIN,
    "Cafeteria": "",
}


class NotBroughtIn(RuntimeError):
    """The sync of the sandbox's people did not come to its end; the message says what it came to."""


def bring_in(world: World, illuminate: str) -> District:
    """Connect a sandbox world's district to its Illuminate at that address, sync and complete it; return the district.

    What the sandbox accepts stands in SANDBOX_ILLUMINATE_KEY and its three fellows, as for the sandbox itself.
    """
    described = world.district
    district, _ = District.objects.get_or_create(
        cds_code=described.cds_code, defaults={"name": described.name}
    )
    if Student.unscoped.filter(district=district).exists():
        return district
    DistrictLea.objects.get_or_create(code=described.lea_code, district=district)
    for name, role in _ROLES.items():
        RoleMapping.objects.get_or_create(district=district, role_name=name, defaults={"role": role})
    call_command(
        "connect",
        "illuminate",
        district=district.cds_code,
        name=PEOPLE,
        base_url=illuminate,
        consumer_key=os.environ["SANDBOX_ILLUMINATE_KEY"],
        secret_env="SANDBOX_ILLUMINATE_SECRET",  # noqa: S106 - the name of an environment variable, no secret
        token=os.environ["SANDBOX_ILLUMINATE_TOKEN"],
        token_secret_env="SANDBOX_ILLUMINATE_TOKEN_SECRET",  # noqa: S106 - the name of an environment variable, no secret
        verbosity=0,
        stdout=io.StringIO(),  # the people are what the terminal is for
    )
    _sync(district)
    _complete(world, district)
    return district


def give_second_factor(user: User) -> None:
    """Staff of the demo come with a second factor, as real staff do."""
    if not Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists():
        TOTP.activate(user, generate_totp_secret())


def join(guardian: Guardian) -> User:
    """Give an adult an account, as a claim would; the sync never does."""
    guardian.user = _user(guardian.name, guardian.email)
    guardian.save(update_fields=["user"])
    return guardian.user


def _sync(district: District) -> None:
    connection = Connection.objects.get(district=district, name=PEOPLE)
    run = syncs.start(district=district, source="illuminate", connection=connection, by=BY, publish=False)
    run = syncs.work_on(run=run)
    if run.state != SyncState.DONE:
        raise NotBroughtIn(f"The sync of the sandbox's people is {run.state}: {run.failure or run.reasons}")


@transaction.atomic
def _complete(world: World, district: District) -> None:
    cast = world.cast()
    for school in world.schools:
        contact = f"{school.contact_name}, {school.contact_phone}, {school.contact_email}"
        School.objects.filter(cds_code=school.cds_code).update(contact=contact)
    for parent in (cast.parent_of_two, cast.parent_of_one):
        join(Guardian.objects.get(district=district, source="illuminate", source_id=parent.id))
    _former_guardian(world, district)
    student = Student.unscoped.get(district=district, local_id=cast.student_of_17.local_id)
    student.user = _user(cast.student_of_17.name, cast.student_of_17.email)
    student.save(update_fields=["user"])
    _go_on_in_summer(district)


def _former_guardian(world: World, district: District) -> None:
    """Illuminate does not list whom a link has ended for, and a first night does not know them."""
    described = world.cast().former_guardian
    guardian = Guardian.objects.create(
        district=district,
        source=SOURCE,
        source_id=described.id,
        name=described.name,
        email=described.email,
        language=described.correspondence_language.lower(),
    )
    join(guardian)
    for child in world.children_of(described):
        for tie in world.guardians_of(child):
            if tie.guardian.id == described.id:
                _ended_link(guardian, tie, district, child)


def _ended_link(
    guardian: Guardian, tie: pretend.Guardianship, district: District, child: pretend.Student
) -> None:
    guardianships.link(
        guardian=guardian,
        student=Student.unscoped.get(district=district, local_id=child.local_id),
        relationship=tie.relationship,
        legal_guardian=tie.legal_guardian,
        resides_with=tie.resides_with,
        standing=Standing.COUNTS,
        source=SOURCE,
        source_id=tie.id,
        starts=tie.since,
        until=tie.until,
        by=BY,
    )


def _go_on_in_summer(district: District) -> None:
    """Between school years what the sandbox lists is over, and the demo's staff would see nobody."""
    over = {"until__lt": local_today()}
    if not Enrollment.objects.on(local_today()).filter(school__district=district).exists():
        Enrollment.objects.filter(school__district=district, **over).update(until=None)
        SectionPlace.objects.filter(section__school__district=district, **over).update(until=None)
        SectionTeacher.objects.filter(section__school__district=district, **over).update(until=None)


def _user(name: str, email: str) -> User:
    # The demo signs in by click; nobody knows a password.
    user, _ = User.objects.get_or_create(
        email=email.lower(), defaults={"name": name, "password": make_password(None)}
    )
    return user
