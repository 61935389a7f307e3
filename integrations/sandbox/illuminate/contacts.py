"""Contacts as Illuminate lists them: one row a student and contact, in families with two homes two.

`feed.py` calls it. The adults are World's; what the district wrote about them (flags, blanks, capitals) is decided
here by dice. The demo's cast, the first seven families, is written without mistakes.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from integrations.sandbox.dice import roll
from integrations.sandbox.illuminate.drift import Row, flag, no, nothing, yes
from integrations.sandbox.illuminate.enrolled import TWELVE, Enrolled
from integrations.sandbox.illuminate.listing import Listing
from integrations.sandbox.illuminate.night import CAST_FAMILIES
from integrations.sandbox.illuminate.sessions import Window
from integrations.sandbox.names import LANGUAGES, MOTHERS, plain
from integrations.sandbox.people import Address, Guardianship

FIRST_AUNT = 300_000_000
_NONE = -1


class _Key(NamedTuple):
    """`home` 1 is the row of the other household."""

    student: int
    ordinal: int
    home: int


class Contacts:
    """The contacts of one night's students."""

    def __init__(self, enrolled: Enrolled) -> None:
        self.enrolled, self.world, self.night = enrolled, enrolled.world, enrolled.night
        self._ties: tuple[int, tuple[Guardianship, ...]] = (_NONE, ())

    def listing(self, indexes: Sequence[int], window: Window) -> Listing:
        """Rows of these students who are enrolled in the window."""

        def keys(unit: int) -> list[_Key]:
            few = indexes[unit * TWELVE : unit * TWELVE + TWELVE]
            return [key for index in few if self.enrolled.spans(index, window) for key in self._keys(index)]

        return Listing(-(-len(indexes) // TWELVE), keys, lambda key: self._row(key, window))

    def _keys(self, index: int) -> list[_Key]:
        family = self.world.family_of(self.enrolled.base(index))
        event = self.night.event(self.world.seed, family)
        two = (
            self.world.guardian_count(family) > 1
            and not self.world.second_link_ended(family)
            and event != "second-gone"
        )
        homes = (0, 1) if two and self.world.lives_apart(family) else (0,)
        keys = [_Key(index, ordinal, home) for ordinal in range(1 + two) for home in homes]
        if self._dice("aunt", family, 9) == 0 or event == "aunt-comes":
            keys.append(_Key(index, 2, 0))
        return keys

    def _dice(self, what: str, number: int, sides: int) -> int:
        """Dice that never fall on 0 for the cast."""
        family = number if what in _BY_FAMILY else number // 2
        return _NONE if family < CAST_FAMILIES else roll(self.world.seed, what, number, sides)

    def _tie(self, key: _Key) -> Guardianship:
        index, ties = self._ties
        if index != key.student:
            ties = self.world.guardians_of(self.enrolled.student(key.student))
            self._ties = key.student, ties
        return ties[key.ordinal]

    def _row(self, key: _Key, window: Window) -> Row:
        student = self.enrolled.student(key.student)
        school = self.enrolled.spans(key.student, window)[0].school
        start = {
            "student_id": student.internal_id,
            "district_student_id": student.local_id,
            "site_id": school.site_id,
        }
        return {**start, **(self._aunt(student.family) if key.ordinal > 1 else self._adult(key))}

    def _adult(self, key: _Key) -> Row:
        tie = self._tie(key)
        guardian = tie.guardian
        number = guardian.family * 2 + key.ordinal
        event = self.night.event(self.world.seed, guardian.family)
        quirk = roll(self.world.seed, "quirk", number, 1000) if guardian.family >= CAST_FAMILIES else 0
        legal = tie.legal_guardian
        if key.ordinal == 0 and self._dice("mother-f", guardian.family, 25) == 0:
            legal = False
        if key.ordinal == 1 and event == "second-not-legal":
            legal = False
        relationship: str | None = tie.relationship
        if self._dice("no-relationship", number, 40) == 0:
            relationship = nothing(quirk)
        elif self._dice("capitals", number, 12) == 0:
            relationship = tie.relationship.upper()
        address = self.world.home(guardian.family, 1) if key.home else self.world.home(guardian.family, 0)
        return {
            "correspondence_language_code": self._language(guardian.correspondence_language, number),
            **_names(guardian.id, guardian.first_name, guardian.last_name),
            "relationship": relationship,
            **_address(address),
            "email_address": self._email(guardian.email, number, quirk, changed=event == "new-email"),
            **_phones(guardian.phone),
            "resides_with": flag(tie.resides_with if not key.home else key.ordinal == 1, quirk),
            "legal_guardian": flag(legal, quirk),
            "emergency_contact": yes(quirk),
            "is_primary": flag(key.ordinal == 0, quirk),
            "is_mailing": flag(key.home == 0, quirk),
            **_mailing(address),
        }

    def _aunt(self, family: int) -> Row:
        """Somebody to ring in an emergency, with no say."""
        names = MOTHERS["EN"]
        first = names[roll(self.world.seed, "aunt-name", family, len(names))]
        address = self.world.home(family, 1)
        kind = ("Aunt", "Neighbor", "Grandmother", "Family Friend")[
            roll(self.world.seed, "aunt-kind", family, 4)
        ]
        return {
            "correspondence_language_code": "00",
            **_names(str(FIRST_AUNT + family), first, "Auntie" if family % 2 else "Neighbor"),
            "relationship": kind,
            **_address(address),
            "email_address": nothing(family) if family % 3 else f"{plain(first)}.{family}@example.org",
            **_phones(f"(555) 555-{1000 + family % 9000}"),
            "resides_with": no(family),
            "legal_guardian": no(family),
            "emergency_contact": yes(family),
            "is_primary": no(family),
            "is_mailing": no(family),
            **_mailing(address),
        }

    def _language(self, code: str, number: int) -> str:
        language = LANGUAGES[code]
        return (language.name, language.name.upper(), language.state_code)[self._dice("code", number, 3)]

    def _email(self, email: str, number: int, quirk: int, *, changed: bool) -> str | None:
        if not email:
            return nothing(quirk)
        if changed and number % 2 == 0:
            return f"new.{email}"
        return f" {email.upper()} " if self._dice("shouted", number, 15) == 0 else email


_BY_FAMILY = ("aunt", "mother-f")


def _names(identifier: str, first: str, last: str) -> dict[str, Any]:
    return {
        "contact_id": identifier,
        "contact_first_name": first,
        "contact_middle_name": "",
        "contact_last_name": last,
        "contact_name_prefix": "",
        "contact_name_suffix": "",
    }


def _address(address: Address) -> dict[str, Any]:
    return {
        "address": address.street,
        "address_2": None,
        "city": address.city,
        "state": address.state,
        "zip": address.zip_code,
    }


def _phones(phone: str) -> dict[str, Any]:
    return {
        "home_phone_1": phone,
        "home_phone_2": None,
        "work_phone_1": None,
        "work_phone_2": None,
        "mobile_phone_1": phone,
        "mobile_phone_2": None,
    }


def _mailing(address: Address) -> dict[str, Any]:
    return {f"mailing_{name}": value for name, value in _address(address).items()}
