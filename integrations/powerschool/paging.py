"""Pages of one list, one at a time and in order, and the last word on whether they were all there are.

Made by `PowerSchoolClient.roster_records` and `submission_records`. One page is in memory at a time, and one number for
each that was read. A page that fails for good raises where its turn comes; one that is short, comes twice or disagrees
about the counts does not, but `complete` is then False: whoever ends things for their absence must look there first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from integrations.http import VendorError
from integrations.powerschool.records import Unread

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True, repr=False)
class Page(Generic[Row]):
    """Rows of one page; `received` counts what came, readable or not. The last three are what PowerSchool said."""

    number: int
    rows: tuple[Row, ...]
    problems: tuple[Unread, ...]
    received: int
    echo: int | None
    page_count: int | None
    record_count: int | None


class Pages(Generic[Row]):
    """Iterate once. Then `complete`, `expected` (None: PowerSchool did not say), `received` and `reason` hold.

    `reason` is the first thing that was wrong: `no-count`, `count-changed`, `count-mismatch`, `page-mismatch` (another
    number than asked for), `page-repeated`, `rows-unreadable`, `stopped` (not read to the end), or that of the error
    that was raised.
    """

    def __init__(self, fetch: Callable[[int], Page[Row]]) -> None:
        self._fetch = fetch
        self._reason = ""
        self._finished = False
        self._seen: set[int] = set()
        self.expected: int | None = None
        self.received = 0

    @property
    def complete(self) -> bool:
        return self._finished and not self._reason

    @property
    def reason(self) -> str:
        return self._reason or ("" if self._finished else "stopped")

    def __iter__(self) -> Iterator[Page[Row]]:
        number, last = 1, 1
        while number <= last:
            page = self._fetched(number)
            self._see(page)
            last = page.page_count if number == 1 and page.page_count else last
            yield page
            if not page.received:
                break  # a count that is wrong by millions would else be asked for to its end
            del page  # not held while the next one is waited for
            number += 1
        if self.expected is None:
            self._spoil("no-count")
        elif self.received != self.expected:
            self._spoil("count-mismatch")
        self._finished = True

    def rows(self) -> Iterator[Row]:
        """Yield the rows of all pages."""
        for page in self:
            yield from page.rows

    def _fetched(self, number: int) -> Page[Row]:
        try:
            return self._fetch(number)
        except VendorError as error:
            self._spoil(error.reason)
            raise

    def _see(self, page: Page[Row]) -> None:
        if page.number == 1:
            self.expected = page.record_count
        elif page.record_count != self.expected:
            self._spoil("count-changed")
        if page.echo is not None and page.echo != page.number:
            self._spoil("page-mismatch")
        if len(page.rows) != page.received:
            self._spoil("rows-unreadable")
        self.received += page.received
        mark = hash(tuple(_mark(row) for row in page.rows))
        if page.rows and mark in self._seen:
            self._spoil("page-repeated")
        self._seen.add(mark)

    def _spoil(self, reason: str) -> None:
        self._reason = self._reason or reason


def _mark(row: Any) -> int:
    return hash(getattr(row, "record_id", None) or repr(row))
