"""A source's rows, brought by a thread of their own: neither vendor nor database waits for the other.

`runs` reads them. Without this, pages would stop coming while staged rows are loaded and matched. So many rows wait at
most, so memory does not grow with the district. The source must not use the run's database session.
"""

from __future__ import annotations

import gc
import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from integrations.sync.rows import Batch, KindEnd, Source
from portal.base.streaming import release_database

# About as many rows as a vendor gives while the longest kind is matched: fifty pages, or half as many of students.
_WAITING = 50_000
_LOOK_SECONDS = 1.0
_ENDING_SECONDS = 10.0

Part = Batch | KindEnd
Waiting = Part | BaseException | None


@contextmanager
def fed(source: Source) -> Iterator[Iterator[Part]]:
    """Give the parts of `source.feed()`, in order, and raise what it raises; leaving early stops the source."""
    bringer = _Bringer(source)
    # What the process holds by now stays. With so many new rows the collector would go through all of it again every
    # second, and every thread would stand still.
    gc.freeze()
    bringer.start()
    try:
        yield bringer.parts()
    finally:
        bringer.stop()
        gc.unfreeze()


class _Queue(queue.Queue[Waiting]):
    """Is as long as the rows of its parts are many."""

    def _init(self, maxsize: int) -> None:
        super()._init(maxsize)
        self._rows = 0

    def _qsize(self) -> int:
        return self._rows

    def _put(self, item: Waiting) -> None:
        super()._put(item)
        self._rows += _size(item)

    def _get(self) -> Waiting:
        item = super()._get()
        self._rows -= _size(item)
        return item


def _size(item: Waiting) -> int:
    # Even one without rows is there.
    return 1 + len(item.rows) if isinstance(item, Batch) else 1


class _Bringer(threading.Thread):
    def __init__(self, source: Source) -> None:
        super().__init__(name="sync-feed", daemon=True)
        self._source = source
        self._stopped = threading.Event()
        self._waiting = _Queue(_WAITING)

    def run(self) -> None:
        end: BaseException | None = None
        try:
            for part in self._source.feed():
                if not self._put(part):
                    return
        except BaseException as problem:  # noqa: BLE001 - raised again by the reader
            end = problem
        finally:
            release_database()
        self._put(end)

    def parts(self) -> Iterator[Part]:
        while True:
            part = self._waiting.get()
            if part is None:
                return
            if isinstance(part, BaseException):
                raise part
            yield part
            del part  # not held while the next one is waited for

    def stop(self) -> None:
        self._stopped.set()
        if self.is_alive():
            self._source.stop()
            self.join(_ENDING_SECONDS)

    def _put(self, part: Waiting) -> bool:
        while not self._stopped.is_set():
            try:
                self._waiting.put(part, timeout=_LOOK_SECONDS)
            except queue.Full:
                continue
            return True
        return False
