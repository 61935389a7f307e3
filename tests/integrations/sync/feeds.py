"""A source in memory, fed by hand: what Illuminate or a folder of CSV files would give, without either.

A `Feed` is one night's answer. Tests change it between nights and `night` runs the whole sync over it.
"""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from accounts import access
from accounts.models import District, Guardianship, Student, User
from accounts.rights import Role
from integrations.models import RoleMapping, SyncRun, SyncSettings
from integrations.services import syncs
from integrations.sync.rows import (
    Batch,
    CaseloadRow,
    ContactRow,
    EnrollmentRow,
    Kind,
    KindEnd,
    PlaceRow,
    Problem,
    RoleRow,
    Row,
    SchoolRow,
    SectionRow,
    StaffRow,
    StudentRow,
    TeacherRow,
)
from tests import factories

BY = "command:tests"
SCHOOL_A, SCHOOL_B, OFFICE = "101", "102", "1"
AUGUST = datetime.date(2026, 8, 20)
_count = itertools.count(1)


@dataclass
class Feed:
    """Rows by kind; `broken` kinds come incomplete, `absent` ones do not come at all."""

    rows: dict[Kind, list[Any]] = field(default_factory=lambda: {kind: [] for kind in Kind})
    problems: dict[Kind, list[Problem]] = field(default_factory=dict)
    broken: set[Kind] = field(default_factory=set)
    absent: set[Kind] = field(default_factory=set)
    page: int = 50
    name: str = "illuminate"

    def feed(self) -> Iterator[Batch | KindEnd]:
        for kind in Kind:
            if kind in self.absent:
                continue
            rows = self.rows[kind]
            for start in range(0, len(rows), self.page):
                yield Batch(kind, rows[start : start + self.page])
            if kind in self.problems:
                yield Batch(kind, (), self.problems[kind])
            complete = kind not in self.broken
            yield KindEnd(kind, complete, len(rows), len(rows), "" if complete else "page-failed")

    def stop(self) -> None:
        """Nothing to do."""

    def change(self, row: Row, **values: Any) -> Any:
        """Put another row in the place of this one and return it."""
        for rows in self.rows.values():
            if row in rows:
                rows[rows.index(row)] = changed = row._replace(**values)
                return changed
        raise LookupError(row)

    def remove(self, *gone: Row) -> None:
        for rows in self.rows.values():
            rows[:] = [row for row in rows if row not in gone]

    def add(self, kind: Kind, row: Any) -> Any:
        self.rows[kind].append(row)
        return row

    # --- People, made plainly ---------------------------------------------------------------------------------

    def student(self, site: str = SCHOOL_A, **values: Any) -> StudentRow:
        number = next(_count)
        given: dict[str, Any] = {
            "local_id": f"L{number}",
            "source_id": f"S{number}",
            "ssid": f"{number:010d}",
            "first_name": f"First{number}",
            "last_name": f"Last{number}",
            "birth_date": factories.years_ago(10),
        }
        row: StudentRow = self.add(Kind.STUDENTS, StudentRow(**(given | values)))
        self.enrolled(row, site)
        return row

    def enrolled(self, student: StudentRow, site: str = SCHOOL_A, **values: Any) -> EnrollmentRow:
        given: dict[str, Any] = {"starts": AUGUST, "until": None, "primary": True, "grade": "05"}
        row = EnrollmentRow(local_id=student.local_id, site_id=site, **(given | values))
        self.add(Kind.ENROLLMENTS, row)
        return row

    def contact(self, student: StudentRow, contact_id: str = "", **values: Any) -> ContactRow:
        number = next(_count)
        given: dict[str, Any] = {
            "name": f"Adult {number}",
            "email": f"adult{number}@example.org",
            "language": "es",
            "relationship": "Mother",
            "legal_guardian": True,
            "resides_with": True,
        }
        contact_id = contact_id or f"C{number}"
        row = ContactRow(local_id=student.local_id, contact_id=contact_id, **(given | values))
        self.add(Kind.CONTACTS, row)
        return row

    def member(self, role_name: str = "Teacher", site: str = SCHOOL_A, **values: Any) -> StaffRow:
        number = next(_count)
        given: dict[str, Any] = {
            "staff_id": f"T{number}",
            "name": f"Staff {number}",
            "email": f"staff{number}@example.org",
            "active": True,
        }
        row: StaffRow = self.add(Kind.STAFF, StaffRow(**(given | values)))
        self.add(Kind.ROLES, RoleRow(row.staff_id, site, role_name))
        return row

    def section(self, teacher: StaffRow, *students: StudentRow, site: str = SCHOOL_A) -> SectionRow:
        number = next(_count)
        row: SectionRow = self.add(Kind.SECTIONS, SectionRow(f"X{number}", site, f"Section {number}"))
        self.add(Kind.TEACHERS, TeacherRow(row.section_id, teacher.staff_id, AUGUST, None))
        for student in students:
            self.add(Kind.PLACES, PlaceRow(row.section_id, student.local_id, AUGUST, None))
        return row

    def caseload(self, counselor: StaffRow, student: StudentRow) -> CaseloadRow:
        row = CaseloadRow(student.local_id, counselor.staff_id, counselor.email, AUGUST, None)
        self.add(Kind.CASELOADS, row)
        return row


def a_feed(district: District) -> Feed:
    """Two schools and the district's own site, and what the roles are called there."""
    made = Feed()
    start = district.cds_code[:7]
    made.add(Kind.SCHOOLS, SchoolRow(OFFICE, f"{start}0000000", "District office", is_district=True))
    made.add(Kind.SCHOOLS, SchoolRow(SCHOOL_A, f"{start}0000101", "School A", is_district=False))
    made.add(Kind.SCHOOLS, SchoolRow(SCHOOL_B, f"{start}0000102", "School B", is_district=False))
    mapping = {
        "Teacher": Role.TEACHER,
        "Counselor": Role.COUNSELOR,
        "Principal": Role.SCHOOL_ADMIN,
        "Superintendent": Role.DISTRICT_ADMIN,
    }
    for name, role in mapping.items():
        RoleMapping.objects.get_or_create(district=district, role_name=name, defaults={"role": role})
    return made


def a_family(feed: Feed, *, children: int = 1, **values: Any) -> tuple[list[StudentRow], list[ContactRow]]:
    """Add so many children with one mother."""
    students = [feed.student() for _ in range(children)]
    first = feed.contact(students[0], **values)
    ties = [first] + [
        feed.add(Kind.CONTACTS, first._replace(local_id=child.local_id)) for child in students[1:]
    ]
    return students, ties


def night(district: District, feed: Feed, **options: Any) -> SyncRun:
    """Run one sync over the feed, in this process, and return the run."""
    run = syncs.start(district=district, source=feed.name, by=BY, publish=False, **options)
    return syncs.work_on(run=run, build=lambda _run: feed)


def approved(run: SyncRun) -> SyncRun:
    syncs.approve(run=run, by=BY, reason="looked at", publish=False)
    return syncs.work_on(run=run, build=_no_source)


def _no_source(run: SyncRun) -> Any:
    raise AssertionError("an approved run asks no vendor again")


def settings_of(district: District, **values: Any) -> SyncSettings:
    made, _ = SyncSettings.objects.update_or_create(district=district, defaults=values)
    return made


def student_of(row: StudentRow) -> Student:
    return Student.unscoped.get(local_id=row.local_id)


def link_of(row: ContactRow) -> Guardianship:
    return Guardianship.objects.get(guardian__source_id=row.contact_id, student__local_id=row.local_id)


def account_of(row: ContactRow) -> User:
    """Give the adult an account, as a claim would: the sync never does."""
    guardian = link_of(row).guardian
    if guardian.user is None:
        guardian.user = factories.user()
        guardian.save()
    return guardian.user


def sees(user: User) -> set[str]:
    """Return the local ids of the students whom the one rule shows this person."""
    return set(access.students_visible_to(user).values_list("local_id", flat=True))
