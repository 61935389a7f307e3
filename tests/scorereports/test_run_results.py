"""The matrix of a run: a line a student, a column a test and year, languages in the cells, a word for each result."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from scorereports import catalog
from scorereports.models import PlaceState, ReportRun, ReportRunReport
from tests import factories
from tests.cast import Cast, sign_in
from tests.scorereports import running
from tests.scorereports.reading import YEAR, page, words

pytestmark = pytest.mark.django_db
LAST_YEAR = str(int(YEAR) - 1)


def matrix(client: Client, run: ReportRun, **chosen: str) -> Any:
    return page(client.post(f"/staff/runs/{run.uuid}/results/", chosen)).select("main table")[0]


def heads(table: Any) -> list[str]:
    """Return the years, then the tests of the columns."""
    years, tests = table.select("thead tr")
    return [cell.get_text(" ", strip=True) for cell in (*years.select("th")[1:], *tests.select("th")[3:])]


def line(table: Any, name: str) -> list[str]:
    """Return what a student's line says, without the name."""
    [row] = [row for row in table.select("tbody tr") if name in row.th.get_text()]
    return [" ".join(cell.get_text(" ").split()) for cell in row.select("td")]


def has(run: ReportRun, student: Any, *reports: tuple[str, str, str]) -> None:
    """Let the run have found these reports of a student alone: test, year, language."""
    ReportRunReport.objects.filter(place__run=run, place__student=student).delete()
    place = run.places.get(student=student)
    for kind, year, language in reports:
        ReportRunReport.objects.create(place=place, type=kind, year=year, language=language, format="PDF")


def test_it_works(cast: Cast):
    run = running.found(cast.teacher, cast.child, cast.classmate)
    has(
        run,
        cast.child,
        ("CAST", YEAR, "EN"),
        ("CAASPP", YEAR, "ES"),
        ("CAASPP", YEAR, "EN"),
        ("ESA", LAST_YEAR, "EN"),
    )
    has(run, cast.classmate, ("CAASPP", YEAR, "EN"))
    table = matrix(sign_in(cast.teacher), run)

    assert heads(table) == [
        catalog.year_label(YEAR),
        catalog.year_label(LAST_YEAR),
        "CAASPP state tests",
        "California Science Test (CAST)",
        "Summative ELPAC: English learners",
    ]
    assert line(table, cast.child.full_name) == [
        "Grade 5",
        "Available",
        "English Español",
        "English",
        "English",
    ]
    assert line(table, cast.classmate.full_name)[2:] == ["English", "– no such report", "– no such report"]


def test_what_is_no_report_is_said_across_the_columns_and_explained(cast: Cast):
    run = running.found(cast.school_admin, cast.child, cast.classmate)
    ReportRunReport.objects.filter(place__student=cast.classmate).delete()
    run.places.filter(student=cast.classmate).update(state=PlaceState.ELSEWHERE, outcome="enrolled-elsewhere")
    client = sign_in(cast.school_admin)
    said = line(matrix(client, run), cast.classmate.full_name)

    assert said[1] == "Enrolled elsewhere"
    assert len(said) == 3
    assert "the state has them at another district" in words(client.get(f"/staff/runs/{run.uuid}/results/"))


def test_a_chosen_test_or_year_leaves_its_columns_alone(cast: Cast):
    run = running.found(cast.teacher, cast.child)
    has(run, cast.child, ("CAST", YEAR, "EN"), ("CAASPP", YEAR, "EN"), ("CAASPP", LAST_YEAR, "EN"))
    client = sign_in(cast.teacher)

    assert heads(matrix(client, run, test="CAST"))[1:] == ["California Science Test (CAST)"]
    assert len(heads(matrix(client, run, year=LAST_YEAR))) == 2


def test_every_state_has_a_sign_and_a_meaning(cast: Cast):
    students = [factories.student(cast.school_a) for _ in PlaceState]
    run = running.found(cast.school_admin, *students)
    ReportRunReport.objects.filter(place__run=run).delete()
    for student, state in zip(students, PlaceState, strict=True):
        run.places.filter(student=student).update(state=state)
    shown = page(sign_in(cast.school_admin).get(f"/staff/runs/{run.uuid}/results/"))

    legend = [one.get_text(" ", strip=True) for one in shown.select(".legend li")]
    assert [one.partition(" : ")[0].lower() for one in legend] == [
        str(state.label).lower() for state in PlaceState
    ]
    assert len(shown.select("tbody td svg")) == len(PlaceState)


@pytest.mark.promise("A4")
def test_a_hold_takes_a_students_tests_away_from_columns_choices_and_totals(cast: Cast):
    run = running.found(cast.school_admin, cast.child, cast.classmate)
    has(run, cast.child, ("CAAS", YEAR, "EN"))
    client = sign_in(cast.school_admin)
    assert any("Alternate" in head for head in heads(matrix(client, run)))
    assert "Alternate" in words(client.get(f"/staff/runs/{run.uuid}/"))
    factories.hold(cast.child)
    table = matrix(client, run)

    assert "Alternate" not in words(client.get(f"/staff/runs/{run.uuid}/"))
    assert "Alternate" not in words(client.get(f"/staff/runs/{run.uuid}/results/"))
    assert line(table, cast.child.full_name)[1] == "Held"


# --- What came under a hold, or was blocked, since the run -----------------------------------------------------------


def counts(client: Client, run: ReportRun) -> dict[str, str]:
    """Return the numbers of the run's page by what they count."""
    rows = page(client.get(f"/staff/runs/{run.uuid}/")).select("section[aria-labelledby=students] li")
    return {
        row.select("a")[0].get_text(strip=True): row.select(".badge")[0].get_text(strip=True) for row in rows
    }


def listed(client: Client, run: ReportRun, **chosen: str) -> set[str]:
    table = page(client.post(f"/staff/runs/{run.uuid}/results/", chosen))
    return {one.get_text(" ", strip=True) for one in table.select("tbody th bdi")}


# Each way to ask for a student by a report that the run has found, or has not.
CHOICES = {
    "available": {"state": "available"},
    "a test": {"test": "ESA"},
    "a year": {"year": YEAR},
    "a language": {"language": "EN"},
    "lacking": {"test": "CAAS", "lacking": "on"},
}


@pytest.mark.promise("A4")
def test_a_student_held_since_is_counted_and_listed_as_held_alone(cast: Cast):
    run = running.found(cast.school_admin, cast.child, cast.classmate)
    has(run, cast.classmate, ("CAAS", YEAR, "EN"), ("ESA", YEAR, "EN"))
    client = sign_in(cast.school_admin)
    name = cast.child.full_name
    assert counts(client, run) == {"Available": "2"}
    assert all(name in listed(client, run, **chosen) for chosen in CHOICES.values()), "the control"

    factories.hold(cast.child)

    assert counts(client, run) == {"Available": "1", "Held": "1"}
    assert name in listed(client, run, state="held")
    for what, chosen in CHOICES.items():
        assert name not in listed(client, run, **chosen), what
    exported = client.post(f"/staff/runs/{run.uuid}/export/").content.decode()
    [line] = [row for row in exported.splitlines() if row.startswith(cast.child.local_id)]
    assert line.split(",")[4:] == ["held", "", "", "", ""]


@pytest.mark.promise("A4")
def test_a_custodian_who_passes_the_hold_sees_what_the_run_found(cast: Cast):
    run = running.found(cast.records_custodian, cast.child)
    factories.hold(cast.child)
    client = sign_in(cast.records_custodian)
    assert counts(client, run) == {"Available": "1"}
    assert cast.child.full_name in listed(client, run, state="available")


@pytest.mark.promise("A3", "A7")
def test_a_student_from_whom_the_reader_is_blocked_since_is_counted_as_refused(cast: Cast):
    """A block on the adult counts for their work too."""
    run = running.found(cast.school_admin, cast.child, cast.classmate)
    adult = factories.guardian(cast.district, cast.school_admin)
    factories.block(factories.link(adult, cast.child))
    client = sign_in(cast.school_admin)

    assert counts(client, run) == {"Available": "1", "No access any more": "1"}
    assert cast.child.full_name not in listed(client, run)
    assert cast.child.local_id not in client.post(f"/staff/runs/{run.uuid}/export/").content.decode()
