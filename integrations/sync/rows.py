"""What a source of people gives, in the portal's own terms: neutral rows that know no vendor.

`integrations.sync.from_illuminate` and `from_csv` make them, staging loads them. Text is stripped and empty where
unknown, ids are text, dates are dates or None. Named tuples, since there are half a million of them a night and a
database takes them as they are. The printed form of a row shows no value, so that no log does.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple, Protocol, TypeVar


class Kind(StrEnum):
    """The kinds of rows, in the order in which they are compared and applied."""

    SCHOOLS = "schools"
    TERMS = "terms"
    STUDENTS = "students"
    ENROLLMENTS = "enrollments"
    CONTACTS = "contacts"
    STAFF = "staff"
    ROLES = "roles"
    SECTIONS = "sections"
    TEACHERS = "teachers"
    PLACES = "places"
    CASELOADS = "caseloads"


Made = TypeVar("Made", bound=type)


def _name_alone(row: object) -> str:
    return f"<{type(row).__name__}>"


def _quiet(made: Made) -> Made:
    """Keep names, addresses and SSIDs out of whatever prints a row."""
    made.__repr__ = _name_alone  # type: ignore[method-assign, assignment] # a decorator that does just this
    return made


@_quiet
class SchoolRow(NamedTuple):
    """`cds_code` has 14 digits or is empty; `is_district` marks the district's own site."""

    site_id: str
    cds_code: str
    name: str
    is_district: bool


@_quiet
class TermRow(NamedTuple):
    """`academic_year` is named by the year in which it ends."""

    site_id: str
    starts: date
    ends: date
    academic_year: int


@_quiet
class StudentRow(NamedTuple):
    """`ssid` has ten digits or is empty; `grade` is KN, 01 to 12, AD, or empty where enrollments tell it."""

    local_id: str
    source_id: str
    ssid: str
    first_name: str
    last_name: str
    birth_date: date | None
    grade: str = ""
    email: str = ""


@_quiet
class EnrollmentRow(NamedTuple):
    local_id: str
    site_id: str
    starts: date | None
    until: date | None
    primary: bool
    grade: str


@_quiet
class ContactRow(NamedTuple):
    """One adult of one student. `legal_guardian` None means blank, which is never a yes."""

    local_id: str
    contact_id: str
    name: str
    email: str
    language: str
    relationship: str
    legal_guardian: bool | None
    resides_with: bool | None


@_quiet
class StaffRow(NamedTuple):
    staff_id: str
    name: str
    email: str
    active: bool


@_quiet
class RoleRow(NamedTuple):
    staff_id: str
    site_id: str
    role_name: str


@_quiet
class SectionRow(NamedTuple):
    section_id: str
    site_id: str
    name: str


@_quiet
class TeacherRow(NamedTuple):
    section_id: str
    staff_id: str
    starts: date | None
    until: date | None


@_quiet
class PlaceRow(NamedTuple):
    """A student's place on a section's roster."""

    section_id: str
    local_id: str
    starts: date | None
    until: date | None


@_quiet
class CaseloadRow(NamedTuple):
    local_id: str
    staff_id: str
    email: str
    starts: date | None
    until: date | None


Row = (
    SchoolRow
    | TermRow
    | StudentRow
    | EnrollmentRow
    | ContactRow
    | StaffRow
    | RoleRow
    | SectionRow
    | TeacherRow
    | PlaceRow
    | CaseloadRow
)


@dataclass(frozen=True, slots=True)
class Problem:
    """A row that could not be read whole: machine words and the source's id, never a value of the row."""

    endpoint: str
    source_id: str
    reason: str
    field: str = ""


@dataclass(frozen=True, slots=True)
class Batch:
    kind: Kind
    rows: Sequence[Row]
    problems: Sequence[Problem] = ()


@dataclass(frozen=True, slots=True)
class KindEnd:
    """The last word on a kind. Not `complete` (a page failed, came short or twice): nothing of this kind may end."""

    kind: Kind
    complete: bool
    received: int
    expected: int | None = None
    reason: str = ""


class Source(Protocol):
    """Where rows come from. `feed` may be called once; it raises the vendor errors of `integrations.http`.

    It is read in a thread of its own. `stop` comes from another: whoever waits for a vendor need wait no longer. After
    the end of a kind no row of it may come.
    """

    name: str

    def feed(self) -> Iterator[Batch | KindEnd]: ...

    def stop(self) -> None: ...
