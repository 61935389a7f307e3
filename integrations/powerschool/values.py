"""Single values of PowerSchool Enrollment, read tolerantly; a date only in the form that its field is documented with.

Called by `reading`; the date forms also by whoever maps a district's own fields. Nothing here raises, whatever JSON
comes. If a date were guessed, a child born on 3 February would become one born on 2 March.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from typing import Any, Final

from integrations.powerschool.records import AcademicYear, ServerTime
from integrations.powerschool.texts import note, text

__all__ = [
    "academic_year",
    "day_at_midnight",
    "ident",
    "is_blank",
    "moment",
    "note",
    "server_time",
    "text",
    "us_day",
]

_LONGEST_ID: Final = 60

_MOMENT: Final = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.[0-9]{1,7})?Z?")
_MIDNIGHT: Final = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:T00:00:00(?:\.0{1,7})?Z?)?")
_US_DAY: Final = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")
_SERVER_TIME: Final = re.compile(
    r"([0-9]{1,2}/[0-9]{1,2}/[0-9]{4}) ([0-9]{1,2}):([0-9]{2}):([0-9]{2}) ([AP]M)(?: \(([^()]{1,60})\))?"
)
_SPAN: Final = re.compile(r"([0-9]{4})\s*[-\u2013/]\s*([0-9]{4})")
_NOON: Final = 12


def ident(value: Any) -> str:
    """Return an id as text; what is longer than any id would only be cut to look like another one's."""
    known = text(value)
    return known if len(known) <= _LONGEST_ID else ""


def is_blank(value: Any) -> bool:
    """Say whether nothing was sent."""
    return value is None or (isinstance(value, str) and not value.strip())


def moment(value: Any) -> datetime | None:
    """Return `2012-10-08T02:10:53Z`, with or without its Z, as the UTC that the document promises.

    Another zone would contradict the document, so that is none.
    """
    found = _MOMENT.fullmatch(text(value))
    try:
        return datetime.fromisoformat(found[1]).replace(tzinfo=UTC) if found else None
    except ValueError:
        return None


def day_at_midnight(value: Any) -> date | None:
    """Return the day of `2000-04-15T00:00:00`, as dates of birth are printed.

    Any other time of day says that somebody has shifted it between zones, and then nobody knows which day was meant.
    """
    found = _MIDNIGHT.fullmatch(text(value))
    try:
        return date.fromisoformat(found[1]) if found else None
    except ValueError:
        return None


def us_day(value: Any) -> date | None:
    """Return the day of `02/03/2015`, month first: the document's own sample 04/20/2007 cannot be read otherwise."""
    found = _US_DAY.fullmatch(text(value))
    try:
        return date(int(found[3]), int(found[1]), int(found[2])) if found else None
    except ValueError:
        return None


def server_time(value: Any) -> ServerTime | None:
    """Return `7/15/2019 2:40:48 PM (Eastern Standard Time)` in its parts; the zone has no standard name."""
    found = _SERVER_TIME.fullmatch(text(value))
    day = us_day(found[1]) if found else None
    if found is None or day is None or not 1 <= int(found[2]) <= _NOON:
        return None
    hour = int(found[2]) % _NOON + (_NOON if found[5] == "PM" else 0)
    try:
        return ServerTime(day, time(hour, int(found[3]), int(found[4])), found[6] or "")
    except ValueError:
        return None


def academic_year(value: Any) -> AcademicYear | None:
    """Return `2026-2027`; a span that does not end a year after it begins is none."""
    found = _SPAN.fullmatch(text(value))
    if found is None or int(found[2]) != int(found[1]) + 1:
        return None
    return AcademicYear(int(found[1]), int(found[2]))
