"""Rows for tests, made plainly. Everything is fictional; each call makes something new."""

from __future__ import annotations

import datetime
import itertools
from typing import Any

from accounts.models import (
    AccountQuestion,
    Block,
    Concern,
    Consent,
    District,
    Enrollment,
    Guardian,
    Guardianship,
    Hold,
    School,
    Section,
    SectionPlace,
    SectionTeacher,
    StaffRole,
    Student,
    User,
)
from accounts.models.account_question import Doubt
from accounts.models.block import BlockKind
from accounts.models.consent import ConsentKind
from accounts.models.guardianship import Standing
from accounts.models.hold import HoldKind
from accounts.rights import Role
from accounts.services import (
    account_questions,
    blocks,
    claim_codes,
    concerns,
    consents,
    guardianships,
    holds,
    staff_roles,
)
from integrations.models import Connection
from integrations.services import connections
from portal.base.clock import local_today

PASSWORD = "correct horse battery staple"
BY = "command:tests"
_count = itertools.count(1)


def years_ago(years: int, *, days: int = 0) -> datetime.date:
    """Return the birth date of somebody who turned `years` so many days ago, in Los Angeles."""
    today = local_today()
    return today.replace(year=today.year - years, day=min(today.day, 28)) - datetime.timedelta(days=days + 31)


def user(**fields: Any) -> User:
    number = next(_count)
    values = {"email": f"person{number}@example.org", "password": PASSWORD, "name": f"Person {number}"}
    return User.objects.create_user(**(values | fields))


def district(**fields: Any) -> District:
    number = next(_count)
    return District.objects.create(name=f"District {number}", cds_code=f"{number:07d}0000000", **fields)


def school(where: District, **fields: Any) -> School:
    number = next(_count)
    contact = "Front office, (555) 555-0199"
    return School.objects.create(
        district=where, name=f"School {number}", cds_code=f"{number:014d}", contact=contact, **fields
    )


def student(at: School, *, ssid: str = "", **fields: Any) -> Student:
    number = next(_count)
    values = {"first_name": f"First{number}", "last_name": f"Last{number}", "grade": "05"} | fields
    values.setdefault("birth_date", years_ago(10))
    made = Student.unscoped.create(district=at.district, local_id=f"local-{number}", ssid=ssid, **values)
    Enrollment.objects.create(student=made, school=at)
    return made


def guardian(where: District, who: User | None, **fields: Any) -> Guardian:
    number = next(_count)
    values = {"source": "sis", "source_id": f"contact-{number}", "name": f"Adult {number}"} | fields
    return Guardian.objects.create(district=where, user=who, **values)


def link(who: Guardian, child: Student, **fields: Any) -> Guardianship:
    values: dict[str, Any] = {
        "relationship": "Mother",
        "legal_guardian": True,
        "resides_with": True,
        "standing": Standing.COUNTS,
        "source": "sis",
        "source_id": f"tie-{next(_count)}",
        "by": BY,
    }
    return guardianships.link(guardian=who, student=child, **(values | fields))


def parent(*children: Student, **fields: Any) -> User:
    """Make an adult with an account and a counting link to each child."""
    who = user()
    record = guardian(children[0].district, who)
    for child in children:
        link(record, child, **fields)
    return who


def block(link: Guardianship, **fields: Any) -> Block:
    values: dict[str, Any] = {
        "kind": BlockKind.COURT_ORDER,
        "reason": "The order names the child's records.",
        "document": f"Case {next(_count)}",
        "by": BY,
    }
    return blocks.place(guardianship=link, **(values | fields))


def consent(link: Guardianship, **fields: Any) -> Consent:
    values: dict[str, Any] = {"kind": ConsentKind.WRITTEN, "document": f"Form {next(_count)}", "by": BY}
    return consents.record(guardianship=link, **(values | fields))


def concern(who: User, child: Student) -> Concern:
    """Make somebody say that this is not their child."""
    return concerns.raise_not_mine(student_id=child.pk, text="We have no child of this name.", by=who)


def question(who: User, child: Student) -> AccountQuestion:
    """Make an adult of the child's with the address of an account that could be another's."""
    record = guardian(child.district, None, email=who.email)
    link(record, child)
    account_questions.ask(user=who, guardian=record, doubt=Doubt.SHARED_ADDRESS)
    return AccountQuestion.objects.get(user=who, guardian=record)


def claim_code(link: Guardianship, **fields: Any) -> str:
    """Make a code as a letter has it."""
    values: dict[str, Any] = {"days": 60, "by": BY}
    return claim_codes.make(guardianship=link, **(values | fields))


def hold(child: Student, **fields: Any) -> Hold:
    values: dict[str, Any] = {"kind": HoldKind.DO_NOT_RELEASE, "reason": "The family asked for it.", "by": BY}
    return holds.place(student=child, **(values | fields))


def staff(role: Role, where: District, at: School | None = None) -> User:
    who = user()
    grant(who, role, where, at)
    return who


def grant(who: User, role: Role, where: District, at: School | None = None) -> StaffRole:
    return staff_roles.grant(user=who, role=role, district=where, school=at, by=BY)


def section(at: School, teacher: User, *students: Student) -> Section:
    made = Section.objects.create(school=at, name=f"Section {next(_count)}")
    SectionTeacher.objects.create(section=made, user=teacher)
    for member in students:
        SectionPlace.objects.create(section=made, student=member)
    return made


def connection(
    where: District, base_url: str, *, secret: str, user_name: str = "sandbox", **fields: Any
) -> Connection:
    values = {"name": f"ETS {next(_count)}"} | fields
    made = Connection(district=where, base_url=base_url, **values)
    return connections.save(made, key=user_name, secret=secret, by=BY)
