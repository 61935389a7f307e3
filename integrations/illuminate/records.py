"""Illuminate's rows as frozen typed records, for the endpoints that the portal builds on.

Made by `reading`, by the hundred thousand: hence named tuples, which are made several times as fast as frozen
dataclasses. Text is stripped and empty where unknown, ids are text. What a record prints shows no value.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple, TypeVar

Made = TypeVar("Made", bound=type)


def _name_alone(record: object) -> str:
    return f"<{type(record).__name__}>"


def _quiet(made: Made) -> Made:
    """Keep names, addresses and SSIDs out of whatever prints a record."""
    made.__repr__ = _name_alone  # type: ignore[method-assign, assignment] # a decorator that does just this
    return made


@_quiet
class Site(NamedTuple):
    site_id: str
    name: str
    cds_code: str
    parent_site_id: str


@_quiet
class GradeLevel(NamedTuple):
    grade_level_id: str
    state_id: str


@_quiet
class Student(NamedTuple):
    student_id: str
    local_id: str
    ssid: str
    first_name: str
    last_name: str
    birth_date: date | None
    email: str


@_quiet
class StudentContact(NamedTuple):
    student_id: str
    local_id: str
    contact_id: str
    first_name: str
    last_name: str
    name_suffix: str
    email: str
    language: str
    relationship: str
    legal_guardian: bool | None
    resides_with: bool | None


@_quiet
class Enrollment(NamedTuple):
    student_id: str
    local_id: str
    site_id: str
    entry_date: date | None
    leave_date: date | None
    grade_level_id: str
    is_primary: bool | None


@_quiet
class Term(NamedTuple):
    term_id: str
    site_id: str
    start_date: date
    end_date: date
    academic_year: int
    session_type: str


@_quiet
class User(NamedTuple):
    user_id: str
    first_name: str
    last_name: str
    email: str
    active: bool | None
    exit_date: date | None


@_quiet
class UserRole(NamedTuple):
    user_id: str
    site_id: str
    term_id: str
    role_name: str


@_quiet
class SectionTeacher(NamedTuple):
    """A row of the master schedule: one section with one of its teachers, if it has any."""

    section_id: str
    site_id: str
    user_id: str
    starts: date | None
    until: date | None
    name: str


@_quiet
class RosterPlace(NamedTuple):
    section_id: str
    local_id: str
    entry_date: date | None
    leave_date: date | None


@_quiet
class Counselor(NamedTuple):
    local_id: str
    counselor_id: str
    email: str
    start_date: date | None
    end_date: date | None


@dataclass(frozen=True, slots=True)
class Unread:
    """What could not be read: the row's id at the source, `missing`, `unreadable` or `not-an-object`, and the field."""

    source_id: str
    reason: str
    field: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class Records:
    rows: list[Any]
    problems: list[Unread]
