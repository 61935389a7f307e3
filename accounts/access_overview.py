"""Whom a school's overview counts and lists: its students of today, and what is known of each before any report.

Called by `scorereports.services.overviews` for the numbers and for the lists behind them: both are one question.
If it were too wide, staff would count and list the students of another school.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from enum import StrEnum

from django.db.models import (
    BooleanField,
    Case,
    CharField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)

from accounts import access
from accounts.models import School, Student, User
from accounts.models.period import current
from accounts.rights import Right
from portal.base.clock import local_today


class Ssid(StrEnum):
    """Whether ETS can be asked about a student: it answers by the SSID alone (trust A11)."""

    KNOWN = "with-ssid"
    IN_DOUBT = "ssid-in-doubt"
    NONE = "without-ssid"


class Account(StrEnum):
    """Who of the family has an account that lets them see this student today."""

    GUARDIAN = "guardian-account"
    STUDENT = "student-account"
    NOBODY = "no-account"


def students_at(user: User, schools: Collection[School]) -> QuerySet[Student]:
    """Return today's students of these schools of whom this person has the overview.

    Each has `at_school`, its key; `ssid_is` and `account_is`, a word of the above; and `held`: reports are under a hold
    that this person may not pass. A student who is at two of the schools comes twice.
    """
    day = local_today()
    here = current(day, "enrollments__") & Q(enrollments__school__in=schools)
    mine = access.students_looked_after(user, Right.SEE_OVERVIEW, at=schools).filter(here)
    passed = access.districts_without_holds(user)
    return access.with_doubts(mine, day).annotate(
        at_school=F("enrollments__school"),
        ssid_is=_ssid(),
        account_is=_account(day),
        held=ExpressionWrapper(Q(under_hold=True) & ~Q(district__in=passed), BooleanField()),
    )


def _ssid() -> Case:
    return Case(
        When(ssid="", then=Value(Ssid.NONE.value)),
        When(ssid_changed_at__isnull=False, then=Value(Ssid.IN_DOUBT.value)),
        When(ssid_shared=True, then=Value(Ssid.IN_DOUBT.value)),
        default=Value(Ssid.KNOWN.value),
        output_field=CharField(),
    )


def _account(day: date) -> Case:
    """Ask the rules themselves: an account that is blocked, ended or waiting for review reaches nobody."""
    adult = _lets_in("guardian", day) | _lets_in("consent", day)
    return Case(
        When(adult, then=Value(Account.GUARDIAN.value)),
        When(_lets_in("student", day), then=Value(Account.STUDENT.value)),
        default=Value(Account.NOBODY.value),
        output_field=CharField(),
    )


def _lets_in(rule: str, day: date) -> Q:
    return Q(Exists(access.let_in_by(rule, day).filter(grant_student=OuterRef("pk"))))
