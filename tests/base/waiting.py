"""How long this thread waited for others: what it computed, or wanted a processor for, does not count."""

from __future__ import annotations

import time
from pathlib import Path


class Waiting:
    """`seconds()` since it was made. On a busy machine the clock on the wall says nothing about a page."""

    def __init__(self) -> None:
        self._began = self._now()

    def seconds(self) -> float:
        return self._now() - self._began

    @staticmethod
    def _now() -> float:
        return time.perf_counter() - time.thread_time() - _queued()


def _queued() -> float:
    try:
        return int(Path("/proc/thread-self/schedstat").read_text().split()[1]) / 1e9
    except (OSError, IndexError, ValueError):
        return 0.0
