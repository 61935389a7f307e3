"""What the record of access holds after somebody asked for a report (trust R1, R2)."""

from __future__ import annotations

import datetime
import itertools
from dataclasses import dataclass

import pytest
from django.test import Client

from accounts.models import AccessRecord, Student
from portal.base import clock
from scorereports import catalog
from tests.cast import Cast, sign_in
from tests.scorereports.pages import ets_rows, first_report, leave, opened, read

ABOUT_A_REPORT = ("report_type", "report_year", "report_language", "report_format", "content_area")


@pytest.fixture
def report(cast: Cast, connected, sandbox) -> str:
    return first_report(sign_in(cast.parent_of_two), cast.child)


def rows() -> list[AccessRecord]:
    return list(AccessRecord.objects.order_by("pk"))


@pytest.mark.promise("R1")
def test_it_works(cast: Cast, report: str):
    answer = sign_in(cast.parent_of_two).get(f"{report}content/")
    assert [row.action for row in rows()] == ["opened"]  # before the first byte
    content = read(answer)
    opening, end = rows()

    assert (end.action, end.outcome, end.bytes_sent) == ("finished", "complete", len(content))
    assert end.event_id == opening.event_id
    assert (end.actor, end.student) == (opening.actor, opening.student)


@pytest.mark.promise("R1")
def test_a_reader_who_leaves_is_finished_as_such(cast: Cast, report: str):
    leave(sign_in(cast.parent_of_two).get(f"{report}content/"))

    assert [(row.action, row.outcome) for row in rows()] == [("opened", ""), ("finished", "client-left")]


@pytest.mark.promise("R1")
def test_each_report_served_is_one_opening(cast: Cast, report: str):
    for who in (cast.parent_of_two, cast.other_parent, cast.teacher, cast.parent_of_two):
        opened(sign_in(who), report)
    events = [row.event_id for row in rows() if row.action == "opened"]

    assert len(events) == len(set(events)) == 4
    assert events == [row.event_id for row in rows() if row.action == "finished"]


@pytest.mark.promise("R1")
def test_neither_the_list_nor_the_viewer_is_an_opening(cast: Cast, report: str):
    client = sign_in(cast.parent_of_two)
    client.get(f"/students/{cast.child.uuid}/")
    client.get(report)

    assert rows() == []


@pytest.mark.promise("R1")
def test_a_stranger_s_attempt_is_on_the_child_s_record(cast: Cast, report: str):
    answer = sign_in(cast.nobody).get(f"{report}content/")
    (row,) = rows()

    assert answer.status_code == 404
    assert (row.action, row.outcome) == ("refused", "no-grant")
    assert (row.actor, row.student) == (cast.nobody.uuid, cast.child.uuid)
    assert (row.actor_role, row.relation, row.report_type) == ("", "", "")


@pytest.mark.promise("R1")
def test_a_student_who_does_not_exist_has_no_record(cast: Cast, report: str):
    address = report.replace(str(cast.child.uuid), "00000000-0000-0000-0000-000000000007")

    assert sign_in(cast.nobody).get(f"{address}content/").status_code == 404
    assert Client().get(f"{report}content/").status_code == 302
    assert rows() == []


@pytest.mark.promise("R1")
def test_a_key_that_is_none_is_recorded_as_refused(cast: Cast, report: str):
    sign_in(cast.parent_of_two).get(f"/students/{cast.child.uuid}/reports/nonsense/content/")
    (row,) = rows()

    assert (row.action, row.outcome, row.actor) == ("refused", "gone", cast.parent_of_two.uuid)


@dataclass(frozen=True)
class Right:
    """By what right a member of the cast opens the child's report, as the record says it."""

    part: str
    role: str
    relation: str
    source: str
    basis: str


RIGHTS = [
    Right("parent_of_two", "guardian", "Mother", "sis:tie-", "99.10"),
    Right("other_parent", "guardian", "Father", "sis:tie-", "99.10"),
    Right("teacher", "section", "section", "section:", "99.31"),
    Right("counselor", "caseload", "caseload", "caseload:", "99.31"),
    Right("office", "school", "office", "role:", "99.31"),
    Right("school_admin", "school", "school_admin", "role:", "99.31"),
    Right("district_admin", "district", "district_admin", "role:", "99.31"),
]


@pytest.mark.promise("R2")
@pytest.mark.parametrize("right", RIGHTS, ids=lambda right: right.part)
def test_a_row_says_who_by_what_right_how_and_from_where(cast: Cast, sandbox, report: str, right: Right):
    who = getattr(cast, right.part)
    before = clock.now()
    opened(sign_in(who, Client(REMOTE_ADDR="127.0.0.9")), report)
    row = rows()[0]

    assert (row.actor, row.student) == (who.uuid, cast.child.uuid)
    assert (row.actor_role, row.relation) == (right.role, right.relation)
    assert row.relation_source.startswith(right.source)
    assert right.basis in row.legal_basis
    assert row.sign_in_method == ("password" if right.role == "guardian" else "password+totp")
    assert row.address == "127.0.0.9"
    assert len(row.request_id) == 32
    assert before <= row.recorded_at <= clock.now()
    assert row.recorded_at.utcoffset() == datetime.timedelta(0)
    assert (row.outcome, row.bytes_sent, row.run) == ("", None, None)


@pytest.mark.promise("R2")
def test_a_student_s_own_opening_says_self(cast: Cast, connected, sandbox):
    client = sign_in(cast.student)
    opened(client, first_report(client, cast.student_17))
    row = rows()[0]

    assert (row.actor_role, row.relation, row.actor) == ("student", "self", cast.student.uuid)
    assert "49061" in row.legal_basis


@pytest.mark.promise("R2")
def test_a_row_names_the_report_in_ets_s_words(cast: Cast, sandbox, report: str):
    opened(sign_in(cast.parent_of_two), report)
    row = rows()[0]
    words = tuple(getattr(row, name) for name in ABOUT_A_REPORT)
    listed = ets_rows(sandbox, cast.child.ssid, format="PDF")

    assert words in {
        (one["type"], str(one["year"]), one["lang"], one["format"], catalog.same_areas(one["content area"]))
        for one in listed
    }


@pytest.mark.promise("R2")
def test_two_requests_have_two_ids(cast: Cast, report: str):
    client = sign_in(cast.parent_of_two)
    opened(client, report)
    opened(client, report)

    assert len({row.request_id for row in rows() if row.action == "opened"}) == 2


@pytest.mark.promise("R2", "S2")
def test_no_column_holds_a_link_a_token_an_ssid_or_a_name(cast: Cast, sandbox, report: str):
    opened(sign_in(cast.parent_of_two), report)
    sign_in(cast.nobody).get(f"{report}content/")
    Student.unscoped.filter(pk=cast.child.pk).update(ssid="")
    sign_in(cast.parent_of_two).get(f"{report}content/")
    values = [str(value) for row in AccessRecord.objects.values_list() for value in row]
    forbidden = (cast.child.ssid, cast.child.last_name, cast.parent_of_two.email, "X-Amz", "http", "eyJ")

    assert len(values) > 40
    for value, word in itertools.product(values, forbidden):
        assert word not in value
