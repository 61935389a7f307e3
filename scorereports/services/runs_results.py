"""What a run has found, for its page, its table and its file: always cut to whom the reader may see now.

Called by staff pages. A student who left the reader's class since, or who came under a hold, shows no report here any
more, whatever the run found: the rows are old, the check is not (trust A4, A7, A10). No vendor is asked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, Q, QuerySet

from accounts import access
from accounts.models import Student, User
from accounts.services import changes
from portal.base import clock
from portal.base.spreadsheets import csv_line
from scorereports import catalog
from scorereports.models import PlaceState, ReportRun, ReportRunPlace, ReportRunReport
from scorereports.outcomes import Outcome, text_for
from scorereports.services import runs_choosing

PAGE_SIZE = 50
_QUIET = timedelta(minutes=3)
# The rate of the last so many seconds says how long the rest takes.
_LOOKED_BACK = 60.0
COLUMNS = (
    "local id",
    "last name",
    "first name",
    "grade",
    "result",
    "test",
    "school year",
    "language",
    "format",
)


@dataclass(frozen=True)
class Progress:
    """How far a run is. `seconds_left` is None where nothing says. What it found is `counts`: that has a reader."""

    total: int
    done: int
    seconds_left: int | None

    @property
    def percent(self) -> int:
        return self.done * 100 // self.total if self.total else 100


@dataclass(frozen=True)
class Narrowed:
    """Which rows of the table somebody wants; empty is all. `lacking`: those without such a report."""

    state: str = ""
    type: str = ""
    year: str = ""
    language: str = ""
    lacking: bool = False


def progress(run: ReportRun) -> Progress:
    rows = dict(run.places.values_list("state").annotate(n=Count("pk")).order_by())
    total, left = sum(rows.values()), rows.get(PlaceState.PENDING, 0)
    return Progress(total, total - left, _seconds_left(run, left))


def _seconds_left(run: ReportRun, left: int) -> int | None:
    now = clock.now()
    if not left or run.started_at is None:
        return None
    since = max(run.started_at, now - timedelta(seconds=_LOOKED_BACK))
    lately = run.places.filter(asked_at__gte=since).count()
    return round(left * (now - since).total_seconds() / lately) if lately else None


def is_quiet(run: ReportRun) -> bool:
    """Say whether a run that should be worked on shows no sign of life: no worker is there."""
    return (run.heartbeat_at or run.created_at) < clock.now() - _QUIET and run.waits_until is None


def shown(run: ReportRun, reader: User) -> QuerySet[ReportRunReport]:
    """Return the reports found of students whom the reader may see now, without those under a hold for them."""
    mine = students(run, reader).order_by().values("pk")
    rows = ReportRunReport.objects.filter(place__run=run, place__student__in=mine)
    return rows.exclude(place__student__in=held_now(run, reader)).order_by()


def held_now(run: ReportRun, reader: User) -> set[int]:
    """Return the run's students who are under a hold for this reader, whatever the run found of them before."""
    return access.under_hold_for(reader, list(run.places.values_list("student", flat=True)))


def counts(run: ReportRun, reader: User) -> list[tuple[PlaceState, int]]:
    """Count the run's students by what its table shows this reader now; who is not theirs any more is refused."""
    held = held_now(run, reader)
    mine = set(students(run, reader).order_by().values_list("pk", flat=True))
    counted: Counter[PlaceState] = Counter()
    for student, state in run.places.values_list("student", "state"):
        if student not in mine:
            counted[PlaceState.REFUSED] += 1
        else:
            counted[PlaceState.HELD if student in held else PlaceState(state)] += 1
    return [(state, counted[state]) for state in PlaceState if state in counted]


def totals(run: ReportRun, reader: User) -> list[dict[str, Any]]:
    """Count for each test and year how many students have it, in all and by language, the newest year first."""
    rows = shown(run, reader).values("type", "year")
    counted = {(row["type"], row["year"]): row["n"] for row in rows.annotate(n=Count("place", distinct=True))}
    by_language: dict[tuple[str, str], dict[str, int]] = {}
    for row in rows.values("type", "year", "language").annotate(n=Count("place", distinct=True)):
        by_language.setdefault((row["type"], row["year"]), {})[row["language"]] = row["n"]
    ordered = sorted(counted, key=lambda key: catalog.order(key[0]))
    ordered.sort(key=lambda key: key[1], reverse=True)
    return [
        {
            "title": catalog.type_title(type_),
            "year": catalog.year_label(year),
            "students": counted[type_, year],
            "languages": [
                (catalog.language_name(code), catalog.language_tag(code), by_language[type_, year][code])
                for code in sorted(by_language[type_, year], key=catalog.language_order)
            ],
        }
        for type_, year in ordered
    ]


def found_in(run: ReportRun, reader: User) -> dict[str, list[str]]:
    """Return the codes of each kind (type, year, language) that the run has found."""
    kinds = ("type", "year", "language")
    rows = list(shown(run, reader).values_list(*kinds).distinct())
    return {kind: sorted({row[place] for row in rows}) for place, kind in enumerate(kinds)}


def students(run: ReportRun, reader: User, narrowed: Narrowed | None = None) -> QuerySet[Student]:
    """Return the run's students whom the reader may see now, by name.

    Who came under a hold since is among those held and in no other choice: being listed there, or not, would tell.
    """
    wanted = narrowed or Narrowed()
    places: QuerySet[ReportRunPlace] = ReportRunPlace.objects.filter(run=run)
    report = {name: getattr(wanted, name) for name in ("type", "year", "language") if getattr(wanted, name)}
    held = Q(student__in=held_now(run, reader)) if wanted.state or report else Q()
    if wanted.state == PlaceState.HELD:
        places = places.filter(Q(state=wanted.state) | held)
    elif wanted.state:
        places = places.filter(~held, state=wanted.state)
    if report:
        having = ReportRunReport.objects.filter(place__run=run, **report).values("place")
        places = places.exclude(held)
        places = places.exclude(pk__in=having) if wanted.lacking else places.filter(pk__in=having)
    visible: QuerySet[Student] = runs_choosing.students_of(reader).filter(pk__in=places.values("student"))
    return visible


def table(
    run: ReportRun, reader: User, narrowed: Narrowed, page: object
) -> tuple[Page[Student], list[dict[str, Any]]]:
    """Return one page of the table: the page itself, and its rows."""
    found = Paginator(students(run, reader, narrowed), PAGE_SIZE).get_page(page)  # type: ignore[arg-type] # get_page() takes the text that was posted, whatever it is
    return found, list(_rows(run, reader, list(found)))


def _rows(run: ReportRun, reader: User, members: list[Student]) -> Iterator[dict[str, Any]]:
    ids = [one.pk for one in members]
    held = access.under_hold_for(reader, ids)
    places = run.places.filter(student__in=ids).prefetch_related("reports")
    by_student = {place.student_id: place for place in places}
    for student in members:
        place = by_student[student.pk]
        is_held = student.pk in held
        reports = [] if is_held else list(place.reports.all())
        state = PlaceState.HELD if is_held else PlaceState(place.state)
        yield {"student": student, "state": state, "why": _why(place, is_held=is_held), "reports": reports}


def _why(place: ReportRunPlace, *, is_held: bool) -> str:
    """Return the staff's words for what came of a student; nothing where reports speak for themselves."""
    outcome = Outcome.HELD.value if is_held else place.outcome
    if outcome not in set(Outcome):
        return ""
    return str(text_for(Outcome(outcome), family=False).explanation)


def export(*, run: ReportRun, by: User) -> str:
    """Return the whole table as CSV, a line for each report or reason, and put the export on record."""
    changes.record("run.exported", subject="report_run", subject_id=run.uuid, by=by)
    lines = [csv_line(COLUMNS)]
    for row in _rows(run, by, list(students(run, by))):
        student = row["student"]
        person = (student.local_id, student.last_name, student.first_name, student.grade, row["state"].label)
        for report in row["reports"] or [None]:
            named = (report.type, report.year, report.language, report.format) if report else ("",) * 4
            lines.append(csv_line((*person, *named)))
    # A spreadsheet takes a file without this mark for its own country's letters.
    return "\ufeff" + "".join(lines)
