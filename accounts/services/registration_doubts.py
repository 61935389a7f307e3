"""What speaks against letting an adult of a registration in without a look: read by `provisionals` and by the list.

Whoever has a doubt is decided about one by one and never counts by the district's setting. If one were missed, an adult
whom a court keeps away could come back with a new address: a name is what whoever registers writes, so a block on the
child is a doubt about everybody new, and names are compared by their words.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum

from django.db.models import Q
from django.db.models.functions import Lower

from accounts.models import Block, Guardian, Guardianship, Student
from accounts.models.guardianship import Standing
from accounts.models.period import EndedBy
from accounts.names import may_be_one, plain, share_a_word
from accounts.services import students
from portal.base.clock import local_today


class Doubt(StrEnum):
    BLOCKED_NAMESAKE = "blocked-namesake"  # an adult of a name like this is blocked from this child
    BLOCKED_CHILD = "blocked-child"  # somebody is blocked from this child, by whatever name
    TURNED_AWAY = "turned-away"  # staff or the school's record said no to somebody with a word of this name
    SHARED_ADDRESS = "shared-address"  # another adult's record, or a student's, has the same address
    NAMESAKE = "namesake"  # an adult of a name like this stands beside the child already


def of(guardian: Guardian, student: Student) -> set[Doubt]:
    """Return the doubts about one adult beside one student."""
    return _found([(guardian, student.pk)])[0]


def of_links(links: Sequence[Guardianship]) -> list[set[Doubt]]:
    """Return the doubts about each of these links, in their order."""
    return _found([(link.guardian, link.student_id) for link in links])


def says_no(link: Guardianship) -> bool:
    """Say whether a person, or the school's record, wants this adult kept from the child."""
    if link.standing == Standing.DECLINED or link.ended_by == EndedBy.PERSON:
        return True
    return link.standing == Standing.REVIEW and link.legal_guardian is False


def _found(pairs: list[tuple[Guardian, int]]) -> list[set[Doubt]]:
    children = {student for _guardian, student in pairs}
    addresses = {guardian.email.lower() for guardian, _student in pairs if guardian.email}
    blocked, beside = _names_blocked(children), _links_beside(children)
    sharing, of_students = _names_by_address(addresses), students.addresses_of_one(addresses)
    found = []
    for guardian, student in pairs:
        others = [link for link in beside.get(student, ()) if link.guardian_id != guardian.pk]
        doubts = _by_name(guardian.name, others) | _by_block(guardian.name, blocked.get(student, ()))
        address = guardian.email.lower()
        if address in of_students or len(sharing.get(address, set()) | {plain(guardian.name)}) > 1:
            doubts.add(Doubt.SHARED_ADDRESS)
        found.append(doubts)
    return found


def _by_block(name: str, blocked: Iterable[str]) -> set[Doubt]:
    names = list(blocked)
    if any(may_be_one(name, other) for other in names):
        return {Doubt.BLOCKED_NAMESAKE}
    return {Doubt.BLOCKED_CHILD} if names else set()


def _by_name(name: str, others: Iterable[Guardianship]) -> set[Doubt]:
    doubts = set()
    for link in others:
        if says_no(link) and share_a_word(name, link.guardian.name):
            doubts.add(Doubt.TURNED_AWAY)
        elif may_be_one(name, link.guardian.name):
            doubts.add(Doubt.NAMESAKE)
    return doubts


def _names_blocked(children: set[int]) -> dict[int, list[str]]:
    """Return names by student, of blocks that stand now or begin later."""
    blocks = Block.objects.filter(
        Q(until__isnull=True) | Q(until__gte=local_today()), guardianship__student__in=children
    )
    found: dict[int, list[str]] = {}
    for student, name in blocks.values_list("guardianship__student", "guardianship__guardian__name"):
        found.setdefault(student, []).append(name)
    return found


def _links_beside(children: set[int]) -> dict[int, list[Guardianship]]:
    """Return links by student, also those that a person ended."""
    there = Q(until__isnull=True) | Q(until__gte=local_today()) | Q(ended_by=EndedBy.PERSON)
    found: dict[int, list[Guardianship]] = {}
    for link in Guardianship.objects.filter(there, student__in=children).select_related("guardian"):
        found.setdefault(link.student_id, []).append(link)
    return found


def _names_by_address(addresses: set[str]) -> dict[str, set[str]]:
    rows = Guardian.objects.annotate(address=Lower("email")).filter(address__in=addresses)
    found: dict[str, set[str]] = {}
    for address, name in rows.values_list("address", "name"):
        found.setdefault(address, set()).add(plain(name))
    return found
