"""What waits for a decision of staff: adults whose link does not count yet, and students whose record is in doubt.

The review pages call it. It lists what `accounts.access` says this person looks after and nothing else; the decision
is written by `guardianships` and `students`. Were it wrong, an adult would be let in by somebody of another school.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.utils.crypto import salted_hmac

from accounts import access, access_ages
from accounts.models import AccessChange, Enrollment, Guardianship, Student, User
from accounts.models.guardianship import REGISTRATION, Decision, Standing
from accounts.rights import Right
from accounts.services import account_questions, guardianships, majority, students
from portal.base import clock
from portal.base.clock import local_today

# After so long the student information system should name whom it will name.
NAMED_WITHIN = datetime.timedelta(days=30)
_REGISTERED = Q(source=REGISTRATION, standing=Standing.COUNTS)


class Why(StrEnum):
    """Why a link waits."""

    DECLINED_EARLIER = "declined earlier"
    TURNED_OFF = "turned off"
    BLANK = "blank"
    SAYS_NO = "says no"
    REGISTRATION = "registration"
    OTHER = "other"


class Question(StrEnum):
    """What staff should look at about a student: a doubt, or a birthday that is near."""

    SSID_CHANGED = "ssid-changed"
    SSID_SHARED = "ssid-shared"
    NO_BIRTH_DATE = "no-birth-date"
    TURNING_18 = "turning-18"


class DecidedMeanwhile(ValueError):
    """The link waits no longer, or it, its legal flag or its adult is not what it was when it was looked at."""


@dataclass(frozen=True)
class Waiting:
    link: Guardianship
    why: Why


def links_waiting(user: User) -> QuerySet[Guardianship]:
    """Return the links that wait for this person, each with `school_name`, by school and student."""
    return _by_school(decidable(user).filter(standing=Standing.REVIEW))


def decidable(user: User) -> QuerySet[Guardianship]:
    """Return the links about which this person may decide, or decide anew. Nobody decides about themselves."""
    mine = access.students_looked_after(user, Right.REVIEW_LINKS)
    rows: QuerySet[Guardianship] = Guardianship.objects.filter(
        Q(until__isnull=True) | Q(until__gte=local_today()),
        # Also whom the district's setting let in: nobody has decided about them yet.
        Q(standing__in=(Standing.REVIEW, Standing.PROVISIONAL)) | ~Q(decision=Decision.NONE) | _REGISTERED,
        student__in=mine,
    )
    own = Q(guardian__user=user) | Q(guardian__email__iexact=user.email)
    return rows.exclude(own).select_related("student", "guardian")


def registrations_waiting(user: User) -> QuerySet[Guardianship]:
    """Return the adults of registrations who wait for this person, each with `school_name`, by school and student."""
    return _by_school(decidable(user).filter(standing=Standing.PROVISIONAL))


def registrations_unnamed(user: User) -> QuerySet[Guardianship]:
    """Return the adults who count by a registration alone since `NAMED_WITHIN` or longer, in the same order.

    No sync named them: it can neither end their links nor say no to them.
    """
    made = AccessChange.objects.filter(
        verb="guardianship.linked", recorded_at__lt=clock.now() - NAMED_WITHIN, subject_id=OuterRef("uuid")
    )
    return _by_school(decidable(user).filter(_REGISTERED, Exists(made)))


def explained(links: Iterable[Guardianship]) -> list[Waiting]:
    """Return the links, each with why it waits."""
    listed = list(links)
    off = _turned_off(listed)
    return [Waiting(link, _why(link, off)) for link in listed]


def who_decided(link: Guardianship) -> str:
    """Return the name of whoever decided, or the name of the command that did."""
    try:
        person = User.objects.filter(uuid=link.decided_by).first()
    except ValidationError:
        person = None
    return person.get_full_name() if person else link.decided_by


def students_in_question(user: User, question: Question) -> QuerySet[Student]:
    """Return the students in doubt whom this person looks after, each with `school_name`, by school and name."""
    mine = access.students_looked_after(user, Right.REVIEW_LINKS)
    rows = {
        Question.SSID_CHANGED: mine.filter(ssid_changed_at__isnull=False),
        Question.SSID_SHARED: mine.filter(ssid__in=students.shared_ssids()),
        Question.NO_BIRTH_DATE: mine.filter(birth_date__isnull=True),
        Question.TURNING_18: access_ages.turning_18(mine, last_day=local_today() + majority.SOON),
    }[question]
    # Those who share an SSID stand together, and the next birthday stands first.
    orders: dict[Question, tuple[Any, ...]] = {
        Question.SSID_SHARED: ("ssid",),
        Question.TURNING_18: ("birth_date",),
    }
    order = orders.get(question, (F("school_name").asc(nulls_last=True),))
    return rows.annotate(school_name=_school_name("pk")).order_by(*order, "last_name", "first_name", "pk")


def waiting(user: User) -> int:
    """Count what this person can decide: links, accounts, and SSIDs that changed."""
    changed = students_in_question(user, Question.SSID_CHANGED)
    links = decidable(user).filter(standing__in=(Standing.REVIEW, Standing.PROVISIONAL))
    accounts = account_questions.waiting(user)
    return sum(rows.order_by().count() for rows in (links, accounts, changed))


def counts(user: User) -> dict[str, int]:
    """Count what is behind each part of the list."""
    found = {
        question.name.lower(): students_in_question(user, question).order_by().count()
        for question in Question
    }
    return found | {
        "links": links_waiting(user).order_by().count(),
        "registrations": registrations_waiting(user).order_by().count(),
        "accounts": account_questions.waiting(user).order_by().count(),
    }


def _why(link: Guardianship, turned_off: set[UUID]) -> Why:
    if link.decision == Decision.DECLINED:
        return Why.DECLINED_EARLIER
    if link.standing == Standing.PROVISIONAL:
        return Why.REGISTRATION
    if link.uuid in turned_off:
        return Why.TURNED_OFF
    if link.legal_guardian is None:
        return Why.BLANK
    return Why.OTHER if link.legal_guardian else Why.SAYS_NO


def _turned_off(links: list[Guardianship]) -> set[UUID]:
    """Name the links that counted before: their legal flag was on and is not any more."""
    unflagged = {link.uuid for link in links if link.legal_guardian is False}
    before = AccessChange.objects.filter(subject="guardianship", subject_id__in=unflagged)
    return {
        uuid
        for uuid, state in before.values_list("subject_id", "before")
        if state.get("standing") == Standing.COUNTS
    }


def state_of(link: Guardianship) -> str:
    """Say as one word what somebody looks at who decides: it goes along with their form.

    A registration that comes again may correct who waits. The adult is in it as a keyed digest: forms hold no names.
    """
    adult = link.guardian
    told = f"{adult.name}\n{adult.email}\n{adult.phone}\n{link.relationship}"
    digest = salted_hmac("accounts.reviews.state_of", told, algorithm="sha256").hexdigest()[:32]
    decided = link.decided_at and link.decided_at.isoformat()
    return f"{link.standing}:{link.legal_guardian}:{decided}:{digest}"


@transaction.atomic
def decide(*, link: Guardianship, accept: bool, seen: str, by: User, reason: str) -> None:
    """Accept or decline a link that still is what was `seen`. Raises DecidedMeanwhile; NoReason for an empty reason."""
    # The adult is read once the lock is there: joined to this query, they would be as they were before it.
    now = Guardianship.objects.select_for_update(of=("self",)).filter(pk=link.pk).first()
    # None: a sync brought the same adult meanwhile, and the two became one.
    if now is None or state_of(now) != seen:
        raise DecidedMeanwhile
    verb = guardianships.accept if accept else guardianships.decline
    verb(guardianship=link, by=by, reason=reason)


def decide_each(
    *, links: Iterable[Guardianship], accept: bool, seen: Mapping[UUID, str], by: User, reason: str
) -> int:
    """Accept or decline those that still are what was `seen`, each recorded; return how many. Raises NoReason."""
    done = 0
    for link in links:
        try:
            decide(link=link, accept=accept, seen=seen.get(link.uuid, ""), by=by, reason=reason)
        except DecidedMeanwhile:
            continue
        done += 1
    return done


def _by_school(links: QuerySet[Guardianship]) -> QuerySet[Guardianship]:
    rows: QuerySet[Guardianship] = links.annotate(school_name=_school_name("student"))
    student = ("student__last_name", "student__first_name", "student")
    return rows.order_by(F("school_name").asc(nulls_last=True), *student, "pk")


def _school_name(student: str) -> Any:
    here = Enrollment.objects.on(local_today()).filter(student=OuterRef(student))
    order = ("-primary", F("starts").desc(nulls_last=True), "-pk")
    return Subquery(here.order_by(*order).values("school__name")[:1])
