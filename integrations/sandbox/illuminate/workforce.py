"""Staff, their roles and counsellors' caseloads, as Illuminate lists them.

`feed.py` calls it, and `classes.py` asks it for teachers' numbers. Staff are World's, and a few people beside them
whom a real district has: a parent who also works there, somebody who left, two who share an e-mail.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from integrations.sandbox.dice import roll
from integrations.sandbox.illuminate import sessions
from integrations.sandbox.illuminate.drift import Row, day, flag, no, nothing
from integrations.sandbox.illuminate.enrolled import TWELVE, Enrolled
from integrations.sandbox.illuminate.listing import Listing
from integrations.sandbox.illuminate.sessions import Window
from integrations.sandbox.names import FAMILY_NAMES, MOTHERS, plain
from integrations.sandbox.people import Guardian, Role, School, Section, StaffMember
from integrations.sandbox.world import BLOCK

FIRST_DISTRICT_USER, FIRST_SCHOOL_USER, USERS_A_SCHOOL = 400_001, 1_000_000, 1000
DISTRICT_SITE = 1
COUNSELED_FROM_GRADE = 6
SCHOOLS_REMEMBERED = 32
ROLES = {
    Role.TEACHER: (2, "Teacher"),
    Role.OFFICE: (5, "Office Staff"),
    Role.SCHOOL_ADMIN: (3, "Site Administrator"),
    Role.DISTRICT_ADMIN: (1, "District Administrator"),
}
COUNSELOR, CAFETERIA = (7, "Counselor"), (12, "Cafeteria")


@dataclass(frozen=True, slots=True, repr=False)
class User:
    """One account. `site` is where the role is held."""

    number: int
    district_id: str | None
    first_name: str
    last_name: str
    email: str
    role: tuple[int, str]
    site: int
    active: bool = True


@dataclass(frozen=True, slots=True, repr=False)
class Staffed:
    """One school's people and classes."""

    users: tuple[User, ...]
    sections: tuple[Section, ...]
    teachers: dict[str, int]


class Workforce:
    """The people who work for the district, unit 0 the district's own, then one unit a school."""

    def __init__(self, enrolled: Enrolled) -> None:
        self.enrolled, self.world = enrolled, enrolled.world
        self.units = 1 + len(self.world.schools)
        self.of = lru_cache(maxsize=SCHOOLS_REMEMBERED)(self._staffed)

    def _staffed(self, number: int) -> Staffed:
        """The people and classes of the school with this number."""
        school = self.world.schools[number]
        first = FIRST_SCHOOL_USER + number * USERS_A_SCHOOL
        staff = self.world.staff_of(school)
        users = [
            self._user(first + ordinal, member, int(school.site_id)) for ordinal, member in enumerate(staff)
        ]
        if school.highest_grade >= COUNSELED_FROM_GRADE:
            users.append(self._counselor(school))
        teachers = {member.id: first + ordinal for ordinal, member in enumerate(staff)}
        return Staffed(tuple(users), tuple(self.world.sections_of(school)), teachers)

    def users_of(self, unit: int) -> tuple[User, ...]:
        return self.of(unit - 1).users if unit else self._district_users()

    def school_of_user(self, text: str) -> School | None:
        """The school whose user this is, by the number alone."""
        number = (int(text) - FIRST_SCHOOL_USER) // USERS_A_SCHOOL if text.isdigit() else -1
        return self.world.schools[number] if 0 <= number < len(self.world.schools) else None

    def _district_users(self) -> tuple[User, ...]:
        staff = self.world.district_staff()
        users = [
            self._user(FIRST_DISTRICT_USER + number, member, DISTRICT_SITE)
            for number, member in enumerate(staff)
        ]
        first_site = int(self.world.schools[0].site_id)
        parent = self.parent_on_staff()
        more: list[tuple[str | None, str, str, str, tuple[int, str], bool]] = [
            *(
                [("P1", parent.first_name, parent.last_name, parent.email, ROLES[Role.OFFICE], True)]
                if parent
                else ()
            ),
            ("X1", "Olive", "Former", "olive.former.x1@example.org", ROLES[Role.TEACHER], False),
            ("N1", "Basil", "Unwired", "", ROLES[Role.TEACHER], True),
            ("S1", "Rosemary", "Shared", "front.desk@example.org", ROLES[Role.OFFICE], True),
            ("S2", "Thyme", "Shared", "Front.Desk@example.org", ROLES[Role.TEACHER], True),
            (None, "Sage", "Kitchen", "sage.kitchen@example.org", CAFETERIA, True),
        ]
        for ordinal, (district_id, first, last, email, role, active) in enumerate(more, len(users)):
            number = FIRST_DISTRICT_USER + ordinal
            users.append(User(number, district_id, first, last, email, role, first_site, active))
        return tuple(users)

    def parent_on_staff(self) -> Guardian | None:
        """The first parent beside the cast with an e-mail of their own; none in the smallest districts."""
        for index in range(BLOCK, self.world.size):
            guardian = self.world.guardians_of(self.world.student(index))[0].guardian
            if guardian.email and not guardian.email.startswith("family"):
                return guardian
        return None

    @staticmethod
    def _user(number: int, member: StaffMember, site: int) -> User:
        return User(
            number, member.id, member.first_name, member.last_name, member.email, ROLES[member.role], site
        )

    def counselor_number(self, school: School) -> int:
        return FIRST_SCHOOL_USER + (school.number + 1) * USERS_A_SCHOOL - 1

    def _counselor(self, school: School) -> User:
        number, names = self.counselor_number(school), MOTHERS["EN"]
        first = names[roll(self.world.seed, "counselor", number, len(names))]
        last = FAMILY_NAMES["EN"][roll(self.world.seed, "counselor-name", number, len(FAMILY_NAMES["EN"]))]
        email = f"{plain(first)}.{plain(last)}.{school.site_id}c@example.org"
        return User(number, f"{school.site_id}C", first, last, email, COUNSELOR, int(school.site_id))

    # Rows

    def users(self, units: Iterable[int]) -> Listing:
        chosen = list(units)
        return Listing(len(chosen), lambda unit: self.users_of(chosen[unit]), _user_row)

    def roles(self, units: Iterable[int], years: Sequence[int]) -> Listing:
        """Each role twice, once a term, as the document's sample has it."""
        chosen = list(units)

        def keys(unit: int) -> list[tuple[User, int, int]]:
            users = self.users_of(chosen[unit])
            return [(user, year, term) for user in users for year in years for term in (2, 3)]

        return Listing(len(chosen), keys, lambda key: _role_row(*key))

    def caseloads(self, indexes: Sequence[int], window: Window) -> Listing:
        """Every student from grade 6 on has the counsellor of the school."""

        def keys(unit: int) -> list[tuple[int, School]]:
            found = []
            for index in indexes[unit * TWELVE : unit * TWELVE + TWELVE]:
                spans = [span for span in self.enrolled.spans(index, window) if span.primary]
                if spans and spans[-1].school.lowest_grade >= COUNSELED_FROM_GRADE:
                    found.append((index, spans[-1].school))
            return found

        return Listing(
            -(-len(indexes) // TWELVE), keys, lambda key: self._caseload_row(key[0], key[1], window.year)
        )

    def _caseload_row(self, index: int, school: School, year: int) -> Row:
        counselor = self._counselor(school)
        identity = self.enrolled.identity(index)
        return {
            **{
                name: str(value) if name.endswith("_id") and value else value
                for name, value in identity.items()
            },
            "counselor_id": counselor.number,
            "district_counselor_id": counselor.district_id,
            "counselor_last_name": counselor.last_name,
            "counselor_name": counselor.first_name,
            "counselor_email": counselor.email if index % 5 else nothing(index),
            "start_date": day(sessions.starts(year)),
            "end_date": None,
        }


def term_id(year: int, site: int, term: int) -> int:
    """Term 1 is the whole year, 2 and 3 its halves."""
    return year % 100 * 10_000_000 + site * 10 + term


def _user_row(user: User) -> Row:
    number = user.number
    return {
        "user_id": number,
        "district_user_id": user.district_id,
        "last_name": user.last_name,
        "first_name": user.first_name,
        "middle_name": None,
        "birth_date": f"19{60 + number % 40}-03-09",
        "gender": "MF"[number % 2],
        "email1": user.email or nothing(number),
        "email2": None,
        "phone1": None,
        "phone2": None,
        "username": f"u{number}",
        "state_user_id": number,
        "suffix": None,
        "name_former_last": None,
        "name_former_first": None,
        "name_former_middle": None,
        "primary_ethnicity": None,
        "is_hispanic": no(number),
        "address": None,
        "city": None,
        "state": None,
        "zip": None,
        "job_title": user.role[1],
        "staff_education_level": "Baccalaureate Plus 30",
        "hire_date": "2016-08-10",
        "exit_date": None if user.active else "2020-06-05",
        "active": flag(user.active, number % 11 if user.active else 0),
        "account_id": f"6eab9ef2-db94-3394-804d-{number:012d}",
    }


def _role_row(user: User, year: int, term: int) -> Row:
    return {
        "user_id": user.number,
        "district_user_id": user.district_id,
        "site_id": str(user.site),
        "academic_year": str(year),
        "term_id": str(term_id(year, user.site, term)),
        "role_id": str(user.role[0]),
        "role_name": user.role[1],
    }
