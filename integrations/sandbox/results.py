"""Made-up scores, and the names of tests, areas and levels.

`pdf.py` and `pages.py` print them. The same report always has the same scores, in every language and format.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from integrations.sandbox.dice import roll
from integrations.sandbox.people import Student
from integrations.sandbox.reports import ScoreReport
from integrations.sandbox.world import World

_TESTS = {
    "CAASPP": "Smarter Balanced Summative Assessments",
    "CAST": "California Science Test",
    "CAAS": "California Alternate Assessment for Science",
    "CSA": "California Spanish Assessment",
    "EIA": "Initial ELPAC",
    "ESA": "Summative ELPAC",
    "EIALT": "Initial Alternate ELPAC",
    "ESALT": "Summative Alternate ELPAC",
}
_ALTERNATE = "California Alternate Assessments"
_AREAS = {
    "ELA": "English Language Arts/Literacy",
    "MATH": "Mathematics",
    "SC": "Science",
    "RLA": "Reading/Language Arts",
    "EP": "English Language Proficiency",
}
_PARTS = {
    "ELA": ("Reading", "Writing", "Listening", "Research and Inquiry"),
    "MATH": ("Concepts and Procedures", "Problem Solving and Data Analysis", "Communicating Reasoning"),
    "SC": ("Life Sciences", "Physical Sciences", "Earth and Space Sciences"),
    "RLA": ("Reading", "Writing Mechanics", "Listening"),
    "EP": ("Listening", "Speaking", "Reading", "Writing"),
}
_LEVELS = {
    "ELA": ("Standard Not Met", "Standard Nearly Met", "Standard Met", "Standard Exceeded"),
    "EP": ("Minimally Developed", "Somewhat Developed", "Moderately Developed", "Well Developed"),
    "RLA": ("Range 1", "Range 2", "Range 3"),
}
_PART_LEVELS = ("Below Standard", "Near Standard", "Above Standard")
# Lowest and highest score of the picture, for one area in grade 3, and what each grade adds.
_SCALES = {"ELA": (2110, 2620, 15), "MATH": (2190, 2620, 15), "SC": (150, 440, 0), "RLA": (300, 400, 0)}
_DEFAULT_SCALE = (1150, 1900, 0)


@dataclass(frozen=True, slots=True)
class AreaResult:
    """`bounds` are the scores at which each level begins, then the highest; `level` counts from 0.

    `parts` are name and level of each part, `part_levels` the same levels from 0 to 2.
    """

    area: str
    score: int
    level: int
    levels: tuple[str, ...]
    bounds: tuple[int, ...]
    parts: tuple[tuple[str, str], ...]
    part_levels: tuple[int, ...]

    @property
    def level_name(self) -> str:
        return self.levels[self.level]


def title_of(report: ScoreReport, *, alternate: bool) -> str:
    """The test's English name; the code itself for a type without one. CAASPP also holds the alternate tests."""
    if alternate and report.type == "CAASPP":
        return _ALTERNATE
    return _TESTS.get(report.type, report.type)


def area_name(area: str) -> str:
    return _AREAS.get(area, area)


def translated(result: AreaResult, term: Callable[[str], str]) -> AreaResult:
    """The same result with its area, levels and parts as `term` says them; the area's code becomes its name."""
    return replace(
        result,
        area=term(area_name(result.area)),
        levels=tuple(term(level) for level in result.levels),
        parts=tuple((term(part), term(level)) for part, level in result.parts),
    )


def results(world: World, student: Student, report: ScoreReport) -> list[AreaResult]:
    """One result for each area of the report."""
    return [_result(world, student, report, area) for area in report.content_area.split(",")]


def _result(world: World, student: Student, report: ScoreReport, area: str) -> AreaResult:
    grade = 0 if report.grade == "KN" else int(report.grade)
    lowest, highest, a_grade = _SCALES.get(area, _DEFAULT_SCALE)
    lift = a_grade * (grade - 3)
    levels = _LEVELS.get(area, _LEVELS["ELA"])
    step = (highest - lowest) // len(levels)
    bounds = (*(lowest + lift + step * number for number in range(len(levels))), highest + lift)
    # Two dice make middling scores likelier; the student's own die carries over the years.
    lasting = roll(world.seed, "ability", student.index, 1000)
    passing = roll(world.seed, f"score {area} {report.type}", student.index * 100 + report.year % 100, 1000)
    score = bounds[0] + 5 + (2 * lasting + passing) * (bounds[-1] - bounds[0] - 10) // 3000
    level = max(number for number in range(len(levels)) if score >= bounds[number])
    names = _PARTS.get(area, ())
    part_levels = tuple(roll(world.seed, f"part {part} {report.year}", student.index, 3) for part in names)
    parts = tuple((part, _PART_LEVELS[reached]) for part, reached in zip(names, part_levels, strict=True))
    return AreaResult(area, score, level, levels, bounds, parts, part_levels)
