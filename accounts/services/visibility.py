"""Answers for staff about access itself: who sees a student and why, and what stands in somebody's way.

The staff pages about a student's people call it. It reads the grants relation and asks no vendor; if it said something
else than `accounts.access`, staff would trust a list that lies.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import F, Prefetch, Q, QuerySet

from accounts import access
from accounts.models import Block, Consent, Guardianship, Hold, Student, User
from accounts.models.period import current
from accounts.rights import Right
from portal.base.clock import local_today

# So many days ahead a block or hold is shown as about to end.
SOON = datetime.timedelta(days=30)


@dataclass(frozen=True)
class Seer:
    """One person who sees the student now, with every rule that lets them, the best first."""

    user: User
    reasons: tuple[tuple[str, str], ...]  # rule, relation: ("guardian", "Mother")


def who_sees(student: Student) -> list[Seer]:
    """Return everybody who may open this student's reports now, families first."""
    reasons: dict[int, list[tuple[str, str]]] = {}
    for row in access.grants(student=student):
        said = reasons.setdefault(row["by_user"], [])
        if (row["rule"], row["relation_"]) not in said:
            said.append((row["rule"], row["relation_"]))
    people = User.objects.in_bulk(list(reasons))
    return [Seer(people[key], tuple(said)) for key, said in reasons.items()]


def links_of(student: Student) -> QuerySet[Guardianship]:
    """Return the student's links to adults, also those that do not count, with their blocks and consents of today."""
    day = local_today()
    blocks = Prefetch("blocks", queryset=Block.objects.on(day), to_attr="current_blocks")
    consents = Prefetch("consents", queryset=Consent.objects.on(day), to_attr="current_consents")
    links: QuerySet[Guardianship] = student.guardianships.select_related("guardian__user")
    return links.prefetch_related(blocks, consents).order_by("guardian__name", "pk")


def holds_of(student: Student) -> QuerySet[Hold]:
    holds: QuerySet[Hold] = Hold.objects.on(local_today()).filter(student=student).order_by("pk")
    return holds


@dataclass(frozen=True)
class Restriction:
    """A block or a hold that stands today or begins later, as a line of the list."""

    block: Block | None
    hold: Hold | None
    student: Student
    ends_soon: bool

    @property
    def row(self) -> Block | Hold:
        found = self.block or self.hold
        if found is None:
            raise ValueError("A restriction is a block or a hold.")
        return found


def restrictions(user: User) -> Iterator[Restriction]:
    """Return the blocks and holds this person looks after, those that end first at the top."""
    day = local_today()
    mine = access.students_looked_after(user, Right.RESTRICT_ACCESS)
    later = Q(starts__gt=day)
    blocks = Block.objects.filter(current(day) | later, guardianship__student__in=mine)
    holds = Hold.objects.filter(current(day) | later, student__in=mine)
    found: list[Restriction] = [
        Restriction(block, None, block.guardianship.student, _ends_soon(block, day))
        for block in blocks.select_related("guardianship__student", "guardianship__guardian")
    ]
    found += [
        Restriction(None, hold, hold.student, _ends_soon(hold, day))
        for hold in holds.select_related("student").order_by(F("until").asc(nulls_last=True), "pk")
    ]
    return iter(sorted(found, key=lambda item: (item.row.until or datetime.date.max, item.row.pk)))


def _ends_soon(row: Block | Hold, day: datetime.date) -> bool:
    return row.until is not None and row.until <= day + SOON
