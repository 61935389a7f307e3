from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from portal.base import leases, limits, sweeping, tasks
from portal.base.caching import SturdyCache
from portal.base.models import CacheEntry, Counter, Lease

MONDAY = datetime(2026, 11, 2, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _the_table_alone(settings):
    """With Redis, a sweep would first carry these tests' entries over to it."""
    settings.CACHES = {"default": {"BACKEND": "portal.base.caching.SturdyCache"}}


@pytest.fixture
def traveller(db):
    with time_machine.travel(MONDAY, tick=False) as coordinates:
        yield coordinates


@pytest.mark.promise("F7")
def test_it_works(traveller):
    cache = SturdyCache("", {})
    cache.set("short", 1, 60)
    cache.set("ever", 1, None)
    limits.hit("window", limit=1, seconds=60)
    limits.increment("ever")
    leases.acquire("job", seconds=60)
    assert sweeping.sweep() == {"cache entries": 0, "leases": 0, "counters": 0}
    traveller.shift(60 + 3600)
    assert sweeping.sweep() == {"cache entries": 1, "leases": 1, "counters": 1}
    assert cache.get("ever") == 1
    assert limits.value("ever") == 1


def test_what_is_alive_stays_whatever_else_goes(traveller):
    traveller.shift(10)
    leases.acquire("job", seconds=60)
    limits.hit("window", limit=1, seconds=60)
    sweeping.sweep()
    assert Lease.objects.count() == Counter.objects.count() == 1


def test_one_sweep_deletes_no_more_than_its_bound(traveller, monkeypatch):
    monkeypatch.setattr(sweeping, "BATCH", 10)
    monkeypatch.setattr(sweeping, "MOST_BATCHES", 2)
    old = MONDAY - timedelta(days=1)
    CacheEntry.objects.bulk_create(
        CacheEntry(key=str(n), value="1", written_at=old, keep_until=old) for n in range(25)
    )
    assert sweeping.sweep()["cache entries"] == 20
    assert sweeping.sweep()["cache entries"] == 5


def test_the_stand_ins_memory_outlives_its_values(db):
    cache = SturdyCache("redis://127.0.0.1:1/0", {})
    with time_machine.travel(MONDAY, tick=False) as traveller:
        cache.set("k", 1, 60)
        cache.delete("other")
        traveller.shift(6 * 86400)
        assert sweeping.sweep()["cache entries"] == 0
        traveller.shift(2 * 86400)
        assert sweeping.sweep()["cache entries"] == 2


def test_the_scheduled_task_sweeps(traveller):
    limits.hit("window", limit=1, seconds=60)
    traveller.shift(61)
    tasks.sweep()
    assert not Counter.objects.exists()
