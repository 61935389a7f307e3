"""When Illuminate's schools are in session, and which days a question is about.

`feed.py` calls it. The school year of the sandbox lasts from 10 August to 5 June; it is named by its end.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date


class BadRequestError(Exception):
    """What Illuminate answers with 400; the text becomes the body."""


@dataclass(frozen=True, slots=True)
class Window:
    """First and last day asked for, both in the session of academic year `year`."""

    first: date
    last: date
    year: int


def starts(year: int) -> date:
    return date(year - 1, 8, 10)


def ends(year: int) -> date:
    return date(year, 6, 5)


def window(parameters: Mapping[str, str], today: date) -> Window | None:
    """The days asked for by `date`, `start_date` and `end_date`; None outside every session.

    Without any of them it is the nearest day in session. Of a range over two years the later year counts, for
    Illuminate looks at one year at a time.
    """
    if "date" in parameters:
        first = last = _day(parameters["date"])
    elif "start_date" in parameters or "end_date" in parameters:
        start, end = parameters.get("start_date"), parameters.get("end_date")
        first = _day(start) if start is not None else starts(academic_year(_day(str(end))))
        last = _day(end) if end is not None else ends(academic_year(first))
        if last < first:
            raise BadRequestError("end_date is before start_date.")
    else:
        first = last = nearest(today)
    for year in (last.year + 1, last.year, last.year - 1):
        if first <= ends(year) and starts(year) <= last:
            return Window(max(first, starts(year)), min(last, ends(year)), year)
    return None


def nearest(today: date) -> date:
    """The day in session that is nearest to this one; between years the one with fewer days to it."""
    for year in (today.year, today.year + 1):
        if starts(year) <= today <= ends(year):
            return today
    before, after = ends(today.year), starts(today.year + 1)
    return before if today - before < after - today else after


def academic_year(day: date) -> int:
    """The year whose session holds the day, or the next one to come."""
    return day.year if day <= ends(day.year) else day.year + 1


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as problem:
        raise BadRequestError("A date is written YYYY-MM-DD.") from problem
