"""Which student is at which school from when to when, and the rows that say so: Students, Students2, Enrollment.

`feed.py` calls it, and the files about contacts and classes ask it who is there. World knows where a child goes to
school today; who came late, moved in winter, attends a second school or has a twin is decided here, by numbers.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any

from integrations.sandbox.dice import roll
from integrations.sandbox.illuminate import sessions
from integrations.sandbox.illuminate.drift import Row, day, flag, nothing, number_or_nothing
from integrations.sandbox.illuminate.listing import Listing
from integrations.sandbox.illuminate.night import Night
from integrations.sandbox.illuminate.sessions import Window
from integrations.sandbox.names import GIVEN_NAMES, LANGUAGES
from integrations.sandbox.people import EtsStanding, School, Student
from integrations.sandbox.world import BLOCK, GRADE_COUNT, World

TWIN_EVERY = 1200
FIRST_TWIN_INTERNAL, FIRST_TWIN_LOCAL = 101_000_000, 140_000_000
FIRST_INTERNAL, FIRST_LOCAL = 1_000_000, 40_000_000
# Of so many students one, told by what is left of the number: came late, moved in winter, has a second school.
LATE, MOVED, VISITS = (29, 11), (43, 9), (61, 17)
NO_BIRTH_DATE = (307, 101)
TWELVE = 12


@dataclass(frozen=True, slots=True)
class Span:
    """One enrolment; both days count."""

    school: School
    entry: date
    leave: date
    primary: bool = True
    reason: str | None = None

    def meets(self, window: Window) -> bool:
        return self.entry <= window.last and window.first <= self.leave


class Enrolled:
    """The students of one night. Numbers below `world.size` are World's, those from there on are twins."""

    def __init__(self, world: World, night: Night) -> None:
        self.world, self.night = world, night
        self.twins = max(0, (world.size - BLOCK + TWIN_EVERY - 1) // TWIN_EVERY)
        self.size = world.size + self.twins
        self._last = max(school.number for school in world.schools)
        self.student = lru_cache(maxsize=4 * BLOCK)(self._make)

    def _make(self, index: int) -> Student:
        base = self.world.student(self.base(index))
        if index >= self.world.size:
            ordinal = index - self.world.size
            names = GIVEN_NAMES[base.home_language]
            base = replace(
                base,
                index=index,
                internal_id=str(FIRST_TWIN_INTERNAL + ordinal),
                local_id=str(FIRST_TWIN_LOCAL + ordinal),
                ssid=f"00{81_000_000 + ordinal:08d}",
                first_name=next(name for name in names[ordinal % 7 :] if name != base.first_name),
                email=f"twin{ordinal}@example.org",
                standing=EtsStanding.UNKNOWN,
            )
        if self.night.event(self.world.seed, base.family) == "renamed":
            base = replace(base, last_name=f"{base.last_name}-New")
        return base

    def base(self, index: int) -> int:
        """The student whose twin this is, or the number itself."""
        return index if index < self.world.size else BLOCK + TWIN_EVERY * (index - self.world.size)

    def index_of(self, text: str, first: int, first_twin: int) -> int | None:
        """The number behind an id of World's or of a twin, or None."""
        if not text.isdigit():
            return None
        index = int(text) - first if int(text) < first_twin else int(text) - first_twin + self.world.size
        beyond = self.world.size if int(text) < first_twin else self.size
        return index if 0 <= index < beyond else None

    def later(self, window: Window) -> int | None:
        """How many years after World's the window lies; None for years of which nothing is known."""
        years = window.year - self.world.school_year
        return years if years in ((-1, 0, 1) if self.night.next_year else (-1, 0)) else None

    def spans(self, index: int, window: Window) -> list[Span]:
        """The student's enrolments in the window, oldest first."""
        later, base = self.later(window), self.base(index)
        if later is None:
            return []
        grade = self.world.grade_of(base) + later
        if not 0 <= grade < GRADE_COUNT or self._has_left(base):
            return []
        school = self.world.school_for(base // BLOCK, grade)
        begin, end = sessions.starts(window.year), sessions.ends(window.year)
        made: list[Span] = []
        if _is(base, MOVED):
            made.append(Span(self.other(school), begin, date(window.year - 1, 12, 18), reason="T160"))
            begin = date(window.year, 1, 5)
        elif _is(base, LATE):
            begin = date(window.year - 1, 10, 15)
        made.append(Span(school, begin, end))
        if _is(base, VISITS):
            made.append(Span(self.other(school), begin, end, primary=False))
        return [span for span in made if span.meets(window)]

    def _has_left(self, base: int) -> bool:
        return bool(self.night.day) and (
            self.night.event(self.world.seed, self.world.family_of(base)) == "leaves"
        )

    def other(self, school: School) -> School:
        """The school to which its students also go, or from which they came."""
        return self.world.schools[school.number + 1 if school.number < self._last else 0]

    def at(self, school: School, window: Window) -> Iterator[int]:
        """Everybody with an enrolment there in the window, each once."""
        later = self.later(window)
        if later is None:
            return
        for index in self._candidates(school, later):
            if any(span.school is school for span in self.spans(index, window)):
                yield index

    def _candidates(self, school: School, later: int) -> Iterator[int]:
        at_home = set()
        for index in self.world.indexes_of(school, later):
            at_home.add(index)
            yield index
        for every, rest in (MOVED, VISITS):
            yield from (
                index
                for index in range(rest, self.world.size, every)
                if index not in at_home and index >= BLOCK
            )
        yield from range(self.world.size, self.size)

    # Rows

    def listing(self, indexes: Sequence[int], window: Window, row: str) -> Listing:
        """Students ("students") or their enrolments ("enrollments") in the window."""

        def present(unit: int) -> list[Any]:
            few = indexes[unit * TWELVE : unit * TWELVE + TWELVE]
            if row == "students":
                return [index for index in few if self.spans(index, window)]
            return [(index, span) for index in few for span in self.spans(index, window)]

        if row == "students":
            return Listing(
                -(-len(indexes) // TWELVE), present, lambda index: self._student_row(index, window.year)
            )
        return Listing(
            -(-len(indexes) // TWELVE), present, lambda key: self._enrollment_row(key[0], key[1], window.year)
        )

    def identity(self, index: int) -> Row:
        """The first fields of every row about a student, in numbers."""
        student = self.student(index)
        return {
            "student_id": int(student.internal_id),
            "district_student_id": int(student.local_id),
            "state_student_id": number_or_nothing(student.ssid, index),
            "last_name": student.last_name,
            "first_name": student.first_name,
            "middle_name": None,
        }

    def birth_date(self, index: int) -> str | None:
        return None if _is(index, NO_BIRTH_DATE) else day(self.student(index).birth_date)

    def _student_row(self, index: int, year: int) -> Row:
        student = self.student(index)
        language = LANGUAGES[student.home_language].name.upper()
        entered = day(sessions.starts(year - student.grade))
        blank = dict.fromkeys(_BLANK)
        return {
            **self.identity(index),
            "username": None,
            "email": student.email,
            "birth_date": self.birth_date(index),
            "gender": "FMX"[roll(self.world.seed, "gender", index, 2)],
            **blank,
            "is_hispanic": flag(student.home_language == "ES", index),
            "primary_language": language,
            "correspondence_language": language,
            "language_fluency": "English Learner" if student.english_learner else "English Only",
            "school_entry_date": entered,
            "district_entry_date": entered,
            "birth_state": "CA",
            "academic_year": year,
            "full_address": f"{student.address.street}, {student.address.city}, CA {student.address.zip_code}",
            **_NULL_WORDS,
            "local_lunch_id": nothing(index),
        }

    def _enrollment_row(self, index: int, span: Span, year: int) -> Row:
        later = year - self.world.school_year
        return {
            **self.identity(index),
            "birth_date": self.birth_date(index),
            "site_id": int(span.school.site_id),
            "entry_date": day(span.entry),
            "leave_date": day(span.leave),
            "grade_level_id": self.world.grade_of(self.base(index)) + later + 1,
            "academic_year": year,
            "is_primary_ada": flag(span.primary, index),
            "attendance_category": "Regular Attendance Program",
            "enrollment_exit_reason": span.reason,
            "session_type_id": 1,
            "school": span.school.name,
            "entry_code": "02",
            "exit_code": span.reason,
        }


_BLANK = (
    "ethnicity_1",
    "ethnicity_2",
    "reclassification_date",
    "primary_disability",
    "primary_disability_translation",
    "us_school_entry_date",
    "parent_education_level",
    "birth_city",
    "birth_country",
)
_NULL_WORDS: Row = dict.fromkeys(
    ("aka_first_name", "aka_middle_name", "aka_last_name", "name_suffix", "aka_name_suffix", "cellphone"),
    "NULL",
)


def _is(index: int, rule: tuple[int, int]) -> bool:
    every, rest = rule
    return index >= BLOCK and index % every == rest


def in_grade(world: World, indexes: Iterable[int], grade: int) -> list[int]:
    return [index for index in indexes if world.grade_of(index) == grade]
