"""Reads Illuminate's rows into records, tolerantly.

Called by the client for each page; one `itemgetter` serves a row with all its keys. A row without what makes it one is
an `Unread` instead of a record, a value that cannot be read is blank and noted beside its record; nothing raises. If
this were strict, one odd row would stop a night's run; if it guessed, somebody would be let in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from operator import itemgetter
from typing import Any, Final

from integrations.illuminate.records import (
    Counselor,
    Enrollment,
    GradeLevel,
    Records,
    RosterPlace,
    SectionTeacher,
    Site,
    Student,
    StudentContact,
    Term,
    Unread,
    User,
    UserRole,
)
from integrations.illuminate.values import cds, day, email, flag, grade, ident, is_blank, language, ssid, text

Values = tuple[Any, ...]
Problems = list[Unread]

# Two names of one thing: the document's text and its samples differ, and so do endpoints among themselves.
_ALSO: Final = {
    "district_student_id": "local_student_id",
    "correspondence_language_code": "correspondence_language",
    "start_date": "state_date",
    "district_section_id": "local_section_id",
}


class _Keys:
    """Takes a row's values by their keys: at once if it has them all, else one by one, blank where there is none."""

    def __init__(self, *keys: str) -> None:
        self._keys = keys
        self._take: Callable[[Any], Values] = itemgetter(*keys)

    def of(self, row: dict[str, Any]) -> Values:
        try:
            return self._take(row)
        except KeyError:
            return tuple([row[key] if key in row else row.get(_ALSO.get(key, "")) for key in self._keys])


_SITE = _Keys("site_id", "site_name", "state_school_id", "parent_site_id")
_GRADE_LEVEL = _Keys("grade_level_id", "state_id", "short_name")
_STUDENT = _Keys(
    "student_id", "district_student_id", "state_student_id", "first_name", "last_name", "birth_date", "email"
)
_CONTACT = _Keys(
    "student_id",
    "district_student_id",
    "contact_id",
    "contact_first_name",
    "contact_last_name",
    "contact_name_suffix",
    "email_address",
    "correspondence_language_code",
    "relationship",
    "legal_guardian",
    "resides_with",
)
_ENROLLMENT = _Keys(
    "student_id",
    "district_student_id",
    "site_id",
    "entry_date",
    "leave_date",
    "grade_level_id",
    "is_primary_ada",
)
_TERM = _Keys("term_id", "site_id", "start_date", "end_date", "academic_year", "session_type")
_USER = _Keys("user_id", "first_name", "last_name", "email1", "active", "exit_date")
_USER_ROLE = _Keys("user_id", "site_id", "term_id", "role_name")
_SECTION = _Keys(
    "section_id", "site_id", "user_id", "user_start_date", "user_end_date", "section_name", "period"
)
_PLACE = _Keys("section_id", "district_student_id", "entry_date", "leave_date")
_COUNSELOR = _Keys("district_student_id", "counselor_id", "counselor_email", "start_date", "end_date")


def _note(problems: Problems, source_id: str, **wanted: tuple[Any, Any]) -> None:
    """Note each field that says something and was read as nothing; a field is (as sent, as read)."""
    for field, (sent, read) in wanted.items():
        if (read is None or read == "") and not is_blank(sent):
            problems.append(Unread(source_id, "unreadable", field))


def _site(row: dict[str, Any], problems: Problems) -> Site | Unread:
    site_id, name, code, parent = _SITE.of(row)
    read = Site(ident(site_id), text(name), cds(code), ident(parent))
    if not read.site_id:
        return Unread("", "missing", "site_id")
    _note(problems, read.site_id, state_school_id=(code, read.cds_code))
    return read


def _grade_level(row: dict[str, Any], _problems: Problems) -> GradeLevel | Unread:
    level_id, state_id, short_name = _GRADE_LEVEL.of(row)
    read = GradeLevel(ident(level_id), grade(state_id) or grade(short_name))
    return read if read.grade_level_id else Unread("", "missing", "grade_level_id")


def _student(row: dict[str, Any], problems: Problems) -> Student | Unread:
    student_id, local_id, state_id, first, last, born, address = _STUDENT.of(row)
    read = Student(
        ident(student_id), ident(local_id), ssid(state_id), text(first), text(last), day(born), email(address)
    )
    if not read.local_id:
        return Unread(read.student_id, "missing", "district_student_id")
    if not read.ssid or not read.email:
        _note(problems, read.local_id, state_student_id=(state_id, read.ssid), email=(address, read.email))
    if read.birth_date is None:
        problems.append(Unread(read.local_id, "missing" if is_blank(born) else "unreadable", "birth_date"))
    return read


def _contact(row: dict[str, Any], problems: Problems) -> StudentContact | Unread:
    student_id, local_id, contact_id, first, last, suffix, address, spoken, tie, legal, resides = _CONTACT.of(
        row
    )
    read = StudentContact(
        ident(student_id),
        ident(local_id),
        ident(contact_id),
        text(first),
        text(last),
        text(suffix),
        email(address),
        language(spoken),
        text(tie),
        flag(legal),
        flag(resides),
    )
    if not read.contact_id:
        return Unread(read.local_id, "missing", "contact_id")
    if not read.local_id:
        return Unread(read.contact_id, "missing", "district_student_id")
    if not read.email or read.legal_guardian is None or read.resides_with is None:
        _note(
            problems,
            read.contact_id,
            email_address=(address, read.email),
            legal_guardian=(legal, read.legal_guardian),
            resides_with=(resides, read.resides_with),
        )
    return read


def _enrollment(row: dict[str, Any], problems: Problems) -> Enrollment | Unread:
    student_id, local_id, site_id, entry, leave, level, primary = _ENROLLMENT.of(row)
    read = Enrollment(
        ident(student_id), ident(local_id), ident(site_id), day(entry), day(leave), text(level), flag(primary)
    )
    if not read.local_id:
        return Unread(read.student_id, "missing", "district_student_id")
    if not read.site_id:
        return Unread(read.local_id, "missing", "site_id")
    if read.entry_date is None or read.leave_date is None or read.is_primary is None:
        _note(
            problems,
            read.local_id,
            entry_date=(entry, read.entry_date),
            leave_date=(leave, read.leave_date),
            is_primary_ada=(primary, read.is_primary),
        )
    return read


def _term(row: dict[str, Any], _problems: Problems) -> Term | Unread:
    term_id, site_id, starts, ends, year, session = _TERM.of(row)
    name, first, last = ident(term_id), day(starts) or day(row.get("state_date")), day(ends)
    if first is None or last is None or not ident(site_id):
        missing = "site_id" if not ident(site_id) else "start_date" if first is None else "end_date"
        return Unread(name, "missing", missing)
    named = text(year)
    # A year is named by its end; a session that ends in August or later belongs to the next.
    ending = last.year + (last.month > 7)  # noqa: PLR2004 - a term that ends after July belongs to the next school year
    number = int(named) if named.isascii() and named.isdigit() and len(named) == 4 else ending  # noqa: PLR2004 - a year is written with four digits
    return Term(name, ident(site_id), first, last, number, text(session))


def _user(row: dict[str, Any], problems: Problems) -> User | Unread:
    user_id, first, last, address, active, left = _USER.of(row)
    read = User(ident(user_id), text(first), text(last), email(address), flag(active), day(left))
    if not read.user_id:
        return Unread("", "missing", "user_id")
    _note(problems, read.user_id, email1=(address, read.email), active=(active, read.active))
    return read


def _user_role(row: dict[str, Any], _problems: Problems) -> UserRole | Unread:
    user_id, site_id, term_id, role_name = _USER_ROLE.of(row)
    read = UserRole(ident(user_id), ident(site_id), ident(term_id), text(role_name))
    if not read.user_id or not read.role_name:
        return Unread(read.user_id, "missing", "role_name" if read.user_id else "user_id")
    return read


def _section(row: dict[str, Any], problems: Problems) -> SectionTeacher | Unread:
    section_id, site_id, user_id, starts, until, name, period = _SECTION.of(row)
    read = SectionTeacher(
        ident(section_id), ident(site_id), ident(user_id), day(starts), day(until), text(name) or text(period)
    )
    if not read.section_id or not read.site_id:
        return Unread(read.section_id, "missing", "site_id" if read.section_id else "section_id")
    _note(
        problems,
        read.section_id,
        user_start_date=(starts, read.starts),
        user_end_date=(until, read.until),
    )
    return read


def _place(row: dict[str, Any], problems: Problems) -> RosterPlace | Unread:
    section_id, local_id, entry, leave = _PLACE.of(row)
    read = RosterPlace(ident(section_id), ident(local_id), day(entry), day(leave))
    if not read.section_id or not read.local_id:
        return Unread(read.section_id, "missing", "district_student_id" if read.section_id else "section_id")
    if read.entry_date is None or read.leave_date is None:
        _note(
            problems,
            read.section_id,
            entry_date=(entry, read.entry_date),
            leave_date=(leave, read.leave_date),
        )
    return read


def _counselor(row: dict[str, Any], problems: Problems) -> Counselor | Unread:
    local_id, counselor_id, address, starts, until = _COUNSELOR.of(row)
    read = Counselor(ident(local_id), ident(counselor_id), email(address), day(starts), day(until))
    if not read.local_id:
        return Unread(read.counselor_id, "missing", "district_student_id")
    if not read.counselor_id and not read.email:
        return Unread(read.local_id, "missing", "counselor_id")
    _note(problems, read.local_id, start_date=(starts, read.start_date), end_date=(until, read.end_date))
    return read


_READERS: Final[dict[str, Callable[[dict[str, Any], Problems], Any]]] = {
    "Sites": _site,
    "GradeLevels": _grade_level,
    "Students2": _student,
    "StudentContacts": _contact,
    "Enrollment": _enrollment,
    "Terms": _term,
    "Users": _user,
    "UserRoles": _user_role,
    "MasterSchedule": _section,
    "Roster": _place,
    "StudentCounselors": _counselor,
}


def is_typed(endpoint: str) -> bool:
    """Say whether the rows of this endpoint have a record of their own."""
    return endpoint in _READERS


def listed(results: Any) -> Sequence[Any]:
    """Return the rows of an answer; one object where a list is meant is one row, and null is none.

    PHP writes a list whose numbering has gaps as an object of numbers; that is a list, too.
    """
    if isinstance(results, list):
        return results
    if isinstance(results, dict) and results:
        numbered = all(key.isdigit() for key in results) and all(
            isinstance(row, dict) for row in results.values()
        )
        return list(results.values()) if numbered else [results]
    return [] if results is None or results in ({}, "") else [results]


def read(endpoint: str, rows: Iterable[Any]) -> Records:
    """Return the records of one page. Never raises on what JSON can hold."""
    reader = _READERS[endpoint]
    problems: Problems = []
    records: list[Any] = []
    for row in rows:
        if type(row) is not dict:
            problems.append(Unread("", "not-an-object"))
            continue
        record = reader(row, problems)
        if isinstance(record, Unread):
            problems.append(record)
        else:
            records.append(record)
    return Records(records, problems)
