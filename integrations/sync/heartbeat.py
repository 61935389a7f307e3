"""A run's sign of life: its lease, renewed by a thread of its own, so that a death is noticed within minutes.

`runs` starts it. Were the lease renewed between two statements only, it would have to outlast the longest of them. The
worker looks at `lost`, and renews the lease itself as the last thing before each commit that matters.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from django.db import DatabaseError

from portal.base import leases
from portal.base.leases import Lease
from portal.base.streaming import release_database

# The sweep finds a run without a live lease; a renewal that fails is tried again several times before that.
LEASE_SECONDS = 150
BEAT_SECONDS = 20

log = structlog.get_logger(__name__)


@contextmanager
def beating(lease: Lease, *, every: float = BEAT_SECONDS) -> Iterator[None]:
    """Keep the lease alive until the end of the block, or until somebody else has it."""
    ended = threading.Event()
    thread = threading.Thread(target=_beat, args=(lease, every, ended), name="sync-heartbeat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _beat(lease: Lease, every: float, ended: threading.Event) -> None:
    while not ended.wait(every):
        try:
            if not leases.renew(lease, seconds=LEASE_SECONDS):
                return
        except DatabaseError as problem:
            # SQLite's only write lock may be the worker's own.
            log.warning("sync_heartbeat_missed", error=type(problem).__name__)
        finally:
            release_database()
