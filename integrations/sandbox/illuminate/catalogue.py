"""Which addresses the sandbox's Illuminate has: the endpoints of the document, from its headings and tables.

`vendor.py` routes by it. A path is found with and without its last slash, and with and without the stray space that
two of the document's addresses have.
"""

import re
from dataclasses import dataclass
from functools import cached_property

PAGES, LIST, OBJECT, GRADEBOOK = "pages", "list", "object", "gradebook"
MOST_ROWS = 1000


@dataclass(frozen=True)
class Endpoint:
    """`path` is what follows `/Api/`; `required` names parameters without which the answer is 400.

    `shape`: "pages", a bare "list", an "object", or "gradebook", pages whose one result is an object.
    """

    name: str
    path: str
    shape: str = PAGES
    method: str = "GET"
    required: tuple[str, ...] = ()
    most_rows: int = MOST_ROWS
    text_total: bool = False

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        escaped = re.escape(self.path).replace(r"\{", "{").replace(r"\}", "}")
        return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", escaped) + "/?")


def _paged(*names: str) -> tuple[Endpoint, ...]:
    return tuple(Endpoint(name, name) for name in names)


ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint("Sites", "Sites", LIST),
    Endpoint("GradeLevels", "GradeLevels", LIST),
    Endpoint("Students2", "Students2", most_rows=30_000),
    *_paged("Students", "StudentContacts", "StudentSpecialEd", "Users", "UserRoles", "Terms", "Courses"),
    Endpoint("StudentCounselors", "StudentCounselors", text_total=True),
    *_paged("Enrollment", "MasterSchedule", "Roster"),
    Endpoint(
        "ProgramCode", "ProgramCode", required=("site_id", "enrollment_start_date", "enrollment_end_date")
    ),
    Endpoint("SchoolFocusPermissions", "SchoolFocusPermissions", OBJECT, required=("user_id",)),
    Endpoint("SchoolFocusSites", "SchoolFocusSites", OBJECT, required=("user_id",)),
    Endpoint("Assessments", "Assessments", text_total=True),
    Endpoint("AssessmentScores", "Assessment/local_assessment_id/{local_id}/Scores", OBJECT, "POST"),
    Endpoint("AssessmentScores", "Assessment/{assessment_id}/Scores", OBJECT, "POST"),
    *_paged(
        "AssessmentAggregateStudentResponses",
        "AssessmentAggregateStudentResponsesGroup",
        "AssessmentAggregateStudentResponsesStandard",
        "PoolAssessmentAggregateStudentResponses",
        "PoolAssessmentAggregateStudentResponsesStandard",
    ),
    Endpoint("AssessmentView", "Assessment/{assessment_id}/View", OBJECT),
    Endpoint("RepositoryData", "Repository/local_repository_id/{local_id}/Data", OBJECT, "POST"),
    Endpoint("RepositoryData", "Repository/{repository_id}/Data", OBJECT, "POST"),
    Endpoint("AttendanceDaily", "Attendance/Daily", required=("date",), text_total=True),
    Endpoint("AttendanceSection", "Attendance/Section", required=("date", "site_id"), text_total=True),
    Endpoint("AttendanceFlags", "Attendance/Flags", LIST),
    Endpoint("CourseRequirementChecks", "CourseRequirementChecks", LIST),
    Endpoint("CreateUserApiKeys", "CreateUserApiKeys", OBJECT, "POST"),
    Endpoint(
        "GraduationEligibility", "GraduationEligibility", required=("site_id", "start_date", "end_date")
    ),
    Endpoint("Behavior", "Behavior", required=("site_id", "enrollment_start_date", "enrollment_end_date")),
    *(
        Endpoint(f"Gradebook{kind}Scores{suffix}", f"Gradebook{kind}Scores{suffix}", GRADEBOOK)
        for suffix in ("", "WithSection")
        for kind in ("", "Overall", "Category", "Standards")
        if (kind, suffix) != ("", "WithSection")
    ),
    Endpoint("GradebookScoresWithSection", "GradebookScoresWithSection", GRADEBOOK),
    # "DEPRECATED. Use Student Contacts" is all that the document says of it.
    Endpoint("StudentParents", "StudentParents"),
)
NAMES = tuple(dict.fromkeys(endpoint.name for endpoint in ENDPOINTS))
WITH_ROWS = tuple(endpoint.name for endpoint in ENDPOINTS if endpoint.shape in (PAGES, LIST))


def find(path: str) -> tuple[list[Endpoint], dict[str, str]]:
    """The endpoints of a path after `/Api/` (one a method) and what its variable parts hold."""
    bare = path.strip(" ")
    for endpoint in ENDPOINTS:
        found = endpoint.pattern.fullmatch(bare)
        if found:
            return [endpoint], found.groupdict()
    return [], {}
