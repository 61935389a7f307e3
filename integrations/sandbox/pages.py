"""The files behind links of the formats HTML and VIDEO: pages, each with its parts beside it, in the report's language.

`storage.py` serves them. The pages name their parts relatively, as files of one folder: a copy of the page alone, at
another address, stands there without style, script and picture.
"""

import json
from functools import cache
from html import escape
from pathlib import Path
from string import Template

from integrations.sandbox import chart, wording
from integrations.sandbox.exchange import HTML
from integrations.sandbox.people import Student
from integrations.sandbox.reports import ScoreReport
from integrations.sandbox.results import AreaResult, results, title_of, translated
from integrations.sandbox.world import World

_FOLDER = Path(__file__).with_name("assets")
_PAGES = ("report.html", "film.html")
# The parts' types; what is not drawn for one report alone is a file of the folder.
PARTS = {
    "report.css": "text/css; charset=utf-8",
    "report.js": "text/javascript; charset=utf-8",
    "chart.svg": "image/svg+xml",
    "film.js": "text/javascript; charset=utf-8",
    "film.webm": "video/webm",
}
FILES = {
    "HTML": ("report.html", "report.css", "report.js", "chart.svg"),
    "VIDEO": ("film.html", "film.webm", "report.css", "film.js"),
}
# The languages' BCP 47 tags, by ETS's codes.
_TAGS = {"EN": "en", "ES": "es", "VI": "vi", "ZH": "zh-Hant", "FL": "fil", "KR": "ko", "AR": "ar"}
_RIGHT_TO_LEFT = ("AR",)
_SECONDS_A_CAPTION = 2.5


def make(world: World, student: Student, report: ScoreReport, file: str) -> tuple[str, bytes]:
    """A page or one of its parts: content type and bytes. `file` is one of FILES for the report's format."""
    found = [
        translated(result, lambda english: wording.page_term(report.language, english))
        for result in results(world, student, report)
    ]
    if file == "chart.svg":
        return PARTS[file], chart.draw(found[0])
    if file not in _PAGES:
        return PARTS[file], asset(file)
    values = _frame(student, report)
    if file == "film.html":
        values |= _film_values(student, report, found)
    else:
        values |= _report_values(world, student, report, found[0])
    return HTML, Template(asset(file).decode()).substitute(values).encode()


@cache
def asset(name: str) -> bytes:
    """A file of the folder `assets`."""
    return (_FOLDER / name).read_bytes()


def _frame(student: Student, report: ScoreReport) -> dict[str, str]:
    """What both kinds of page show."""
    words = wording.page_texts(report.language)
    sample = words["sample"] if report.final else f"{words['sample']} | {words['preliminary']}"
    return {
        "tag": _TAGS[report.language],
        "direction": "rtl" if report.language in _RIGHT_TO_LEFT else "ltr",
        "title": escape(words["title"]),
        "sample": escape(sample),
        "test": escape(title_of(report, alternate=student.alternate_assessment)),
        "name": escape(student.name),
        "about": escape(words["about"]),
    }


def _report_values(world: World, student: Student, report: ScoreReport, result: AreaResult) -> dict[str, str]:
    words = wording.page_texts(report.language)
    facts = {
        "grade": words["kindergarten"] if report.grade == "KN" else str(int(report.grade)),
        "tested": str(report.year),
        "school": student.school.name,
        "district": world.district.name,
        "language": words["language_name"],
    }
    return {
        "facts": "\n".join(
            f"<dt>{escape(words[name])}</dt><dd><bdi>{escape(value)}</bdi></dd>"
            for name, value in facts.items()
        ),
        "parts": "\n".join(
            f'<tr><th scope="row">{escape(part)}</th><td data-level="{level}">{escape(name)}</td></tr>'
            for (part, name), level in zip(result.parts, result.part_levels, strict=True)
        ),
        "area": escape(result.area),
        "score": str(result.score),
        "level": escape(result.level_name),
        **{f"{name}_label": escape(words[name]) for name in ("score", "level", "parts", "area", "result")},
    }


def _film_values(student: Student, report: ScoreReport, found: list[AreaResult]) -> dict[str, str]:
    words = wording.page_texts(report.language)
    lines = [words["film_for"].format(name=student.first_name)] + [
        words["film_score"].format(area=result.area, score=result.score, level=result.level_name)
        for result in found
    ]
    captions = [[number * _SECONDS_A_CAPTION, line] for number, line in enumerate(lines)]
    return {
        "captions": escape(json.dumps(captions, ensure_ascii=False)),
        **{name: escape(words[name]) for name in ("play", "pause", "position")},
    }
