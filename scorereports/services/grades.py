"""Compares the grade ETS prints with the one on the school's record: far apart, it may be another student (trust A11).

ETS answers by SSID alone and names nobody, so a wrong SSID shows in little else than the grade.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from scorereports.services.listing import ListedReport

_NEW_YEAR_MONTH = 7
_FAR = 2
_KINDERGARTEN = "KN"


def far_apart(reports: Iterable[ListedReport], grade_now: str, day: date) -> tuple[str, str] | None:
    """Return (ETS's grade, the grade we would expect) of the newest report where they are two or more apart."""
    now = _number(grade_now)
    school_year = day.year + 1 if day.month >= _NEW_YEAR_MONTH else day.year
    dated = [
        report for report in reports if report.named.year.isdigit() and _number(report.grade) is not None
    ]
    if now is None or not dated:
        return None
    newest = max(dated, key=lambda report: report.named.year)
    printed = _number(newest.grade)
    expected = now - (school_year - int(newest.named.year))
    if printed is None or abs(printed - expected) < _FAR:
        return None
    return str(printed or _KINDERGARTEN), str(max(expected, 0) or _KINDERGARTEN)


def _number(grade: str) -> int | None:
    if grade.upper() in {_KINDERGARTEN, "K", "TK"}:
        return 0
    return int(grade) if grade.isdigit() else None
