"""What families say is wrong, or need: raised, listed for the office, answered; all recorded (R5).

Pages of families and of the front desk call it. A concern changes nobody's access by itself; ending the link of an
adult who says that the child is not theirs is part of the office's answer.
"""

from __future__ import annotations

import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from accounts import access
from accounts.models import Concern, Guardianship, School, User
from accounts.models.concern import ConcernKind
from accounts.rights import Right
from accounts.services import changes, guardianships, staff_roles
from portal.base import clock
from portal.base.clock import local_today

# So long an answer stays on the family's first page.
_ANSWERS_STAY = datetime.timedelta(days=30)
# An office that answers nobody should not drown in one family's questions.
MOST_OPEN = 10


class TooManyOpen(ValueError):
    """This account has so many concerns without an answer that one more helps nobody."""


class AnsweredMeanwhile(ValueError):
    """Somebody else of the office answered first."""


def _state(concern: Concern) -> dict[str, Any]:
    return {
        "kind": concern.kind,
        "user": str(concern.user.uuid),
        "student": concern.student and str(concern.student.uuid),
        "school": concern.school and str(concern.school.uuid),
        "answered": concern.answered_at is not None,
    }


@transaction.atomic
def raise_missing(*, school: School, text: str, by: User) -> Concern:
    """Tell a school that a child of theirs is not in the family's list. Raises TooManyOpen."""
    return _raise(ConcernKind.CHILD_MISSING, by=by, text=text, school=school)


@transaction.atomic
def raise_not_mine(*, student_id: int, text: str, by: User) -> Concern:
    """Tell the student's school that this is not the family's child. The same said twice is one. Raises TooManyOpen."""
    said = Concern.objects.filter(user=by, student=student_id, answered_at__isnull=True).first()
    return said or _raise(ConcernKind.NOT_MY_CHILD, by=by, text=text, student_id=student_id)


@transaction.atomic
def raise_accessible_copy(*, student_id: int, text: str, by: User) -> Concern:
    """Ask the student's school for a report in a form that this reader can use. Raises TooManyOpen."""
    return _raise(ConcernKind.ACCESSIBLE_COPY, by=by, text=text, student_id=student_id)


def _raise(kind: ConcernKind, *, by: User, **fields: Any) -> Concern:
    if Concern.objects.filter(user=by, answered_at__isnull=True).count() >= MOST_OPEN:
        raise TooManyOpen
    row = Concern.objects.create(kind=kind, user=by, raised_at=clock.now(), **fields)
    changes.record("concern.raised", subject="concern", subject_id=row.uuid, by=by, after=_state(row))
    return row


def of_family(user: User) -> QuerySet[Concern]:
    """Return what this person has said and is not answered, or was answered lately, for their first page."""
    lately = Q(answered_at__isnull=True) | Q(answered_at__gte=clock.now() - _ANSWERS_STAY)
    return Concern.objects.filter(lately, user=user).select_related("student", "school")


def waiting(user: User) -> QuerySet[Concern]:
    """Return the concerns that this member of staff may answer, the oldest first. Nobody answers their own."""
    return _in_scope(user).filter(answered_at__isnull=True).order_by("raised_at", "pk")


def answerable(user: User) -> QuerySet[Concern]:
    """Return the same and those answered already, so that an old address says so."""
    return _in_scope(user)


def _in_scope(user: User) -> QuerySet[Concern]:
    schools = staff_roles.schools_with(user, Right.ANSWER_FAMILIES)
    mine = access.students_looked_after(user, Right.ANSWER_FAMILIES)
    rows = Concern.objects.filter(Q(student__in=mine) | Q(student__isnull=True, school__in=schools))
    return rows.exclude(user=user).select_related("user", "student", "school")


@transaction.atomic
def answer(*, concern: Concern, text: str, end_link: bool, by: User) -> None:
    """Answer a family; `end_link`: and end their link to the child who is not theirs. Raises AnsweredMeanwhile."""
    row = Concern.objects.select_for_update(of=("self",)).get(pk=concern.pk)
    if row.answered_at is not None:
        raise AnsweredMeanwhile
    before = _state(row)
    row.answer, row.answered_at, row.answered_by = text, clock.now(), str(by.uuid)
    row.save(update_fields=["answer", "answered_at", "answered_by"])
    changes.record(
        "concern.answered", subject="concern", subject_id=row.uuid, by=by, before=before, after=_state(row)
    )
    if end_link and row.kind == ConcernKind.NOT_MY_CHILD:
        _end_links(row, by=by)


def _end_links(concern: Concern, *, by: User) -> None:
    today = local_today()
    links = Guardianship.objects.filter(
        Q(until__isnull=True) | Q(until__gte=today),
        guardian__user=concern.user_id,
        student=concern.student_id,
    )
    yesterday = today - datetime.timedelta(days=1)
    for link in links:
        reason = f"concern {concern.uuid}: the adult says that this is not their child"
        guardianships.end(guardianship=link, last_day=yesterday, by=by, reason=reason)
