"""A folder of CSV files as a source of people: the same rows as Illuminate's, for districts whose Illuminate has none.

The sync runs `CsvSource.feed`; the staff page checks one file with `FileReading`. Values are read by the very readers
of Illuminate's answers. A kind is complete only if every one of its lines was read and the file stood still meanwhile:
else somebody's link would end because of a comma. No Django.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final, TextIO

from integrations.http import VendorMisconfigured
from integrations.illuminate import reading, records
from integrations.illuminate.values import cds, day, grade, ident, is_blank, text
from integrations.sync.csv_catalog import FILES, CsvFile
from integrations.sync.csv_table import BadHeader, Line, Table, decoded
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

_BATCH: Final = 2000
_RELATIONSHIP: Final = 60
# The code of a district's own site ends so.
_OFFICE: Final = "0000000"
# Blank says "still"; what is there and cannot be read says nothing, and must not be taken for blank.
_MUST_BE_READ: Final = frozenset(
    ("entry_date", "leave_date", "start_date", "end_date", "user_start_date", "user_end_date", "active")
)
_IDS: Final = ("district_student_id", "contact_id", "site_id", "user_id", "section_id", "counselor_id")
# What a spreadsheet makes of a long number: many ids would become one.
_SPREADSHEET: Final = re.compile(r"\s*[0-9](?:[.,][0-9]+)?[eE]\+?[0-9]+\s*")

Fed = Iterator[Batch | KindEnd]
Made = list[tuple[Kind, Row]]


class BadDelivery(VendorMisconfigured):
    """The folder, or a file in it, is not what was agreed: staff must act. `reason` names file and column.

    `no-folder`, `folder-refused`, `no-files`, `utf-16-students`, `no-column-contacts-legal-guardian`,
    `column-twice-staff-email`.
    """

    def __init__(self, reason: str, file: str = "", column: str = "") -> None:
        words = [reason, file, column.replace("_", "-")]
        super().__init__("-".join(filter(None, words)))
        self.file = file
        self.column = column

    def __str__(self) -> str:
        place = f"{self.file}.csv" if self.file else "the folder"
        return f"{place}: {self.reason}"


@dataclass
class Sites:
    """What the rows of a school are told by: its id, or its CDS code in the place of one."""

    ids: set[str] = field(default_factory=set)
    by_code: dict[str, str] = field(default_factory=dict)

    def add(self, school: SchoolRow) -> None:
        self.ids.add(school.site_id)
        if school.cds_code:
            self.by_code.setdefault(school.cds_code, school.site_id)

    def of(self, written: str) -> str:
        known = ident(written)
        return known if known in self.ids else self.by_code.get(cds(written), known)


class CsvSource:
    """A `Source`. `today` is the district's: whoever has left by then works there no more."""

    name = "csv"

    def __init__(self, folder: Path, *, today: date) -> None:
        self._folder = folder
        self._today = today

    def feed(self) -> Fed:
        """Yield every kind that has a file. Raises BadDelivery before the first row."""
        found = _files(self._folder)
        if not found:
            raise BadDelivery("no-files")
        before = {name: _state(path) for name, path in found.items()}
        for file in FILES:
            if file.name in found:
                _check_header(file, found[file.name])
        sites = Sites()
        for file in FILES:
            path = found.get(file.name)
            if path is None:
                for kind in file.kinds:
                    yield KindEnd(kind, complete=False, received=0, reason="file-missing")
                continue
            yield from self._file(file, path, sites, before[file.name])

    def stop(self) -> None:
        """Nothing to do: a file is not waited for."""

    def _file(self, file: CsvFile, path: Path, sites: Sites, before: object) -> Fed:
        read = FileReading(file, today=self._today, sites=sites)
        reason = ""
        try:
            with decoded(path.open("rb")) as stream:
                yield from read.batches(stream)
        except BadHeader as problem:
            reason = problem.reason
        except OSError:
            reason = "read-failed"
        if before is None or _state(path) != before:
            reason = "still-written"
        for kind in file.kinds:
            whole = read.whole and not reason
            why = reason or ("" if whole else "lines-left-out")
            yield KindEnd(kind, complete=whole, received=read.received[kind], reason=why)


def _files(folder: Path) -> dict[str, Path]:
    """Return the files that are there, by their plain names; an export may write them in capitals."""
    try:
        # A link may lead to another district's file, and whoever delivers can make one.
        there = sorted(path for path in folder.iterdir() if path.is_file() and not path.is_symlink())
    except OSError as problem:
        raise BadDelivery("no-folder") from problem
    by_name = {path.name.lower(): path for path in there}
    by_name |= {path.name: path for path in there}
    return {file.name: by_name[file.file_name] for file in FILES if file.file_name in by_name}


def _state(path: Path) -> object:
    """Return what changes when somebody writes the file; None while somebody says that they do."""
    try:
        if path.with_name(f"{path.name}.partial").exists():
            return None
        now = path.stat()
    except OSError:
        return None
    return now.st_ino, now.st_size, now.st_mtime_ns


def _check_header(file: CsvFile, path: Path) -> None:
    try:
        with decoded(path.open("rb")) as stream:
            Table(stream, file.columns)
    except BadHeader as problem:
        # A file of nothing is what an export that failed leaves behind: its kind is incomplete.
        if problem.reason != "empty":
            raise BadDelivery(problem.reason, file.name, next(iter(problem.columns), "")) from problem
    except OSError:
        return


class FileReading:
    """Reads one file, once. After `batches` it knows whether the file was read `whole` and what it `received`."""

    def __init__(self, file: CsvFile, *, today: date, sites: Sites | None = None) -> None:
        self.file = file
        self.whole = False
        self.lines = 0
        self._line = 0
        self.left_out = 0
        self.unknown: list[str] = []
        self.received: Counter[Kind] = Counter()
        self._today = today
        self._sites = sites or Sites()
        self._names = {column.reads: column.name for column in file.columns}
        self._make: Callable[[Any, dict[str, str]], Made] = _MAKERS[file.name](self)
        self._rows: dict[Kind, list[Row]] = {kind: [] for kind in file.kinds}
        self._problems: list[Problem] = []

    def batches(self, stream: TextIO) -> Iterator[Batch]:
        """Yield rows and problems of a `decoded` file. Raises BadHeader, OSError."""
        table = Table(stream, self.file.columns)
        self.unknown = table.unknown
        for line in table:
            self.lines += 1
            self._read(line)
            if len(self._problems) >= _BATCH or self.lines % _BATCH == 0:
                yield from self._flush()
        if table.not_utf_8:
            self._line = table.not_utf_8
            self._note("not-utf-8")
        yield from self._flush()
        self.whole = not self.left_out

    def _flush(self) -> Iterator[Batch]:
        problems, self._problems = self._problems, []
        for kind, rows in self._rows.items():
            if rows or problems:
                yield Batch(kind, rows, problems)
            problems = []
            self._rows[kind] = []

    def _note(self, reason: str, column: str = "") -> None:
        name = self._names.get(column, column)
        self._problems.append(Problem(self.file.file_name, f"line {self._line}", reason, name))

    def _read(self, line: Line) -> None:
        self._line = line.number
        fault, column = line.fault, ""
        values = line.values
        if not fault:
            column = next((name for name in _IDS if _SPREADSHEET.fullmatch(values.get(name, ""))), "")
            fault = "spreadsheet-number" if column else ""
        if fault:
            self.left_out += 1
            self._note(fault, column)
            return
        self._take(values)

    def _take(self, values: dict[str, str]) -> None:
        if self.file.name == "schools" and is_blank(values.get("site_id")):
            values["site_id"] = cds(values["state_school_id"])
        read = reading.read(self.file.endpoint, (values,))
        for unread in read.problems:
            self._note(unread.reason, unread.field)
        unreadable = {unread.field for unread in read.problems if unread.reason == "unreadable"}
        if not is_blank(values.get("exit_date")) and day(values["exit_date"]) is None:
            unreadable.add("active")
            self._note("unreadable", "exit_date")
        if not read.rows or unreadable & _MUST_BE_READ:
            self.left_out += 1
            return
        for kind, row in self._make(read.rows[0], values):
            self.received[kind] += 1
            self._rows[kind].append(row)

    # --- from Illuminate's records to rows --------------------------------------------------------------------------

    def school(self, record: records.Site, _values: dict[str, str]) -> Made:
        row = SchoolRow(record.site_id, record.cds_code, record.name, record.cds_code.endswith(_OFFICE))
        self._sites.add(row)
        return [(Kind.SCHOOLS, row)]

    def student(self, record: records.Student, values: dict[str, str]) -> Made:
        row = StudentRow(
            record.local_id,
            record.student_id,
            record.ssid,
            record.first_name,
            record.last_name,
            record.birth_date,
            grade(values.get("grade_level")),
            record.email,
        )
        return [(Kind.STUDENTS, row)]

    def enrollment(self, record: records.Enrollment, values: dict[str, str]) -> Made:
        row = EnrollmentRow(
            record.local_id,
            self._sites.of(record.site_id),
            record.entry_date,
            record.leave_date,
            primary=bool(record.is_primary),
            grade=grade(values.get("grade_level")),
        )
        return [(Kind.ENROLLMENTS, row)]

    def contact(self, record: records.StudentContact, _values: dict[str, str]) -> Made:
        row = ContactRow(
            record.local_id,
            record.contact_id,
            _joined(record.first_name, record.last_name, record.name_suffix),
            record.email,
            record.language,
            record.relationship[:_RELATIONSHIP],
            record.legal_guardian,
            record.resides_with,
        )
        return [(Kind.CONTACTS, row)]

    def staff(self, record: records.User, values: dict[str, str]) -> Made:
        """One line is a person and one role; who has several has several lines, and no role is none."""
        has_left = record.exit_date is not None and record.exit_date < self._today
        name = text(values.get("name")) or _joined(record.first_name, record.last_name)
        active = record.active is not False and not has_left
        made: Made = [(Kind.STAFF, StaffRow(record.user_id, name, record.email, active))]
        role = text(values["role_name"])
        if role and is_blank(values["site_id"]):
            self.left_out += 1
            self._note("missing", "site_id")
        elif role:
            made.append((Kind.ROLES, RoleRow(record.user_id, self._sites.of(values["site_id"]), role)))
        return made

    def section(self, record: records.SectionTeacher, _values: dict[str, str]) -> Made:
        site_id = self._sites.of(record.site_id)
        made: Made = [
            (Kind.SECTIONS, SectionRow(record.section_id, site_id, record.name or record.section_id))
        ]
        if record.user_id:
            teacher = TeacherRow(record.section_id, record.user_id, record.starts, record.until)
            made.append((Kind.TEACHERS, teacher))
        return made

    def place(self, record: records.RosterPlace, _values: dict[str, str]) -> Made:
        row = PlaceRow(record.section_id, record.local_id, record.entry_date, record.leave_date)
        return [(Kind.PLACES, row)]

    def caseload(self, record: records.Counselor, _values: dict[str, str]) -> Made:
        row = CaseloadRow(
            record.local_id, record.counselor_id, record.email, record.start_date, record.end_date
        )
        return [(Kind.CASELOADS, row)]


def _joined(*parts: str) -> str:
    return " ".join(filter(None, parts))


_MAKERS: Final[dict[str, Callable[[FileReading], Callable[[Any, dict[str, str]], Made]]]] = {
    "schools": lambda read: read.school,
    "students": lambda read: read.student,
    "enrollments": lambda read: read.enrollment,
    "contacts": lambda read: read.contact,
    "staff": lambda read: read.staff,
    "sections": lambda read: read.section,
    "roster": lambda read: read.place,
    "caseloads": lambda read: read.caseload,
}
