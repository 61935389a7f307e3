"""ETS's rows of score reports, read tolerantly.

Called by the client with whatever JSON came. "Additional formats may be supported … without requiring a
change": an unknown type, language, format or area is kept as sent, a missing one is empty text, and no row
with a link is ever dropped. If this were strict, a new kind of report would vanish from every family's
page.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, overload

_LONGEST = 100
_NO_TEXT = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_DOCUMENTED = {
    name: name.replace(" ", "") for name in ("type", "lang", "year", "format", "content area", "grade", "url")
}
_YEAR = re.compile(r"[0-9]{4}")


@dataclass(frozen=True, slots=True)
class ScoreReport:
    """One score report as ETS lists it: codes as sent, `year` the administration year or None.

    `url` is a bearer credential for 30 minutes: it is never logged, stored or shown. `content_area` is a
    comma list such as `ELA,MATH` (the sample) or `ELA,MA` (table 4).
    """

    type: str
    lang: str
    year: int | None
    format: str
    content_area: str
    grade: str
    url: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ScoreReports(Sequence[ScoreReport]):
    """The reports in ETS's order, and how many rows had no link to open (`unreadable`)."""

    rows: tuple[ScoreReport, ...] = ()
    unreadable: int = 0

    @overload
    def __getitem__(self, index: int) -> ScoreReport: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[ScoreReport, ...]: ...
    def __getitem__(self, index: int | slice) -> ScoreReport | tuple[ScoreReport, ...]:
        return self.rows[index]

    def __iter__(self) -> Iterator[ScoreReport]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)


def read_score_reports(body: Sequence[Any]) -> ScoreReports:
    """Return what a JSON list says. Never raises on any JSON list."""
    rows = [report for report in map(_read_row, body) if report]
    return ScoreReports(rows=tuple(rows), unreadable=len(body) - len(rows))


def read_lea_codes(body: Sequence[Any]) -> list[str]:
    """Return the LEA codes of a verify answer as text; a number gets back its zeros (nine digits)."""
    codes: list[str] = []
    for entry in body:
        found = _by_plain_key(entry).get("lea") if isinstance(entry, Mapping) else entry
        is_number = isinstance(found, int) and not isinstance(found, bool)
        code = _text(found)
        codes.append(code.zfill(9) if is_number else code)
    return [code for code in codes if code]


def _read_row(row: Any) -> ScoreReport | None:
    if not isinstance(row, Mapping):
        return None
    values = _by_plain_key(row)
    url = values.get("url")
    if not isinstance(url, str) or not url.strip():
        return None
    return ScoreReport(
        type=_text(values.get("type")),
        lang=_text(values.get("lang")),
        year=_year(values.get("year")),
        # v1 has no such key and documents nothing but PDF.
        format=_text(values.get("format", "PDF")),
        content_area=_text(values.get("contentarea")),
        grade=_text(values.get("grade")),
        url=url.strip(),
    )


def _by_plain_key(row: Mapping[Any, Any]) -> dict[str, Any]:
    """Return the row under keys without case, space or hyphen: v3 writes "content area" with a space."""
    loose = {_plain(str(key)): value for key, value in row.items() if key not in _DOCUMENTED}
    # The documented spelling wins over a look-alike beside it.
    return loose | {plain: row[name] for name, plain in _DOCUMENTED.items() if name in row}


def _plain(key: str) -> str:
    return re.sub(r"[\s_-]", "", key).lower()


def _text(value: Any) -> str:
    """Return a value as sent, as text that a database and a page can hold; nothing for what is no text."""
    if isinstance(value, list):
        return ",".join(filter(None, map(_text_of_one, value)))[:_LONGEST]
    return _text_of_one(value)


def _text_of_one(value: Any) -> str:
    if isinstance(value, str):
        return _NO_TEXT.sub("\N{REPLACEMENT CHARACTER}", value).strip()[:_LONGEST]
    if isinstance(value, int | float) and not isinstance(value, bool):
        return repr(value)[:_LONGEST]
    return ""


def _year(value: Any) -> int | None:
    text = _text(value).removesuffix(".0")
    return int(text) if _YEAR.fullmatch(text) else None
