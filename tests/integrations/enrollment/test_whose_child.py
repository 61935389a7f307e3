"""Whose child a registration is: by the id and the whole name, and anew each time it comes (trust A8)."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DataError, connection

from accounts.models import AccessChange, Guardianship, Student
from accounts.models.guardianship import REGISTRATION, Decision, Standing
from accounts.services import guardianships, reviews
from integrations.models import EnrollmentRecord, RecordState
from integrations.services import enrollment_leaving as leaving
from integrations.services import enrollment_records as records
from integrations.services import enrollment_sealing as sealing
from tests.accounts.claiming import by_mail
from tests.accounts.doors import page_of, students_in
from tests.cast import Cast
from tests.integrations.enrollment import rows

pytestmark = pytest.mark.promise("A8", "F3")
EVE = {"relationship": "Mother", "firstName": "Eve", "lastName": "Stranger", "email": "eve@example.org"}
BOB = {"relationship": "Father", "firstName": "Bob", "lastName": "Stranger", "email": "bob@example.org"}


def said(
    child: Student, *, first: str | None = None, last: str | None = None, **parents: Any
) -> dict[str, Any]:
    student = {
        "studentID": child.local_id,
        "firstName": child.first_name if first is None else first,
        "lastName": child.last_name if last is None else last,
    }
    return {"student": student, "parent1": EVE} | parents


def place(cast: Cast, data: dict[str, Any], **fields: Any) -> EnrollmentRecord:
    record = rows.record(cast, data=data, state=RecordState.NEW, **fields)
    records.place_new(record.batch.target)
    record.refresh_from_db()
    return record


def again(record: EnrollmentRecord, data: dict[str, Any]) -> None:
    """Have the record come again with other words, as a batch that brings it once more leaves it."""
    record.refresh_from_db()
    record.data, record.digest = sealing.seal_record(data)
    record.state, record.problem = RecordState.NEW, ""
    record.save()
    records.place_new(record.batch.target)
    record.refresh_from_db()


def links_beside(child: Student) -> Any:
    return Guardianship.objects.filter(student=child, source=REGISTRATION)


def one_name(*children: Student) -> None:
    for child in children:
        Student.unscoped.filter(pk=child.pk).update(first_name="Ana", last_name="Lee")
        child.refresh_from_db()


@pytest.mark.parametrize(
    ("first", "last", "problem"),
    [
        ("Juan", "de Leon", "other-name"),
        ("Maria", "", "other-name"),
        ("", "", "no-student-name"),
        ("-", ".", "no-student-name"),
    ],
)
@pytest.mark.parametrize("at_once", [True, False])
def test_another_name_than_the_students_waits_for_staff(
    cast: Cast, first: str, last: str, problem: str, *, at_once: bool
):
    rows.target(cast, approval_counts=at_once)
    Student.unscoped.filter(pk=cast.child.pk).update(first_name="Maria", last_name="de la Cruz")
    record = place(cast, said(cast.child, first=first, last=last))

    assert (record.state, record.problem) == (RecordState.WAITING, problem)
    assert not links_beside(cast.child).exists()


def test_the_same_name_written_otherwise_is_the_students(cast: Cast):
    Student.unscoped.filter(pk=cast.child.pk).update(first_name="María", last_name="De la Cruz")
    assert place(cast, said(cast.child, first="maria ", last="de-la-Cruz")).state == RecordState.PLACED


@pytest.mark.promise("A10", "R5")
@pytest.mark.parametrize("at_once", [True, False])
def test_a_corrected_student_id_takes_the_adult_from_the_other_child(cast: Cast, *, at_once: bool):
    rows.target(cast, approval_counts=at_once)
    one_name(cast.child, cast.sibling)
    record = place(cast, said(cast.child))
    client = by_mail("eve@example.org")
    assert (page_of(cast.child) in students_in(client)) == at_once, "the control"

    again(record, said(cast.sibling))

    link = links_beside(cast.child).get()
    assert page_of(cast.child) not in students_in(client)
    assert (link.standing == Standing.REVIEW) == at_once
    assert (link in reviews.decidable(cast.records_custodian)) == at_once, (
        "staff see what counted; the rest has ended"
    )
    assert AccessChange.objects.filter(subject_id=link.uuid, reason=leaving.NAMED_NO_MORE).count() == 1
    assert record.student == cast.sibling
    assert record.adults.get().guardianship == links_beside(cast.sibling).get()


@pytest.mark.parametrize("local_id", ["nobody-yet", ""])
def test_nor_does_it_count_while_the_right_child_is_not_here(cast: Cast, local_id: str):
    rows.target(cast, approval_counts=True)
    record = place(cast, said(cast.child))
    data = said(cast.child)
    again(record, data | {"student": data["student"] | {"studentID": local_id}})

    assert (record.state, record.student) == (RecordState.WAITING, None)
    assert links_beside(cast.child).get().standing == Standing.REVIEW
    assert not record.adults.exists()


@pytest.mark.promise("A10")
def test_an_adult_whom_the_school_took_out_sees_the_child_no_more(cast: Cast):
    rows.target(cast, approval_counts=True)
    record = place(cast, said(cast.child, parent2=BOB))
    client, mother = by_mail("bob@example.org"), by_mail("eve@example.org")
    assert page_of(cast.child) in students_in(client)

    again(record, said(cast.child))

    assert page_of(cast.child) not in students_in(client)
    assert page_of(cast.child) in students_in(mother)
    assert [adult.place for adult in record.adults.all()] == [1]


def test_whom_a_person_accepted_is_back_before_staff_with_what_was_said(cast: Cast):
    record = place(cast, said(cast.child, parent2=BOB))
    link = links_beside(cast.child).get(guardian__name="Bob Stranger")
    guardianships.accept(guardianship=link, by=cast.records_custodian, reason="Showed an ID.")

    again(record, said(cast.child))

    link.refresh_from_db()
    assert (link.standing, link.decision, link.until) == (Standing.REVIEW, Decision.ACCEPTED, None)
    assert link in reviews.links_waiting(cast.records_custodian)


def test_whom_a_person_declined_stays_declined(cast: Cast):
    record = place(cast, said(cast.child, parent2=BOB))
    link = links_beside(cast.child).get(guardian__name="Bob Stranger")
    guardianships.decline(guardianship=link, by=cast.records_custodian, reason="A stranger.")

    again(record, said(cast.child))

    link.refresh_from_db()
    assert (link.standing, link.until) == (Standing.DECLINED, None)


def test_an_adult_whom_another_registration_names_too_is_left_alone(cast: Cast):
    rows.target(cast, approval_counts=True)
    record = place(cast, said(cast.child, parent2=BOB))
    place(cast, said(cast.child, parent1=BOB))

    again(record, said(cast.child))

    assert set(links_beside(cast.child).values_list("standing", flat=True)) == {Standing.COUNTS}


def test_an_adult_who_is_named_again_comes_back(cast: Cast):
    record = place(cast, said(cast.child, parent2=BOB))
    again(record, said(cast.child))
    again(record, said(cast.child, parent2=BOB))

    waiting = reviews.registrations_waiting(cast.records_custodian)
    assert sorted(waiting.values_list("guardian__name", flat=True)) == ["Bob Stranger", "Eve Stranger"]


def test_a_record_that_cannot_be_read_takes_nothing_from_anybody(cast: Cast):
    rows.target(cast, approval_counts=True)
    record = place(cast, said(cast.child))
    again(record, {"something": {"else": "altogether"}})

    assert record.state == RecordState.UNREADABLE
    assert links_beside(cast.child).get().standing == Standing.COUNTS


@pytest.mark.parametrize("vendor_id", ["a" * 50, "90:1", "11fdbe9d-801a-4b8e-bc12-a2d8f7ac8cdc"])
def test_two_places_of_a_registration_never_share_an_id(cast: Cast, vendor_id: str):
    record = place(cast, said(cast.child, parent2=BOB), vendor_id=vendor_id)

    assert {link.guardian.name for link in links_beside(cast.child)} == {"Eve Stranger", "Bob Stranger"}
    other = rows.record(cast, data=said(cast.child), vendor_id=f"{vendor_id[:-1]}b")
    ids = [leaving.source_id(one, place) for one in (record, other) for place in (1, 2, 3, 4)]
    assert len(set(ids)) == 8
    assert max(map(len, ids)) <= 50


def test_one_record_that_cannot_be_placed_keeps_no_other_out(cast: Cast, caplog: pytest.LogCaptureFixture):
    def refuse(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if "eve@example.org" in str(params):
            raise DataError("value too long for Eve Stranger")
        return execute(sql, params, many, context)

    odd = rows.record(cast, data=said(cast.child), state=RecordState.NEW)
    with connection.execute_wrapper(refuse):
        good = place(cast, said(cast.sibling, parent1=BOB))
    odd.refresh_from_db()

    assert (odd.state, odd.problem) == (RecordState.UNREADABLE, "failed")
    assert good.state == RecordState.PLACED
    assert str(odd.uuid) in caplog.text
    assert "Stranger" not in caplog.text
    records.place_new(odd.batch.target)
    odd.refresh_from_db()
    assert odd.state == RecordState.PLACED, "tried again with the next look"


def test_an_address_longer_than_any_is_none(cast: Cast):
    long = "a" * 60 + "@" + "b" * 60 + "." + "c" * 60 + "." + "d" * 60 + "." + "e" * 20 + ".com"
    assert len(long) > 254
    record = place(cast, said(cast.child, parent1=EVE | {"email": long}))

    assert record.state == RecordState.PLACED
    assert links_beside(cast.child).get().guardian.email == ""
