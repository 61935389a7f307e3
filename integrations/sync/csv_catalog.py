"""The CSV files that a district may deliver instead of Illuminate: their names and columns, as data.

`from_csv` reads by it, the staff page lists it and makes its templates from it. Columns are named as in Illuminate's
answers, so that a district's data team writes one query for both. No Django.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from integrations.sync.rows import Kind


@dataclass(frozen=True, slots=True)
class Column:
    """`also` are other names that are taken for it; `key` is Illuminate's own where templates say it plainer."""

    name: str
    example: str
    required: bool = False
    also: tuple[str, ...] = ()
    key: str = ""

    @property
    def reads(self) -> str:
        return self.key or self.name


@dataclass(frozen=True, slots=True)
class CsvFile:
    """One file: which Illuminate endpoint its rows look like, and which kinds of rows it gives."""

    name: str
    endpoint: str
    kinds: tuple[Kind, ...]
    columns: tuple[Column, ...]

    @property
    def file_name(self) -> str:
        return f"{self.name}.csv"


_STUDENT: Final = Column("district_student_id", "104233", required=True, also=("local_student_id",))
# The state's code, not Illuminate's own id of a grade level, which need not be the grade's number.
_GRADE: Final = Column("grade_level", "05", also=("grade",))
_SITE: Final = Column("site_id", "101", required=True, also=("state_school_id", "cds_code", "site", "cds"))
_STAFF: Final = Column("staff_id", "2207", required=True, also=("user_id",), key="user_id")
_SECTION: Final = Column(
    "section_id", "88120", required=True, also=("local_section_id", "district_section_id")
)

FILES: Final = (
    CsvFile(
        "schools",
        "Sites",
        (Kind.SCHOOLS,),
        (
            Column("site_id", "101"),
            Column("site_name", "Oak Street Elementary", required=True, also=("name",)),
            Column("state_school_id", "01611190130229", required=True, also=("cds_code", "cds")),
        ),
    ),
    CsvFile(
        "students",
        "Students2",
        (Kind.STUDENTS,),
        (
            _STUDENT,
            Column("student_id", "70012"),
            Column("state_student_id", "8712345605", required=True, also=("ssid",)),
            Column("first_name", "Maya", required=True),
            Column("last_name", "Example", required=True),
            Column("birth_date", "2015-04-30", required=True),
            _GRADE,
            Column("email", "maya@students.example.org"),
        ),
    ),
    CsvFile(
        "enrollments",
        "Enrollment",
        (Kind.ENROLLMENTS,),
        (
            _STUDENT,
            _SITE,
            Column("entry_date", "2026-08-17", required=True),
            Column("leave_date", "2027-06-04", required=True),
            _GRADE,
            Column("is_primary_ada", "t"),
        ),
    ),
    CsvFile(
        "contacts",
        "StudentContacts",
        (Kind.CONTACTS,),
        (
            _STUDENT,
            Column("contact_id", "98765", required=True),
            Column("contact_first_name", "Rosa", required=True),
            Column("contact_last_name", "Example", required=True),
            Column("contact_name_suffix", ""),
            Column("email_address", "rosa@example.org", required=True),
            Column("correspondence_language_code", "01", also=("correspondence_language",)),
            Column("relationship", "Mother", required=True),
            Column("legal_guardian", "t", required=True),
            Column("resides_with", "t"),
        ),
    ),
    CsvFile(
        "staff",
        "Users",
        (Kind.STAFF, Kind.ROLES),
        (
            _STAFF,
            Column("name", "Lee Example"),
            Column("first_name", "Lee"),
            Column("last_name", "Example"),
            Column("email", "lee@example.org", required=True, also=("email1",), key="email1"),
            _SITE,
            Column("role", "Teacher", required=True, also=("role_name",), key="role_name"),
            Column("active", "t"),
            Column("exit_date", ""),
        ),
    ),
    CsvFile(
        "sections",
        "MasterSchedule",
        (Kind.SECTIONS, Kind.TEACHERS),
        (
            _SECTION,
            _SITE,
            Column("section_name", "Mathematics 5, period 2", also=("name",)),
            Column("staff_id", "2207", required=True, also=("user_id",), key="user_id"),
            Column("user_start_date", "2026-08-17"),
            Column("user_end_date", ""),
        ),
    ),
    CsvFile(
        "roster",
        "Roster",
        (Kind.PLACES,),
        (
            _SECTION,
            _STUDENT,
            Column("entry_date", "2026-08-17", required=True),
            Column("leave_date", "", required=True),
        ),
    ),
    CsvFile(
        "caseloads",
        "StudentCounselors",
        (Kind.CASELOADS,),
        (
            _STUDENT,
            Column("staff_id", "2207", required=True, also=("counselor_id", "user_id"), key="counselor_id"),
            Column("counselor_email", "lee@example.org"),
            Column("start_date", "2026-08-17", required=True),
            Column("end_date", "", required=True),
        ),
    ),
)
BY_NAME: Final = {file.name: file for file in FILES}
