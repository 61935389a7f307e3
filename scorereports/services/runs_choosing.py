"""Who is in a run: the students of a class, grade or school, or of a pasted list; never one its maker may not see.

Called by `runs.start`. What a pasted line names and does not find, or finds beyond its sender's scope, is told by the
line's number alone: a list of ids must not become a way to ask who exists.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.db.models import QuerySet

from accounts import access
from accounts.access_rules import STAFF_RULES
from accounts.models import Enrollment, School, Section, SectionPlace, Student, User
from portal.base.clock import local_today

# What exports call the column of local ids; anything else in the first line is an id.
_HEADERS = {
    "id",
    "localid",
    "localstudentid",
    "districtstudentid",
    "studentid",
    "studentnumber",
    "studentno",
    "permid",
}
_AT_ONCE = 500
_LONGEST_ID = 40  # of the column


@dataclass(frozen=True)
class Wanted:
    """Which students somebody names: one of the four ways. `pasted` is the text as it came."""

    section: Section | None = None
    school: School | None = None
    grade: str = ""
    pasted: str = field(default="", repr=False)


@dataclass(frozen=True)
class Found:
    """The ids of the students, each once, and the numbers of the lines that led to none."""

    student_ids: tuple[int, ...]
    lines_not_found: tuple[int, ...] = ()


def students(user: User, wanted: Wanted) -> Found:
    """Return the students whom this person names and may see as staff today."""
    visible = students_of(user)
    if wanted.pasted:
        return _of_lines(visible, wanted.pasted)
    day = local_today()
    if wanted.section is not None:
        of_section = SectionPlace.objects.on(day).filter(section=wanted.section)
        visible = visible.filter(pk__in=of_section.values("student"))
    if wanted.school is not None:
        visible = visible.filter(
            pk__in=Enrollment.objects.on(day).filter(school=wanted.school).values("student")
        )
    if wanted.grade:
        visible = visible.filter(grade=wanted.grade)
    if wanted == Wanted(grade=wanted.grade):
        return Found(())  # no place is named: a whole district by mistake
    return Found(tuple(visible.values_list("pk", flat=True)))


def students_of(user: User) -> QuerySet[Student]:
    """Return everybody this person sees by their work; being somebody's parent adds nobody here."""
    return access.students_visible_to(user, rules=STAFF_RULES)


def _of_lines(visible: QuerySet[Student], text: str) -> Found:
    named = list(local_ids_in(text))
    ids = sorted({local_id for _line, local_id in named})
    found: dict[str, list[int]] = {}
    for start in range(0, len(ids), _AT_ONCE):
        rows = visible.filter(local_id__in=ids[start : start + _AT_ONCE]).order_by()
        for local_id, pk in rows.values_list("local_id", "pk"):
            found.setdefault(local_id, []).append(pk)
    in_order = dict.fromkeys(pk for _line, local_id in named for pk in found.get(local_id, ()))
    return Found(tuple(in_order), tuple(line for line, local_id in named if local_id not in found))


def local_ids_in(text: str) -> Iterator[tuple[int, str]]:
    """Yield (number of the line, local id) of a pasted list or CSV; a line of headings names the column."""
    column = 0
    for number, cells in enumerate(_rows(text), start=1):
        plain = [_plain(cell) for cell in cells]
        heading = next((place for place, cell in enumerate(plain) if cell in _HEADERS), None)
        if number == 1 and heading is not None:
            column = heading
            continue
        local_id = cells[column].strip() if column < len(cells) else ""
        if any(cell.strip() for cell in cells):
            yield number, local_id[:_LONGEST_ID]


def _rows(text: str) -> Iterator[list[str]]:
    lines = text.removeprefix("\ufeff").replace("\x00", "").splitlines()
    of_all = _separator(lines[0]) if lines else ""
    for line in lines:
        separator = of_all or _separator(line) or ","
        try:
            yield next(csv.reader(io.StringIO(line), delimiter=separator), [])
        except csv.Error:
            yield [line]


def _separator(line: str) -> str:
    return next((one for one in ("\t", ";", ",") if one in line), "")


def _plain(heading: str) -> str:
    return "".join(letter for letter in heading.lower() if letter.isalnum())
