"""Fills a database with a district of half a million students, by COPY: schools of 2,000, classes of 25, skewed names.

Names come from the sandbox's lists and from syllables; a few surnames are as common as in California (one in 40), most
are rare, one in six is double. Seeded: each time the same district.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

import psycopg

from integrations.sandbox.names import FAMILY_NAMES, GIVEN_NAMES

A_SCHOOL, A_CLASS = 2000, 25
GRADES = ("KN", *(f"{number:02d}" for number in range(1, 13)))
_OPENINGS, _ENDINGS = ("b", "d", "f", "k", "m", "r", "v"), ("a", "en", "or")
_SYLLABLES = [opening + ending for opening, ending in product(_OPENINGS, _ENDINGS)]
_RARE_FAMILIES, _RARE_GIVEN = 9000, 1500
_SKEW = 2.6  # the larger, the more have one of the first names of a list


@dataclass(frozen=True)
class Named:
    """One student as made."""

    number: int
    first_name: str
    last_name: str


def _syllabic(most: int, seed: int) -> list[str]:
    names = ["".join(parts).capitalize() for parts in product(_SYLLABLES, repeat=3)]
    random.Random(seed).shuffle(names)  # noqa: S311 - names of made-up people, the same at each run; no secret
    return names[:most]


def _distinct(lists: dict[str, list[str]]) -> list[str]:
    """Take one name of each language in turn, so that the common ones are of all."""
    longest = max(map(len, lists.values()))
    turns = [names[turn] for turn in range(longest) for names in lists.values() if turn < len(names)]
    return list(dict.fromkeys(turns))


FAMILIES = _distinct(FAMILY_NAMES) + _syllabic(_RARE_FAMILIES, 1)
GIVEN = _distinct(GIVEN_NAMES) + _syllabic(_RARE_GIVEN, 2)


def people(students: int) -> Iterator[Named]:
    dice = random.Random(500_000)  # noqa: S311 - names of made-up people, the same at each run; no secret

    def one_of(names: list[str]) -> str:
        return names[int(len(names) * dice.random() ** _SKEW)]

    for number in range(students):
        last = one_of(FAMILIES)
        if dice.random() < 1 / 6:
            last = f"{last}{dice.choice('- ')}{one_of(FAMILIES)}"
        yield Named(number, one_of(GIVEN), last)


def local_id(number: int) -> str:
    return f"{800_000_000 + number * 7}"


def ssid(number: int) -> str:
    return f"{5_000_000_000 + number * 11}"


def fill(url: str, district: int, students: int) -> list[int]:
    """Add so many students to a district; return the keys of the schools made for them, in order."""
    with psycopg.connect(url) as database:
        schools = _added(database, "school", _schools(district, students))
        grades = (f"{GRADES[number % len(GRADES)]}" for number in range(students))
        rows = (
            (
                uuid.uuid4(),
                district,
                local_id(one.number),
                ssid(one.number),
                one.first_name,
                one.last_name,
                grade,
            )
            for one, grade in zip(people(students), grades, strict=True)
        )
        made = _added(database, "student", rows)
        at = [schools[number // A_SCHOOL] for number in range(students)]
        _copy(database, "enrollment", ((one, place) for one, place in zip(made, at, strict=True)))
        classes = range(0, students, A_CLASS)
        named = ((uuid.uuid4(), at[first], f"Homeroom {first // A_CLASS:05d}") for first in classes)
        sections = _added(database, "section", named)
        _copy(database, "sectionplace", ((one, sections[n // A_CLASS]) for n, one in enumerate(made)))
    with psycopg.connect(url, autocommit=True) as database:
        database.execute("VACUUM ANALYZE")
    return schools


def _schools(district: int, students: int) -> Iterator[tuple[Any, ...]]:
    for number in range(-(-students // A_SCHOOL)):
        yield uuid.uuid4(), district, f"Big School {number:04d}", f"{98 * 10**12 + number:014d}"


_COLUMNS = {
    "school": ("uuid, district_id, name, cds_code", "true, ''", "shows_reports, contact"),
    "student": (
        "uuid, district_id, local_id, ssid, first_name, last_name, grade",
        "DATE '2014-05-03', ''",
        "birth_date, email",
    ),
    "enrollment": ("student_id, school_id", "true, ''", '"primary", source'),
    "section": ("uuid, school_id, name", "'', ''", "source, source_id"),
    "sectionplace": ("student_id, section_id", "''", "source"),
}


def _copy(database: psycopg.Connection[Any], table: str, rows: Iterable[tuple[Any, ...]]) -> None:
    given, constant, more = _COLUMNS[table]
    database.execute(f"CREATE TEMP TABLE made AS SELECT {given} FROM accounts_{table} LIMIT 0".encode())  # noqa: S608 - table and columns are named in this file; no input
    with database.cursor().copy(f"COPY made ({given}) FROM STDIN".encode()) as copy:
        for row in rows:
            copy.write_row(row)
    insert = f"INSERT INTO accounts_{table} ({given}, {more}) SELECT {given}, {constant} FROM made"  # noqa: S608 - table and columns are named in this file; no input
    database.execute(insert.encode())
    database.execute("DROP TABLE made")


def _added(database: psycopg.Connection[Any], table: str, rows: Iterable[tuple[Any, ...]]) -> list[int]:
    """Copy in and return the keys in the order of the rows, which COPY and INSERT keep."""
    query = f"SELECT id FROM accounts_{table} WHERE id > %s ORDER BY id".encode()  # noqa: S608 - table and columns are named in this file; no input
    there = database.execute(query, [0]).fetchall()
    _copy(database, table, rows)
    return [row[0] for row in database.execute(query, [there[-1][0] if there else 0])]
