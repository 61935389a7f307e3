"""Deletes what has expired on the ground floor, a bounded amount at a time. `tasks.py` runs it on the schedule."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.cache import caches
from django.db.models import Model, Q

from portal.base import clock
from portal.base.caching import SturdyCache
from portal.base.models import CacheEntry, Counter, Lease

BATCH = 1000
MOST_BATCHES = 20
# Long enough that a holder who renews late still finds his row.
_LEASES_KEPT = timedelta(hours=1)


def sweep() -> dict[str, int]:
    """Delete expired cache entries, leases and counters; return the counts. What is left waits for the next time."""
    for cache in caches.all():
        if isinstance(cache, SturdyCache):
            cache.carry_over()
    now = clock.now()
    return {
        "cache entries": _delete(CacheEntry, Q(keep_until__lte=now)),
        "leases": _delete(Lease, Q(expires_at__lte=now - _LEASES_KEPT)),
        "counters": _delete(Counter, Q(window_ends__lte=now)),
    }


def _delete(model: type[Model], expired: Q) -> int:
    """Delete in batches, each on condition that the row is still expired when it goes."""
    rows: Any = model._default_manager.filter(expired)  # noqa: SLF001 - Django's documented name for "the manager"
    total = 0
    for _ in range(MOST_BATCHES):
        names = list(rows.values_list("pk", flat=True)[:BATCH])
        if not names:
            break
        total += rows.filter(pk__in=names).delete()[0]
    return total
