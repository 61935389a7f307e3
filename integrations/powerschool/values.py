"""Single values of PowerSchool Enrollment, read tolerantly; a date only in the form that its field is documented with.

Called by `reading`; the date forms also by whoever maps a district's own fields. Nothing here raises, whatever JSON
comes. If a date were guessed, a child born on 3 February would become one born on 2 March.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from typing import Any, Final

from integrations.powerschool.records import AcademicYear, ServerTime

LONGEST: Final = 200
LONGEST_NOTE: Final = 4000
_LONGEST_ID: Final = 60

_NO_TEXT: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufeff\u200b\u2028\u2029]+")
# Lines may stay in what people wrote.
_NO_NOTE: Final = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufeff\u200b\u2028\u2029]+")
_MOMENT: Final = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.[0-9]{1,7})?Z?")
_MIDNIGHT: Final = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:T00:00:00(?:\.0{1,7})?Z?)?")
_US_DAY: Final = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")
_SERVER_TIME: Final = re.compile(
    r"([0-9]{1,2}/[0-9]{1,2}/[0-9]{4}) ([0-9]{1,2}):([0-9]{2}):([0-9]{2}) ([AP]M)(?: \(([^()]{1,60})\))?"
)
_SPAN: Final = re.compile(r"([0-9]{4})\s*[-\u2013/]\s*([0-9]{4})")
_NOON: Final = 12


def text(value: Any, longest: int = LONGEST) -> str:
    """Return stripped text that a database can hold; empty for null and for what is no single value."""
    return _NO_TEXT.sub(" ", _written(value)).strip()[:longest].rstrip()


def note(value: Any) -> str:
    """Return what somebody wrote, its lines kept."""
    lines = _written(value).replace("\r\n", "\n").replace("\r", "\n")
    return _NO_NOTE.sub(" ", lines).strip()[:LONGEST_NOTE].rstrip()


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


def _written(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, float):
        # Beyond what a float holds exactly an id would become its neighbour's.
        return str(int(value)) if value.is_integer() and abs(value) < 10**15 else repr(value)[:LONGEST]
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value) if abs(value) < 10**30 else ""
    return ""
