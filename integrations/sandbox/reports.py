"""Which score reports ETS would hold for a student of the sandbox.

`World.reports_for` calls it; the ETS part of the sandbox serves what it lists. The rules follow ETS's table
of report types by grade. The list of a student has a fixed order: a link names a report by its place in it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from integrations.sandbox.people import EtsStanding, Student, grade_code

# The administration year from which ETS prints reports in a language.
REPORT_LANGUAGES = {"EN": 2016, "ES": 2016, "VI": 2019, "ZH": 2019, "FL": 2019, "KR": 2023, "AR": 2024}
FIRST_HTML_YEAR = 2024
FIRST_VIDEO_YEAR = 2025
VIDEO_TYPES = ("CAASPP", "ESA")
VIDEO_LANGUAGES = ("EN", "ES")
HIGH_SCHOOL = 9
CAASPP_GRADES = (3, 4, 5, 6, 7, 8, 11)
SCIENCE_GRADES = (5, 8, 11)
PRELIMINARY_EVERY = 40
PRELIMINARY_ONLY = 15
PRELIMINARY_AND_FINAL = 11


@dataclass(frozen=True, slots=True)
class ScoreReport:
    """One file at ETS. `grade` is the grade at the test; `ordinal` its place in the student's list."""

    type: str
    language: str
    year: int
    format: str
    content_area: str
    grade: str
    final: bool
    ordinal: int


def reports_for(student: Student, *, current_year: int, school_year: int) -> list[ScoreReport]:
    """List a student's reports of `current_year` and the two years before, newest first.

    `school_year` is the year in which the current school year ends; grades are counted back from it. Students
    whom ETS does not serve to this district have an empty list.
    """
    if student.standing is not EtsStanding.KNOWN:
        return []
    found: list[ScoreReport] = []
    for year in (current_year, current_year - 1, current_year - 2):
        grade = student.grade - (school_year - year)
        if grade < 0:
            continue
        for report_type, areas in _tests(student, grade):
            for final in _finality(student, newest=year == current_year):
                for language, form, area in _files(student, report_type, areas, year):
                    found.append(
                        ScoreReport(
                            report_type, language, year, form, area, grade_code(grade), final, len(found)
                        ),
                    )
    return found


def _tests(student: Student, grade: int) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield (report type, content areas) for the tests taken in a grade."""
    if grade in CAASPP_GRADES:
        yield "CAASPP", ("ELA", "MATH")
    if grade in SCIENCE_GRADES:
        yield ("CAAS" if student.alternate_assessment else "CAST"), ("SC",)
    takes_spanish = student.home_language == "ES" and student.index % 5 == 1
    if takes_spanish and (grade in CAASPP_GRADES or grade >= HIGH_SCHOOL):
        yield "CSA", ("RLA",)
    if student.english_learner:
        if grade == 0:
            yield ("EIALT" if student.alternate_assessment else "EIA"), ("EP",)
        yield ("ESALT" if student.alternate_assessment else "ESA"), ("EP",)


def _finality(student: Student, *, newest: bool) -> tuple[bool, ...]:
    """A few students' newest results are not final yet, or are held in both states."""
    remainder = student.index % PRELIMINARY_EVERY
    if newest and remainder == PRELIMINARY_ONLY:
        return (False,)
    if newest and remainder == PRELIMINARY_AND_FINAL:
        return (False, True)
    return (True,)


def _files(
    student: Student, report_type: str, areas: tuple[str, ...], year: int
) -> Iterator[tuple[str, str, str]]:
    """Yield (language, format, content area): one PDF for all areas, one HTML page for each."""
    for language in dict.fromkeys(("EN", student.home_language)):
        if year < REPORT_LANGUAGES.get(language, year + 1):
            continue
        yield language, "PDF", ",".join(areas)
        if year >= FIRST_HTML_YEAR:
            for area in areas:
                yield language, "HTML", area
        if year >= FIRST_VIDEO_YEAR and report_type in VIDEO_TYPES and language in VIDEO_LANGUAGES:
            yield language, "VIDEO", ",".join(areas)
