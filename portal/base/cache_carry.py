"""Brings Redis up to date with what was written to the table while it was down.

The rule: of two writes to a key the later one wins, and a deletion is a write. So a token dropped while Redis was
down stays dropped, and a value that another process wrote to a Redis it could reach is not overwritten by an older
one from the table. Redis remembers its own deletions for fifteen minutes only; therefore an entry older than that is
not trusted to be the latest: its key is deleted. A cache may forget, it may not remember wrongly. Machines' clocks
decide which write is later, so a race closer than their difference may go either way.
"""

from __future__ import annotations

from datetime import timedelta

from portal.base import cache_table, clock
from portal.base.cache_redis import DELETION_KEPT_SECONDS, RedisStore
from portal.base.models import CacheEntry

BATCH = 500
MOST_BATCHES = 10


def carry_over(store: RedisStore) -> bool:
    """Move the table's entries to Redis; False when more are left than one go should take."""
    for _ in range(MOST_BATCHES):
        entries = cache_table.oldest_first(BATCH)
        if not entries:
            return True
        for entry in entries:
            if entry.key == cache_table.EVERYTHING:
                store.carry_clearing(_milliseconds(entry))
        store.carry([_as_write(entry) for entry in entries if entry.key != cache_table.EVERYTHING])
        cache_table.carried(entries)
    return False


def _as_write(entry: CacheEntry) -> tuple[str, str, int, float | None]:
    now = clock.now()
    left = cache_table.seconds_left(entry, now)
    trusted = entry.written_at > now - timedelta(seconds=DELETION_KEPT_SECONDS)
    if entry.value is None or not trusted or left == 0:
        return entry.key, "", _milliseconds(entry), DELETION_KEPT_SECONDS
    return entry.key, entry.value, _milliseconds(entry), left


def _milliseconds(entry: CacheEntry) -> int:
    return int(entry.written_at.timestamp() * 1000)
