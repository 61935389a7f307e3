"""Student search for staff: by name, local id or SSID, narrowed by school, grade and class; nobody beyond their scope.

Called by the search page. Each word must begin a word of the name, in any order; numbers must be whole. What fits is
cut by `access_search.visible_among` before it is counted or shown, so that neither a count nor a page tells of
anybody else (trust A7). On PostgreSQL the indexes of migration 0013 carry it, and names spelled alike come after the
others; SQLite looks at each name (docs/adr/0013).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet

from accounts import access, access_search
from accounts.access_search import Reach
from accounts.folding import Folded, LikeAny, folded
from accounts.models import Enrollment, School, Section, SectionPlace, Student, User
from portal.base.clock import local_today

MOST = 200  # shown of one search; whoever has more before them adds a word
_MOST_WORDS = 8
# Fewer hits than these, and the name may be spelled otherwise.
_FEW = 10
_MOST_SIMILAR = 20
_LONGEST_SIMILAR = 25  # each letter is four patterns
_MOST_MISSPELLED = 3  # words tried, the longest
_SHORTEST_SIMILAR = 4  # letters: one of three exchanged is another name
_MOST_CLASSES = 2
_SSID = re.compile(r"\d{10}")


@dataclass(frozen=True)
class Wanted:
    """What staff typed and chose; empty is no wish."""

    text: str = field(default="", repr=False)
    school: School | None = None
    grade: str = ""
    section: Section | None = None


@dataclass(frozen=True)
class Hit:
    """A student found. `similar`: by a name spelled alike; `named_alike`: another hit has the same name."""

    student: Student = field(repr=False)
    similar: bool
    named_alike: bool


@dataclass(frozen=True)
class Row:
    """A hit as the page shows it. `classes` are those the reader may name, empty where they are many."""

    hit: Hit
    school: str
    classes: list[str] = field(repr=False)


@dataclass(frozen=True)
class Found:
    """The hits in their order: numbers, names, similar names. `more`: they are not all."""

    hits: Sequence[Hit] = ()
    more: bool = False
    reach: Reach | None = field(default=None, repr=False)

    def rows(self, hits: Iterable[Hit]) -> list[Row]:
        """Return the hits of a page as it shows them."""
        wanted = list(hits)
        ids = [hit.student.pk for hit in wanted]
        schools = access.speaking_enrollments(ids)
        classes = _classes(self.reach, ids) if self.reach else {}
        return [
            Row(hit, schools[key].school.name if key in schools else "", classes.get(key, []))
            for key, hit in zip(ids, wanted, strict=True)
        ]


_Named = tuple[int, str, str]  # key, last and first name


def find(user: User, wanted: Wanted) -> Found:
    """Return whom this person finds; nobody for nothing wanted."""
    reach = access_search.reach(user)
    if reach is None or wanted == Wanted():
        return Found()
    with _planned_for_few():
        exact, alike = _candidates(_narrowed(reach, wanted), wanted.text)
        visible = access_search.visible_among(user, [*exact, *alike], reach.rules)
    students = [(visible[key], key in alike) for key in (*exact, *alike) if key in visible]
    names = Counter(folded(student.full_name) for student, _similar in students)
    hits = [Hit(one, similar, names[folded(one.full_name)] > 1) for one, similar in students]
    return Found(hits[:MOST], len(hits) > MOST, reach)


@contextmanager
def _planned_for_few() -> Iterator[None]:
    """Let PostgreSQL plan for a search: few rows, all over a table that is in memory."""
    if connection.vendor != "postgresql":
        yield
        return
    settings = {
        "random_page_cost": "1.1",
        "max_parallel_workers_per_gather": "0",
        "jit": "off",
    }
    query = ", ".join(["set_config(%s, %s, true)"] * len(settings))
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {query}", [word for pair in settings.items() for word in pair])
        yield


def _candidates(reach: Reach, text: str) -> tuple[dict[int, _Named], dict[int, _Named]]:
    """Return who fits and whose name is alike, by key, each in order."""
    words = folded(text).split()[:_MOST_WORDS]
    exact = {row[0]: row for row in _numbered(reach, text)}
    if not text.strip() or any(letter.isalpha() for letter in text):
        exact |= {row[0]: row for row in _named(reach, words) if row[0] not in exact}
    alike = {row[0]: row for row in _alike(reach, words, len(exact)) if row[0] not in exact}
    return exact, alike


def _narrowed(reach: Reach, wanted: Wanted) -> Reach:
    day, students = local_today(), reach.students
    if wanted.grade:
        students = students.filter(grade=wanted.grade)
    if wanted.school is not None:
        here = Enrollment.objects.on(day).filter(school=wanted.school)
        students = students.filter(pk__in=here.values("student"))
    if wanted.section is not None:
        on_roster = SectionPlace.objects.on(day).filter(section=wanted.section)
        students = students.filter(pk__in=on_roster.values("student"))
    is_district = reach.is_district and wanted.school is None and wanted.section is None
    return replace(reach, students=students, is_district=is_district)


def _numbered(reach: Reach, text: str) -> Iterator[_Named]:
    """Yield those whose local id or SSID is exactly this, blanks and hyphens aside."""
    typed = text.strip()
    if not any(sign.isdigit() for sign in typed):
        return
    ids = {typed, typed.upper(), typed.lower(), typed.lstrip("0")}
    yield from _rows(reach.students.filter(local_id__in=ids).order_by("pk"))
    ssid = re.sub(r"[\s-]", "", typed)
    if _SSID.fullmatch(ssid):
        yield from _rows(reach.students.filter(ssid=ssid).order_by("pk"))


def _named(reach: Reach, words: list[str]) -> Iterator[_Named]:
    """Yield by name: for one word or none last names that begin so, then first names, then the rest."""
    last, first = Folded("last_name"), Folded("first_name")
    students = reach.students.annotate(last=last, first=first, words=Folded("first_name", "last_name"))
    if not reach.is_district or connection.vendor != "postgresql" or len(words) > 1:
        for word in words:
            students = students.filter(words__contains=f" {word}")
        yield from _in_order(_rows(students.order_by("last_name", "first_name", "pk")), words)
        return
    # A stretch of an index each, in its order, so that a name of thousands costs no more than one of a hundred.
    start = words[0] if words else ""
    seen = 0
    for one, other in (("last", "first"), ("first", "last")):
        for row in _rows(students.filter(**{f"{one}__startswith": start}).order_by(one, other, "pk")):
            seen += 1
            yield row
        if seen > MOST or not words:
            return
    yield from _rows(students.filter(words__contains=f" {start}").order_by("last_name", "first_name", "pk"))


def _in_order(found: Iterable[_Named], words: list[str]) -> list[_Named]:
    def key(row: _Named) -> tuple[bool, str, str, int]:
        last = folded(row[1])
        return len(words) == 1 and not last.startswith(words[0]), last, folded(row[2]), row[0]

    return sorted(found, key=key)


def _alike(reach: Reach, words: list[str], how_many: int) -> list[_Named]:
    """Return those whose name is spelled nearly so, where few have it exactly: one of the words is off by a letter."""
    long = sorted(
        (word for word in words if _SHORTEST_SIMILAR <= len(word) <= _LONGEST_SIMILAR), key=len, reverse=True
    )
    if how_many >= _FEW or not long or not "".join(words).isalpha() or not _knows_similar_words():
        return []
    found: dict[int, _Named] = {}
    for word in long[:_MOST_MISSPELLED]:
        # One list of patterns a query: of two, the database would try every pair.
        students = reach.students.annotate(words=Folded("first_name", "last_name"))
        for other in words:
            if other != word:
                students = students.filter(words__contains=f" {other}")
        students = students.filter(LikeAny(Folded("first_name", "last_name"), _misspellings(word)))
        # Not sorted by the database: a misspelled common name is near to thousands.
        found |= {row[0]: row for row in _rows(students, _MOST_SIMILAR)}
    return _in_order(found.values(), [])[:_MOST_SIMILAR]


def _misspellings(word: str) -> tuple[str, ...]:
    """Return LIKE patterns for a whole word with a letter too many, too few or exchanged, or two in the wrong order."""
    parts = [(word[:place], word[place:]) for place in range(len(word) + 1)]
    found = {f"{head}_{tail}" for head, tail in parts}
    found |= {f"{head}_{tail[1:]}" for head, tail in parts if tail}
    found |= {f"{head}{tail[1:]}" for head, tail in parts if tail}
    found |= {f"{head}{tail[1]}{tail[0]}{tail[2:]}" for head, tail in parts if len(tail) > 1}
    return tuple(f"% {one} %" for one in sorted(found))


def _knows_similar_words() -> bool:
    if connection.vendor != "postgresql":
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('student_by_words') IS NOT NULL")
        return bool(cursor.fetchone()[0])


def _rows(students: QuerySet[Student], most: int = MOST + 1) -> QuerySet[Any, _Named]:
    return students.values_list("pk", "last_name", "first_name")[:most]


def _classes(reach: Reach, student_ids: list[int]) -> dict[int, list[str]]:
    found = SectionPlace.objects.on(local_today()).filter(reach.their_classes, student__in=student_ids)
    by_student: dict[int, list[str]] = {}
    for student_id, name in found.order_by("section__name", "pk").values_list("student", "section__name"):
        by_student.setdefault(student_id, []).append(name)
    return {key: names for key, names in by_student.items() if len(names) <= _MOST_CLASSES}
