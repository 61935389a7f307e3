"""Who is in a class set, in which order, and what each file is called.

The names sort as a school sorts its paper: grade, class, student, test. They are made of letters that every system can
write; whoever has none of them is named by the local id.
"""

from __future__ import annotations

import re
import unicodedata
import uuid
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Min

from accounts.models import SectionPlace, User
from portal.base.clock import local_today
from scorereports import catalog
from scorereports.keys import ReportKey
from scorereports.models import PlaceState, ReportRun, ReportRunReport
from scorereports.services import runs_results
from scorereports.services.runs_results import Narrowed

_NOT_SAFE = re.compile(r"[^A-Za-z0-9]+")
_LONGEST_PART = 40
_FIRST_GRADES = {"TK": "00", "KN": "00"}


@dataclass(frozen=True)
class Member:
    """A student of a class set with the reports that the run found for them, PDFs alone."""

    student_uuid: uuid.UUID
    first_name: str = field(repr=False)
    last_name: str = field(repr=False)
    local_id: str = field(repr=False)
    grade: str
    section: str
    keys: tuple[ReportKey, ...]

    @property
    def place(self) -> tuple[str, str, str, str, str]:
        grade = _FIRST_GRADES.get(self.grade, self.grade)
        return grade, self.section, self.last_name.lower(), self.first_name.lower(), self.local_id


def of_run(run: ReportRun, reader: User) -> list[Member]:
    """Return the students with PDFs whom the reader may see now, in the order of the files; none of those held."""
    keys = _keys(run)
    students = runs_results.students(run, reader, Narrowed(state=PlaceState.AVAILABLE))
    sections = {} if run.section else _sections(run)
    members = [
        Member(
            student_uuid=one.uuid,
            first_name=one.first_name,
            last_name=one.last_name,
            local_id=one.local_id,
            grade=one.grade,
            section=run.section.name if run.section else sections.get(one.pk, ""),
            keys=tuple(keys[one.pk]),
        )
        for one in students
        if one.pk in keys
    ]
    return sorted(members, key=lambda member: member.place)


def held(run: ReportRun, reader: User) -> list[Member]:
    """Return the students under a hold for this reader, alike whether the run found reports of them or not."""
    students = runs_results.students(run, reader, Narrowed(state=PlaceState.HELD))
    return [
        Member(one.uuid, one.first_name, one.last_name, one.local_id, one.grade, "", ()) for one in students
    ]


def _keys(run: ReportRun) -> dict[int, list[ReportKey]]:
    found: dict[int, list[ReportKey]] = {}
    rows = ReportRunReport.objects.filter(place__run=run, format="PDF")
    names = ("place__student", "type", "year", "language", "format", "content_area", "ordinal")
    for student, *words in rows.values_list(*names).order_by("pk"):
        found.setdefault(student, []).append(ReportKey(*words))
    for keys in found.values():
        keys.sort(key=lambda key: (catalog.order(key.type), key.type, catalog.language_order(key.language)))
        keys.sort(key=lambda key: key.year, reverse=True)
    return found


def _sections(run: ReportRun) -> dict[int, str]:
    """Return for each student of the run one current class: the first by name, so that it is always the same."""
    rows = SectionPlace.objects.on(local_today()).filter(student__in=run.places.values("student"))
    return dict(rows.order_by().values_list("student").annotate(first=Min("section__name")))


def file_names(members: Iterable[Member]) -> dict[tuple[uuid.UUID, ReportKey], str]:
    """Return a name for each report, no two alike, whatever a disk thinks of capitals."""
    taken: Counter[str] = Counter()
    names = {}
    for member in members:
        for key in member.keys:
            name = _name(member, key)
            taken[name.lower()] += 1
            number = taken[name.lower()]
            names[member.student_uuid, key] = f"{name}-{number}.pdf" if number > 1 else f"{name}.pdf"
    return names


def _name(member: Member, key: ReportKey) -> str:
    who = _safe(f"{member.last_name}_{member.first_name}") or _safe(member.local_id) or "student"
    test = _safe(f"{key.type}_{key.year}") or "report"
    grade = _safe(_FIRST_GRADES.get(member.grade, member.grade)) or "no_grade"
    parts = (grade, _safe(member.section) or "no_class", who, test, _safe(key.language) or "und")
    return "-".join(parts)


def _safe(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return _NOT_SAFE.sub("_", plain).strip("_")[:_LONGEST_PART].strip("_")
