"""Pages of one endpoint, in order, a few asked for ahead, and the last word on whether they were all there are.

Made by `IlluminateClient.pages`, read by the sync's source and `manage.py illuminate`. At most `in_flight` are asked
for at once and three times as many are in memory, over all the lists that share an `Ahead`: a night's lists are read
one after the other, and the next one's first pages are asked for with the last one's last. A page that fails for good
raises where its turn comes; one that is short, comes twice or disagrees about the counts does not, but `complete` is
then False: whoever ends things for their absence must look there first.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from math import inf
from types import TracebackType
from typing import Any, Self

from integrations.http import VendorError
from integrations.illuminate.records import Unread


@dataclass(frozen=True, slots=True, repr=False)
class Page:
    """Rows of one page; `received` counts what came, readable or not. The other three are what the vendor said."""

    number: int
    rows: Sequence[Any]
    problems: Sequence[Unread]
    received: int
    echo: int | None
    num_pages: int | None
    num_results: int | None


# One bad row must not keep everything else from ending for ever; many are an answer that was not understood.
_FEW_UNREADABLE = 5
_SHARE_UNREADABLE = 0.01

# While the reader is busy with the database the vendor is asked on: else four at once would soon be one.
_KEPT = 3

# Turning an answer into rows takes a thread a tenth of the time that the vendor took. With one more, four are asked for
# all the while; the client sees to it that it is never five.
_READING = 1

# Asked with a page number and a function that says how many seconds are left.
Fetch = Callable[[int, Callable[[], float]], Page]


class Ahead:
    """The places for pages that are asked for before their turn, shared by lists that are read in order.

    A context manager, since its threads end with it; those that rest between two tries wake to find no time left.
    """

    def __init__(self, in_flight: int) -> None:
        self.stopped = threading.Event()
        self._in_flight = in_flight
        self._places = _KEPT * in_flight
        self._pool = ThreadPoolExecutor(in_flight + _READING, thread_name_prefix="illuminate")
        # Asked by the reader, and by the threads that fetch: neither waits for the other to see that there is room.
        self._lock = threading.Lock()
        self._lists: list[Pages] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.stopped.set()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def add(self, pages: Pages) -> None:
        with self._lock:
            self._lists.append(pages)

    def remove(self, pages: Pages) -> None:
        """Free the places of a list that is read, or given up."""
        with self._lock:
            self._lists.remove(pages)
        self.fill()

    def fill(self) -> None:
        """Ask for as many pages as there are places: a list's when all of those before it are asked for.

        While a list's first page, which says how many there are, is under way, the next lists' first pages are asked
        for as well, and no more: else they would take the places of pages that are read long before them.
        """
        with self._lock:
            if self.stopped.is_set():
                return
            free = self._places - sum(len(pages.ahead) for pages in self._lists)
            uncounted = 0
            for pages in self._lists:
                while free > 0 and (number := pages.next_number(only_first=uncounted > 0)):
                    pages.ahead.append(self._pool.submit(self._fetched, pages, number))
                    free -= 1
                uncounted += not pages.is_counted
                if uncounted == self._in_flight or (pages.is_counted and not pages.is_asked_for):
                    return

    def _fetched(self, pages: Pages, number: int) -> Page:
        page = pages.fetched(number)
        if number == 1:
            self.fill()  # now it is known how many there are; the reader may be busy
        return page


class Pages:
    """Iterate once. Then `complete`, `expected` (None: the vendor did not say), `received` and `reason` hold.

    `reason` is the first thing that was wrong: `page-short`, `page-repeated`, `page-mismatch`, `count-mismatch`,
    `count-changed`, `no-count`, `rows-unreadable` (more than a few), `stopped` (not read to the end), or that of the
    error that was raised.
    """

    def __init__(
        self,
        fetch: Fetch,
        *,
        in_flight: int,
        let_go: Callable[[], None],
        seconds_left: Callable[[], float] | None,
        ahead: Ahead | None = None,
        endpoint: str = "",
    ) -> None:
        """Without `ahead` the list has places of its own, which it takes when it is first read."""
        self.endpoint = endpoint
        self._fetch = fetch
        self._in_flight = in_flight
        self._let_go = let_go
        self._seconds_left = seconds_left
        self._shared = ahead
        self._given_up = threading.Event()
        self._watch = _Watch()
        self._finished = False
        # Of `Ahead`: what is asked for and not read yet, how many were asked for, and how many there are.
        self.ahead: deque[Future[Page]] = deque()
        self._asked = 0
        self._last: int | None = None
        if ahead is not None:
            ahead.add(self)

    @property
    def complete(self) -> bool:
        return self._finished and not self._watch.reason

    @property
    def reason(self) -> str:
        return self._watch.reason or ("" if self._finished else "stopped")

    @property
    def expected(self) -> int | None:
        return self._watch.expected

    @property
    def received(self) -> int:
        return self._watch.received

    def __iter__(self) -> Iterator[Page]:
        if self._shared is not None:
            yield from self._read(self._shared)
            return
        with Ahead(self._in_flight) as ahead:
            ahead.add(self)
            yield from self._read(ahead)

    def _read(self, ahead: Ahead) -> Iterator[Page]:
        try:
            yield from self._in_order(ahead)
        except VendorError as error:
            self._watch.spoil(error.reason)
            raise
        finally:
            self._given_up.set()
            for future in self.ahead:
                future.cancel()
            self.ahead.clear()
            ahead.remove(self)

    def _in_order(self, ahead: Ahead) -> Iterator[Page]:
        number = 1
        while number <= (self._last or 1):
            ahead.fill()
            page = self.ahead[0].result()
            # Only now: a page that is waited for keeps its place.
            self.ahead.popleft()
            self._watch.see(page)
            yield page
            if not page.received and number > 1:
                break  # a count that is wrong by millions would else be asked for to its end
            del page  # not held while the next one is waited for
            number += 1
        self._watch.end()
        self._finished = True

    # --- what `Ahead` asks for ----------------------------------------------------------------------------------------

    @property
    def is_counted(self) -> bool:
        """Say whether the first page has come, and so how many there are."""
        return self._last is not None

    @property
    def is_asked_for(self) -> bool:
        """Say whether all pages there are have been asked for."""
        return self._last is not None and self._asked >= self._last

    def next_number(self, *, only_first: bool) -> int | None:
        """Return which page to ask for next: none while the first, which says how many there are, is under way."""
        if self._asked and (only_first or self._last is None or self._asked >= self._last):
            return None
        self._asked += 1
        return self._asked

    def fetched(self, number: int) -> Page:
        try:
            page = self._fetch(number, self._left)
        finally:
            self._let_go()
        if number == 1:
            self._last = _last_page(page)
        return page

    def _left(self) -> float:
        stopped = self._shared.stopped.is_set() if self._shared is not None else False
        if stopped or self._given_up.is_set():
            return 0.0
        return self._seconds_left() if self._seconds_left else inf


def _last_page(first: Page) -> int:
    """Return how many pages there are, by the vendor's count, else by its results."""
    if first.num_pages:
        return first.num_pages
    if first.num_results and first.received:
        return -(-first.num_results // first.received)
    return 1


class _Watch:
    """Compares what comes with what was said. Keeps a number a page, not its rows."""

    def __init__(self) -> None:
        self.reason = ""
        self.expected: int | None = None
        self.received = 0
        self._unread = 0
        self._counts: tuple[int | None, int | None] = (None, None)
        self._size = 0
        self._short = False
        self._seen: set[int] = set()
        self._last_row: Any = None

    def spoil(self, reason: str) -> None:
        self.reason = self.reason or reason

    def see(self, page: Page) -> None:
        if page.number == 1:
            self.expected = page.num_results
            self._counts = (page.num_pages, page.num_results)
            self._size = page.received
        elif (page.num_pages, page.num_results) != self._counts:
            self.spoil("count-changed")
        if page.echo is not None and page.echo != page.number:
            self.spoil("page-mismatch")
        if self._short or (page.number > 1 and page.received > self._size):
            # A page after one that was not full: rows were left out in the middle.
            self.spoil("page-short")
        self._short = page.received < self._size
        self._see_again(page)
        self.received += page.received
        self._unread += page.received - len(page.rows)

    def end(self) -> None:
        if self.expected is None:
            self.spoil("no-count")
        elif self.received != self.expected:
            self.spoil("count-mismatch")
        if self._unread > max(_FEW_UNREADABLE, _SHARE_UNREADABLE * self.received):
            self.spoil("rows-unreadable")

    def _see_again(self, page: Page) -> None:
        """Notice a page that came before, and one that begins with the row the last one ended with."""
        if not page.rows:
            return
        marks = [_mark(row) for row in page.rows]
        # Whatever their order: a vendor that ignores the page number need not sort.
        whole = hash(frozenset(marks))
        if whole in self._seen or marks[0] == self._last_row:
            self.spoil("page-repeated")
        self._seen.add(whole)
        self._last_row = marks[-1]


def _mark(row: Any) -> int:
    return hash(row) if isinstance(row, tuple) else hash(repr(row))
