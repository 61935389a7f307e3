"""Sample score reports as PDF, in the manner of California's student score reports.

`storage.py` asks for one when its link is opened and keeps a few. One page for each content area; only the
fonts that every reader has, so a file is a few kilobytes. If this fails, links of PDF reports answer nothing.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

from fpdf import FPDF
from fpdf.enums import XPos, YPos

from integrations.sandbox import wording
from integrations.sandbox.people import Student
from integrations.sandbox.reports import ScoreReport
from integrations.sandbox.results import AreaResult, results, title_of, translated
from integrations.sandbox.world import World

_NAVY = (20, 55, 94)
_INK = (29, 39, 51)
_GREY = (96, 108, 122)
_PALE = (232, 238, 245)
_AMBER = (253, 240, 213)
_RUST = (138, 75, 8)
# From the lowest level to the highest, light to dark.
_LEVEL_COLOURS = ((214, 226, 240), (160, 190, 220), (92, 141, 190), (31, 88, 148))
_MARGIN = 16.0
_WIDTH = 215.9 - 2 * _MARGIN
_FONT = "helvetica"


def score_report(world: World, student: Student, report: ScoreReport) -> bytes:
    """The report as PDF 1.x, US letter, one page an area."""
    words = wording.texts(report.language)
    document = FPDF(format="letter", unit="mm")
    document.set_margins(_MARGIN, _MARGIN)
    # Text and drawings begin at the same edge.
    document.c_margin = 0
    document.set_auto_page_break(auto=False)
    document.set_creation_date(datetime(report.year, 9, 1, tzinfo=UTC))
    document.set_title(f"{words['title']} (sample)")
    document.set_lang({"ES": "es", "FL": "fil"}.get(report.language, "en"))
    found = [
        translated(result, partial(wording.term, report.language))
        for result in results(world, student, report)
    ]
    for number, result in enumerate(found, start=1):
        document.add_page()
        _banner(document, words, student, report)
        _facts(document, words, world, student, report)
        _scale(document, words, result)
        _parts(document, words, result)
        _footer(document, words, f"{number} / {len(found)}")
    return bytes(document.output())


def _banner(document: FPDF, words: dict[str, str], student: Student, report: ScoreReport) -> None:
    document.set_fill_color(*_NAVY)
    document.rect(0, 0, document.w, 31, style="F")
    document.set_text_color(255, 255, 255)
    _line(document, 8, words["title"], size=20, bold=True)
    _line(document, 17, title_of(report, alternate=student.alternate_assessment), size=12)
    language = f"{words['language']}: {wording.heading_language(report.language)}"
    _line(document, 23, f"{words['tested']} {report.year}   |   {language}", size=9.5)
    document.set_fill_color(*_AMBER)
    document.rect(0, 31, document.w, 8, style="F")
    document.set_text_color(*_RUST)
    sample = words["sample"] if report.final else f"{words['sample']}   |   {words['preliminary']}"
    _line(document, 32.9, sample, size=10, bold=True)


def _facts(
    document: FPDF, words: dict[str, str], world: World, student: Student, report: ScoreReport
) -> None:
    document.set_text_color(*_GREY)
    _line(document, 45, words["family"], size=9)
    document.set_text_color(*_INK)
    _line(document, 50, student.name, size=15, bold=True)
    address = student.address
    _line(document, 58, address.street, size=10)
    _line(document, 63, f"{address.city}, {address.state} {address.zip_code}", size=10)
    rows = (
        (words["grade"], words["kindergarten"] if report.grade == "KN" else str(int(report.grade))),
        (words["school"], student.school.name),
        (words["district"], world.district.name),
        (words["number"], student.local_id),
    )
    for number, (label, value) in enumerate(rows):
        top = 45 + number * 6
        document.set_text_color(*_GREY)
        _line(document, top, label, size=9, left=_MARGIN + 84)
        document.set_text_color(*_INK)
        _line(document, top, value, size=9, left=_MARGIN + 120, bold=True)


def _scale(document: FPDF, words: dict[str, str], result: AreaResult) -> None:
    """Draw the area's score as a marker above a bar of its levels."""
    document.set_draw_color(*_PALE)
    document.line(_MARGIN, 74, _MARGIN + _WIDTH, 74)
    document.set_text_color(*_NAVY)
    _line(document, 78, result.area, size=15, bold=True)
    document.set_text_color(*_INK)
    _line(document, 88, f"{words['score']}:", size=11)
    _line(document, 86, str(result.score), size=18, bold=True, left=_MARGIN + 46)
    _line(document, 95, f"{words['level']}:", size=11)
    _line(document, 95, result.level_name, size=11, bold=True, left=_MARGIN + 46)
    lowest, highest = result.bounds[0], result.bounds[-1]
    top, height = 117.0, 11.0

    def place(score: int) -> float:
        return _MARGIN + _WIDTH * (score - lowest) / (highest - lowest)

    for number, name in enumerate(result.levels):
        left, right = place(result.bounds[number]), place(result.bounds[number + 1])
        shade = number + len(_LEVEL_COLOURS) - len(result.levels)
        document.set_fill_color(*_LEVEL_COLOURS[shade])
        document.rect(left, top, right - left, height, style="F")
        document.set_text_color(*((255, 255, 255) if shade > 1 else _INK))
        document.set_font(_FONT, "B", 8.5)
        document.set_xy(left, top)
        document.cell(right - left, height, name, align="C")
    document.set_text_color(*_GREY)
    document.set_font(_FONT, "", 8.5)
    _bounds(document, result, place, top + height + 1)
    _marker(document, place(result.score), top, str(result.score))


def _bounds(document: FPDF, result: AreaResult, place: Callable[[int], float], top: float) -> None:
    for bound in result.bounds:
        left = min(max(place(bound) - 8, _MARGIN), _MARGIN + _WIDTH - 16)
        align = "L" if bound == result.bounds[0] else "R" if bound == result.bounds[-1] else "C"
        document.set_xy(left, top)
        document.cell(16, 4, str(bound), align=align)


def _marker(document: FPDF, middle: float, top: float, score: str) -> None:
    document.set_fill_color(*_RUST)
    document.polygon([(middle - 3, top - 5), (middle + 3, top - 5), (middle, top - 0.5)], style="F")
    document.set_text_color(*_RUST)
    document.set_font(_FONT, "B", 11)
    document.set_xy(middle - 10, top - 11)
    document.cell(20, 5, score, align="C")


def _parts(document: FPDF, words: dict[str, str], result: AreaResult) -> None:
    document.set_text_color(*_NAVY)
    _line(document, 144, words["parts"], size=13, bold=True)
    document.set_xy(_MARGIN, 153)
    document.set_draw_color(*_GREY)
    document.set_fill_color(*_PALE)
    document.set_text_color(*_INK)
    _row(document, words["area"], words["result"], header=True)
    for part, level in result.parts:
        _row(document, part, level, header=False)
    document.set_text_color(*_INK)
    document.set_font(_FONT, "", 10)
    document.set_xy(_MARGIN, document.get_y() + 8)
    document.multi_cell(_WIDTH, 5, words["about"])


def _row(document: FPDF, left: str, right: str, *, header: bool) -> None:
    document.set_font(_FONT, "B" if header else "", 10)
    document.cell(_WIDTH * 0.62, 8, f"  {left}", border="B", fill=header)
    document.cell(_WIDTH * 0.38, 8, right, border="B", fill=header, new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def _footer(document: FPDF, words: dict[str, str], page: str) -> None:
    document.set_text_color(*_GREY)
    document.set_font(_FONT, "", 8)
    document.set_xy(_MARGIN, 257)
    document.multi_cell(_WIDTH - 20, 4, words["invented"])
    document.set_xy(_MARGIN, 261)
    document.cell(_WIDTH, 4, page, align="R")


def _line(
    document: FPDF, top: float, text: str, *, size: float, bold: bool = False, left: float = _MARGIN
) -> None:
    document.set_font(_FONT, "B" if bold else "", size)
    document.set_xy(left, top)
    document.cell(0, size * 0.42, text)
