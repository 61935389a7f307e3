"""For whom a code on paper may be made, and what it may still open: read off the rules that `accounts.access` reads.

Called by `claim_codes` and `letters`. If it named one link too many, a letter would bring a blocked adult to the child.
"""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Lower

from accounts import access
from accounts.access_rules import RULES
from accounts.models import Block, Guardianship, Hold, User
from accounts.rights import Right
from portal.base.clock import local_today


def claimable_links() -> QuerySet[Guardianship]:
    """Return the links that would let their adult in today, if the adult had an account (trust A3, A4, A5, A8).

    None of a student under a hold: a letter that names the school tells where the family is. None of an adult who is
    blocked from the child now or from a later day on, by this record or by another of the same name.
    """
    day = local_today()
    counts = Q(pk__in=RULES["guardian"][0](day).values("pk"))
    goes_on = Q(pk__in=RULES["consent"][0](day).values("guardianship"))
    blocks = Block.objects.filter(
        Q(until__isnull=True) | Q(until__gte=day), guardianship__student=OuterRef("student")
    )
    namesake = blocks.annotate(its_name=Lower("guardianship__guardian__name")).filter(
        Q(guardianship=OuterRef("pk")) | Q(its_name=Lower(OuterRef("guardian__name"))) & ~Q(its_name="")
    )
    held = Hold.objects.on(day).filter(student=OuterRef("student"))
    links: QuerySet[Guardianship] = Guardianship.objects.filter(counts | goes_on)
    return links.exclude(Exists(namesake)).exclude(Exists(held))


def links_to_invite(user: User) -> QuerySet[Guardianship]:
    """Return the links for which this member of staff may print a letter: the adult has no account yet."""
    mine = access.students_looked_after(user, Right.LINK_FAMILIES)
    return claimable_links().filter(student__in=mine, guardian__user__isnull=True)
