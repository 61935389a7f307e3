"""Classes, who teaches them and who sits in them: MasterSchedule, Roster and Courses.

`feed.py` calls it. World decides the classes of its own school year; of other years Illuminate has none.
"""

from collections.abc import Iterable
from typing import NamedTuple

from integrations.sandbox.illuminate import sessions
from integrations.sandbox.illuminate.drift import Row, day, flag
from integrations.sandbox.illuminate.listing import Listing
from integrations.sandbox.illuminate.sessions import Window
from integrations.sandbox.illuminate.workforce import Workforce, term_id
from integrations.sandbox.people import Section
from integrations.sandbox.staffing import SUBJECTS

FIRST_SECTION, SECTIONS_A_SCHOOL = 2_000_000, 1000
COURSES = {subject: 100 + number for number, subject in enumerate(("Homeroom", *SUBJECTS))}
# One class of so many is taught by two.
TWO_TEACHERS = (15, 4)


class _Taught(NamedTuple):
    """`second` 1 is the row of the other teacher."""

    section: Section
    number: int
    second: int


class _Place(NamedTuple):
    section: Section
    number: int
    student: int


class Classes:
    """`subjects` narrows what is rostered; a benchmark that wants one row a student keeps one."""

    def __init__(self, workforce: Workforce) -> None:
        self.workforce, self.enrolled, self.world = workforce, workforce.enrolled, workforce.world

    def numbered(self, school: int) -> Iterable[tuple[int, Section]]:
        first = FIRST_SECTION + school * SECTIONS_A_SCHOOL
        return enumerate(self.workforce.of(school).sections, first)

    def school_of_section(self, text: str) -> int | None:
        number = (int(text) - FIRST_SECTION) // SECTIONS_A_SCHOOL if text.isdigit() else -1
        return number if 0 <= number < len(self.world.schools) else None

    def _open(self, window: Window) -> bool:
        return window.year == self.world.school_year

    def schedule(self, schools: Iterable[int], window: Window) -> Listing:
        chosen = list(schools) if self._open(window) else []

        def keys(unit: int) -> list[_Taught]:
            every, rest = TWO_TEACHERS
            return [
                _Taught(section, number, second)
                for number, section in self.numbered(chosen[unit])
                for second in range(1 + (number % every == rest))
            ]

        return Listing(len(chosen), keys, lambda key: self._section_row(key, window.year))

    def roster(self, schools: Iterable[int], window: Window, *, one_each: bool = False) -> Listing:
        """Everybody's classes; with `one_each` only the first of each student."""
        chosen = list(schools) if self._open(window) else []
        subjects = ("Homeroom", SUBJECTS[0]) if one_each else tuple(COURSES)

        def keys(unit: int) -> list[_Place]:
            return [
                _Place(section, number, index)
                for number, section in self.numbered(chosen[unit])
                if section.subject in subjects
                for index in section.roster
                if not self.enrolled.night.day or self.enrolled.spans(index, window)
            ]

        return Listing(len(chosen), keys, lambda key: self._place_row(key, window.year))

    def members(self, user: int, school: int) -> list[int]:
        """Numbers of the students whom a teacher teaches."""
        staffed = self.workforce.of(school)
        found = {
            index
            for section in staffed.sections
            if staffed.teachers[section.teacher_id] == user
            for index in section.roster
        }
        return sorted(found)

    def _teacher(self, section: Section, second: int = 0) -> int:
        teachers = self.workforce.of(section.school.number).teachers
        number = teachers[section.teacher_id]
        if not second:
            return number
        numbers = sorted(set(teachers.values()))
        return numbers[(numbers.index(number) + 1) % len(numbers)]

    def _section_row(self, key: _Taught, year: int) -> Row:
        section, number, second = key
        site = int(section.school.site_id)
        return {
            "section_id": number,
            "district_section_id": section.id,
            "site_id": site,
            "term_id": term_id(year, site, 1),
            "term_name": "Yearlong",
            "course_id": COURSES[section.subject],
            "user_id": self._teacher(section, second),
            "period": "All Day" if section.subject == "Homeroom" else str(1 + number % 6),
            "academic_year": year,
            "room_number": 100 + number % 300,
            "session_type_id": 1,
            "district_term_id": None,
            "quarter_num": None,
            "user_start_date": day(sessions.starts(year)),
            "user_end_date": day(sessions.ends(year)),
            "primary_teacher": flag(not second, number),
            "section_name": section.name if number % 20 else "",
            "hqtcc": "N",
        }

    def _place_row(self, key: _Place, year: int) -> Row:
        section, number, index = key
        return {
            **self.enrolled.identity(index),
            "birth_date": self.enrolled.birth_date(index),
            "section_id": number,
            "local_section_id": section.id,
            "site_id": int(section.school.site_id),
            "course_id": COURSES[section.subject],
            "user_id": self._teacher(section),
            "entry_date": day(sessions.starts(year)),
            "leave_date": day(sessions.ends(year)),
            "grade_level_id": section.grade + 1,
            "academic_year": year,
            "session_type_id": 1,
        }
