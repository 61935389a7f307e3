"""The cache's Redis: short deadlines, no retries, and the memory that it is down. Knows no tables.

`caching.py` and `cache_carry.py` are the only callers. Connect and read each take 0.2 s at most (a name server that
hangs is beyond this: use an address or a local resolver). A value is `<milliseconds since 1970>:<JSON>`; a deletion
is the same without JSON, kept for fifteen minutes, so that the later of two writes can win when the stand-in's
entries come back. Keys live under one prefix, since the broker shares the server.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import redis
import structlog
from redis.backoff import NoBackoff
from redis.retry import Retry

from portal.base import clock

log = structlog.get_logger(__name__)

PREFIX = "portal-cache:"
PATIENCE_SECONDS = 0.2
DELETION_KEPT_SECONDS = 15 * 60
FAILURES = (redis.RedisError, OSError)

# A stored text that ends in ":" is a deletion: no JSON does.
_ADD = """
local now = redis.call('GET', KEYS[1])
if now and string.sub(now, -1) ~= ':' then return 0 end
if ARGV[2] == '' then redis.call('SET', KEYS[1], ARGV[1])
else redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2]) end
return 1
"""
_INCR = """
local now = redis.call('GET', KEYS[1])
if not now or string.sub(now, -1) == ':' then return false end
local number = string.match(now, '^%d+:(-?%d+)$')
if not number then return 'no number' end
local sum = string.format('%.0f', tonumber(number) + tonumber(ARGV[2]))
redis.call('SET', KEYS[1], ARGV[1] .. ':' .. sum, 'KEEPTTL')
return sum
"""
_TOUCH = """
local now = redis.call('GET', KEYS[1])
if not now or string.sub(now, -1) == ':' then return 0 end
if ARGV[1] == '' then redis.call('PERSIST', KEYS[1]) else redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return 1
"""
_CARRY = """
local now = redis.call('GET', KEYS[1])
if now and tonumber(string.match(now, '^(%d+):')) > tonumber(ARGV[2]) then return 0 end
if ARGV[3] == '' then redis.call('SET', KEYS[1], ARGV[1])
else redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[3]) end
return 1
"""


class RedisStore:
    """The operations, each one round trip. Raises what redis-py raises."""

    def __init__(self, url: str, *, patience: float = PATIENCE_SECONDS) -> None:
        self._client = redis.Redis.from_url(
            url,
            socket_timeout=patience,
            socket_connect_timeout=patience,
            retry=Retry(NoBackoff(), 0),
            protocol=2,  # the newer one greets first, which is one more answer to wait for
            driver_info=None,
        )
        self._add = self._client.register_script(_ADD)
        self._incr = self._client.register_script(_INCR)
        self._touch = self._client.register_script(_TOUCH)
        self._carry = self._client.register_script(_CARRY)

    def ping(self) -> None:
        self._client.ping()

    def get(self, key: str) -> str | None:
        return _payload(self._client.get(PREFIX + key))

    def set(self, key: str, value: str, seconds: float | None) -> None:
        self._client.set(PREFIX + key, _stamped(value), px=_milliseconds(seconds))

    def add(self, key: str, value: str, seconds: float | None) -> bool:
        life = _milliseconds(seconds)
        return bool(self._add(keys=[PREFIX + key], args=[_stamped(value), "" if life is None else life]))

    def touch(self, key: str, seconds: float | None) -> bool:
        life = _milliseconds(seconds)
        return bool(self._touch(keys=[PREFIX + key], args=["" if life is None else life]))

    def delete(self, key: str) -> bool:
        old = self._client.set(PREFIX + key, _stamped(""), ex=DELETION_KEPT_SECONDS, get=True)
        return _payload(old) is not None

    def incr(self, key: str, delta: int) -> int | None:
        """Return the sum, or None when there is nothing to add to. TypeError: not a whole number."""
        answer: Any = self._incr(keys=[PREFIX + key], args=[_now(), delta])
        if answer is None:
            return None
        if answer == b"no number":
            raise TypeError("Only whole numbers can be incremented.")
        return int(answer)

    def clear(self) -> None:
        for keys in self._all_keys():
            self._client.unlink(*keys)

    def carry(self, entries: Iterable[tuple[str, str, int, float | None]]) -> None:
        """Write (key, JSON or "" for a deletion, written at in milliseconds, seconds) where Redis has nothing newer."""
        pipe = self._client.pipeline(transaction=False)
        for key, value, written, seconds in entries:
            life = _milliseconds(seconds)
            self._carry(
                keys=[PREFIX + key],
                args=[f"{written}:{value}", written, "" if life is None else life],
                client=pipe,
            )
        pipe.execute()

    def carry_clearing(self, written: int) -> None:
        """Delete everything that was written before this moment (milliseconds)."""
        for keys in self._all_keys():
            names = [key.decode().removeprefix(PREFIX) for key in keys]
            self.carry((name, "", written, DELETION_KEPT_SECONDS) for name in names)

    def _all_keys(self) -> Iterator[Any]:
        cursor: Any = 0
        while True:
            cursor, keys = self._client.scan(cursor, match=PREFIX + "*", count=1000)
            if keys:
                yield keys
            if not cursor:
                return


class RedisLink:
    """One a process and address: the store, and whether it may be used just now.

    After a failure it counts as down for `down_seconds`. Then one thread (the others go on with the table) asks for a
    sign of life and carries the table's entries over; only when that has worked is Redis used again. A second look
    follows a little later, for what was written in between. `carry_over` returns False when more is left.
    """

    def __init__(
        self,
        url: str,
        *,
        down_seconds: float,
        carry_over: Callable[[RedisStore], bool],
        patience: float = PATIENCE_SECONDS,
        time: clock.Clock | None = None,
    ) -> None:
        self.store = RedisStore(url, patience=patience)
        self._down_seconds = down_seconds
        self._carry_over = carry_over
        self._time = time or clock.SystemClock()
        self._lock = threading.Lock()
        self._down_until = -math.inf
        self._look_at: float | None = -math.inf
        self._returning = True  # a fresh process cannot know what the table holds
        self._said_so = False

    def usable(self) -> bool:
        """Say whether to ask Redis; may carry entries over first."""
        with self._lock:
            now = self._time.monotonic()
            if now < self._down_until:
                return False
            if self._look_at is None or now < self._look_at:
                return True
            returning, self._look_at = self._returning, None
            if returning:
                self._down_until = now + self._down_seconds
        return self._look(returning=returning)

    def failed(self, error: Exception) -> None:
        """Take it for down from now on."""
        with self._lock:
            self._down_until = self._time.monotonic() + self._down_seconds
            self._look_at, self._returning = -math.inf, True
            known, self._said_so = self._said_so, True
        if not known:
            # Without its text: an address with a password can stand in it.
            log.warning("cache-down", error=type(error).__name__, seconds=self._down_seconds)

    def _look(self, *, returning: bool) -> bool:
        try:
            self.store.ping()
            done = self._carry_over(self.store)
        except FAILURES as error:
            self.failed(error)
            return False
        except BaseException:
            self._looked(next_look=-math.inf)
            raise
        if not done:
            self._looked(next_look=-math.inf)
            return False
        if self._said_so:
            log.info("cache-back")
        self._said_so = self._returning = False
        self._looked(next_look=self._time.monotonic() + self._down_seconds + 2 if returning else None)
        return True

    def _looked(self, *, next_look: float | None) -> None:
        with self._lock:
            self._down_until, self._look_at = -math.inf, next_look


def _payload(stored: Any) -> str | None:
    """Return the JSON of a stored text, None for nothing and for a deletion."""
    if stored is None:
        return None
    _, _, value = stored.decode().partition(":")
    return value or None


def _stamped(value: str) -> str:
    return f"{_now()}:{value}"


def _now() -> int:
    return int(clock.now().timestamp() * 1000)


def _milliseconds(seconds: float | None) -> int | None:
    return None if seconds is None else max(1, int(seconds * 1000))
