"""Letters with codes: for whom they are, and the pages as they are printed, one adult and one child each (trust A8).

The page for letters calls it. A letter is made at the moment it is sent to the printer's browser: its code stands on it
and nowhere else. Were `choose` too wide, staff would print themselves into families of another school.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import qrcode
from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from accounts import access_invited, letter_codes, tongues
from accounts.models import ClaimCode, Enrollment, Guardianship, School, Section, SectionPlace, User
from accounts.rights import Right
from accounts.services import changes, claim_codes, looks, staff_roles
from portal.base import streaming
from portal.base.clock import local_today

# A browser prints so many pages in one go; a whole district is printed school by school.
MOST = 5000
_AT_ONCE = 50
_HERE = "<!-- letters -->"


def schools(user: User) -> QuerySet[School]:
    """Return the schools whose letters this person prints, by name."""
    return staff_roles.schools_with(user, Right.LINK_FAMILIES).order_by("name")


def choose(
    *,
    user: User,
    school: School,
    grade: str = "",
    section: Section | None = None,
    local_ids: Iterable[str] = (),
    again: bool = False,
) -> list[int]:
    """Return the links for which letters are due, by student: adults without an account, and without a letter in hand.

    `again`: also those whose last letter still works; it stops working when the new one is made.
    """
    day = local_today()
    here = Enrollment.objects.on(day).filter(school=school)
    links = access_invited.links_to_invite(user).filter(student__in=here.values("student"))
    if grade:
        links = links.filter(student__grade=grade)
    if section is not None:
        links = links.filter(
            student__in=SectionPlace.objects.on(day).filter(section=section).values("student")
        )
    if ids := set(local_ids):
        links = links.filter(student__local_id__in=ids)
    if not again:
        in_hand = ClaimCode.objects.filter(ClaimCode.OPEN, guardianship=OuterRef("pk"), until__gte=day)
        links = links.exclude(Exists(in_hand))
    order = ("student__grade", "student__last_name", "student__first_name", "student", "pk")
    kept_away = access_invited.blocked_namesakes(links)
    return [pk for pk in links.order_by(*order).values_list("pk", flat=True) if pk not in kept_away]


@dataclass
class Printing:
    """Letters on their way to a browser, a few at a time; what `streaming.GuardedStream` reads from."""

    school: School
    links: list[int]
    by: User
    made: int = 0

    def chunks(self) -> Iterator[bytes]:
        head, tail = self._frame()
        yield head.encode()
        for first in range(0, len(self.links), _AT_ONCE):
            pages = self._pages(self.links[first : first + _AT_ONCE])
            # The browser may take its time; the connection is for others meanwhile.
            streaming.release_database()
            yield pages.encode() or b" "
        yield tail.encode()

    def close(self) -> None:
        """Do nothing: each batch is whole once it is sent, and what was not sent has no code yet."""

    def finished(self, outcome: str, _bytes_sent: int) -> None:
        """Put on record who printed how many for which school."""
        changes.record(
            "letters.printed",
            subject="school",
            subject_id=self.school.uuid,
            by=self.by,
            after={"letters": self.made, "asked": len(self.links), "outcome": outcome},
        )

    def _frame(self) -> tuple[str, str]:
        page = render_to_string("letters/print.html", {"number": len(self.links), "school": self.school})
        head, _, tail = page.partition(_HERE)
        return head, tail

    @transaction.atomic
    def _pages(self, ids: Iterable[int]) -> str:
        rows: Any = Guardianship.objects.select_related("guardian", "student").in_bulk(list(ids))
        return "".join(self._page(rows[pk]) for pk in ids if pk in rows)

    def _page(self, link: Guardianship) -> str:
        days = settings.CLAIM_CODE_DAYS
        try:
            code = claim_codes.make(guardianship=link, days=days, by=self.by)
        except claim_codes.NotClaimable:  # blocked or ended since the letters were counted
            return ""
        self.made += 1
        family = tongues.portal_language(link.guardian.language)
        address = settings.SITE_URL + reverse("claim")
        letter = {
            "school": self.school,
            "district": looks.name_of(self.school.district),
            "adult": link.guardian,
            "student": link.student,
            "code": letter_codes.shown(code),
            "until": local_today() + datetime.timedelta(days=days),
            "today": local_today(),
            "address": address,
            "short_address": urlsplit(address).netloc + urlsplit(address).path.rstrip("/"),
            "qr": qr_path(address),
            "tongues": [family] if family == "en" else [family, "en"],
        }
        with translation.override(family):
            return render_to_string("letters/letter.html", letter)


@lru_cache(maxsize=2)
def qr_path(address: str) -> tuple[str, int]:
    """Return a QR code as the path of an SVG picture, and how many units wide and high the picture is."""
    picture = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=4)
    picture.add_data(address)
    picture.make(fit=True)
    rows = picture.get_matrix()
    squares = (f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark)
    return "".join(squares), len(rows)
