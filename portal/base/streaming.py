"""Bytes that pass through: a bounded number of streams a process, guarded from the first byte to the last.

The service that opens a report calls `take`, opens the upstream, checks its start (`magic`), wraps it in a
`GuardedStream` and calls `release_database`; the view answers with a StreamingHttpResponse over it. Nothing is written
to disk and no more than one chunk is held.
How a stream ends under gunicorn's threads: when the client leaves, the server's write fails and it closes Django's
response, which closes our iterator; when our iterator raises, gunicorn drops the connection without the closing chunk
(or short of Content-Length), so that a browser sees a broken download and not half a report. Upstream errors are not
passed on as they are: their texts hold links, and an OSError of theirs would be taken for one of the client's.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal, Protocol, Self

import structlog
from django.conf import settings
from django.db import connections

from portal.base.clock import Clock, SystemClock

log = structlog.get_logger(__name__)

Outcome = Literal["complete", "client-left", "upstream-failed", "too-large", "reader-too-slow"]

MOST_BYTES = 200 * 1024 * 1024
READER_SECONDS = 15 * 60
STALL_SECONDS = 60


class Upstream(Protocol):
    """Where the bytes come from."""

    def chunks(self) -> Iterator[bytes]: ...

    def close(self) -> None: ...


class StreamBroken(Exception):
    """The stream ended before its end, so the connection must not end well. Names only the outcome."""


class Slot:
    """A place among the streams of this process; `release` may be called any number of times."""

    def __init__(self, give_back: Callable[[], None]) -> None:
        self._give_back: Callable[[], None] | None = give_back
        self._lock = threading.Lock()

    def release(self) -> None:
        with self._lock:
            give_back, self._give_back = self._give_back, None
        if give_back:
            give_back()

    def __del__(self) -> None:
        # A view that failed on its way must not cost the process a place for good.
        self.release()


class _Slots:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.taken = 0

    def take(self) -> Slot | None:
        with self._lock:
            if self.taken >= settings.STREAM_SLOTS:
                return None
            self.taken += 1
        return Slot(self._give_back)

    def _give_back(self) -> None:
        with self._lock:
            self.taken -= 1


_slots = _Slots()


def take() -> Slot | None:
    """Take one of settings.STREAM_SLOTS places of this process; None when all are taken (answer "busy, try again")."""
    return _slots.take()


def taken() -> int:
    """Return how many places are taken in this process, for the status page."""
    return _slots.taken


class GuardedStream:
    """The iterator for StreamingHttpResponse; closes upstream, releases the slot and calls `on_finish` exactly once.

    `max_bytes` and `expected_bytes` (Content-Length, if known) are bytes; more than either, or
    fewer than expected, breaks the connection.
    """

    def __init__(
        self,
        upstream: Upstream,
        chunks: Iterator[bytes],
        *,
        slot: Slot,
        on_finish: Callable[[Outcome, int], None],
        max_bytes: int = MOST_BYTES,
        expected_bytes: int | None = None,
        reader_seconds: float = READER_SECONDS,
        stall_seconds: float = STALL_SECONDS,
        clock: Clock | None = None,
    ) -> None:
        self._upstream = upstream
        self._chunks = chunks
        self._slot = slot
        self._on_finish = on_finish
        self._max_bytes = max_bytes
        self._expected_bytes = expected_bytes
        self._reader_seconds = reader_seconds
        self._stall_seconds = stall_seconds
        self._clock = clock or SystemClock()
        self._started: float | None = None
        self._handed_over = 0.0
        self._sent = 0
        self._lock = threading.Lock()
        self._finished = False
        # Garbage may be collected, and then ended, in the middle of somebody else's request.
        self._request_id = str(structlog.contextvars.get_contextvars().get("request_id", ""))

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> bytes:
        if self._finished:
            raise StopIteration
        if self._reader_is_late():
            self._break("reader-too-slow")
        chunk = self._pull()
        if chunk is None:
            if self._expected_bytes not in {None, self._sent}:
                self._break("upstream-failed")
            self._finish("complete")
            raise StopIteration
        if self._sent + len(chunk) > self._most():
            self._break("too-large")
        self._sent += len(chunk)
        self._handed_over = self._clock.monotonic()
        return chunk

    def close(self) -> None:
        """End it early: Django calls this when the response is done, complete or not."""
        if not self._finished:
            stalled = self._sent and self._clock.monotonic() - self._handed_over >= self._stall_seconds
            self._finish("reader-too-slow" if stalled else "client-left")

    def __del__(self) -> None:
        # A response that was built and never sent.
        if hasattr(self, "_finished"):
            self.close()

    def _pull(self) -> bytes | None:
        """Return the next chunk that holds anything, None at the end. StreamBroken when upstream fails."""
        failed = None
        try:
            for chunk in self._chunks:
                if chunk:  # an empty one would end a chunked answer
                    return chunk
        except Exception as error:  # noqa: BLE001 - whatever upstream raises, the reader gets a broken connection
            failed = type(error).__name__
        if failed:
            self._break("upstream-failed", failed)
        return None

    def _most(self) -> int:
        return self._max_bytes if self._expected_bytes is None else min(self._max_bytes, self._expected_bytes)

    def _reader_is_late(self) -> bool:
        now = self._clock.monotonic()
        if self._started is None:
            self._started = now
        return now - self._started > self._reader_seconds

    def _break(self, outcome: Outcome, why: str = "") -> None:
        self._finish(outcome, why)
        raise StreamBroken(outcome)

    def _finish(self, outcome: Outcome, why: str = "") -> None:
        with self._lock:
            if self._finished:
                return
            self._finished = True
        if outcome != "complete":
            # The one line about it: `portal.logs` keeps the server's traceback out. The record of access has the id.
            more = {"error": why} if why else {}
            log.warning(
                "stream-broken", outcome=outcome, bytes=self._sent, request_id=self._request_id, **more
            )
        steps = (self._upstream.close, self._slot.release, lambda: self._on_finish(outcome, self._sent))
        for step in steps:
            try:
                step()
            except Exception as error:  # noqa: BLE001 - one failing step must not keep the others from happening
                log.error("stream-finish-failed", outcome=outcome, error=type(error).__name__)  # noqa: TRY400 - the traceback could hold a link


def limit_stalls(environ: Mapping[str, Any], *, seconds: float = STALL_SECONDS) -> None:
    """Give a reader who takes nothing at all so many seconds a chunk, under gunicorn; does nothing elsewhere.

    The 15 minutes of GuardedStream are only looked at between chunks, and gunicorn's threads wait for ever in a write
    to a reader who stopped reading. gunicorn makes the socket blocking again before the connection's next request.
    """
    socket = environ.get("gunicorn.socket")
    if socket is not None:
        socket.settimeout(seconds)


def release_database() -> None:
    """Let this thread's database connections go (back to the pool) before the first byte flows.

    Else a dozen slow readers hold the pool and the portal stands still. A connection in a transaction is left alone,
    so under a TestCase nothing happens.
    """
    for connection in connections.all(initialized_only=True):
        if not connection.in_atomic_block:
            connection.close()
