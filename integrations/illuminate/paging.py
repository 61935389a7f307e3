"""Pages of one endpoint, in order, a few asked for ahead, and the last word on whether they were all there are.

Made by `IlluminateClient.pages`, read by the sync's source and `manage.py illuminate`. At most `in_flight` are asked
for at once and three times as many are in memory. A page that fails for good raises where its turn comes; one that is
short, comes twice or disagrees about the counts does not, but `complete` is then False: whoever ends things for their
absence must look there first.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from math import inf
from typing import Any

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

# Asked with a page number and a function that says how many seconds are left.
Fetch = Callable[[int, Callable[[], float]], Page]


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
    ) -> None:
        self._fetch = fetch
        self._in_flight = in_flight
        self._let_go = let_go
        self._seconds_left = seconds_left
        self._stopped = threading.Event()
        self._watch = _Watch()
        self._finished = False

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
        pool = ThreadPoolExecutor(self._in_flight, thread_name_prefix="illuminate")
        try:
            yield from self._in_order(pool)
        except VendorError as error:
            self._watch.spoil(error.reason)
            raise
        finally:
            # Threads that rest between two tries wake to find no time left.
            self._stopped.set()
            pool.shutdown(wait=False, cancel_futures=True)

    def _in_order(self, pool: ThreadPoolExecutor) -> Iterator[Page]:
        first = pool.submit(self._fetched, 1).result()
        self._watch.see(first)
        yield first
        last = self._last_page(first)
        ahead: deque[Future[Page]] = deque()
        asked = 1
        for _ in range(2, last + 1):
            while asked < last and len(ahead) < _KEPT * self._in_flight:
                asked += 1
                ahead.append(pool.submit(self._fetched, asked))
            page = ahead.popleft().result()
            self._watch.see(page)
            yield page
            if not page.received:
                break  # a count that is wrong by millions would else be asked for to its end
            del page  # not held while the next one is waited for
        self._watch.end()
        self._finished = True

    def _last_page(self, first: Page) -> int:
        """Return how many pages there are, by the vendor's count, else by its results."""
        if first.num_pages:
            return first.num_pages
        if first.num_results and first.received:
            return -(-first.num_results // first.received)
        return 1

    def _fetched(self, number: int) -> Page:
        try:
            return self._fetch(number, self._left)
        finally:
            self._let_go()

    def _left(self) -> float:
        if self._stopped.is_set():
            return 0.0
        return self._seconds_left() if self._seconds_left else inf


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
