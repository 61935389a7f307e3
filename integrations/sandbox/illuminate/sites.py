"""Sites, grade levels and terms: the frame that Illuminate hangs everything else on.

`feed.py` calls it.
"""

from collections.abc import Iterable, Sequence
from datetime import date

from integrations.sandbox.illuminate import sessions
from integrations.sandbox.illuminate.drift import Row, day
from integrations.sandbox.illuminate.workforce import DISTRICT_SITE, term_id
from integrations.sandbox.people import District, School
from integrations.sandbox.world import GRADE_COUNT, World

KINDERGARTEN_AGE = 5
# A grade that has an id and no students; ids do not follow the order of grades.
TRANSITIONAL_KINDERGARTEN = 14


def sites(world: World) -> list[Row]:
    """The district first, then its schools, codes and ZIPs as numbers."""
    district = world.district
    rows = [_site(DISTRICT_SITE, district, (0, GRADE_COUNT - 1), "District")]
    for school in world.schools:
        title = {"elementary": "Elementary", "middle": "Middle Schools", "high": "High Schools"}[school.kind]
        grades = (school.lowest_grade, school.highest_grade)
        rows.append(_site(int(school.site_id), school, grades, title))
    return rows


def _site(site: int, place: District | School, grades: tuple[int, int], kind: str) -> Row:
    return {
        "site_id": site,
        "site_name": place.name,
        "state_school_id": int(place.cds_code),
        "start_grade_level_id": grades[0] + 1,
        "end_grade_level_id": grades[1] + 1,
        "site_type_name": kind,
        "address": place.address.street,
        "address2": None,
        "city": place.address.city,
        "state": "CA",
        "zip": int(place.address.zip_code),
        "local_site_code": None,
        "num_hours": None,
        "num_weeks": None,
        "parent_site_id": DISTRICT_SITE,
    }


def grade_levels() -> list[Row]:
    """Short name and state's code as number from grade 1 on, as in the document's sample."""
    rows: list[Row] = [
        {
            "grade_level_id": TRANSITIONAL_KINDERGARTEN,
            "short_name": "TK",
            "long_name": "Transitional Kindergarten",
            "standard_age": 4,
            "state_id": "TK",
            "sort_order": 1,
        }
    ]
    rows += [
        {
            "grade_level_id": grade + 1,
            "short_name": grade or "K",
            "long_name": f"Grade {grade}" if grade else "Kindergarten",
            "standard_age": KINDERGARTEN_AGE + grade,
            "state_id": grade or "KN",
            "sort_order": grade + 2,
        }
        for grade in range(GRADE_COUNT)
    ]
    return rows


def terms(numbers: Iterable[int], years: Sequence[int]) -> list[Row]:
    """Three terms a site and year: all of it, autumn, spring."""
    rows = []
    for year in years:
        first, last = sessions.starts(year), sessions.ends(year)
        halves = (
            (1, "Yearlong", first, last),
            (2, "Fall", first, date(year - 1, 12, 18)),
            (3, "Spring", date(year, 1, 5), last),
        )
        rows += [_term(site, year, half) for site in numbers for half in halves]
    return rows


def _term(site: int, year: int, half: tuple[int, str, date, date]) -> Row:
    number, name, first, last = half
    identifier = term_id(year, site, number)
    start = day(first)
    return {
        "term_id": identifier,
        "site_id": site,
        "term_name": name,
        "term_num": number,
        # The document's table says state_date, its sample start_date: most rows have both, some one of them.
        **({"state_date": start} if site % 4 else {}),
        **({"start_date": start} if site % 4 != 1 else {}),
        "end_date": day(last),
        "term_type": "Full Year" if number == 1 else "Semester",
        "session_type_id": 1,
        "session_type": "Normal",
        "academic_year": year,
        "district_term_id": None,
    }
