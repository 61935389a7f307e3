"""The rows that answer each question, for one night: which students, staff and classes a set of parameters means.

`vendor.py` asks it for a listing and cuts the page. Parameters that an endpoint does not know are passed over, as
Illuminate passes them over.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from integrations.sandbox.illuminate import samples, sites
from integrations.sandbox.illuminate.classes import COURSES, Classes
from integrations.sandbox.illuminate.contacts import Contacts
from integrations.sandbox.illuminate.drift import Row, says_yes
from integrations.sandbox.illuminate.enrolled import (
    FIRST_INTERNAL,
    FIRST_LOCAL,
    FIRST_TWIN_INTERNAL,
    FIRST_TWIN_LOCAL,
    Enrolled,
)
from integrations.sandbox.illuminate.listing import Listing, of_rows, same
from integrations.sandbox.illuminate.night import Edit, Night, edited
from integrations.sandbox.illuminate.sessions import Window, academic_year, nearest, window
from integrations.sandbox.illuminate.workforce import DISTRICT_SITE, Workforce
from integrations.sandbox.people import School
from integrations.sandbox.world import World

Parameters = Mapping[str, str]
FLAGS = frozenset(("legal_guardian", "emergency_contact", "resides_with"))
# What a parameter is compared with, by endpoint: the field of the row, where it has another name there.
_ALIKE = ("user_id", "district_user_id", "academic_year", "site_id", "term_id", "role_id")
COMPARED: dict[str, dict[str, str]] = {
    "Students": {},
    "Students2": {},
    "StudentContacts": {name: name for name in ("site_id", *sorted(FLAGS))},
    "StudentCounselors": {"counselor_id": "counselor_id", "district_counselor_id": "district_counselor_id"},
    "Enrollment": {"site_id": "site_id", "grade_level_id": "grade_level_id"},
    "Users": {"user_id": "user_id", "district_user_id": "district_user_id"},
    "UserRoles": {name: name for name in _ALIKE},
    "Terms": {"site_id": "site_id"},
    "Courses": {"course_id": "course_id"},
    "MasterSchedule": {
        **{name: name for name in ("site_id", "section_id", "section_name", "course_id", "user_id")},
        "local_section_id": "district_section_id",
    },
    "Roster": {
        name: name
        for name in (
            *("user_id", "student_id", "district_student_id", "site_id", "section_id"),
            *("local_section_id", "course_id", "grade_level_id"),
        )
    },
    "Assessments": {name: name for name in ("assessment_id", "local_assessment_id", "author_id")},
}


class Feed:
    """One night's data. Another night is another Feed."""

    def __init__(self, world: World, night: Night, *, one_class_each: bool = False) -> None:
        self.world, self.night, self.one_class_each = world, night, one_class_each
        self.enrolled = Enrolled(world, night)
        self.contacts = Contacts(self.enrolled)
        self.workforce = Workforce(self.enrolled)
        self.classes = Classes(self.workforce)
        self._school_of_site = {school.site_id: school for school in world.schools}
        self._students_at = lru_cache(maxsize=8)(lambda school, days: list(self.enrolled.at(school, days)))

    def listing(self, endpoint: str, parameters: Parameters) -> Listing:
        """All rows that answer the question; BadRequestError for a date that is none."""
        made = _MAKERS.get(endpoint)
        listing = made(self, parameters) if made is not None else of_rows(())
        compared = {
            field: parameters[name]
            for name, field in COMPARED.get(endpoint, {}).items()
            if name in parameters and not _means_everywhere(endpoint, name, parameters[name])
        }
        edits = self.night.edits_of(endpoint)
        asked = {
            name: parameters[name] for name in ("student_id", "district_student_id") if name in parameters
        }
        return _sifted(listing, compared, edits, asked) if compared or edits else listing

    # Whom a question means

    def _students(self, parameters: Parameters, days: Window) -> Sequence[int]:
        """Numbers of the students whom the parameters leave, whether they are there in these days or not."""
        chosen: Sequence[int] = range(self.enrolled.size)
        if "student_id" in parameters:
            chosen = _one(
                self.enrolled.index_of(parameters["student_id"], FIRST_INTERNAL, FIRST_TWIN_INTERNAL)
            )
        local = parameters.get("district_student_id", parameters.get("local_student_id"))
        if local is not None:
            found = _one(self.enrolled.index_of(local, FIRST_LOCAL, FIRST_TWIN_LOCAL))
            chosen = [index for index in found if index in chosen]
        if "site_id" in parameters and parameters["site_id"] != str(DISTRICT_SITE):
            school = self._school_of_site.get(parameters["site_id"])
            there = self._students_at(school, days) if school is not None else []
            chosen = there if isinstance(chosen, range) else [index for index in chosen if index in there]
        if "user_id" in parameters:
            chosen = self._seen_by(parameters["user_id"], chosen, days)
        if "grade_level_id" in parameters:
            later = self.enrolled.later(days) or 0
            wanted = parameters["grade_level_id"]
            chosen = [
                index
                for index in chosen
                if str(self.world.grade_of(self.enrolled.base(index)) + later + 1) == wanted
            ]
        return chosen

    def _seen_by(self, user: str, chosen: Sequence[int], days: Window) -> Sequence[int]:
        """Those of a teacher's classes, else of the user's school, else everybody."""
        school = self.workforce.school_of_user(user)
        if school is None:
            known = any(str(one.number) == user for one in self.workforce.users_of(0))
            return chosen if known else []
        staffed = self.workforce.of(school.number)
        if int(user) in staffed.teachers.values():
            wanted = set(self.classes.members(int(user), school.number))
        else:
            wanted = set(self._students_at(school, days))
        return [index for index in chosen if index in wanted]

    def _schools(self, parameters: Parameters) -> Iterable[int]:
        """Numbers of the schools in which the answer can lie."""
        everywhere: Iterable[int] = range(len(self.world.schools))
        if "site_id" in parameters and parameters["site_id"] != str(DISTRICT_SITE):
            school = self._school_of_site.get(parameters["site_id"])
            return () if school is None else (school.number,)
        if "section_id" in parameters:
            number = self.classes.school_of_section(parameters["section_id"])
            return () if number is None else (number,)
        if "user_id" in parameters:
            teaches = self.workforce.school_of_user(parameters["user_id"])
            return () if teaches is None else (teaches.number,)
        return everywhere

    def _units(self, parameters: Parameters) -> Iterable[int]:
        """Units of the workforce in which the users can be."""
        if "user_id" in parameters:
            school = self.workforce.school_of_user(parameters["user_id"])
            return (0,) if school is None else (school.number + 1,)
        return range(self.workforce.units)

    def _days(self, parameters: Parameters) -> Window | None:
        return window(parameters, self.night.today)

    @property
    def years(self) -> list[int]:
        """Academic years of which Illuminate has terms."""
        now = self.world.school_year
        return [now - 1, now, now + 1] if self.night.next_year else [now - 1, now]

    # Endpoints

    def students2(self, parameters: Parameters) -> Listing:
        days = self._days(parameters)
        if days is None:
            return of_rows(())
        listing = self.enrolled.listing(self._students(parameters, days), days, "students")
        if says_yes(parameters.get("include_programs", "")):
            return Listing(
                listing.units, listing.keys, lambda key: {**listing.row(key), **samples.programs()}
            )
        return listing

    def students_with_homeroom(self, parameters: Parameters) -> Listing:
        plain = self.students2(parameters)
        unknown = {"current_homeroom_teacher": None, "current_homeroom_teacher_id": None}
        return Listing(plain.units, plain.keys, lambda key: {**plain.row(key), **unknown})

    def enrollment(self, parameters: Parameters) -> Listing:
        days = self._days(parameters)
        if days is None:
            return of_rows(())
        return self.enrolled.listing(self._students(parameters, days), days, "enrollments")

    def student_contacts(self, parameters: Parameters) -> Listing:
        # The endpoint takes no dates: always the nearest day in session.
        days = self._days({})
        if days is None:
            return of_rows(())
        known = {"site_id": parameters["site_id"]} if "site_id" in parameters else {}
        return self.contacts.listing(self._students(known, days), days)

    def counselors(self, parameters: Parameters) -> Listing:
        days = self._days(parameters)
        if days is None:
            return of_rows(())
        known = {
            name: parameters[name] for name in ("student_id", "district_student_id") if name in parameters
        }
        return self.workforce.caseloads(self._students(known, days), days)

    def users(self, parameters: Parameters) -> Listing:
        return self.workforce.users(self._units(parameters))

    def roles(self, parameters: Parameters) -> Listing:
        year = academic_year(nearest(self.night.today))
        wanted = parameters.get("academic_year", str(year))
        years = [known for known in self.years if str(known) == wanted]
        return self.workforce.roles(self._units(parameters), years)

    def terms(self, parameters: Parameters) -> Listing:
        days = self._days(parameters)
        years = [year for year in self.years if days is not None and year == days.year]
        numbers = [DISTRICT_SITE, *(int(school.site_id) for school in self.world.schools)]
        rows = sites.terms(numbers, years)
        if days is not None and "date" in parameters:
            first = days.first.isoformat()
            rows = [
                row
                for row in rows
                if (row.get("state_date") or row["start_date"]) <= first <= row["end_date"]
            ]
        return of_rows(rows)

    def schedule(self, parameters: Parameters) -> Listing:
        days = self._days(parameters)
        return of_rows(()) if days is None else self.classes.schedule(self._schools(parameters), days)

    def roster(self, parameters: Parameters) -> Listing:
        days = self._days(parameters)
        if days is None:
            return of_rows(())
        return self.classes.roster(self._schools(parameters), days, one_each=self.one_class_each)

    def courses(self, _: Parameters) -> Listing:
        numbers = ", ".join(school.site_id for school in self.world.schools)
        return of_rows([_course(title, number, numbers) for title, number in COURSES.items()])

    def school(self, site: str) -> School | None:
        return self._school_of_site.get(site)


_MAKERS: dict[str, Callable[[Feed, Parameters], Listing]] = {
    "Sites": lambda feed, _: of_rows(sites.sites(feed.world)),
    "GradeLevels": lambda _, __: of_rows(sites.grade_levels()),
    "Students": Feed.students_with_homeroom,
    "Students2": Feed.students2,
    "StudentContacts": Feed.student_contacts,
    "StudentCounselors": Feed.counselors,
    "Enrollment": Feed.enrollment,
    "Users": Feed.users,
    "UserRoles": Feed.roles,
    "Terms": Feed.terms,
    "MasterSchedule": Feed.schedule,
    "Roster": Feed.roster,
    "Courses": Feed.courses,
    "Assessments": lambda _, __: of_rows(samples.assessments()),
    "AttendanceFlags": lambda _, __: of_rows(samples.attendance_flags()),
}


def _means_everywhere(endpoint: str, name: str, value: str) -> bool:
    """Whether the district's own site is named as the parent of all schools, not as a site with rows of its own."""
    return name == "site_id" and value == str(DISTRICT_SITE) and endpoint not in ("UserRoles", "Terms")


def _one(index: int | None) -> list[int]:
    return [] if index is None else [index]


def _sifted(
    listing: Listing, compared: Mapping[str, str], edits: list[Edit], asked: Mapping[str, str]
) -> Listing:
    """The same rows without those that a filter or an edit takes away, and with those that edits add.

    The listing is about the students `asked` for already; added rows have yet to be.
    """
    added = [edit.add for edit in edits if edit.add is not None]

    def keys(unit: int) -> list[Row]:
        if unit == listing.units:
            rows = [{**next(listing.slice(0, 1), {}), **row} for row in added]
            rows = [row for row in rows if _fits(row, asked)]
        else:
            rows = [row for key in listing.keys(unit) for row in edited(listing.row(key), edits)]
        return [row for row in rows if _fits(row, compared)]

    return Listing(listing.units + bool(added), lru_cache(maxsize=4)(keys), same)


def _fits(row: Row, compared: Mapping[str, str]) -> bool:
    for field, wanted in compared.items():
        if field in FLAGS:
            if says_yes(row.get(field)) != says_yes(wanted):
                return False
        elif str(row.get(field)) != wanted:
            return False
    return True


def _course(title: str, number: int, numbers: str) -> dict[str, Any]:
    return {
        "course_id": number,
        "school_course_id": 2600 + number,
        "long_name": title.upper(),
        "short_name": title,
        "department_name": None,
        "start_grade_level_id": 1,
        "end_grade_level_id": 13,
        "site_ids": numbers,
        "is_active": "t",
        "credits": None,
        "has_variable_credits": "f",
        "max_capacity": 30,
        "is_intervention": "f",
    }
