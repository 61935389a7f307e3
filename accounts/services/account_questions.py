"""Questions whether an account is the adult of a record: asked by `claims`, listed for staff, answered by them (A8).

The review pages call it; `accounts.access` says whose questions somebody may answer; `claims` does what they say.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Lower

from accounts import access
from accounts.models import AccountQuestion, Guardian, Guardianship, User
from accounts.models.account_question import Doubt, Verdict
from accounts.rights import Right
from accounts.services import changes
from accounts.services.changes import Actor
from portal.base import clock
from portal.base.clock import local_today


class DecidedMeanwhile(ValueError):
    """The question is answered already, or the record was joined to an account since."""


def _state(question: AccountQuestion) -> dict[str, Any]:
    return {
        "user": str(question.user.uuid),
        "guardian": str(question.guardian.uuid),
        "doubt": question.doubt,
        "verdict": question.verdict,
    }


@transaction.atomic
def ask(
    *, user: User, guardian: Guardian, doubt: Doubt, again: bool = False, by: Actor | None = None
) -> None:
    """Put the question before staff, once. `again`: also if it was answered. `by`: the account, if nobody else."""
    question, is_new = AccountQuestion.objects.get_or_create(
        user=user, guardian=guardian, defaults={"doubt": doubt, "asked_at": clock.now()}
    )
    if not is_new and not (again and question.verdict != Verdict.OPEN):
        return
    before = {} if is_new else _state(question)
    question.doubt, question.verdict, question.asked_at = doubt, Verdict.OPEN, clock.now()
    question.save(update_fields=["doubt", "verdict", "asked_at"])
    _record("account_question.asked", question, by=by or user, before=before)


def waiting(user: User) -> QuerySet[AccountQuestion]:
    """Return the open questions that this person may answer, the oldest first. Nobody answers about themselves."""
    mine = access.students_looked_after(user, Right.REVIEW_LINKS)
    day = local_today()
    links = Guardianship.objects.filter(Q(until__isnull=True) | Q(until__gte=day), student__in=mine)
    own = Q(user=user) | Q(guardian__user=user) | Q(guardian__email__iexact=user.email)
    rows: QuerySet[AccountQuestion] = AccountQuestion.objects.filter(
        verdict=Verdict.OPEN, guardian__in=links.values("guardian")
    )
    return rows.exclude(own).select_related("user", "guardian").order_by(F("asked_at"), "pk")


def locked(question: AccountQuestion) -> AccountQuestion:
    """Return the question, locked; raises DecidedMeanwhile if it is not open any more."""
    row = (
        AccountQuestion.objects.select_for_update(of=("self",))
        .select_related("user", "guardian")
        .get(pk=question.pk)
    )
    if row.verdict != Verdict.OPEN:
        raise DecidedMeanwhile
    return row


def others_at(question: AccountQuestion) -> list[Guardian]:
    """Return the other records that have the account's address or are joined to it: whom the account could be too."""
    account = question.user
    same = Guardian.objects.annotate(address=Lower("email")).filter(
        Q(address=account.email.lower()) | Q(user=account)
    )
    return list(same.exclude(pk=question.guardian_id).order_by("name", "pk"))


def is_open(user: User) -> bool:
    """Say whether the office still has to tell whose account this is, for the family's first page."""
    return AccountQuestion.objects.filter(user=user, verdict=Verdict.OPEN).exists()


def was_refused(user: User, guardian: Guardian) -> bool:
    return AccountQuestion.objects.filter(user=user, guardian=guardian, verdict=Verdict.DECLINED).exists()


def is_in_question(user: User, guardian: Guardian) -> bool:
    """Say whether staff said no, or were asked and have not answered: no program may join the two then."""
    asked = AccountQuestion.objects.filter(user=user, guardian=guardian)
    return asked.exclude(verdict=Verdict.JOINED).exists()


@transaction.atomic
def settle(*, user: User, guardian: Guardian, by: Actor, reason: str) -> None:
    """Note that the account is this adult, whoever found it out: what was asked about the record is answered."""
    about = AccountQuestion.objects.filter(guardian=guardian, verdict=Verdict.OPEN)
    for question in about.select_related("user", "guardian"):
        verdict = Verdict.JOINED if question.user_id == user.pk else Verdict.DECLINED
        _decide(question, verdict, by=by, reason=reason)


def decline(*, question: AccountQuestion, by: Actor, reason: str) -> None:
    """Note that the account is not this adult."""
    _decide(question, Verdict.DECLINED, by=by, reason=reason)


@transaction.atomic
def refuse(*, user: User, guardian: Guardian, by: Actor, reason: str) -> None:
    """Note that the account is not this adult though nobody asked: it was, and staff ended it."""
    question, _is_new = AccountQuestion.objects.get_or_create(
        user=user, guardian=guardian, defaults={"doubt": Doubt.OTHER_ADULT, "asked_at": clock.now()}
    )
    _decide(question, Verdict.DECLINED, by=by, reason=reason)


def _decide(question: AccountQuestion, verdict: Verdict, *, by: Actor, reason: str) -> None:
    before = _state(question)
    question.verdict, question.decided_at = verdict, clock.now()
    question.decided_by, question.reason = changes.actor_text(by), reason[:500]
    question.save(update_fields=["verdict", "decided_at", "decided_by", "reason"])
    _record(f"account_question.{verdict}", question, by=by, before=before, reason=reason)


def _record(
    verb: str, question: AccountQuestion, *, by: Actor, before: dict[str, Any], reason: str = ""
) -> None:
    changes.record(
        verb,
        subject="account_question",
        subject_id=question.uuid,
        by=by,
        before=before,
        after=_state(question),
        reason=reason[:500],
    )
