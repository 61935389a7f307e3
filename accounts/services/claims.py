"""How an account comes to be an adult of the school's records: by an address, a letter, or staff (trust A8).

Signing in by a mailed code calls `account_for` and `join_by_email`, the page of letters `redeem` and `redeem_as_new`,
staff pages `disconnect`. Everything that joins is recorded. If this file joined too much, somebody would see another
family's child; what leaves a doubt becomes an `AccountQuestion` and joins nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Lower

from accounts.models import AccountQuestion, Block, ClaimCode, Guardian, Guardianship, User
from accounts.models.account_question import Doubt
from accounts.models.guardianship import Standing
from accounts.names import plain
from accounts.services import account_questions, changes, claim_codes, students
from accounts.services.changes import Actor
from portal.base.clock import local_today


class How(StrEnum):
    """By which proof an account was joined, for the record."""

    EMAIL = "e-mail"
    LETTER = "letter"
    STAFF = "staff"


class Outcome(StrEnum):
    JOINED = "joined"
    ASKED = "asked"  # the office decides


# What a registration says of an adult, as long as no person and no record says it too.
_NOBODY_VOUCHES = (Standing.PROVISIONAL, Standing.DECLINED)


class CodeUnknown(ValueError):
    """This code opens nothing: never made, used, replaced, too old, its link ended, or another account's already."""


# --- By the address on the school's record ---------------------------------------------------------------------------


@transaction.atomic
def account_for(*, email: str) -> User | None:
    """Return the account of an address that was just proved, made now if the school's records have it; None if not.

    The account returned may be closed: the caller looks. What it may see comes with `join_by_email`.
    """
    found = _with_address(email).first()
    if found is not None:
        return found
    records = _vouched_for(list(_of_address(email).filter(user__isnull=True)))
    student = students.of_address(email) if not records else None
    if not records and student is None:
        return None
    names = {guardian.name for guardian in records} or {student.full_name if student else ""}
    # Of two adults with one address nobody knows yet which of them this is.
    name = next(iter(names)) if len(names) == 1 else ""
    return _account(email=email, name=name, how=How.EMAIL)


@transaction.atomic
def join_by_email(*, user: User, email: str) -> None:
    """Join the records that have this address, which `user` has just proved by a mailed code.

    One adult with several records is joined to all of them. Two adults with one address are told apart by staff.
    """
    records = list(_of_address(email).select_for_update())
    waiting = [guardian for guardian in records if guardian.user_id is None]
    if not records:
        _join_student(user=user, email=email)
    if not waiting:
        return
    vouched = _vouched_for(records)
    names = {plain(guardian.name) for guardian in vouched}
    doubt = _doubt(user, vouched, [guardian for guardian in waiting if plain(guardian.name) in names])
    for guardian in waiting:
        if plain(guardian.name) not in names:
            account_questions.ask(user=user, guardian=guardian, doubt=Doubt.SHARED_ADDRESS)
        elif doubt is not None:
            account_questions.ask(user=user, guardian=guardian, doubt=doubt)
        elif not account_questions.was_refused(user, guardian):
            _join(guardian=guardian, user=user, how=How.EMAIL, by=user)


def _with_address(email: str) -> QuerySet[User]:
    """Return the account of an address, letter for letter, as accounts keep theirs.

    Not by `iexact`: PostgreSQL takes a dotless i for an i, and the mailbox of another domain would open the account.
    """
    accounts: QuerySet[User] = User.objects.filter(email=email.strip().lower())
    return accounts


def _of_address(email: str) -> QuerySet[Guardian]:
    there = Guardian.objects.annotate(address=Lower("email")).filter(address=email.strip().lower())
    return there.exclude(email="").order_by("pk")


def _vouched_for(records: list[Guardian]) -> list[Guardian]:
    """Leave out whom only a registration names that nobody accepted, unless they are all there is.

    Anybody can type a parent's address into a form; that must not shut the parent out.
    """
    links = Guardianship.objects.filter(guardian__in=[one.pk for one in records])
    standings = list(links.values_list("guardian", "standing"))
    firm = {guardian for guardian, standing in standings if standing not in _NOBODY_VOUCHES}
    without_links = {one.pk for one in records} - {guardian for guardian, _standing in standings}
    return [one for one in records if one.pk in firm | without_links] or records


def _doubt(user: User, records: list[Guardian], waiting: list[Guardian]) -> Doubt | None:
    # Also those whom another account has already: then two adults have the address.
    names = {plain(guardian.name) for guardian in records}
    if len(names) > 1 or "" in names:
        return Doubt.SHARED_ADDRESS
    if students.addresses_of_one({records[0].email.lower()}):
        return Doubt.STUDENTS_ADDRESS
    if _is_somebody_else(user, waiting):
        return Doubt.OTHER_ADULT
    if any(_has_blocked_namesake(guardian, records) for guardian in waiting):
        return Doubt.BLOCKED_NAMESAKE
    return None


def _has_blocked_namesake(guardian: Guardian, joined: Iterable[Guardian]) -> bool:
    """Say whether a record outside this account, of the same name, is blocked from a child of this one.

    A block reaches the person by the account; of one that is not joined with it, it would reach nobody.
    """
    blocks = Block.objects.filter(
        Q(until__isnull=True) | Q(until__gte=local_today()),
        guardianship__student__in=guardian.guardianships.values("student"),
    )
    elsewhere = blocks.exclude(guardianship__guardian__in=[one.pk for one in joined])
    names = elsewhere.values_list("guardianship__guardian__name", flat=True)
    return plain(guardian.name) in {plain(name) for name in names}


def _join_student(*, user: User, email: str) -> None:
    """Make the account the student's whose address it proved: no parent's account, and no second student's."""
    student = students.of_address(email)
    if student is None or students.is_a_students(user) or user.guardians.exists():
        return
    students.join(student=student, user=user)


# --- By a code on paper ----------------------------------------------------------------------------------------------


@transaction.atomic
def redeem(*, code: str, by: User) -> Outcome:
    """Use a code up and join its adult's record to the account. Raises CodeUnknown.

    An account that is another adult's already, or a student's, is not joined and the code stays good: its adult can
    still use it with an account of their own.
    """
    row, guardian = _found(code)
    if guardian.user_id not in {None, by.pk}:
        raise CodeUnknown
    doubt = _doubt_of_letter(by, guardian) if guardian.user_id is None else None
    if doubt is not None:
        account_questions.ask(user=by, guardian=guardian, doubt=doubt, again=True)
        return Outcome.ASKED
    _use(row, guardian, by)
    return Outcome.JOINED


@transaction.atomic
def redeem_as_new(*, code: str, email: str) -> User:
    """Make an account for an address that was just proved, and join it by a code. Raises CodeUnknown.

    Where the record leaves a doubt the account is made and the office decides, as after a mailed code.
    """
    row, guardian = _found(code)
    if guardian.user_id is not None or _with_address(email).exists():
        raise CodeUnknown
    user = _account(email=email, name=guardian.name, how=How.LETTER)
    doubt = _doubt_of_letter(user, guardian)
    if doubt is None:
        _use(row, guardian, user)
    else:
        account_questions.ask(user=user, guardian=guardian, doubt=doubt)
    return user


def _doubt_of_letter(user: User, guardian: Guardian) -> Doubt | None:
    """Say what speaks against joining a whole record by a code, which is about one child of it alone."""
    if _is_somebody_else(user, [guardian]):
        return Doubt.OTHER_ADULT
    if _has_blocked_namesake(guardian, [guardian, *user.guardians.all()]):
        return Doubt.BLOCKED_NAMESAKE
    return None


def _found(code: str) -> tuple[ClaimCode, Guardian]:
    row = claim_codes.find(code)
    if row is None:
        raise CodeUnknown
    return row, Guardian.objects.select_for_update().get(pk=row.guardianship.guardian_id)


def _use(row: ClaimCode, guardian: Guardian, user: User) -> None:
    claim_codes.use(row=row, by=user)
    if guardian.user_id is None:
        _join(guardian=guardian, user=user, how=How.LETTER, by=user)
        account_questions.settle(user=user, guardian=guardian, by=user, reason="")


# --- By staff --------------------------------------------------------------------------------------------------------


@transaction.atomic
def decide(*, question: AccountQuestion, join: bool, by: User, reason: str) -> None:
    """Join the account to the record, or keep them apart for good. Raises account_questions.DecidedMeanwhile."""
    open_one = account_questions.locked(question)
    guardian = Guardian.objects.select_for_update().get(pk=open_one.guardian_id)
    if join and guardian.user_id is not None:
        raise account_questions.DecidedMeanwhile
    if join:
        _join(guardian=guardian, user=open_one.user, how=How.STAFF, by=by, reason=reason)
        account_questions.settle(user=open_one.user, guardian=guardian, by=by, reason=reason)
    else:
        account_questions.decline(question=open_one, by=by, reason=reason)


@transaction.atomic
def disconnect(*, guardian: Guardian, by: User, reason: str) -> None:
    """Take the account away from a record: from its next click on it sees none of the record's children."""
    row = Guardian.objects.select_for_update(of=("self",)).select_related("user").get(pk=guardian.pk)
    if row.user is None:
        return
    before = {"user": str(row.user.uuid)}
    # Its address may still be the record's: without this the next sign-in would join it again.
    account_questions.refuse(user=row.user, guardian=row, by=by, reason=reason)
    row.user = None
    row.save(update_fields=["user"])
    changes.record(
        "guardian.disconnected",
        subject="guardian",
        subject_id=row.uuid,
        by=by,
        before=before,
        after={"user": None},
        reason=reason,
    )


# --- What all ways share ----------------------------------------------------------------------------------------------


def _account(*, email: str, name: str, how: How) -> User:
    try:
        with transaction.atomic():
            user = User.objects.create_user(email, None, name=name[:150])
    except IntegrityError:  # made by the same person in another window
        return _with_address(email).get()
    changes.record("user.made", subject="user", subject_id=user.uuid, by=user, after={"how": how})
    return user


def _join(*, guardian: Guardian, user: User, how: How, by: Actor, reason: str = "") -> None:
    guardian.user = user
    guardian.save(update_fields=["user"])
    changes.record(
        "guardian.joined",
        subject="guardian",
        subject_id=guardian.uuid,
        by=by,
        before={"user": None},
        after={"user": str(user.uuid), "how": how},
        reason=reason,
    )


def _is_somebody_else(user: User, records: Iterable[Guardian]) -> bool:
    """Say whether the account is another adult's already, by its records' names, or a student's own."""
    if students.is_a_students(user):
        return True
    mine = {plain(guardian.name) for guardian in user.guardians.all()}
    return bool(mine) and not {plain(guardian.name) for guardian in records} <= mine
