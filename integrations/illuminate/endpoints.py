"""Illuminate's endpoints as data: all 41 of its document, and the deprecated stub.

Read by the client, which sends nothing that is not in here, and by `manage.py illuminate`. OAuth 1 signs the address,
so every path stands as documented, down to its last slash (four gradebook endpoints and one of SchoolFocus have none)
and the space that two of them begin with. tests/integrations/illuminate/endpoints.json holds it to the document.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Shape(StrEnum):
    """What an answer is. The paged ones are `{page, num_pages, num_results, results}`."""

    LIST = "list"
    OBJECT = "object"
    PAGED_LIST = "paged list"
    # The samples have one object where the others have a list.
    PAGED_OBJECT = "paged object"


class ParameterType(StrEnum):
    TEXT = "text"
    ID = "id"
    NUMBER = "number"
    DATE = "date"  # YYYY-MM-DD
    FLAG = "flag"
    LIST = "list"


@dataclass(frozen=True, slots=True)
class Parameter:
    name: str
    type: ParameterType
    required: bool


@dataclass(frozen=True, slots=True)
class Endpoint:
    """`paths` stand behind `rest_server.php`, parts in braces are filled in; `limit` is the most rows of a page.

    `limit` is None where the document has no such parameter, and `deprecated` names what to use instead.
    """

    name: str
    paths: tuple[str, ...]
    shape: Shape
    parameters: tuple[Parameter, ...] = ()
    method: str = "GET"
    limit: int | None = None
    deprecated: str = ""

    @property
    def is_paged(self) -> bool:
        return self.shape in {Shape.PAGED_LIST, Shape.PAGED_OBJECT}

    @property
    def in_path(self) -> tuple[str, ...]:
        """Return the names that the first path wants filled in."""
        return tuple(re.findall(r"\{(\w+)\}", self.paths[0])) if self.paths else ()


_DATE: Final = re.compile(r"(\w+_)?date(_\w+)?|modified_after")
_NUMBERS: Final = frozenset(("page", "limit", "academic_year", "version"))
_FLAGS: Final = frozenset(
    ("legal_guardian", "emergency_contact", "resides_with", "include_programs", "is_specialed")
)
_LISTS: Final = frozenset(("responses", "text_responses"))


def _type_of(name: str) -> ParameterType:
    if _DATE.fullmatch(name):
        return ParameterType.DATE
    if name in _NUMBERS:
        return ParameterType.NUMBER
    if name in _FLAGS:
        return ParameterType.FLAG
    if name in _LISTS:
        return ParameterType.LIST
    return ParameterType.ID if name.endswith("_id") else ParameterType.TEXT


def _takes(names: str) -> tuple[Parameter, ...]:
    """Read "page! limit" as one required and one optional parameter."""
    return tuple(
        Parameter(name.rstrip("!"), _type_of(name.rstrip("!")), required=name.endswith("!"))
        for name in names.split()
    )


def _paged(name: str, takes: str, *, path: str = "", limit: int | None = 1000) -> Endpoint:
    return Endpoint(name, (path or f"/Api/{name}/",), Shape.PAGED_LIST, _takes(takes), limit=limit)


def _gradebook(name: str, takes: str, *, path: str = "") -> Endpoint:
    return Endpoint(name, (path or f"/Api/{name}/",), Shape.PAGED_OBJECT, _takes(takes))


_DAY = "date start_date end_date"
_COURSE = "section_id local_section_id course_id grade_level_id"
_RESULTS = (
    f"user_id student_id local_student_id site_id section_id local_section_id course_id grade_level_id {_DAY}"
)
_ASSESSED = f"page! limit assessment_id date_taken_start date_taken_end modified_after {_RESULTS}"
_POOLED = f"page! limit pool_assessment_id date_taken_start date_taken_end {_RESULTS}"
_GRADEBOOK = "date local_student_id session_type"

_ALL: Final = (
    Endpoint("Sites", ("/Api/Sites/",), Shape.LIST),
    Endpoint("GradeLevels", ("/Api/GradeLevels/",), Shape.LIST),
    _paged("Students", f"page! limit user_id student_id district_student_id site_id grade_level_id {_DAY}"),
    _paged(
        "Students2",
        f"page! limit user_id student_id district_student_id site_id grade_level_id {_DAY} include_programs",
        limit=30_000,
    ),
    Endpoint("StudentParents", (), Shape.PAGED_LIST, deprecated="StudentContacts"),
    _paged("StudentContacts", "page! limit site_id legal_guardian emergency_contact resides_with"),
    _paged(
        "ProgramCode",
        "site_id! enrollment_start_date! enrollment_end_date! page limit district_student_id student_id "
        "program_start_date program_end_date",
    ),
    _paged(
        "StudentCounselors",
        f"page! limit student_id district_student_id counselor_id district_counselor_id {_DAY}",
    ),
    _paged(
        "StudentSpecialEd",
        "page! limit is_specialed user_id student_id local_student_id district_student_id site_id grade_level_id "
        f"{_DAY}",
    ),
    _paged("Users", "page! limit user_id district_user_id"),
    _paged("UserRoles", "page! limit user_id district_user_id academic_year site_id term_id role_id"),
    Endpoint("SchoolFocusPermissions", ("/Api/SchoolFocusPermissions/",), Shape.OBJECT, _takes("user_id!")),
    Endpoint("SchoolFocusSites", ("/Api/SchoolFocusSites",), Shape.OBJECT, _takes("user_id!")),
    _paged("Terms", f"page! limit user_id student_id site_id {_COURSE} {_DAY}"),
    _paged("Courses", f"page! limit user_id student_id site_id {_COURSE} {_DAY}"),
    _paged("Enrollment", f"page! limit user_id student_id site_id grade_level_id {_DAY}"),
    _paged(
        "MasterSchedule",
        "page! limit user_id student_id site_id section_id local_section_id section_name course_id grade_level_id "
        f"{_DAY}",
    ),
    _paged("Roster", f"page! limit user_id student_id district_student_id site_id {_COURSE} {_DAY}"),
    _paged(
        "Assessments",
        "page! limit assessment_id local_assessment_id author_id district_author_id subject_id scope_id",
    ),
    Endpoint(
        "Assessment/Scores",
        (
            "/Api/Assessment/{assessment_id}/Scores/",
            "/Api/ Assessment/local_assessment_id/{local_assessment_id}/Scores/",
        ),
        Shape.OBJECT,
        _takes("local_student_id! version responses! text_responses date_taken"),
        method="POST",
    ),
    _paged("AssessmentAggregateStudentResponses", _ASSESSED),
    _paged("AssessmentAggregateStudentResponsesGroup", _ASSESSED),
    _paged("AssessmentAggregateStudentResponsesStandard", _ASSESSED),
    _paged("PoolAssessmentAggregateStudentResponses", _POOLED),
    _paged(
        "PoolAssessmentAggregateStudentResponsesStandard",
        _POOLED,
        path="/Api/ PoolAssessmentAggregateStudentResponsesStandard/",
    ),
    Endpoint("Assessment/View", ("/Api/Assessment/{assessment_id}/View/",), Shape.OBJECT),
    Endpoint(
        "Repository/Data",
        (
            "/Api/Repository/{repository_id}/Data/",
            "/Api/Repository/local_repository_id/{local_repository_id}/Data/",
        ),
        Shape.OBJECT,
        method="POST",
    ),
    _paged(
        "Attendance/Daily",
        f"date! flag_code user_id student_id site_id {_COURSE}",
        limit=None,
    ),
    _paged(
        "Attendance/Section",
        f"date! site_id! flag_code user_id student_id {_COURSE}",
        limit=None,
    ),
    Endpoint("Attendance/Flags", ("/Api/Attendance/Flags/",), Shape.LIST),
    Endpoint(
        "CourseRequirementChecks",
        ("/Api/CourseRequirementChecks/",),
        Shape.LIST,
        _takes("site_id as_of_date"),
    ),
    Endpoint(
        "CreateUserApiKeys",
        ("/Api/CreateUserApiKeys/",),
        Shape.OBJECT,
        _takes("username! password!"),
        method="POST",
    ),
    _paged(
        "GraduationEligibility",
        "site_id! start_date! end_date! page limit student_id district_student_id course_requirement_name",
    ),
    _paged(
        "Behavior",
        "site_id! enrollment_start_date! enrollment_end_date! page limit student_id district_student_id",
    ),
    _gradebook("GradebookScores", _GRADEBOOK),
    _gradebook("GradebookOverallScores", _GRADEBOOK),
    _gradebook("GradebookCategoryScores", _GRADEBOOK, path="/Api/GradebookCategoryScores"),
    _gradebook("GradebookStandardsScores", _GRADEBOOK, path="/Api/GradebookStandardsScores"),
    _gradebook("GradebookScoresWithSection", f"{_GRADEBOOK} section_name"),
    _gradebook("GradebookOverallScoresWithSection", f"{_GRADEBOOK} section_name"),
    _gradebook(
        "GradebookCategoryScoresWithSection",
        f"{_GRADEBOOK} section_name",
        path="/Api/GradebookCategoryScoresWithSection",
    ),
    _gradebook(
        "GradebookStandardsScoresWithSection",
        f"{_GRADEBOOK} section_name",
        path="/Api/GradebookStandardsScoresWithSection",
    ),
)

CATALOGUE: Final[dict[str, Endpoint]] = {endpoint.name: endpoint for endpoint in _ALL}


def readable() -> Iterator[Endpoint]:
    """Yield the endpoints that only read and are still there."""
    return (endpoint for endpoint in _ALL if endpoint.method == "GET" and not endpoint.deprecated)
