"""A registration tied to its student by hand: by whom, to whom, on record, and taken back (A7, R5)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from accounts.models import AccessChange, Guardian, Guardianship, Student
from accounts.models.guardianship import REGISTRATION, Standing
from accounts.rights import Role
from accounts.services import guardianships
from integrations.models import EnrollmentRecord, RecordState
from integrations.sandbox.server import SandboxServer
from integrations.services import enrollments
from tests import factories
from tests.accounts.registering import registered
from tests.cast import Cast, sign_in
from tests.integrations.enrollment import rows, world

PAGE = "/staff/registrations/records/"
WHY = "The birth certificate and the paper form name this child."


def pages(record: EnrollmentRecord, child: Student) -> tuple[str, str, str]:
    here = f"{PAGE}{record.uuid}/"
    return here, f"{here}tie/{child.uuid}/", f"{here}untie/"


def tied(cast: Cast, **fields: Any) -> EnrollmentRecord:
    record = rows.record(cast, problem="no-student-id", local_id="", **fields)
    sign_in(cast.records_custodian).post(pages(record, cast.child)[1], {"reason": WHY})
    record.refresh_from_db()
    return record


def links() -> list[Guardianship]:
    return list(Guardianship.objects.filter(source=REGISTRATION))


@pytest.mark.promise("A8", "R5")
def test_it_works(cast: Cast, sandbox: SandboxServer):
    """From a registration without an id, through the search, to a parent who waits for staff."""
    where = world.target(cast, sandbox, approval_counts=True)
    made = world.approve(sandbox, "")
    world.look(where)
    record = world.record_of(made)
    assert (record.state, record.problem) == (RecordState.WAITING, "no-student-id")
    client = sign_in(cast.records_custodian)
    here, there, _back = pages(record, cast.child)
    assert here in client.get("/staff/registrations/waiting/").content.decode()
    found = client.post(here, {"text": cast.child.last_name}).content.decode()
    assert there in found

    assert "Tie this registration" in client.get(there).content.decode()
    page = client.post(there, {"reason": WHY}, follow=True).content.decode()

    assert "Tied by hand" in page
    record.refresh_from_db()
    assert (record.state, record.student, record.tie_reason) == (RecordState.PLACED, cast.child, WHY)
    assert world.families() == sorted((cast.child.local_id, parent.email) for parent in made.child.parents), (
        "each parent once"
    )
    assert {link.standing for link in links()} == {Standing.PROVISIONAL}, "no switch lets them in"
    row = AccessChange.objects.get(verb="enrollment_record.tied")
    assert (row.actor, row.reason) == (str(cast.records_custodian.uuid), WHY)
    assert (row.before["student"], row.before["state"]) == (None, "waiting")
    assert (row.after["student"], row.after["state"]) == (str(cast.child.uuid), "placed")


def test_the_same_tie_again_changes_nothing(cast: Cast):
    record = tied(cast)
    before = AccessChange.objects.count()

    sign_in(cast.district_admin).post(pages(record, cast.child)[1], {"reason": "Again."})

    assert (len(links()), AccessChange.objects.count()) == (1, before)
    record.refresh_from_db()
    assert record.tie_reason == WHY


def test_a_registration_that_found_its_student_is_left_alone(cast: Cast):
    record = rows.record(cast, state=RecordState.PLACED, student=cast.classmate)

    page = sign_in(cast.records_custodian).post(pages(record, cast.child)[1], {"reason": WHY}, follow=True)

    assert "Nothing was changed" in page.content.decode()
    assert links() == []


def test_nothing_is_tied_without_a_reason(cast: Cast):
    record = rows.record(cast)
    answer = sign_in(cast.records_custodian).post(pages(record, cast.child)[1], {"reason": " "})
    assert answer.status_code == 200
    assert links() == []


@pytest.mark.promise("A7")
def test_nobody_ties_to_a_student_outside_their_scope(cast: Cast):
    record = rows.record(cast)
    theirs = cast.stranger_child
    client = sign_in(cast.records_custodian)
    here, there, _back = pages(record, theirs)

    assert client.get(there).status_code == 404
    assert client.post(there, {"reason": WHY}).status_code == 404
    assert there not in client.post(here, {"text": theirs.last_name}).content.decode()
    assert links() == []
    assert sign_in(cast.staff_elsewhere).post(there, {"reason": WHY}).status_code == 404, (
        "not their registration"
    )


@pytest.mark.promise("A7")
def test_who_works_in_two_districts_ties_within_the_registrations_own(cast: Cast):
    record = rows.record(cast)
    other = factories.district()
    theirs = factories.student(factories.school(other), last_name="Farfield")
    factories.grant(cast.records_custodian, Role.RECORDS_CUSTODIAN, other)
    client = sign_in(cast.records_custodian)
    here, there, _back = pages(record, theirs)
    assert "Farfield" in client.post("/staff/students/", {"text": "Farfield"}).content.decode(), "the control"

    assert there not in client.post(here, {"text": "Farfield"}).content.decode()
    assert client.post(there, {"reason": WHY}).status_code == 404


def test_another_name_is_said_before_the_tie(cast: Cast):
    _here, there, _back = pages(rows.record(cast), cast.child)
    assert "wrote another name" in sign_in(cast.records_custodian).get(there).content.decode()


# --- Taken back ------------------------------------------------------------------------------------------------------


@pytest.mark.promise("R5")
def test_a_tie_is_taken_back_with_all_that_it_brought(cast: Cast):
    record = tied(cast)
    adults = Guardian.objects.count()
    _here, _there, back = pages(record, cast.child)
    client = sign_in(cast.records_custodian)
    assert "Take back" in client.get(back).content.decode()

    client.post(back, {"reason": "The other child of this name."})

    record.refresh_from_db()
    assert (record.state, record.student, record.tied_by) == (RecordState.WAITING, None, "")
    assert links() == []
    assert Guardian.objects.count() == adults - 1
    row = AccessChange.objects.get(verb="enrollment_record.untied")
    assert (row.before["student"], row.after["student"]) == (str(cast.child.uuid), None)
    assert AccessChange.objects.get(verb="guardianship.withdrawn").before["student"] == str(cast.child.uuid)
    again = sign_in(cast.records_custodian).post(pages(record, cast.classmate)[1], {"reason": WHY})
    assert again.status_code == 302
    assert [link.student for link in links()] == [cast.classmate], "and tied to whom it means"


def test_an_adult_who_stood_there_before_stays(cast: Cast):
    known = registered(
        cast.child, place="9:1:1", name="Jane Sample", email="jane.canary@example.org", relationship="Mother"
    )
    record = tied(cast)
    assert links() == [known], "found again, not made twice"

    sign_in(cast.records_custodian).post(pages(record, cast.child)[2], {"reason": "A slip."})

    record.refresh_from_db()
    assert record.state == RecordState.WAITING
    assert links() == [known]


def accepted(cast: Cast, link: Guardianship) -> None:
    guardianships.accept(guardianship=link, by=cast.district_admin, reason="On paper.")


def blocked(_cast: Cast, link: Guardianship) -> None:
    factories.block(link)


def claimed(cast: Cast, link: Guardianship) -> None:
    Guardian.objects.filter(pk=link.guardian_id).update(user=cast.nobody)


def named_again(cast: Cast, link: Guardianship) -> None:
    """Another registration of the same child names the same adult."""
    other = rows.record(cast, state=RecordState.PLACED, student=cast.child)
    other.adults.create(place=1, outcome="known", guardianship=link)


@pytest.mark.parametrize("came", [accepted, blocked, claimed, named_again])
def test_a_tie_of_which_something_came_stands(cast: Cast, came: Any):
    record = tied(cast)
    came(cast, links()[0])
    _here, _there, back = pages(record, cast.child)
    client = sign_in(cast.records_custodian)

    assert "cannot be taken back" in client.get(back).content.decode()
    client.post(back, {"reason": "A slip."})

    record.refresh_from_db()
    assert (record.state, record.student) == (RecordState.PLACED, cast.child)
    assert len(links()) == 1


# --- When PowerSchool sends it again ---------------------------------------------------------------------------------


def again(sandbox: SandboxServer, where: Any, record: EnrollmentRecord) -> None:
    """Have the batch handed over once more."""
    sandbox.powerschool.registry.reset_batch(501, record.batch.vendor_id)
    world.look(where)
    record.refresh_from_db()


@pytest.mark.parametrize("says_another", [False, True])
def test_a_tie_holds_when_the_registration_comes_again(
    cast: Cast, sandbox: SandboxServer, says_another: bool
):
    where = world.target(cast, sandbox)
    made = world.approve(sandbox, "")
    world.look(where)
    record = world.record_of(made)
    sign_in(cast.records_custodian).post(pages(record, cast.child)[1], {"reason": WHY})
    named = cast.classmate if says_another else cast.child
    made.child = replace(made.child, local_id=named.local_id)

    again(sandbox, where, record)
    enrollments.settle(cast.district, by="sync:tests")
    record.refresh_from_db()

    expected = (RecordState.WAITING, "tied-otherwise") if says_another else (RecordState.PLACED, "")
    assert (record.state, record.problem) == expected
    assert {link.student for link in links()} == {cast.child}
    assert len(links()) == len(made.child.parents)
