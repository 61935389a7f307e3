"""Whose name, logo and colours a page shows: the district's of the family who reads it (docs/adr/0019).

Every page asks, so none may pay: whoever is signed in gets the district with their session, which is loaded anyway, and
for strangers a process remembers the answer for a minute. Were `district_of` wrong, a family would read another
district's name; it grants nothing.
"""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import DatabaseError, transaction
from django.db.models import QuerySet

from accounts import colours
from accounts.logos import Picture
from accounts.models import District, DistrictLogo, User
from accounts.services import changes, schools, staff_roles


@dataclass(frozen=True)
class Logo:
    """`name` is that of its file; width and height in pixels, for the room it takes before it is there."""

    name: str
    width: int
    height: int


@dataclass(frozen=True)
class Look:
    """`sheet` is the name of the style sheet with the district's colours, empty for the portal's own."""

    name: str
    sheet: str = ""
    logo: Logo | None = None


NEUTRAL = Look("")
# When the look that strangers see was asked for, and what it was; of this process alone.
_remembered: dict[str, tuple[float, Look]] = {}


def with_logo() -> QuerySet[District]:
    """Return districts as a look needs them: in one query, without the picture itself."""
    return District.objects.select_related("logo").defer("logo__png")


def name_of(district: District) -> str:
    """Return what families call it."""
    return district.display_name or district.name


def of(district: District) -> Look:
    logo = getattr(district, "logo", None)
    return Look(
        name=name_of(district),
        sheet=colours.sheet_name(*accents(district)) if district.accent else "",
        logo=logo and Logo(logo.digest, logo.width, logo.height),
    )


def accents(district: District) -> tuple[str, str]:
    """Return a district's accents on light and on dark; the second is the first's nearest shade, if none is chosen."""
    return district.accent, district.accent_on_dark or colours.nearest(district.accent, colours.DARK)


def of_strangers() -> Look:
    """Return the look of pages for whoever is not signed in: the only district's, neutral where there are several."""
    asked, look = _remembered.get("", (0.0, NEUTRAL))
    now = time.monotonic()
    if not asked or now - asked >= settings.LOOK_SECONDS:
        try:
            district = only_one()
        except DatabaseError:  # the page that says so has to stand
            return look
        look = of(district) if district else NEUTRAL
        remember(look)
    return look


def remember(look: Look) -> None:
    """Show this one to strangers until LOOK_SECONDS are over."""
    _remembered[""] = time.monotonic(), look


def forget() -> None:
    """Forget what strangers see, after a change; other processes do within LOOK_SECONDS."""
    _remembered.clear()


def only_one() -> District | None:
    """Return the only district of this portal, None if there are several or none."""
    found = list(with_logo()[:2])
    return found[0] if len(found) == 1 else None


def district_of(user: User) -> District | None:
    """Return the district of all their children's schools and of their roles; None if there are several."""
    at_schools = schools.of(user).values("district")
    by_roles = staff_roles.current_roles(user).values("district")
    found = list((with_logo().filter(pk__in=at_schools) | with_logo().filter(pk__in=by_roles)).distinct()[:2])
    return found[0] if len(found) == 1 else None if found else only_one()


@transaction.atomic
def save(*, district: District, logo: Picture | None, keep_logo: bool, by: User) -> None:
    """Save a district's name and colours as they stand on it, and its logo: the new one, none, or the one it has.

    The colours have been checked against both grounds by the form.
    """
    before = _state(with_logo().get(pk=district.pk))
    district.save(update_fields=["display_name", "accent", "accent_on_dark"])
    if not keep_logo:
        DistrictLogo.objects.filter(district=district).delete()
    if logo is not None:
        DistrictLogo.objects.update_or_create(
            district=district,
            defaults={
                "png": logo.png,
                "digest": hashlib.sha256(logo.png).hexdigest(),
                "width": logo.width,
                "height": logo.height,
            },
        )
    after = _state(with_logo().get(pk=district.pk))
    if before != after:
        changes.record(
            "district.look_changed",
            subject="district",
            subject_id=district.uuid,
            by=by,
            before=before,
            after=after,
        )
    transaction.on_commit(forget)


def logo_png(digest: str) -> bytes | None:
    """Return the file of a logo by its name, None if no district has it any more."""
    png = DistrictLogo.objects.filter(digest=digest).values_list("png", flat=True).first()
    return None if png is None else bytes(png)


def sheet(name: str) -> str | None:
    """Return the style sheet of that name, None for a name that no pair of colours has. Asks no database."""
    accent, _, rest = name.partition("-")
    on_dark, _, _digest = rest.partition("-")
    pair = f"#{accent}", f"#{on_dark}"
    if not all(colours.COLOUR.match(one) for one in pair) or colours.sheet_name(*pair) != name:
        return None
    return colours.sheet(*pair)


def _state(district: District) -> dict[str, Any]:
    look = of(district)
    return {
        "name": look.name,
        "accent": district.accent,
        "accent_on_dark": district.accent_on_dark,
        "logo": look.logo.name if look.logo else "",
    }
