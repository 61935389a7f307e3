"""For whom a code on paper may be made, and what it may still open: read off the rules that `accounts.access` reads.

Called by `claim_codes` and `letters`. If it named one link too many, a letter would bring a blocked adult to the child.
"""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts import access
from accounts.access_rules import RULES
from accounts.models import Block, Guardianship, Hold, User
from accounts.names import plain
from accounts.rights import Right
from portal.base.clock import local_today


def claimable_links() -> QuerySet[Guardianship]:
    """Return the links that would let their adult in today, if the adult had an account (trust A3, A4, A5, A8).

    None of a student under a hold: a letter that names the school tells where the family is. None of an adult who is
    blocked from the child now or from a later day on, by this record; `blocked_namesakes` tells those by another.
    """
    day = local_today()
    counts = Q(pk__in=RULES["guardian"][0](day).values("pk"))
    goes_on = Q(pk__in=RULES["consent"][0](day).values("guardianship"))
    blocked = _blocks_now_or_later().filter(guardianship=OuterRef("pk"))
    held = Hold.objects.on(day).filter(student=OuterRef("student"))
    links: QuerySet[Guardianship] = Guardianship.objects.filter(counts | goes_on)
    return links.exclude(Exists(blocked)).exclude(Exists(held))


def blocked_namesakes(links: QuerySet[Guardianship]) -> set[int]:
    """Return those of the links whose adult has the name of one who is blocked from the child by another record.

    Not in the database, which would take "José" and "Jose" for two.
    """
    blocks = _blocks_now_or_later().filter(guardianship__student__in=links.values("student"))
    names = {
        (student, plain(name))
        for student, name in blocks.values_list("guardianship__student", "guardianship__guardian__name")
    }
    beside = links.filter(student__in={student for student, _name in names})
    rows = beside.values_list("pk", "student", "guardian__name")
    return {pk for pk, student, name in rows if plain(name) and (student, plain(name)) in names}


def may_be_claimed(link_id: int) -> bool:
    """Say whether a code may be made for this link, and may still open it."""
    link = claimable_links().filter(pk=link_id)
    return link.exists() and not blocked_namesakes(link)


def _blocks_now_or_later() -> QuerySet[Block]:
    rows: QuerySet[Block] = Block.objects.filter(Q(until__isnull=True) | Q(until__gte=local_today()))
    return rows


def links_to_invite(user: User) -> QuerySet[Guardianship]:
    """Return the links for which this member of staff may print a letter: the adult has no account yet."""
    mine = access.students_looked_after(user, Right.LINK_FAMILIES)
    return claimable_links().filter(student__in=mine, guardian__user__isnull=True)
