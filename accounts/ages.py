"""When rights change with age. Days are days in Los Angeles; somebody born on 29 February comes of age on 1 March."""

from __future__ import annotations

import datetime

ADULT = 18  # 34 CFR 99.5, Education Code 49061
OWN_ACCESS = 16  # Education Code 49076
# Grade 10 completed: whoever is in one of these has done so.
AFTER_GRADE_TEN = ("11", "12", "AD")


def is_adult(born: datetime.date | None, day: datetime.date) -> bool:
    """Say whether somebody is 18 on `day`; somebody whose birth date nobody knows is not said to be."""
    return born is not None and born <= born_by(ADULT, day)


def born_by(age: int, day: datetime.date) -> datetime.date:
    """Return the last birth date that has reached `age` on `day`."""
    try:
        return day.replace(year=day.year - age)
    except ValueError:  # 29 February, seen from a year that has none
        return datetime.date(day.year - age, 2, 28)


def reaches(age: int, born: datetime.date) -> datetime.date:
    """Return the day on which somebody reaches `age`: the first on which `born_by` counts them."""
    try:
        return born.replace(year=born.year + age)
    except ValueError:  # born on 29 February, and that year has none
        return datetime.date(born.year + age, 3, 1)
