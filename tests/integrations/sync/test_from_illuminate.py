"""Illuminate as a source: which rows come of a night, which day is asked about, and when a kind is not whole."""

from __future__ import annotations

import datetime
from collections import defaultdict
from typing import Any

import pytest

from integrations.http import VendorError
from integrations.illuminate.errors import CredentialsRefused
from integrations.illuminate.records import Term
from integrations.sandbox.illuminate import catalogue
from integrations.sandbox.illuminate.night import parse_edits
from integrations.sandbox.server import SandboxServer
from integrations.sync.from_illuminate import IlluminateSource, in_session
from integrations.sync.rows import Batch, Kind, KindEnd, Problem, Source
from tests.integrations.illuminate.conftest import MakeClient, breaker, make_client
from tests.live import wait_until

__all__ = ["breaker", "make_client"]  # fixtures

Rows = dict[Kind, list[Any]]
Ends = dict[Kind, KindEnd]


def fed(source: Source) -> tuple[Rows, Ends]:
    rows: Rows = defaultdict(list)
    ends: Ends = {}
    for part in source.feed():
        if isinstance(part, Batch):
            assert part.kind not in ends, "a kind went on after its end"
            rows[part.kind] += part.rows
        else:
            ends[part.kind] = part
    return rows, ends


def source_of(make_client: MakeClient, sandbox: SandboxServer, **options: Any) -> IlluminateSource:
    return IlluminateSource(make_client(), today=options.pop("today", sandbox.world.today), **options)


def test_it_works(make_client: MakeClient, sandbox: SandboxServer):
    rows, ends = fed(source_of(make_client, sandbox))

    assert set(ends) == set(Kind)
    assert {kind: end.reason for kind, end in ends.items() if not end.complete} == {}
    assert all(rows[kind] for kind in Kind)
    schools = {row.site_id: row for row in rows[Kind.SCHOOLS]}
    assert [row.is_district for row in schools.values()].count(True) == 1
    students = {row.local_id: row for row in rows[Kind.STUDENTS]}
    assert {len(row.ssid) for row in students.values()} <= {0, 10}
    assert {row.local_id for row in rows[Kind.ENROLLMENTS]} <= set(students)
    assert all(row.site_id in schools and row.grade for row in rows[Kind.ENROLLMENTS])
    assert {row.local_id for row in rows[Kind.CONTACTS]} <= set(students)
    staff = {row.staff_id for row in rows[Kind.STAFF]}
    assert {row.staff_id for row in rows[Kind.ROLES]} <= staff
    sections = {row.section_id for row in rows[Kind.SECTIONS]}
    assert len(sections) == len(rows[Kind.SECTIONS])
    assert {row.section_id for row in rows[Kind.TEACHERS]} <= sections
    assert {row.section_id for row in rows[Kind.PLACES]} <= sections
    assert {row.staff_id for row in rows[Kind.CASELOADS]} <= staff
    assert all(row.email == row.email.lower() for row in rows[Kind.CONTACTS] + rows[Kind.STAFF])


def test_the_same_night_gives_the_same_rows(make_client: MakeClient, sandbox: SandboxServer):
    first, second = fed(source_of(make_client, sandbox)), fed(source_of(make_client, sandbox))
    assert first == second


def test_a_role_that_is_listed_for_each_term_comes_once(make_client: MakeClient, sandbox: SandboxServer):
    rows, ends = fed(source_of(make_client, sandbox))
    assert len(set(rows[Kind.ROLES])) == len(rows[Kind.ROLES])
    assert ends[Kind.ROLES].complete


@pytest.mark.promise("F1")
@pytest.mark.parametrize(
    ("endpoint", "kinds"),
    [
        ("Students2", {Kind.STUDENTS}),
        ("Enrollment", {Kind.ENROLLMENTS}),
        ("StudentContacts", {Kind.CONTACTS}),
        ("Users", {Kind.STAFF}),
        ("UserRoles", {Kind.ROLES}),
        ("MasterSchedule", {Kind.SECTIONS, Kind.TEACHERS}),
        ("Roster", {Kind.PLACES}),
        ("StudentCounselors", {Kind.CASELOADS}),
    ],
)
@pytest.mark.parametrize("status", [403, 500])
def test_a_list_that_fails_is_not_whole_and_the_others_are(
    make_client: MakeClient, sandbox: SandboxServer, endpoint: str, kinds: set[Kind], status: int
):
    sandbox.faults.add(vendor="illuminate", where=endpoint, kind="status", status=status, text="")
    _, ends = fed(source_of(make_client, sandbox))

    assert {kind for kind, end in ends.items() if not end.complete} == kinds
    reason = "no-permission" if status == 403 else "status-500"
    assert {ends[kind].reason for kind in kinds} == {reason}


@pytest.mark.promise("F1")
@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "short_page", "rows": 1},
        {"kind": "miscount", "results": 5},
        {"kind": "miscount", "results": -2},
    ],
)
def test_a_page_that_is_short_or_miscounted_makes_its_kind_not_whole(
    make_client: MakeClient, sandbox: SandboxServer, fault: dict[str, Any]
):
    sandbox.faults.add(vendor="illuminate", where="StudentContacts", **fault)
    rows, ends = fed(source_of(make_client, sandbox))

    assert rows[Kind.CONTACTS]
    assert [kind for kind, end in ends.items() if not end.complete] == [Kind.CONTACTS]


def test_the_next_list_is_asked_for_before_the_last_one_is_read(
    make_client: MakeClient, sandbox: SandboxServer
):
    """With a vendor who takes his time, a list's first page would else be waited for alone, list after list."""
    parts = source_of(make_client, sandbox).feed()
    next(part for part in parts if part.kind is Kind.STUDENTS)
    wait_until(lambda: sandbox.calls["Enrollment"], what="for the next list's first page")
    parts.close()  # type: ignore[attr-defined] # typed as an iterator; the source makes it by a generator, which has close()


@pytest.mark.parametrize("endpoint", ["Terms", "Sites", "GradeLevels"])
def test_without_terms_sites_or_grades_nothing_of_people_comes(
    make_client: MakeClient, sandbox: SandboxServer, endpoint: str
):
    sandbox.faults.add(vendor="illuminate", where=endpoint, kind="status", status=500)
    with pytest.raises(VendorError, match="status-500"):
        fed(source_of(make_client, sandbox))
    assert sandbox.calls["Students2"] == 0


@pytest.mark.parametrize("endpoint", ["Terms", "StudentContacts", "MasterSchedule"])
def test_refused_credentials_end_the_feed(make_client: MakeClient, sandbox: SandboxServer, endpoint: str):
    sandbox.faults.add(vendor="illuminate", where=endpoint, kind="status", status=401, text="")
    with pytest.raises(CredentialsRefused):
        fed(source_of(make_client, sandbox))
    assert sandbox.calls["Roster"] <= 1  # its first page is asked for with the schedule's


def test_what_cannot_be_read_is_a_problem_and_its_kind_is_whole(
    make_client: MakeClient, sandbox: SandboxServer
):
    row = {"contact_id": None, "district_student_id": "77"}
    sandbox.illuminate.change(edits=_edits({"endpoints": ["StudentContacts"], "add": row}))
    problems: list[Problem] = []
    ends: Ends = {}
    for part in source_of(make_client, sandbox).feed():
        if isinstance(part, Batch):
            problems += part.problems
        else:
            ends[part.kind] = part
    assert next(each for each in problems if each.source_id == "77").reason == "missing"
    assert ends[Kind.CONTACTS].complete


def _edits(*edits: dict[str, Any]) -> Any:

    return parse_edits(list(edits), catalogue.WITH_ROWS)


# --- which day is asked about ---------------------------------------------------------------------------------------


def day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


def term(site: str, starts: str, ends: str, year: int, session: str = "Normal") -> Term:
    return Term("1", site, day(starts), day(ends), year, session)


YEARS = [
    *(term(site, "2025-08-12", "2026-06-10", 2026) for site in "1234"),
    *(term(site, "2026-08-12", "2027-06-10", 2027) for site in "1234"),
    term("1", "2026-06-15", "2026-07-20", 2026, "Summer School"),
]


@pytest.mark.promise("F2")
@pytest.mark.parametrize(
    ("today", "asked", "year"),
    [
        ("2026-03-02", "2026-03-02", 2026),
        ("2026-06-10", "2026-06-10", 2026),
        ("2026-07-15", "2026-06-10", 2026),
        ("2026-08-11", "2026-06-10", 2026),
        ("2026-08-15", "2026-08-15", 2027),
        ("2024-01-01", "2025-08-12", 2026),
        ("2028-01-01", "2027-06-10", 2027),
    ],
)
def test_the_day_asked_about_is_in_session(today: str, asked: str, year: int):
    assert in_session(YEARS, day(today)) == (day(asked), year)


def test_one_year_round_school_does_not_keep_the_district_in_session():
    terms = [*YEARS, term("5", "2026-07-01", "2027-06-30", 2027)]
    assert in_session(terms, day("2026-07-15")).day == day("2026-06-10")


def test_winter_holidays_stay_in_their_year():
    halves = [
        *(term(site, "2026-08-12", "2026-12-18", 2027) for site in "12"),
        *(term(site, "2027-01-06", "2027-06-10", 2027) for site in "12"),
    ]
    assert in_session(halves, day("2026-12-28")) == (day("2026-12-18"), 2027)


def test_without_terms_it_is_today():
    assert in_session([], day("2026-10-01")) == (day("2026-10-01"), 2027)


def test_a_day_can_be_given():
    assert in_session(YEARS, day("2026-07-15"), day=day("2026-08-20")) == (day("2026-08-20"), 2027)
