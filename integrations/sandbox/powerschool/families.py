"""Who registers: families of the sandbox's district, and families that nobody there knows yet.

`registry.py` asks. A student of the district has the local id, names and parents that Illuminate lists, so that the two
can be brought together; a new one has a local id of its own beyond all of them.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from integrations.sandbox.dice import roll
from integrations.sandbox.names import FAMILY_NAMES, FATHERS, GIVEN_NAMES, LANGUAGES, MOTHERS, plain
from integrations.sandbox.people import Guardian, School
from integrations.sandbox.world import World

FIRST_NEW_LOCAL_ID = 49_000_000
FIRST_NEW_FAMILY = 600_000_000
_GRADES = 13
_CODES = tuple(LANGUAGES)


@dataclass(frozen=True, slots=True, repr=False)
class Parent:
    first_name: str
    last_name: str
    relationship: str
    email: str
    phone: str
    language: str


@dataclass(frozen=True, slots=True, repr=False)
class Child:
    """A student on a form. `index` is the number in the district, None for a new one; `grade` as families write it."""

    index: int | None
    local_id: str
    family_id: str
    first_name: str
    last_name: str
    birth_date: date
    gender: str
    grade: str
    school: School
    parents: tuple[Parent, ...]


def known(world: World, index: int) -> Child:
    """The district's student with this number, with the parents whose links have not ended."""
    student = world.student(index)
    parents = tuple(
        _parent(tie.guardian, tie.relationship) for tie in world.guardians_of(student) if tie.until is None
    )
    return Child(
        index=index,
        local_id=student.local_id,
        family_id=str(student.family),
        first_name=student.first_name,
        last_name=student.last_name,
        birth_date=student.birth_date,
        gender=_gender(world, index),
        grade=_grade(student.grade),
        school=student.school,
        parents=parents,
    )


def new(world: World, number: int) -> Child:
    """Somebody whom the district does not know: the same for the same number."""

    def pick(what: str, words: list[str] | tuple[str, ...]) -> str:
        return words[roll(world.seed, f"new-{what}", number, len(words))]

    code = _CODES[number % len(_CODES)]
    last, grade = pick("family", FAMILY_NAMES[code]), roll(world.seed, "new-grade", number, _GRADES)
    adults = [("Mother", pick("mother", MOTHERS[code])), ("Father", pick("father", FATHERS[code]))]
    parents = tuple(
        Parent(
            first_name=first,
            last_name=last,
            relationship=relationship,
            email=f"{plain(first)}.{plain(last)}.new{number}@example.org",
            phone=f"(555) 555-{1000 + (number * 7 + ordinal) % 9000}",
            language=LANGUAGES[code].name,
        )
        for ordinal, (relationship, first) in enumerate(adults[: 1 + (number % 3 != 0)])
    )
    born = date(world.school_year - 7 - grade, 9, 2) + timedelta(
        days=roll(world.seed, "new-day", number, 365)
    )
    return Child(
        index=None,
        local_id=str(FIRST_NEW_LOCAL_ID + number),
        family_id=str(FIRST_NEW_FAMILY + number),
        first_name=pick("given", GIVEN_NAMES[code]),
        last_name=last,
        birth_date=born,
        gender="FM"[number % 2],
        grade=_grade(grade),
        school=world.school_for(number, grade),
        parents=parents,
    )


def _parent(guardian: Guardian, relationship: str) -> Parent:
    return Parent(
        first_name=guardian.first_name,
        last_name=guardian.last_name,
        relationship=relationship,
        email=guardian.email,
        phone=guardian.phone,
        language=LANGUAGES[guardian.correspondence_language].name,
    )


def _gender(world: World, index: int) -> str:
    return "FMX"[min(roll(world.seed, "gender", index, 41) // 20, 2)]


def _grade(grade: int) -> str:
    return str(grade) if grade else "K"
