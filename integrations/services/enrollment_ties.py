"""A registration that names no student, or the wrong one, tied by hand to the student whom staff know it to mean.

The staff pages of one registration call it. Its adults come in as those of any registration, but never by the
district's switch: whoever ties compared by eye, so another look lets them in. A tie is taken back while nothing else
came of it. Were the student not checked against `accounts.access`, staff could put adults beside children of others.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from accounts import access, names
from accounts.models import Student, User
from accounts.rights import Right
from accounts.services import changes, provisionals, student_search
from accounts.services.changes import Actor, actor_text
from accounts.services.provisionals import Adult
from accounts.services.student_search import Found, Wanted
from integrations.models import EnrollmentAdult, EnrollmentRecord, RecordState
from integrations.services import enrollment_leaving as leaving
from integrations.services import enrollment_pages as pages
from integrations.services import enrollment_records as records
from integrations.services import enrollment_words as words
from integrations.sync import runs
from portal.base import clock


class NotTied(ValueError):
    """The registration stands as it stood: it found a student meanwhile, or nothing in it can be read."""


class SomethingCame(ValueError):
    """Something else came of the tie, so that it cannot be taken back."""


@dataclass(frozen=True)
class Told:
    """A registration as its page shows it. `student`: whom it is tied to, within the reader's scope."""

    record: EnrollmentRecord
    student_name: str = field(repr=False)
    adults: list[Adult] = field(repr=False)
    what: str
    to_do: str
    student: Student | None = field(repr=False)
    may_untie: bool

    @property
    def may_tie(self) -> bool:
        return self.record.state in records.UNPLACED and bool(self.adults)


def records_of(user: User) -> QuerySet[EnrollmentRecord]:
    """Return the registrations that this person may tie, or has the right to take the tie of."""
    mine = EnrollmentRecord.objects.filter(batch__target__district__in=pages.districts_that_tie(user))
    return mine.select_related("student", "batch__target__district", "connection")


def told(record: EnrollmentRecord, user: User) -> Told:
    found = records.read(record.batch.target, record, ())
    mine = access.students_looked_after(user, Right.TIE_REGISTRATIONS)
    return Told(
        record,
        found.student_name,
        list(found.adults.values()),
        *words.record(record.state, record.problem),
        student=mine.filter(pk=record.student_id).first() if record.student_id else None,
        may_untie=may_untie(record),
    )


# --- The student -----------------------------------------------------------------------------------------------------


def candidates(record: EnrollmentRecord, user: User, wanted: Wanted) -> Found:
    """Return what this person's search finds among the students to whom the registration may be tied."""
    found = student_search.find(user, wanted)
    here = access.students_looked_after(user, Right.TIE_REGISTRATIONS).filter(
        district=record.batch.target.district_id, pk__in=[hit.student.pk for hit in found.hits]
    )
    mine = set(here.values_list("pk", flat=True))
    return replace(found, hits=[hit for hit in found.hits if hit.student.pk in mine])


def student_for(record: EnrollmentRecord, user: User, student_uuid: uuid.UUID) -> Student:
    """Fetch the student and check that this person may tie this registration there. Raises access.NoGrant (a 404)."""
    student = access.look_after(user, student_uuid, Right.TIE_REGISTRATIONS)
    if student.district_id != record.batch.target.district_id:
        raise access.NoGrant(None)
    return student


def has_another_name(told_: Told, student: Student) -> bool:
    return names.plain(told_.student_name) != names.plain(student.full_name)


# --- Tied, and taken back --------------------------------------------------------------------------------------------


@transaction.atomic
def tie(*, record: EnrollmentRecord, student: Student, by: Actor, reason: str) -> None:
    """Bring a registration to this student. The same call again changes nothing. Raises NotTied.

    `student` is what `student_for` answered.
    """
    row = _locked(record)
    if row.state == RecordState.PLACED and row.tied_by and row.student_id == student.pk:
        return
    target = row.batch.target
    settings = runs.settings_of(student.district_id)
    found = records.read(target, row, settings.parent_like)
    if row.state not in records.UNPLACED or not found.adults:
        raise NotTied
    before = _state(row)
    row.tied_by, row.tied_at, row.tie_reason = actor_text(by), clock.now(), reason[:500]
    records.bring(row, student, found, by=by)
    row.save()
    _on_record("enrollment_record.tied", row, before, by=by, reason=reason)


def may_untie(record: EnrollmentRecord) -> bool:
    """Say whether a tie can be taken back: nothing came of its adults, and what the family wrote is still here."""
    if not (record.tied_by and record.data):
        return False
    adults = list(record.adults.select_related("guardianship__guardian"))
    made = _made_by(record, adults)
    shared = EnrollmentAdult.objects.filter(guardianship__in=made).exclude(record=record)
    gone = any(adult.guardianship is None for adult in adults)
    return not gone and not shared.exists() and all(provisionals.may_be_withdrawn(link) for link in made)


@transaction.atomic
def untie(*, record: EnrollmentRecord, by: Actor, reason: str) -> None:
    """Take a tie back, with the adults it brought, and look for the student by id again. Raises SomethingCame."""
    row = _locked(record)
    if not may_untie(row):
        raise SomethingCame
    before = _state(row)
    adults = list(row.adults.select_related("guardianship__guardian"))
    try:
        for link in _made_by(row, adults):
            provisionals.withdraw(link=link, by=by, reason=reason)
    except provisionals.SomethingCame as meanwhile:
        raise SomethingCame from meanwhile
    row.adults.all().delete()
    row.student, row.placed_at, row.state, row.problem = None, None, RecordState.NEW, ""
    row.tied_by, row.tied_at, row.tie_reason = "", None, ""
    row.save()
    records.place_one(row)
    row.refresh_from_db()
    _on_record("enrollment_record.untied", row, before, by=by, reason=reason)


def _locked(record: EnrollmentRecord) -> EnrollmentRecord:
    rows = EnrollmentRecord.objects.select_for_update(of=("self",))
    return rows.select_related("student", "batch__target__district").get(pk=record.pk)


def _made_by(record: EnrollmentRecord, adults: Iterable[EnrollmentAdult]) -> list[Any]:
    """Return the links that this registration made itself; adults who stood there before are left alone."""
    links = [adult.guardianship for adult in adults]
    return [link for link in links if link is not None and leaving.is_made_by(record, link)]


def _state(record: EnrollmentRecord) -> dict[str, Any]:
    return {
        "state": record.state,
        "problem": record.problem,
        "student": str(record.student.uuid) if record.student else None,
        "tied_by": record.tied_by,
    }


def _on_record(
    verb: str, record: EnrollmentRecord, before: dict[str, Any], *, by: Actor, reason: str
) -> None:
    changes.record(
        verb,
        subject="enrollment_record",
        subject_id=record.uuid,
        by=by,
        before=before,
        after=_state(record),
        reason=reason,
    )
