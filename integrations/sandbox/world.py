"""A made-up California school district of any size, always the same for the same size, seed and school year.

It owns who the people are and how they belong together, and knows no vendor. The sandbox's vendors, the demo
and the tests ask it. Nobody is stored: each person is computed from a number, so 500,000 students cost no
memory. If a rule here changes, every sandbox district changes its people.

Students are numbered in blocks of twelve, each block holding seven families. Within a block the grades follow
a pattern that shifts from block to block, so "who is in this school and grade" can be answered without a
search.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from integrations.sandbox import reports, staffing
from integrations.sandbox.dice import roll
from integrations.sandbox.names import (
    CITY,
    FAMILY_NAMES,
    FATHERS,
    GIVEN_NAMES,
    LANGUAGES,
    MOTHERS,
    STREET_KINDS,
    STREETS,
    ZIP_PREFIX,
    plain,
)
from integrations.sandbox.people import (
    Address,
    Cast,
    District,
    EtsStanding,
    Guardian,
    Guardianship,
    Role,
    School,
    Section,
    StaffMember,
    Student,
)

BLOCK = 12
# Where each of a block's seven families begins; the last entry closes the block.
FAMILY_STARTS = (0, 1, 3, 4, 7, 8, 10, 12)
FAMILIES_IN_BLOCK = len(FAMILY_STARTS) - 1
# The grade of each student of a block. The first block is the cast's: these grades are theirs.
GRADES = (6, 5, 8, 12, 0, 3, 10, 1, 4, 11, 2, 7)
GRADE_COUNT = 13
PARENT_OF_ONE, PARENT_OF_TWO, STUDENT_OF_17, FORMER_GUARDIAN = 0, 1, 2, 5

SSID_PREFIX = "99"
SSID_NUMBERS = 10**8
SSID_STEP = 61_803_401  # has no factor in common with SSID_NUMBERS, so that it can be undone
STANDINGS = {
    7: EtsStanding.NO_SSID,
    19: EtsStanding.UNKNOWN,
    31: EtsStanding.ELSEWHERE,
    43: EtsStanding.NO_REPORTS,
}
STANDING_EVERY = 50
ROLL_OVER_MONTH = 7
_LANGUAGE_OF_100 = [code for code, language in LANGUAGES.items() for _ in range(language.of_100)]


class World:
    """The district. `today` decides the school year, which turns on 1 July; by default it is today in Los Angeles."""

    def __init__(self, students: int = 200, seed: int = 1, today: date | None = None) -> None:
        if not BLOCK <= students <= SSID_NUMBERS:
            raise ValueError(f"A sandbox district has {BLOCK} to {SSID_NUMBERS} students.")
        self.size = students
        self.seed = seed
        self.today = today or datetime.now(ZoneInfo("America/Los_Angeles")).date()
        self.school_year = self.today.year + (self.today.month >= ROLL_OVER_MONTH)
        self.administration_year = self.school_year - 1
        self.district = District(
            name="Sandbox Unified School District",
            cds_code="99900010000000",
            lea_code="009990001",
            address=Address("1 Sandbox Plaza", CITY, f"{ZIP_PREFIX}00"),
            phone="(555) 555-0100",
        )
        self.schools: tuple[School, ...] = staffing.schools(students)
        self._elementary = [school for school in self.schools if school.kind == "elementary"]
        self._middle = [school for school in self.schools if school.kind == "middle"]
        self._high = [school for school in self.schools if school.kind == "high"]

    # Students

    def student(self, index: int) -> Student:
        """The student with this number, 0 to size - 1; IndexError beyond."""
        if not 0 <= index < self.size:
            raise IndexError("No student has this number.")
        grade = self.grade_of(index)
        family = self.family_of(index)
        language = self._home_language(index, family)
        standing = self._standing(index)
        given = GIVEN_NAMES[language] if self._roll("given-pool", index, 3) else GIVEN_NAMES["EN"]
        ordinal = index - self._family_range(family).start
        return Student(
            index=index,
            internal_id=str(1_000_000 + index),
            local_id=str(40_000_000 + index),
            ssid=None if standing is EtsStanding.NO_SSID else self.ssid_of(index),
            # Siblings walk along the list from their family's place, so no two share a name.
            first_name=given[(self._roll("given", family, len(given)) + ordinal * 5) % len(given)],
            last_name=self._family_name(family),
            birth_date=self._birth_date(index, grade),
            grade=grade,
            school=self.school_for(index // BLOCK, grade),
            home_language=language,
            address=self.home(family, 0),
            email=f"student{index}@example.org",
            family=family,
            english_learner=self._is_english_learner(index, language, grade),
            alternate_assessment=index >= BLOCK and self._roll("alternate", index, 50) == 0,
            standing=standing,
        )

    def students(self) -> Iterator[Student]:
        """Everybody, one at a time."""
        return (self.student(index) for index in range(self.size))

    def students_of(self, school: School) -> Iterator[Student]:
        return (self.student(index) for index in self.indexes_of(school))

    def first(self, standing: EtsStanding) -> Student:
        """The first student of whom ETS says this; LookupError in a district of fewer than 70 that has none."""
        for index in range(self.size):
            if self._standing(index) is standing:
                return self.student(index)
        raise LookupError("This district is too small for such a student.")

    def ssid_of(self, index: int) -> str:
        """Ten digits that begin with 99, as no real SSID of the state does."""
        return f"{SSID_PREFIX}{(index * SSID_STEP + self.seed * 7919) % SSID_NUMBERS:08d}"

    def index_of(self, ssid: str) -> int | None:
        """The number behind an SSID, or None if no student of this district has it."""
        if len(ssid) != 10 or not (ssid.isascii() and ssid.isdigit()) or not ssid.startswith(SSID_PREFIX):  # noqa: PLR2004 - an SSID has ten digits by definition of the state
            return None
        index = (int(ssid[2:]) - self.seed * 7919) * self._ssid_back % SSID_NUMBERS
        if index >= self.size or self._standing(index) is EtsStanding.NO_SSID:
            return None
        return index

    def reports_for(self, student: Student) -> list[reports.ScoreReport]:
        """The student's reports of the current administration year and the two before, in a fixed order."""
        return reports.reports_for(
            student, current_year=self.administration_year, school_year=self.school_year
        )

    # Families

    def guardians(self) -> Iterator[Guardian]:
        """Every adult once, also those whose link has ended."""
        for family in range(self.family_of(self.size - 1) + 1):
            for ordinal in range(self.guardian_count(family)):
                yield self._guardian(family, ordinal)

    def guardians_of(self, student: Student) -> tuple[Guardianship, ...]:
        return tuple(
            self._guardianship(self._guardian(student.family, ordinal), student)
            for ordinal in range(self.guardian_count(student.family))
        )

    def children_of(self, guardian: Guardian) -> list[Student]:
        """All children of the adult's family, whether the link has ended or not."""
        return [self.student(index) for index in self._family_range(guardian.family)]

    # Staff

    def sections_of(self, school: School) -> list[Section]:
        grades: dict[int, list[int]] = {}
        for index in self.indexes_of(school):
            grades.setdefault(self.grade_of(index), []).append(index)
        return staffing.sections(school, grades)

    def staff_of(self, school: School) -> list[StaffMember]:
        """Administrator and office first, then the teachers with their sections."""
        people = [
            self._staff_member(f"{school.site_id}A", Role.SCHOOL_ADMIN, school),
            self._staff_member(f"{school.site_id}O", Role.OFFICE, school),
        ]
        taught: dict[str, list[str]] = {}
        for section in self.sections_of(school):
            taught.setdefault(section.teacher_id, []).append(section.id)
        return people + [
            self._staff_member(teacher, Role.TEACHER, school, tuple(ids)) for teacher, ids in taught.items()
        ]

    def district_staff(self) -> list[StaffMember]:
        return [self._staff_member(f"D{number}", Role.DISTRICT_ADMIN, None) for number in (1, 2)]

    def staff(self) -> Iterator[StaffMember]:
        yield from self.district_staff()
        for school in self.schools:
            yield from self.staff_of(school)

    # The demo's people

    def cast(self) -> Cast:
        """The same people whatever the district's size.

        The teacher and the school admin know the younger child of the parent of two.
        """
        child = self.student(FAMILY_STARTS[PARENT_OF_TWO])
        school_admin, _office, *teachers = self.staff_of(child.school)
        section = next(section for section in self.sections_of(child.school) if child.index in section.roster)
        former = self._guardian(FORMER_GUARDIAN, 1)
        until = self._guardianship(former, self.student(FAMILY_STARTS[FORMER_GUARDIAN])).until
        if until is None:
            raise LookupError("The cast's former guardian has a link that never ended.")
        return Cast(
            parent_of_two=self._guardian(PARENT_OF_TWO, 0),
            parent_of_one=self._guardian(PARENT_OF_ONE, 0),
            former_guardian=former,
            former_guardian_until=until,
            student_of_17=self.student(FAMILY_STARTS[STUDENT_OF_17]),
            teacher=next(teacher for teacher in teachers if teacher.id == section.teacher_id),
            school_admin=school_admin,
            district_admin=self.district_staff()[0],
        )

    # How a number becomes a person

    @cached_property
    def _ssid_back(self) -> int:
        return pow(SSID_STEP, -1, SSID_NUMBERS)

    def _roll(self, what: str, number: int, sides: int) -> int:
        return roll(self.seed, what, number, sides)

    def grade_of(self, index: int) -> int:
        block, place = divmod(index, BLOCK)
        row, area = divmod(block, len(self._elementary))
        return (GRADES[place] + 5 * row + 3 * area) % GRADE_COUNT

    def school_for(self, block: int, grade: int) -> School:
        area = block % len(self._elementary)
        if grade <= self._elementary[0].highest_grade:
            return self._elementary[area]
        higher = self._middle if grade <= self._middle[0].highest_grade else self._high
        return higher[area * len(higher) // len(self._elementary)]

    def indexes_of(self, school: School, later: int = 0) -> Iterator[int]:
        """Numbers of the school's students, now or so many years later (or, negative, before)."""
        areas = len(self._elementary)
        # The first grade of the school tells which neighbourhoods send their children to it.
        near = [area for area in range(areas) if self.school_for(area, school.lowest_grade) is school]
        for row in range(0, -(-self.size // BLOCK), areas):
            for block in (row + area for area in near):
                for index in range(block * BLOCK, min(self.size, block * BLOCK + BLOCK)):
                    if school.lowest_grade <= self.grade_of(index) + later <= school.highest_grade:
                        yield index

    def family_of(self, index: int) -> int:
        block, place = divmod(index, BLOCK)
        return block * FAMILIES_IN_BLOCK + sum(start <= place for start in FAMILY_STARTS) - 1

    def _family_range(self, family: int) -> range:
        block, ordinal = divmod(family, FAMILIES_IN_BLOCK)
        first = block * BLOCK + FAMILY_STARTS[ordinal]
        return range(first, min(self.size, block * BLOCK + FAMILY_STARTS[ordinal + 1]))

    def _family_language(self, family: int) -> str:
        if family == PARENT_OF_TWO:
            return "ES"
        return _LANGUAGE_OF_100[self._roll("language", family, 100)]

    def _home_language(self, index: int, family: int) -> str:
        # The cast's older sibling was registered as speaking English at home, as happens in real families.
        return "EN" if index == FAMILY_STARTS[PARENT_OF_TWO] + 1 else self._family_language(family)

    def _family_name(self, family: int) -> str:
        pool = FAMILY_NAMES[self._family_language(family)]
        return pool[self._roll("family-name", family, len(pool))]

    def _birth_date(self, index: int, grade: int) -> date:
        if index == FAMILY_STARTS[STUDENT_OF_17]:
            # Seventeen from the first to the last day of the school year.
            return date(self.school_year - 18, ROLL_OVER_MONTH, 1)
        # Five years old on 1 September of the kindergarten year.
        return date(self.school_year - 7 - grade, 9, 2) + timedelta(days=self._roll("birthday", index, 365))

    def _standing(self, index: int) -> EtsStanding:
        if index < BLOCK:
            return EtsStanding.KNOWN
        return STANDINGS.get((index * 37 + self.seed) % STANDING_EVERY, EtsStanding.KNOWN)

    def _is_english_learner(self, index: int, language: str, grade: int) -> bool:
        if index == FAMILY_STARTS[PARENT_OF_TWO]:
            return True
        # Most pupils learn enough English to leave the programme on the way up.
        return language != "EN" and self._roll("learner", index, GRADE_COUNT + 4) > grade

    def home(self, family: int, ordinal: int) -> Address:
        key = family * 2 + ordinal
        street = STREETS[self._roll("street", key, len(STREETS))]
        kind = STREET_KINDS[self._roll("street-kind", key, len(STREET_KINDS))]
        number = 100 + self._roll("house", key, 9800)
        return Address(f"{number} {street} {kind}", CITY, f"{ZIP_PREFIX}{self._roll('zip', key, 90) + 10}")

    def guardian_count(self, family: int) -> int:
        if family in (PARENT_OF_TWO, FORMER_GUARDIAN):
            return 2
        if family == PARENT_OF_ONE:
            return 1
        return 2 if self._roll("guardians", family, 10) < 7 else 1  # noqa: PLR2004 - seven families of ten have two guardians

    def lives_apart(self, family: int) -> bool:
        return family == FORMER_GUARDIAN or (family != PARENT_OF_TWO and self._roll("homes", family, 6) == 0)

    def second_link_ended(self, family: int) -> bool:
        """Whether the ties of the family's second adult, if it has one, are over."""
        return family == FORMER_GUARDIAN or self._tie_oddity(family) == 10  # noqa: PLR2004 - one face of the die that gives each family its oddity

    def _tie_oddity(self, family: int) -> int:
        return self._roll("tie", family, 30) if family >= FAMILIES_IN_BLOCK else 29

    def _guardian(self, family: int, ordinal: int) -> Guardian:
        language = self._family_language(family)
        given = (FATHERS if ordinal else MOTHERS)[language]
        first = given[self._roll("adult", family * 2 + ordinal, len(given))]
        last = self._family_name(family)
        if ordinal and self._roll("other-name", family, 4) == 0:
            last = FAMILY_NAMES["EN"][self._roll("second-name", family, len(FAMILY_NAMES["EN"]))]
        apart = ordinal == 1 and self.lives_apart(family)
        return Guardian(
            id=str(7_000_000 + family * 2 + ordinal),
            family=family,
            ordinal=ordinal,
            first_name=first,
            last_name=last,
            email=self._guardian_email(family, ordinal, first, last),
            phone=f"(555) 555-{self._roll('phone', family * 2 + ordinal, 9000) + 1000}",
            correspondence_language=language,
            address=self.home(family, 1 if apart else 0),
        )

    def _guardian_email(self, family: int, ordinal: int, first: str, last: str) -> str:
        if family >= FAMILIES_IN_BLOCK:
            oddity = self._roll("email", family, 40)
            if oddity == ordinal:
                return ""
            if oddity == 2:  # noqa: PLR2004 - one face of the die that gives each family its oddity
                return f"family{family}@example.org"
        return f"{plain(first)}.{plain(last)}.{family * 2 + ordinal}@example.org"

    def _guardianship(self, guardian: Guardian, student: Student) -> Guardianship:
        family, second = guardian.family, guardian.ordinal == 1
        oddity = self._tie_oddity(family)
        kinds = (
            ("Father", "Stepfather", "Grandfather", "Foster Parent") if second else ("Mother", "Grandmother")
        )
        relationship = kinds[oddity] if oddity < len(kinds) else kinds[0]
        ended = second and self.second_link_ended(family)
        legal: bool | None = relationship != "Stepfather"
        if oddity == 11:  # noqa: PLR2004 - one face of the die that gives each family its oddity
            legal = None
        return Guardianship(
            id=f"{guardian.id}-{student.index}",
            guardian=guardian,
            student_index=student.index,
            relationship=relationship,
            legal_guardian=legal,
            resides_with=not (second and self.lives_apart(family)),
            since=date(self.school_year - 2 - student.grade, ROLL_OVER_MONTH, 1),
            until=date(self.school_year - 1, 6, 1) if ended else None,
        )

    def _staff_member(
        self, identifier: str, role: Role, school: School | None, sections: tuple[str, ...] = ()
    ) -> StaffMember:
        number = int.from_bytes(identifier.encode(), "big")
        language = _LANGUAGE_OF_100[self._roll("staff-language", number, 100)]
        given = (MOTHERS, FATHERS)[number % 2][language]
        first = given[self._roll("staff-given", number, len(given))]
        last = FAMILY_NAMES[language][self._roll("staff-name", number, len(FAMILY_NAMES[language]))]
        email = f"{plain(first)}.{plain(last)}.{identifier.lower()}@example.org"
        return StaffMember(identifier, first, last, email, role, school, sections)
