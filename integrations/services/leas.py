"""Which LEAs a connection's credentials stand for, and the mapping LEA ↔ district that an administrator confirms.

ETS's codes have nine digits in its sample, the student information systems' up to fourteen, so the mapping is data and
the digits are only a suggestion. An LEA belongs to one district: another one cannot claim it. Called by the test on the
connection's page; every change is recorded (trust R5).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

from django.core import signing
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import District, DistrictLea, School, User
from accounts.rights import Right
from accounts.services import changes, staff_roles
from integrations.models import Connection
from integrations.services import scopes

_SALT = "integrations.verified-leas"
# As long as somebody may look at the page before confirming.
_SECONDS = 30 * 60
_COUNTY_AND_DISTRICT = 7


class CannotClaim(ValueError):
    """The mapping cannot be saved; the message says why."""


class Standing(StrEnum):
    OURS = "ours"  # confirmed as this district's before
    FREE = "free"  # nobody's yet
    TAKEN = "taken"  # another district's


@dataclass(frozen=True)
class CoveredLea:
    """An LEA that ETS named. `suggested` says that its digits are this district's or one of its schools'."""

    code: str
    standing: Standing
    suggested: bool
    on_connection: bool


@dataclass(frozen=True)
class Comparison:
    """What ETS says the pair covers, beside what uses the connection here."""

    covered: tuple[CoveredLea, ...]
    schools: tuple[School, ...]
    missing: tuple[str, ...]  # confirmed for this connection, not named by ETS any more


def compare(connection: Connection, codes: Iterable[str]) -> Comparison:
    """Put the LEAs that ETS named beside the district's."""
    named = list(dict.fromkeys(code for code in codes if code.isdigit()))
    owners = dict(DistrictLea.objects.filter(code__in=named).values_list("code", "district"))
    attached = set(connection.leas.values_list("code", flat=True))
    covered = tuple(
        CoveredLea(
            code=code,
            standing=_standing(owners.get(code), connection.district_id),
            suggested=fits(code, connection.district),
            on_connection=code in attached,
        )
        for code in named
    )
    schools = tuple(scopes.schools_using(connection).order_by("name"))
    return Comparison(covered, schools, tuple(sorted(attached - set(named))))


def fits(code: str, district: District) -> bool:
    """Say whether the digits of an LEA's code are the district's: county and district, without leading zeros."""
    own = district.cds_code[:_COUNTY_AND_DISTRICT]
    digits = code[:_COUNTY_AND_DISTRICT] if len(code) == len(district.cds_code) else code
    return digits.lstrip("0") == own.lstrip("0")


def verified_token(connection: Connection, codes: Collection[str]) -> str:
    """Return what ETS named, signed, for the page that asks to confirm it: a browser cannot add another LEA."""
    return signing.dumps([str(connection.uuid), *codes], salt=_SALT)


def verified_codes(connection: Connection, token: str) -> list[str]:
    """Return the codes of a `verified_token`. Raises CannotClaim when it is too old or for another connection."""
    try:
        uuid, *codes = signing.loads(token, salt=_SALT, max_age=_SECONDS)
    except (signing.BadSignature, ValueError, TypeError):
        uuid, codes = "", []
    if uuid != str(connection.uuid):
        raise CannotClaim(_("This page is too old: test the connection again."))
    return [str(code) for code in codes]


def may_claim_for(user: User, district: District) -> bool:
    """Say whether this person may confirm a new LEA as the district's: whoever changes the district's set-up."""
    return staff_roles.districts_set_up_by(user, Right.CHANGE_SET_UP).filter(pk=district.pk).exists()


def confirm(connection: Connection, *, codes: Collection[str], verified: Collection[str], by: User) -> None:
    """Make exactly `codes` the connection's LEAs, claiming free ones for its district. Raises CannotClaim."""
    if not set(codes) <= set(verified):
        raise CannotClaim(_("ETS did not name this LEA for these credentials."))
    try:
        with transaction.atomic():
            _confirm(connection, set(codes), by)
    except IntegrityError:
        raise CannotClaim(_("Another district has claimed one of these LEAs just now.")) from None


def _confirm(connection: Connection, codes: set[str], by: User) -> None:
    before = sorted(connection.leas.values_list("code", flat=True))
    known = {lea.code: lea for lea in DistrictLea.objects.filter(code__in=codes)}
    if any(lea.district_id != connection.district_id for lea in known.values()):
        raise CannotClaim(_("One of these LEAs belongs to another district."))
    new = sorted(codes - known.keys())
    if new and not may_claim_for(by, connection.district):
        raise CannotClaim(_("Only whoever sets up the district can confirm a new LEA."))
    for code in new:
        known[code] = DistrictLea.objects.create(code=code, district=connection.district)
        changes.record(
            "district.lea_confirmed",
            subject="district",
            subject_id=connection.district.uuid,
            by=by,
            after={"lea": code},
        )
    connection.leas.set(known.values())
    after = sorted(codes)
    if after != before:
        changes.record(
            "connection.leas_confirmed",
            subject="connection",
            subject_id=connection.uuid,
            by=by,
            before={"leas": before},
            after={"leas": after},
        )


def _standing(owner: int | None, district_id: int) -> Standing:
    if owner is None:
        return Standing.FREE
    return Standing.OURS if owner == district_id else Standing.TAKEN
