"""Guardians whom an approved registration names before the student information system does (trust F3, A8, R5).

`propose` makes a link that grants nothing: staff accept it (`reviews`), or the district says that the school's
approval is enough. `unite` makes it and the contact one, once a sync has brought the same adult: the account, blocks,
consents and codes move over in one transaction, so that nobody's access breaks. Called by integrations' intake, by the
sync and by the review pages. Were "the same adult" taken lightly, an account would get another family's children.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from accounts import access
from accounts.models import District, Guardian, Guardianship, Student, User
from accounts.models.guardianship import REGISTRATION, Decision, Standing
from accounts.models.period import EndedBy
from accounts.names import plain, share_a_word
from accounts.services import account_questions, changes, guardianships, registration_doubts
from accounts.services.changes import Actor
from portal.base.clock import local_today

AT_ONCE = "The district lets the school's approval of a registration count."
UNITED = "The student information system names the same adult."
TURNED_AWAY = "The student information system, or staff, say no to an adult of a name like this."


class SomethingCame(ValueError):
    """Somebody decided about a link, claimed it or put a paper to it: it cannot be taken back."""


class Placed(StrEnum):
    """What came of one adult of a registration."""

    WAITS = "waits"  # a new link, which grants nothing yet
    COUNTS = "counts"  # a new link, which the district lets count at once
    KNOWN = "known"  # the adult stands beside the student already, whoever said so first
    CORRECTED = "corrected"  # the registration came again with other details


@dataclass(frozen=True)
class Adult:
    """One adult as a registration names them. `is_parent_like`: the relationship is one of the district's list."""

    name: str = field(repr=False)
    email: str = field(default="", repr=False)
    phone: str = field(default="", repr=False)
    language: str = ""
    relationship: str = ""
    is_parent_like: bool = False


# --- From a registration ---------------------------------------------------------------------------------------------


@transaction.atomic
def propose(
    *, student: Student, adult: Adult, source_id: str, at_once: bool, by: Actor
) -> tuple[Placed, Guardianship]:
    """Put an adult of a registration beside the student. The same call again changes nothing.

    `source_id` names the adult's place in the registration. `at_once`: the link counts without staff, unless the
    relationship is not a parent's, there is no address, or something about the adult is in doubt.
    """
    # Two deliveries that name one adult: the second waits here and finds the first one's link.
    # It is no key that changes: whoever writes a row of the district meanwhile need not wait.
    District.objects.select_for_update(no_key=True).get(pk=student.district_id)
    there = _beside(student, adult)
    if there is not None:
        return Placed.KNOWN, there
    before = _of_place(student, source_id)
    if before is not None and _is_untouched(before):
        _correct(before, adult, by)
        return Placed.CORRECTED, before
    guardian = _record(student, adult, source_id)
    counts = at_once and adult.is_parent_like and bool(adult.email)
    counts = counts and not registration_doubts.of(guardian, student)
    link = guardianships.link(
        guardian=guardian,
        student=student,
        relationship=adult.relationship[:60],
        legal_guardian=None,
        resides_with=None,
        standing=Standing.COUNTS if counts else Standing.PROVISIONAL,
        source=REGISTRATION,
        source_id=guardian.source_id,
        by=by,
        reason=AT_ONCE if counts else "",
    )
    return (Placed.COUNTS if counts else Placed.WAITS), link


def _record(student: Student, adult: Adult, source_id: str) -> Guardian:
    return Guardian.objects.create(
        district=student.district,
        source=REGISTRATION,
        source_id=_free(student.district_id, source_id),
        name=adult.name[:200],
        email=adult.email,
        phone=adult.phone[:40],
        language=adult.language[:12],
    )


def _beside(student: Student, adult: Adult) -> Guardianship | None:
    """Return the student's link to this very adult, also one that a person declined or ended: that stands."""
    links = Guardianship.objects.filter(student=student).select_related("guardian")
    for link in links.exclude(until__lt=local_today(), ended_by=EndedBy.SYNC).order_by("pk"):
        same_name = plain(link.guardian.name) == plain(adult.name)
        if same_name and link.guardian.email.lower() == adult.email.lower():
            found: Guardianship = link
            return found
    return None


def _of_place(student: Student, source_id: str) -> Guardianship | None:
    """Return what the same place of the registration led to when it came before, locked: nobody decides meanwhile."""
    found: Guardianship | None = (
        Guardianship.objects.select_for_update(of=("self", "guardian"))
        .filter(
            source=REGISTRATION, source_id=source_id, guardian__district=student.district_id, student=student
        )
        .select_related("guardian", "student")
        .first()
    )
    return found


def _is_untouched(link: Guardianship) -> bool:
    """Say whether nobody has decided about the link or claimed it, so that a correction may just be written."""
    return link.standing == Standing.PROVISIONAL and link.until is None and link.guardian.user_id is None


def _correct(link: Guardianship, adult: Adult, by: Actor) -> None:
    guardian = link.guardian
    guardian.name, guardian.email = adult.name[:200], adult.email
    guardian.phone, guardian.language = adult.phone[:40], adult.language[:12]
    guardian.save(update_fields=["name", "email", "phone", "language"])
    link.relationship = adult.relationship[:60]
    link.save(update_fields=["relationship"])
    changes.record(
        "guardian.corrected",
        subject="guardian",
        subject_id=guardian.uuid,
        by=by,
        after={"guardianship": str(link.uuid)},
    )


def _free(district_id: int, source_id: str) -> str:
    """Return the id, or if an adult has it whom somebody decided about already, the next one."""
    taken = set(
        Guardian.objects.filter(
            district=district_id, source=REGISTRATION, source_id__startswith=source_id
        ).values_list("source_id", flat=True)
    )
    tries = (source_id, *(f"{source_id}:{number}" for number in range(2, len(taken) + 3)))
    return next(one for one in tries if one not in taken)


# --- Taken back ------------------------------------------------------------------------------------------------------


def may_be_withdrawn(link: Guardianship) -> bool:
    """Say whether nothing came of a link yet: nobody decided, claimed it, asked about it, or put a paper to it."""
    papers = (link.blocks, link.consents, link.claim_codes, link.guardian.questions)
    return (
        link.source == REGISTRATION
        and link.decision == Decision.NONE
        and _is_untouched(link)
        and not any(rows.exists() for rows in papers)
    )


@transaction.atomic
def withdraw(*, link: Guardianship, by: Actor, reason: str) -> None:
    """Take away a link that a registration made and nothing came of, with its adult. Raises SomethingCame."""
    row = Guardianship.objects.select_for_update(of=("self",)).select_related("guardian").get(pk=link.pk)
    if not may_be_withdrawn(row):
        raise SomethingCame
    before, guardian = guardianships.state_of(row), row.guardian
    row.delete()
    if not guardian.guardianships.exists():
        guardian.delete()
    changes.record(
        "guardianship.withdrawn",
        subject="guardianship",
        subject_id=link.uuid,
        by=by,
        before=before,
        reason=reason,
    )


# --- With the student information system -----------------------------------------------------------------------------


def unite(*, district: District, by: Actor) -> int:
    """Make each adult of a registration and the contact that a sync has brought for the same student one.

    Returns how many. Two contacts that could be meant, two accounts, or an account that nobody accepted for a contact
    of another address are left to staff; so is who counts unseen where a contact of a like name is turned away.
    """
    day = local_today()
    still_open = Q(until__isnull=True) | Q(until__gte=day)
    ours = Guardianship.objects.filter(still_open, source=REGISTRATION, guardian__district=district)
    theirs = Guardianship.objects.filter(still_open, student__in=ours.values("student")).exclude(
        source=REGISTRATION
    )
    contacts: dict[int, list[Guardianship]] = {}
    for contact in theirs.select_related("guardian", "student").order_by("pk"):
        contacts.setdefault(contact.student_id, []).append(contact)
    done = 0
    for link in ours.filter(student__in=list(contacts)).select_related("guardian", "student").order_by("pk"):
        same = [contact for contact in contacts[link.student_id] if is_same_adult(link, contact)]
        if len(same) == 1:
            done += _unite(link.pk, same[0].pk, by)
    no = {student: list(filter(registration_doubts.says_no, rows)) for student, rows in contacts.items()}
    for link in _unseen(ours).filter(student__in=list(contacts)).select_related("guardian"):
        if any(share_a_word(link.guardian.name, one.guardian.name) for one in no[link.student_id]):
            _ask_staff(link.pk, by)
    return done


def _unseen(links: QuerySet[Guardianship]) -> QuerySet[Guardianship]:
    """Return those that count by the district's setting alone: no person has looked at them."""
    return links.filter(source=REGISTRATION, standing=Standing.COUNTS, decision=Decision.NONE)


@transaction.atomic
def _ask_staff(link_id: int, by: Actor) -> None:
    """Let a link wait for staff that counted unseen: the record says no to somebody who may be the same adult."""
    row = _unseen(Guardianship.objects.select_for_update(of=("self",))).filter(pk=link_id).first()
    if row is None:
        return
    before = guardianships.state_of(row)
    row.standing = Standing.PROVISIONAL
    row.save(update_fields=["standing"])
    changes.record(
        "guardianship.changed",
        subject="guardianship",
        subject_id=row.uuid,
        by=by,
        before=before,
        after=guardianships.state_of(row),
        reason=TURNED_AWAY,
    )


def is_same_adult(link: Guardianship, contact: Guardianship) -> bool:
    """Say whether a link of a registration and a contact beside the same student are surely one adult.

    By name and address. Where one record lacks the address there are only words, and anybody may write these into a
    registration: then a person must have accepted the link, unless nothing goes along with it. And an address that
    nobody has claimed yet is not given up for a contact without one: it is the family's way in.
    """
    ours, theirs = link.guardian, contact.guardian
    if not plain(ours.name) or plain(ours.name) != plain(theirs.name):
        return False
    if _have_one_address(ours, theirs):
        return True
    if ours.email and (theirs.email or ours.user_id is None):
        return False
    if plain(link.relationship) != plain(contact.relationship):
        return False
    return _was_accepted(link) or may_be_withdrawn(link)


def _have_one_address(ours: Guardian, theirs: Guardian) -> bool:
    return bool(ours.email) and ours.email.lower() == theirs.email.lower()


def _was_accepted(link: Guardianship) -> bool:
    """Say whether the link counts because a person said so, not the district's setting."""
    return link.standing == Standing.COUNTS and link.decision == Decision.ACCEPTED


def _may_go_along(user: User, link: Guardianship, contact: Guardianship) -> bool:
    """Say whether the registration's account may become the contact's, and see all children of theirs.

    What staff keep apart, or have not answered yet, is theirs. Without the address the account gets no child whom it
    does not see already: whoever accepted it looked at this one.
    """
    if contact.guardian.user_id is not None:
        return contact.guardian.user_id == user.pk
    if account_questions.is_in_question(user, contact.guardian):
        return False
    if _have_one_address(link.guardian, contact.guardian):
        return True
    still_open = Q(until__isnull=True) | Q(until__gte=local_today())
    others = Guardianship.objects.filter(still_open, guardian=contact.guardian_id)
    seen = access.children_of(user).order_by().values("pk")
    return not others.exclude(student=contact.student_id).exclude(student__in=seen).exists()


@transaction.atomic
def _unite(link_id: int, contact_id: int, by: Actor) -> bool:
    rows = Guardianship.objects.select_for_update(of=("self",)).select_related("guardian", "student")
    found = {row.pk: row for row in rows.filter(pk__in=[link_id, contact_id])}
    link, contact = found.get(link_id), found.get(contact_id)
    if link is None or contact is None:
        return False
    adults = {
        one.pk: one
        for one in Guardian.objects.select_for_update().filter(pk__in=[link.guardian_id, contact.guardian_id])
    }
    ours, theirs = adults[link.guardian_id], adults[contact.guardian_id]
    link.guardian, contact.guardian = ours, theirs
    # Again, now that nobody can decide about either of them meanwhile.
    if not is_same_adult(link, contact):
        return False
    if ours.user is not None and not _may_go_along(ours.user, link, contact):
        return False
    before = guardianships.state_of(link)
    _carry_decision(link, contact, by)
    _carry_account(ours, theirs, by)
    _carry_papers(link, contact)
    link.delete()
    if not ours.guardianships.exists():
        ours.delete()
    changes.record(
        "guardianship.united",
        subject="guardianship",
        subject_id=link.uuid,
        by=by,
        before=before,
        after=guardianships.state_of(contact) | {"guardianship": str(contact.uuid)},
        reason=UNITED,
    )
    return True


def _carry_decision(link: Guardianship, contact: Guardianship, by: Actor) -> None:
    """Let what was decided about the registration hold where the contact's own record says nothing.

    A record that says "no" outranks it, as it does for every contact. One that says "legal guardian" of an adult whom
    staff declined is looked at again.
    """
    if contact.decision != Decision.NONE:
        return
    before = guardianships.state_of(contact)
    if (
        link.standing == Standing.COUNTS
        and contact.standing == Standing.REVIEW
        and contact.legal_guardian is None
    ):
        contact.standing = Standing.COUNTS
    elif link.standing == Standing.DECLINED:
        contact.standing = Standing.REVIEW if contact.legal_guardian else Standing.DECLINED
    for name in ("decision", "decided_by", "decided_at", "decision_reason"):
        setattr(contact, name, getattr(link, name))
    # As staff saw it: a registration has no legal flag.
    contact.decided_legal = None
    contact.save(update_fields=list(guardianships.DECIDED))
    after = guardianships.state_of(contact)
    if after != before:
        changes.record(
            "guardianship.changed",
            subject="guardianship",
            subject_id=contact.uuid,
            by=by,
            before=before,
            after=after,
            reason=UNITED,
        )


def _carry_account(ours: Guardian, theirs: Guardian, by: Actor) -> None:
    if ours.user_id is not None and theirs.user_id is None:
        theirs.user_id = ours.user_id
        theirs.save(update_fields=["user"])
        changes.record(
            "guardian.joined",
            subject="guardian",
            subject_id=theirs.uuid,
            by=by,
            before={"user": None},
            after={"user": str(theirs.user.uuid) if theirs.user else None, "how": "registration"},
            reason=UNITED,
        )
    asked = set(theirs.questions.values_list("user", flat=True))
    ours.questions.exclude(user__in=asked).update(guardian=theirs)


def _carry_papers(link: Guardianship, contact: Guardianship) -> None:
    """Move blocks, consents and letters' codes over; a contact that has a code of its own keeps that one."""
    for rows in (link.blocks, link.consents):
        rows.update(guardianship=contact)
    codes: Any = link.claim_codes
    if contact.claim_codes.filter(codes.model.OPEN).exists():
        codes = codes.exclude(codes.model.OPEN)
    codes.update(guardianship=contact)
