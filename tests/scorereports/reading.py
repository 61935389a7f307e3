"""What a reader does with a student's reports, for the tests of the pages: name one, open it, read the page's words."""

from __future__ import annotations

import re
from typing import Any

from bs4 import BeautifulSoup

from accounts.models import AccessRecord, Student
from scorereports import keys
from scorereports.models import Configuration
from tests.cast import world

YEAR = str(world().administration_year)


def report(
    student: Student,
    kind: str = "CAASPP",
    *,
    language: str = "EN",
    form: str = "PDF",
    areas: str = "ELA,MA",
    year: str = YEAR,
    final: bool = True,
) -> str:
    """Return the address of a report's viewer, as the list would give it."""
    key = keys.ReportKey(kind, year, language, form, areas, 0, final)
    return f"/students/{student.uuid}/reports/{keys.seal(key, student=student.uuid)}/"


def content(student: Student, *named: str, **more: Any) -> str:
    return f"{report(student, *named, **more)}content/"


def html(student: Student, areas: str = "ELA") -> str:
    return content(student, form="HTML", areas=areas)


def video(student: Student) -> str:
    return content(student, form="VIDEO")


def configure(**fields: Any) -> Configuration:
    """Change the one configuration there is."""
    Configuration.objects.update(**fields)
    return Configuration.objects.get()


def body(answer: Any) -> bytes:
    """Return all of an answer, streamed or not."""
    return b"".join(answer.streaming_content) if answer.streaming else bytes(answer.content)


def page(answer: Any) -> BeautifulSoup:
    return BeautifulSoup(answer.content, "html.parser")


def words(answer: Any) -> str:
    """Return what a page says, with every run of white space as one blank."""
    main = page(answer).select_one("main")
    assert main
    return re.sub(r"\s+", " ", main.get_text(" ")).strip()


def recorded() -> list[tuple[str, str]]:
    """Return (action, outcome) of the record of access, oldest first."""
    return list(AccessRecord.objects.order_by("pk").values_list("action", "outcome"))
