"""Illuminate as a source of people: its pages as neutral rows, kind by kind, for one academic year.

The sync runs `IlluminateSource.feed`; dates are sent wherever the document has them, since without one the API answers
for a day of its own choosing. A list that comes short, twice or not at all ends with `complete` False, and then nothing
may end for its absence: that is what stands between a vendor's bad night and families locked out. Refused credentials,
and sites, terms or grades that cannot be had, end the feed: nothing else could be understood.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from functools import partial
from typing import Any, NamedTuple, Protocol

from integrations.http import VendorError
from integrations.illuminate.errors import CredentialsRefused
from integrations.illuminate.paging import Ahead, Pages
from integrations.illuminate.records import (
    Counselor,
    Enrollment,
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
    SchoolRow,
    SectionRow,
    StaffRow,
    StudentRow,
    TeacherRow,
    TermRow,
)

_RELATIONSHIP = 60
_JULY = 7


class Client(Protocol):
    """What the source needs of `IlluminateClient`."""

    def ahead(self) -> Ahead: ...

    def pages(self, name: str, **arguments: Any) -> Pages: ...


class InSession(NamedTuple):
    """The day that is asked about, and the academic year it lies in."""

    day: date
    academic_year: int


Fed = Iterator[Batch | KindEnd]
Mapped = Callable[[Sequence[Any]], Sequence[Any]]


class IlluminateSource:
    """A `Source`. `today` is the district's; `day` overrides which day is asked about."""

    name = "illuminate"

    def __init__(self, client: Client, *, today: date, day: date | None = None) -> None:
        self._client = client
        self._today = today
        self._day = day
        self._grades: dict[str, str] = {}
        self._ahead = client.ahead()

    def feed(self) -> Fed:
        """Yield every kind. Raises CredentialsRefused at any time, any VendorError before the first row of people."""
        with self._ahead as ahead:
            yield from self._fed(partial(self._client.pages, ahead=ahead))

    def stop(self) -> None:
        """Ask for nothing more; what is waited for ends with the error that there is no time left."""
        self._ahead.stopped.set()

    def _fed(self, ask: Callable[..., Pages]) -> Fed:
        # What can be asked for is asked for before the first of it is read, so that vendor and database both stay busy.
        listed_terms, listed_sites, levels = self._terms(ask), ask("Sites"), ask("GradeLevels")
        terms, sites = _Whole("Terms", *listed_terms), _Whole("Sites", listed_sites)
        self._grades = {level.grade_level_id: level.state_id for level in _Whole("GradeLevels", levels).rows}
        session = in_session(terms.rows, self._today, day=self._day)
        day, year = session.day.isoformat(), session.academic_year
        students, enrollments = ask("Students2", date=day), ask("Enrollment", date=day)
        contacts, users = ask("StudentContacts"), ask("Users")
        roles, schedule = ask("UserRoles", academic_year=year), ask("MasterSchedule", date=day)
        roster, caseloads = ask("Roster", date=day), ask("StudentCounselors", date=day)
        yield from terms.fed(Kind.TERMS, [_term_row(term) for term in terms.rows])
        yield from sites.fed(Kind.SCHOOLS, _school_rows(sites.rows))
        yield from _kind(Kind.STUDENTS, students, _students)
        yield from _kind(Kind.ENROLLMENTS, enrollments, self._enrollments)
        yield from _kind(Kind.CONTACTS, contacts, _contacts)
        yield from _kind(Kind.STAFF, users, self._staff)
        yield from _kind(Kind.ROLES, roles, _Once(_role_row))
        yield from _sections(schedule)
        yield from _kind(Kind.PLACES, roster, _places)
        yield from _kind(Kind.CASELOADS, caseloads, _caseloads)

    def _terms(self, ask: Callable[..., Pages]) -> list[Pages]:
        """Return the terms of the last academic year and this one: the API looks at one year at a time."""
        this_year = self._today.year + (self._today.month >= _JULY)
        years = [(date(year - 1, _JULY, 1), date(year, _JULY - 1, 30)) for year in (this_year - 1, this_year)]
        return [
            ask("Terms", start_date=first.isoformat(), end_date=last.isoformat()) for first, last in years
        ]

    def _enrollments(self, records: Sequence[Enrollment]) -> list[EnrollmentRow]:
        return [
            EnrollmentRow(
                local_id,
                site_id,
                starts,
                until,
                primary=bool(primary),
                grade=self._grades.get(level, ""),
            )
            for _, local_id, site_id, starts, until, level, primary in records
        ]

    def _staff(self, records: Sequence[User]) -> list[StaffRow]:
        today = self._today
        return [
            StaffRow(
                user.user_id,
                _full_name(user.first_name, user.last_name),
                user.email,
                # Blank says nothing; whoever has left says so by the day.
                active=user.active is not False and (user.exit_date is None or user.exit_date >= today),
            )
            for user in records
        ]


def in_session(terms: Iterable[Term], today: date, *, day: date | None = None) -> InSession:
    """Return the day to ask about: today if most sites are in session, else the last such day, else the first to come.

    Summer sessions do not count where there are others: in July nearly nobody is enrolled in one.
    """
    all_of_them = list(terms)
    regular = [term for term in all_of_them if "summer" not in term.session_type.lower()] or all_of_them
    chosen = day or _day_in_session(regular, today)
    return InSession(chosen, _year_of(regular, chosen))


def _day_in_session(terms: list[Term], today: date) -> date:
    def most_are_in(when: date) -> bool:
        year = _year_of(terms, when)
        sites = {term.site_id for term in terms if term.academic_year == year}
        there = {term.site_id for term in terms if term.start_date <= when <= term.end_date}
        return bool(there) and 2 * len(there) >= len(sites)

    before = sorted({today, *(term.end_date for term in terms if term.end_date < today)}, reverse=True)
    after = sorted({term.start_date for term in terms if term.start_date > today})
    return next((when for when in (*before, *after) if most_are_in(when)), today)


def _year_of(terms: list[Term], day: date) -> int:
    named = [term.academic_year for term in terms if term.start_date <= day <= term.end_date]
    return max(named, default=day.year + (day.month >= _JULY))


def _kind(kind: Kind, pages: Pages, mapped: Mapped) -> Fed:
    """Read one of the long lists, page by page."""
    reason = ""
    try:
        for page in pages:
            yield Batch(kind, mapped(page.rows), _problems(pages.endpoint, page.problems))
    except CredentialsRefused:
        raise
    except VendorError as error:
        reason = error.reason
    yield _end(kind, pages, reason)


def _sections(pages: Pages) -> Fed:
    """Read the master schedule once for two kinds: a row is a section with one of its teachers."""
    sections = _Once(_section_row)
    reason = ""
    try:
        for page in pages:
            yield Batch(Kind.SECTIONS, sections(page.rows), _problems(pages.endpoint, page.problems))
            yield Batch(Kind.TEACHERS, _teachers(page.rows))
    except CredentialsRefused:
        raise
    except VendorError as error:
        reason = error.reason
    yield _end(Kind.SECTIONS, pages, reason)
    yield _end(Kind.TEACHERS, pages, reason)


class _Whole:
    """Lists read to their end at once: they fit into memory, and all else is read with them. Raises what they raise."""

    def __init__(self, endpoint: str, *lists: Pages) -> None:
        self._lists = lists
        self.rows: list[Any] = []
        self.problems: list[Problem] = []
        for pages in lists:
            for page in pages:
                self.rows += page.rows
                self.problems += _problems(endpoint, page.problems)

    def fed(self, kind: Kind, rows: list[Any]) -> Fed:
        expected = [pages.expected for pages in self._lists if pages.expected is not None]
        yield Batch(kind, rows, self.problems)
        yield KindEnd(
            kind,
            complete=all(pages.complete for pages in self._lists),
            received=sum(pages.received for pages in self._lists),
            expected=sum(expected) if expected else None,
            reason=next((pages.reason for pages in self._lists if pages.reason), ""),
        )


class _Once:
    """Maps records to rows, each row once: the API repeats it for every term or teacher."""

    def __init__(self, row_of: Callable[[Any], Any]) -> None:
        self._row_of = row_of
        self._seen: set[Any] = set()

    def __call__(self, records: Sequence[Any]) -> list[Any]:
        rows = []
        for record in records:
            key, row = self._row_of(record)
            if key not in self._seen:
                self._seen.add(key)
                rows.append(row)
        return rows


def _end(kind: Kind, pages: Pages, reason: str) -> KindEnd:
    return KindEnd(
        kind,
        complete=pages.complete and not reason,
        received=pages.received,
        expected=pages.expected,
        reason=reason or pages.reason,
    )


def _problems(endpoint: str, unread: Sequence[Unread]) -> list[Problem]:
    return [Problem(endpoint, each.source_id, each.reason, each.field) for each in unread]


def _full_name(*parts: str) -> str:
    return " ".join(filter(None, parts))


def _school_rows(sites: list[Site]) -> list[SchoolRow]:
    """Mark the district's own site: by its code, or where no code says so, as the one that is its own parent."""
    by_code = {site.site_id for site in sites if site.cds_code.endswith("0000000")}
    own_parents = {site.site_id for site in sites if site.parent_site_id == site.site_id}
    district = by_code or own_parents
    return [SchoolRow(site.site_id, site.cds_code, site.name, site.site_id in district) for site in sites]


def _term_row(term: Term) -> TermRow:
    return TermRow(term.site_id, term.start_date, term.end_date, term.academic_year)


def _students(records: Sequence[Student]) -> list[StudentRow]:
    return [
        StudentRow(local_id, student_id, ssid, first_name, last_name, birth_date, "", email)
        for student_id, local_id, ssid, first_name, last_name, birth_date, email in records
    ]


def _contacts(records: Sequence[StudentContact]) -> list[ContactRow]:
    return [
        ContactRow(
            local_id,
            contact_id,
            _full_name(first, last, suffix),
            email,
            language,
            relationship[:_RELATIONSHIP],
            legal,
            resides,
        )
        for _, local_id, contact_id, first, last, suffix, email, language, relationship, legal, resides in records
    ]


def _role_row(record: UserRole) -> tuple[Any, RoleRow]:
    key = (record.user_id, record.site_id, record.role_name)
    return key, RoleRow(*key)


def _section_row(record: SectionTeacher) -> tuple[Any, SectionRow]:
    return record.section_id, SectionRow(record.section_id, record.site_id, record.name or record.section_id)


def _teachers(records: Sequence[SectionTeacher]) -> list[TeacherRow]:
    return [
        TeacherRow(each.section_id, each.user_id, each.starts, each.until) for each in records if each.user_id
    ]


def _places(records: Sequence[RosterPlace]) -> list[PlaceRow]:
    return [PlaceRow(section_id, local_id, entry, leave) for section_id, local_id, entry, leave in records]


def _caseloads(records: Sequence[Counselor]) -> list[CaseloadRow]:
    return [
        CaseloadRow(local_id, staff_id, email, starts, until)
        for local_id, staff_id, email, starts, until in records
    ]
