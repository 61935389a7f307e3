"""The cache with a real Redis that comes and goes."""

import os
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
import redis
import time_machine

from portal.base import clock
from portal.base.cache_carry import carry_over
from portal.base.cache_redis import PREFIX, RedisStore
from portal.base.caching import SturdyCache
from portal.base.models import CacheEntry
from tests.base.crowd import in_threads
from tests.base.redis_in_the_way import Between

pytestmark = [pytest.mark.services, pytest.mark.django_db]

# Down for no time at all: each operation tries again, so that no test has to wait. And patient: the machine is busy.
AT_ONCE = {"OPTIONS": {"down_seconds": 0, "patience": 5}}
IMPATIENT = {"OPTIONS": {"down_seconds": 0}}


@pytest.fixture
def server():
    url = os.environ.get("REDIS_URL")
    if not url:
        pytest.skip("REDIS_URL is not set")
    client = redis.Redis.from_url(url)
    for key in client.scan_iter(PREFIX + "*"):
        client.delete(key)
    yield client
    for key in client.scan_iter(PREFIX + "*"):
        client.delete(key)
    client.close()


@pytest.fixture
def between(server):
    parts = urlsplit(os.environ["REDIS_URL"])
    found = Between((parts.hostname or "127.0.0.1", parts.port or 6379), parts.path.lstrip("/") or "0")
    yield found
    found.stop()


@pytest.fixture
def cache(between):
    return SturdyCache(between.url, AT_ONCE)


@pytest.fixture
def neighbour(server):
    """Another process that can reach Redis all the time."""
    return SturdyCache(os.environ["REDIS_URL"], AT_ONCE)


@pytest.mark.promise("F6")
def test_it_works(cache, server):
    cache.set("k", {"a": [1, "ü"]}, 60)
    assert cache.get("k") == {"a": [1, "ü"]}
    assert 55_000 < server.pttl(PREFIX + ":1:k") <= 60_000
    assert not cache.add("k", 2)
    assert cache.delete("k")
    assert not cache.delete("k")
    assert cache.get("k") is None
    assert cache.add("k", 2, None)
    assert server.pttl(PREFIX + ":1:k") == -1
    assert cache.touch("k", 10)
    assert server.pttl(PREFIX + ":1:k") <= 10_000
    assert cache.touch("k", None)
    assert not cache.touch("gone")
    assert cache.incr("k", 40) == 42
    assert server.pttl(PREFIX + ":1:k") == -1
    assert not CacheEntry.objects.exists()


def test_incr_keeps_the_time_to_live_and_refuses_what_is_no_number(cache, server):
    cache.set("k", 1, 60)
    assert cache.incr("k", -5) == -4
    assert 0 < server.pttl(PREFIX + ":1:k") <= 60_000
    cache.set("k", "x")
    with pytest.raises(TypeError):
        cache.incr("k")
    cache.delete("k")
    with pytest.raises(ValueError, match="no such key"):
        cache.incr("k")


def test_clear_leaves_everything_else_in_the_same_redis_alone(cache, server):
    server.set("celery-queue", "job")
    cache.set_many({str(n): n for n in range(2500)})
    cache.clear()
    assert list(server.scan_iter(PREFIX + "*")) == []
    assert server.get("celery-queue") == b"job"
    server.delete("celery-queue")


@pytest.mark.django_db(transaction=True)
def test_add_is_won_by_exactly_one_thread_and_increments_lose_none(cache):
    assert sum(in_threads(50, lambda: cache.add("lock", 1))) == 1
    cache.delete("lock")
    assert sum(in_threads(50, lambda: cache.add("lock", 1))) == 1
    cache.set("count", 0)
    in_threads(20, lambda: [cache.incr("count") for _ in range(5)])
    assert cache.get("count") == 100


@pytest.mark.promise("F6")
@pytest.mark.parametrize("mood", ["refuse", "hang"])
def test_a_deletion_made_while_redis_was_down_holds_when_it_is_back(between, mood):
    cache = SturdyCache(between.url, IMPATIENT)
    cache.set("token", "old")
    between.become(mood)
    assert not cache.delete("token")
    assert cache.get("token") is None
    between.become("pass")
    between.cut()
    assert cache.get("token") is None
    assert not CacheEntry.objects.exists()


@pytest.mark.promise("F6")
def test_a_value_written_while_redis_was_down_replaces_the_older_one(cache, between):
    cache.set("k", "old", 600)
    cache.set("count", 5, 600)
    between.become("refuse")
    cache.set("k", "new", 60)
    assert cache.add("count", 1, 60)
    assert cache.incr("count") == 2
    between.become("pass")
    assert cache.get("k") == "new"
    assert cache.incr("count") == 3


@pytest.mark.promise("F6")
def test_a_newer_value_of_a_process_that_could_reach_redis_is_not_overwritten(cache, neighbour, between):
    between.become("refuse")
    cache.set("k", "older")
    between.become("pass")
    with time_machine.travel(clock.now() + timedelta(seconds=1), tick=False):
        neighbour._link.store.set(":1:k", '"newer"', 60)
    assert cache.get("k") == "newer"


@pytest.mark.promise("F6")
def test_a_newer_deletion_of_a_process_that_could_reach_redis_holds(cache, neighbour, between):
    cache.set("k", "oldest")
    between.become("refuse")
    cache.set("k", "older")
    between.become("pass")
    with time_machine.travel(clock.now() + timedelta(seconds=1), tick=False):
        neighbour._link.store.delete(":1:k")
    assert cache.get("k") is None


@pytest.mark.promise("F6")
def test_an_entry_older_than_redis_remembers_deletions_is_forgotten_and_not_trusted(cache, between):
    cache.set("k", "oldest")
    between.become("refuse")
    cache.set("k", "old", None)
    between.become("pass")
    with time_machine.travel(clock.now() + timedelta(minutes=16), tick=False):
        assert cache.get("k") is None


@pytest.mark.promise("F6")
def test_a_value_that_ended_while_redis_was_down_does_not_bring_the_older_one_back(cache, between):
    cache.set("k", "oldest", None)
    between.become("refuse")
    cache.set("k", "old", 5)
    between.become("pass")
    with time_machine.travel(clock.now() + timedelta(seconds=6), tick=False):
        assert cache.get("k") is None


@pytest.mark.promise("F6")
def test_clearing_while_redis_was_down_holds_when_it_is_back(cache, between):
    cache.set_many({"a": 1, "b": 2})
    between.become("refuse")
    cache.clear()
    cache.set("c", 3)
    between.become("pass")
    assert cache.get_many(["a", "b", "c"]) == {"c": 3}


def test_a_fresh_process_carries_over_what_a_dead_one_left(server):
    CacheEntry.objects.create(key=":1:k", value='"left"', written_at=clock.now())
    fresh = SturdyCache(os.environ["REDIS_URL"] + "?client_name=fresh", AT_ONCE)
    assert fresh.get("k") == "left"
    assert not CacheEntry.objects.exists()


def test_more_entries_than_one_go_should_take_are_carried_in_several(server, monkeypatch):
    now = datetime.now(UTC)
    monkeypatch.setattr("portal.base.cache_carry.BATCH", 50)
    CacheEntry.objects.bulk_create(
        CacheEntry(key=f":1:{n}", value=str(n), written_at=now - timedelta(microseconds=n))
        for n in range(510)
    )
    store = RedisStore(os.environ["REDIS_URL"], patience=5)
    assert not carry_over(store)
    assert CacheEntry.objects.count() == 10
    assert carry_over(store)
    assert store.get(":1:0") == "0"
    assert store.get(":1:509") == "509"


def test_an_entry_written_again_during_the_carrying_is_carried_again(server, cache):
    CacheEntry.objects.create(key=":1:k", value="1", written_at=clock.now())

    class Slow(RedisStore):
        def carry(self, entries):
            super().carry(entries)
            CacheEntry.objects.filter(value="1").update(value="2", written_at=clock.now())

    assert carry_over(Slow(os.environ["REDIS_URL"]))
    assert cache.get("k") == 2
