"""What speaks against letting an adult of a registration in without a look: read by `provisionals` and by the list.

Whoever has a doubt is decided about one by one and never counts by the district's setting. If one were missed, an adult
whom a court keeps away could come back with a new address.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from django.db.models import Q
from django.db.models.functions import Lower

from accounts.models import Block, Guardian, Guardianship, Student
from accounts.models.guardianship import REGISTRATION
from accounts.names import plain
from portal.base.clock import local_today


class Doubt(StrEnum):
    BLOCKED_NAMESAKE = "blocked-namesake"  # an adult of this name is blocked from this child
    SHARED_ADDRESS = "shared-address"  # another adult's record has the same address
    NAMESAKE = "namesake"  # an adult of this name stands beside the child, with another address


def of(guardian: Guardian, student: Student) -> set[Doubt]:
    """Return the doubts about one adult beside one student."""
    return _found([(guardian, student.pk)])[0]


def of_links(links: Sequence[Guardianship]) -> list[set[Doubt]]:
    """Return the doubts about each of these links, in their order."""
    return _found([(link.guardian, link.student_id) for link in links])


def _found(pairs: list[tuple[Guardian, int]]) -> list[set[Doubt]]:
    students = {student for _guardian, student in pairs}
    blocked = _names_blocked(students)
    beside = _names_beside(students)
    sharing = _names_by_address({guardian.email.lower() for guardian, _student in pairs if guardian.email})
    found = []
    for guardian, student in pairs:
        name, doubts = plain(guardian.name), set()
        if (student, name) in blocked:
            doubts.add(Doubt.BLOCKED_NAMESAKE)
        if len(sharing.get(guardian.email.lower(), set()) | {name}) > 1:
            doubts.add(Doubt.SHARED_ADDRESS)
        if (student, name) in beside:
            doubts.add(Doubt.NAMESAKE)
        found.append(doubts)
    return found


def _names_blocked(students: set[int]) -> set[tuple[int, str]]:
    """Return student and name, of blocks that stand now or begin later."""
    blocks = Block.objects.filter(
        Q(until__isnull=True) | Q(until__gte=local_today()), guardianship__student__in=students
    )
    rows = blocks.values_list("guardianship__student", "guardianship__guardian__name")
    return {(student, plain(name)) for student, name in rows}


def _names_beside(students: set[int]) -> set[tuple[int, str]]:
    others = Guardianship.objects.filter(
        Q(until__isnull=True) | Q(until__gte=local_today()), student__in=students
    ).exclude(source=REGISTRATION)
    return {(student, plain(name)) for student, name in others.values_list("student", "guardian__name")}


def _names_by_address(addresses: set[str]) -> dict[str, set[str]]:
    rows = Guardian.objects.annotate(address=Lower("email")).filter(address__in=addresses)
    found: dict[str, set[str]] = {}
    for address, name in rows.values_list("address", "name"):
        found.setdefault(address, set()).add(plain(name))
    return found
