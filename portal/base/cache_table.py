"""The cache's table: all of the cache without Redis, and a stand-in with a memory of what changed while Redis is down.

`caching.py` is the only caller. Each write is one statement, or one short transaction for `incr`. As a stand-in
(`journal=True`) it keeps deletions as rows without a value, so that `cache_carry.py` can repeat them in Redis.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from portal.base import clock
from portal.base.models import CacheEntry

# A key that no cache key equals (those contain ":"): "everything written before this moment is gone".
EVERYTHING = "*"
_JOURNAL_KEPT = timedelta(days=7)
_ADD = """
INSERT INTO base_cacheentry (key, value, written_at, expires_at, keep_until) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (key) DO UPDATE SET value = excluded.value, written_at = excluded.written_at,
  expires_at = excluded.expires_at, keep_until = excluded.keep_until
WHERE base_cacheentry.value IS NULL OR base_cacheentry.expires_at <= %s
RETURNING key
"""


class TableStore:
    """Values are JSON text, times to live are seconds or None for ever."""

    def __init__(self, *, journal: bool) -> None:
        self._journal = journal

    def get(self, key: str) -> str | None:
        return self._live(key).values_list("value", flat=True).first()

    def set(self, key: str, value: str, seconds: float | None) -> None:
        self._write(self._entry(key, value, seconds))

    def add(self, key: str, value: str, seconds: float | None) -> bool:
        """Write unless there is a live value; of many callers at once exactly one gets True."""
        entry = self._entry(key, value, seconds)
        moments = [entry.written_at, entry.expires_at, entry.keep_until, entry.written_at]
        values = [key, value, *(connection.ops.adapt_datetimefield_value(moment) for moment in moments)]
        return bool(list(CacheEntry.objects.raw(_ADD, values)))

    def touch(self, key: str, seconds: float | None) -> bool:
        entry = self._entry(key, None, seconds)
        return bool(
            self._live(key).update(
                written_at=entry.written_at, expires_at=entry.expires_at, keep_until=entry.keep_until
            )
        )

    def delete(self, key: str) -> bool:
        if not self._journal:
            live, _ = self._live(key).delete()
            return bool(live)
        lived = self._live(key).exists()
        self._write(self._entry(key, None, None))
        return lived

    def incr(self, key: str, delta: int) -> int | None:
        """Add to a whole number and return it; None when there is nothing to add to. TypeError: not a number."""
        with transaction.atomic():
            text = self._live(key).select_for_update().values_list("value", flat=True).first()
            if text is None:
                return None
            number = json.loads(text)
            if type(number) is not int:  # True is no number
                raise TypeError("Only whole numbers can be incremented.")
            CacheEntry.objects.filter(key=key).update(
                value=json.dumps(number + delta), written_at=clock.now()
            )
        return number + delta

    def clear(self) -> None:
        CacheEntry.objects.all().delete()
        if self._journal:
            self._write(self._entry(EVERYTHING, None, None))

    def _live(self, key: str) -> QuerySet[CacheEntry]:
        unexpired = Q(expires_at=None) | Q(expires_at__gt=clock.now())
        return CacheEntry.objects.filter(unexpired, key=key, value__isnull=False)

    def _entry(self, key: str, value: str | None, seconds: float | None) -> CacheEntry:
        now = clock.now()
        expires_at = None if seconds is None else now + timedelta(seconds=seconds)
        keep_until = max(expires_at or now, now) + _JOURNAL_KEPT if self._journal else expires_at
        return CacheEntry(key=key, value=value, written_at=now, expires_at=expires_at, keep_until=keep_until)

    def _write(self, entry: CacheEntry) -> None:
        CacheEntry.objects.bulk_create(
            [entry],
            update_conflicts=True,
            unique_fields=["key"],
            update_fields=["value", "written_at", "expires_at", "keep_until"],
        )


def oldest_first(limit: int) -> list[CacheEntry]:
    """Return entries that Redis has yet to hear of, in the order they were written."""
    return list(CacheEntry.objects.order_by("written_at")[:limit])


def carried(entries: list[CacheEntry]) -> None:
    """Forget entries that Redis now knows, except those written again meanwhile."""
    with transaction.atomic():
        for entry in entries:
            CacheEntry.objects.filter(key=entry.key, written_at=entry.written_at).delete()


def seconds_left(entry: CacheEntry, now: datetime) -> float | None:
    """Return the rest of an entry's life: None for ever, 0 when it is over."""
    return None if entry.expires_at is None else max(0.0, (entry.expires_at - now).total_seconds())
