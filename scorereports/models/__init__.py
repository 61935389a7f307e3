"""What a district sets up for its score reports, and the runs that ask for many at once."""

from scorereports.models.configuration import Configuration, SchoolOverride
from scorereports.models.report_run import (
    RESTING,
    WORKING,
    Chosen,
    PlaceState,
    ReportRun,
    ReportRunPlace,
    ReportRunReport,
    RunState,
)

__all__ = [
    "RESTING",
    "WORKING",
    "Chosen",
    "Configuration",
    "PlaceState",
    "ReportRun",
    "ReportRunPlace",
    "ReportRunReport",
    "RunState",
    "SchoolOverride",
]
