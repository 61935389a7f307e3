"""One CSV file as lines of named values, in constant memory, whatever its bytes.

`from_csv` reads with it, from a folder or from an upload that is only checked. A line that cannot be read for certain
is a fault, never a guess: a value in its neighbour's column would make a stranger a guardian, and a line that vanished
unnoticed would end a parent's link. No Django.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from typing import BinaryIO, Final, NamedTuple, TextIO

from integrations.sync.csv_catalog import Column

# Of one row, in characters: an open quote at the top of a file would else take in all of it.
LONGEST_ROW: Final = 200_000
SEPARATORS: Final = (",", ";", "\t")
_UTF_16: Final = ("\udcff\udcfe", "\udcfe\udcff")
_STRAY: Final = re.compile("[\udc80-\udcff]")
# Excel's own line about the separator, before the header.
_SAID: Final = re.compile(r'"?sep=([,;\t])"?\s*', re.IGNORECASE)


def decoded(stream: BinaryIO) -> TextIO:
    """Return the stream as text to be read, and closed, in its place; what is no UTF-8 comes as stray surrogates."""
    # All three line ends are told apart and left as they are.
    return io.TextIOWrapper(stream, "utf-8-sig", errors="surrogateescape", newline="")


class BadHeader(ValueError):
    """No rows can be had: `empty`, `utf-16`, `no-column` or `column-twice`, with the columns by their name."""

    def __init__(self, reason: str, columns: Iterable[str] = ()) -> None:
        super().__init__(reason)
        self.reason = reason
        self.columns = tuple(columns)


class Line(NamedTuple):
    """A row and the line on which it begins, the header's being 1; with a `fault` it has no values."""

    number: int
    values: dict[str, str]
    fault: str = ""


class Table:
    """A file's rows by the names of their columns, from `decoded`. Raises BadHeader at once, OSError at any time.

    `unknown` names the columns that are not read; `not_utf_8` is the first line in another encoding, 0 if none is.
    """

    def __init__(self, text: TextIO, columns: Iterable[Column]) -> None:
        self._lines = _Lines(text)
        wanted = tuple(columns)
        self._separator, names = self._header(wanted)
        self._width = len(names)
        self._places = _places(names, wanted)
        taken = {place for _, place in self._places}
        self.unknown = [name for place, name in enumerate(names) if name and place not in taken]

    @property
    def not_utf_8(self) -> int:
        return self._lines.not_utf_8

    def _header(self, wanted: tuple[Column, ...]) -> tuple[str, list[str]]:
        known = {name for column in wanted for name in (column.name, column.reads, *column.also)}
        for text in self._lines.or_faults():
            if not text.strip("\ufeff,;\t\r\n \"'") or _SAID.fullmatch(text):
                continue
            read = {separator: _names(text, separator) for separator in SEPARATORS}
            # The first of equals: a header of one column has no separator at all.
            best = max(SEPARATORS, key=lambda separator: len(known.intersection(read[separator])))
            return best, read[best]
        raise BadHeader("empty")

    def __iter__(self) -> Iterator[Line]:
        rows = csv.reader(self._lines, delimiter=self._separator, strict=True, skipinitialspace=True)
        while True:
            first = self._lines.begin_row()
            try:
                fields = next(rows)
            except StopIteration:
                return
            except csv.Error:
                yield Line(first, {}, "cut-off" if self._lines.ended else "quotes-wrong")
                continue
            fault = self._fault(fields, first)
            if fault:
                yield Line(first, {}, fault)
            elif any(field.strip() for field in fields):
                yield Line(first, {name: fields[place] for name, place in self._places})

    def _fault(self, fields: list[str], first: int) -> str:
        if not any(field.strip() for field in fields):
            return ""
        # Without its line end the last row is taken only if it is whole to its last letter, as far as can be seen.
        if self._lines.ends_open and (len(fields) < self._width or not fields[-1].strip()):
            return "cut-off"
        if len(fields) != self._width:
            return "row-short" if len(fields) < self._width else "row-long"
        if self._lines.number > first:
            # Each row of this file has so many separators less one; found inside quotes, they were another row's.
            inside = sum(field.count(self._separator) for field in fields)
            return "quotes-wrong" if inside >= self._width - 1 else ""
        return ""


class _Lines:
    """Decoded lines, one at a time, with csv.Error for what is longer than any row: the reader goes on after it."""

    def __init__(self, text: TextIO) -> None:
        self._text = text
        self._of_row = 0
        self.number = 0
        self.not_utf_8 = 0
        self.ended = False
        self.ends_open = False

    def begin_row(self) -> int:
        self._of_row = 0
        return self.number + 1

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        text = self._text.readline(LONGEST_ROW)
        if not text:
            self.ended = True
            raise StopIteration
        self.number += 1
        self._of_row += len(text)
        self.ends_open = text[-1] not in "\r\n"
        if self.ends_open and len(text) >= LONGEST_ROW:
            self._skip()
        if self._of_row >= LONGEST_ROW:
            raise csv.Error
        return text if text.isascii() else self._repaired(text)

    def _skip(self) -> None:
        while (more := self._text.readline(LONGEST_ROW)) and more[-1] not in "\r\n":
            pass

    def _repaired(self, text: str) -> str:
        if not _STRAY.search(text):
            return text
        if self.number == 1 and text.startswith(_UTF_16):
            raise BadHeader("utf-16")
        self.not_utf_8 = self.not_utf_8 or self.number
        return text.encode("utf-8", "surrogateescape").decode("cp1252", "replace")

    def or_faults(self) -> Iterator[str]:
        """Yield lines, an empty one in the place of each that is too long."""
        while not self.ended:
            self.begin_row()
            try:
                yield next(self)
            except csv.Error:
                yield ""
            except StopIteration:
                return


def _names(text: str, separator: str) -> list[str]:
    try:
        fields = next(csv.reader([text], delimiter=separator, skipinitialspace=True), [])
    except csv.Error:
        return []
    return [re.sub(r"[\s\-]+", "_", field.strip().lower()) for field in fields]


def _places(names: list[str], wanted: tuple[Column, ...]) -> list[tuple[str, int]]:
    """Return for each column there is the name it is read by, and where it stands."""
    found: list[tuple[str, int]] = []
    missing, twice = [], []
    for column in wanted:
        # Its own name first: beside a site's id its code may stand as well.
        name = next((each for each in (column.name, column.reads, *column.also) if each in names), "")
        if not name and column.required:
            missing.append(column.name)
        elif name and names.count(name) > 1:
            twice.append(column.name)
        elif name:
            found.append((column.reads, names.index(name)))
    if missing or twice:
        raise BadHeader("no-column" if missing else "column-twice", missing or twice)
    return found
