"""What one person sees: every student with the rule that grants it, and what is withheld, with its reason.

The other direction of `visibility.who_sees`, for staff whom a parent calls: the staff pages about a person read it. It
reads the grants relation and the links on the school's record, keeps to the students whom the reader looks after, and
asks no vendor. If it said something else than `accounts.access`, staff would promise a parent what does not happen.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts import access, ages
from accounts.access import NoGrant
from accounts.access_rules import STAFF_RULES
from accounts.models import Block, Consent, Guardian, Guardianship, Hold, Student, User
from accounts.models.guardianship import Standing
from accounts.models.period import current
from accounts.rights import Right
from portal.base.clock import local_today


class Withheld(StrEnum):
    """Why somebody whom the record names does not see a student, or sees no report."""

    BLOCKED = "blocked"
    HELD = "held"
    DISABLED = "disabled"
    NO_ACCOUNT = "no-account"
    REVIEW = "review"
    REGISTRATION = "registration"
    DECLINED = "declined"
    NOT_YET = "not-yet"
    ENDED = "ended"
    OF_AGE = "of-age"
    NO_BIRTH_DATE = "no-birth-date"
    TOO_YOUNG = "too-young"
    SWITCHED_OFF = "switched-off"


@dataclass(frozen=True)
class Sight:
    """One student, by which rules this person sees them, and what stands in the way of more."""

    student: Student
    reasons: tuple[tuple[str, str], ...]  # rule, relation: ("guardian", "Mother")
    withheld: tuple[Withheld, ...]


def find_account(looker: User, account_uuid: uuid.UUID, right: Right) -> User:
    """Fetch an account that has to do with a student whom the looker looks after. Raises `NoGrant` (a 404) else."""
    account = User.objects.filter(uuid=account_uuid).first()
    if account is None or not is_within_reach(looker, account, right):
        raise NoGrant(None)
    return account


def find_guardian(looker: User, guardian_uuid: uuid.UUID) -> Guardian:
    """Fetch an adult of the record, account or not, in the same way."""
    mine = access.students_looked_after(looker, Right.SEE_WHO_SEES)
    linked = Guardianship.objects.filter(guardian=OuterRef("pk"), student__in=mine.values("pk"))
    guardian = Guardian.objects.select_related("user").filter(Exists(linked), uuid=guardian_uuid).first()
    if guardian is None:
        raise NoGrant(None)
    return guardian


def is_within_reach(looker: User, account: User, right: Right) -> bool:
    """Say whether this account is linked to, is, or works with a student for whom the looker holds `right`."""
    mine = access.students_looked_after(looker, right)
    linked = Guardianship.objects.filter(guardian__user=account, student__in=mine.values("pk"))
    if linked.exists() or mine.filter(user=account).exists():
        return True
    return access.students_visible_to(account).filter(pk__in=mine.values("pk")).exists()


def as_family(looker: User, account: User) -> list[Sight]:
    """Return the students to whom this account is family, or was, seen or not, by name."""
    mine = access.students_looked_after(looker, Right.SEE_WHO_SEES)
    own = Guardianship.objects.filter(guardian__user=account).values("student")
    students = list(_by_name(mine.filter(Q(pk__in=own) | Q(user=account))))
    links = Guardianship.objects.filter(guardian__user=account, student__in=students)
    return _sights(students, account, links)


def of_record(looker: User, guardian: Guardian) -> list[Sight]:
    """Return the students to whom the record links this adult, who has no account."""
    mine = access.students_looked_after(looker, Right.SEE_WHO_SEES)
    students = list(_by_name(mine.filter(pk__in=guardian.guardianships.values("student"))))
    return _sights(students, None, Guardianship.objects.filter(guardian=guardian, student__in=students))


def by_work(looker: User, account: User) -> QuerySet[Student]:
    """Return the students whom this account sees by its work, as far as the looker looks after them."""
    mine = access.students_looked_after(looker, Right.SEE_WHO_SEES)
    return access.students_visible_to(account, rules=STAFF_RULES).filter(pk__in=mine.values("pk"))


def explained(account: User, students: Iterable[Student]) -> list[Sight]:
    """Return these students, all of whom the account sees, with the rules that say so and whether they are held."""
    listed = list(students)
    reasons = _reasons(account, listed)
    held = _held(account, listed)
    return [Sight(one, reasons.get(one.pk, ()), (Withheld.HELD,) if one.pk in held else ()) for one in listed]


def _by_name(students: QuerySet[Student]) -> QuerySet[Student]:
    return students.select_related("district").order_by("last_name", "first_name", "pk")


def _sights(students: list[Student], account: User | None, links: QuerySet[Guardianship]) -> list[Sight]:
    day = local_today()
    reasons = _reasons(account, students) if account else {}
    held = _held(account, students)
    consents = Consent.objects.on(day).filter(guardianship=OuterRef("pk"))
    by_student: dict[int, list[Any]] = {}
    for link in links.annotate(has_consent=Exists(consents)):
        by_student.setdefault(link.student_id, []).append(link)
    blocked = set(
        Block.objects.on(day).filter(guardianship__in=links).values_list("guardianship__student", flat=True)
    )
    found = []
    for student in students:
        why: list[Withheld] = [Withheld.BLOCKED] if student.pk in blocked else []
        if not any(rule not in STAFF_RULES for rule, _relation in reasons.get(student.pk, ())):
            why += _about_account(account)
            for link in by_student.get(student.pk, []):
                why += _about_link(link, student)
            if account is not None and student.user_id == account.pk:
                why += _about_oneself(student)
        why += [Withheld.HELD] if student.pk in held else []
        found.append(Sight(student, reasons.get(student.pk, ()), tuple(dict.fromkeys(why))))
    return found


def _about_account(account: User | None) -> Iterator[Withheld]:
    if account is None:
        yield Withheld.NO_ACCOUNT
    elif not account.is_active:
        yield Withheld.DISABLED


def _about_link(link: Any, student: Student) -> Iterator[Withheld]:
    """Say what keeps one link, with its `has_consent`, from counting."""
    day = local_today()
    if link.standing == Standing.REVIEW:
        yield Withheld.REVIEW
    if link.standing == Standing.PROVISIONAL:
        yield Withheld.REGISTRATION
    if link.standing == Standing.DECLINED:
        yield Withheld.DECLINED
    if link.starts is not None and link.starts > day:
        yield Withheld.NOT_YET
    if link.until is not None and link.until < day:
        yield Withheld.ENDED
    if student.birth_date is None:
        yield Withheld.NO_BIRTH_DATE
    elif ages.is_adult(student.birth_date, day) and not link.has_consent:
        yield Withheld.OF_AGE


def _about_oneself(student: Student) -> Iterator[Withheld]:
    born, day = student.birth_date, local_today()
    if ages.is_adult(born, day):
        return
    if not student.district.students_sign_in:
        yield Withheld.SWITCHED_OFF
    elif not ((born and born <= ages.born_by(ages.OWN_ACCESS, day)) or student.grade in ages.AFTER_GRADE_TEN):
        yield Withheld.TOO_YOUNG


def _reasons(account: User, students: list[Student]) -> dict[int, tuple[tuple[str, str], ...]]:
    said: dict[int, tuple[tuple[str, str], ...]] = {}
    for row in access.grants(user=account, among=students):
        reason = (row["rule"], row["relation_"])
        if reason not in said.get(row["to_student"], ()):
            said[row["to_student"]] = (*said.get(row["to_student"], ()), reason)
    return said


def _held(account: User | None, students: list[Student]) -> set[int]:
    """Name the students whose reports are held, from this account too."""
    held = Hold.objects.filter(current(local_today()), student__in=students)
    if account is not None:
        passes = access.districts_without_holds(account)
        held = held.exclude(student__district__in=passes)
    return set(held.values_list("student", flat=True))
