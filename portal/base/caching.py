"""The portal's cache backend: Redis when there is one, the database when there is none or it is down or hanging.

Django's cache framework makes it (`CACHES`, with a `redis://` LOCATION or none); allauth's throttles and the vendors'
token store use it. No operation waits longer than 0.4 s for Redis, and after one failure none asks it for 10 s. What
changes meanwhile goes to the table and is carried over afterwards (`cache_carry.py`). While only some processes can
reach Redis they may see different values for those seconds; what must hold exactly is a lease or a limit, not a cache
entry. A deployment has one such cache: the table has no column for a second. Values are JSON and nothing else (no
pickle: reading the cache must not run code): tuples come back as lists.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import Any, TypeVar

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache

from portal.base.cache_carry import carry_over
from portal.base.cache_redis import FAILURES, PATIENCE_SECONDS, RedisLink, RedisStore
from portal.base.cache_table import TableStore
from portal.base.names import fitted

Result = TypeVar("Result")
Store = RedisStore | TableStore

# Django makes a backend object for each thread; the connections and the memory of "down" belong to the process.
_links: dict[tuple[str, float, float], RedisLink] = {}
_links_lock = threading.Lock()


class SturdyCache(BaseCache):
    """OPTIONS may hold seconds: `down_seconds` (10) a Redis that failed is left alone, `patience` (0.2) per answer."""

    def __init__(self, location: str, params: dict[str, Any]) -> None:
        super().__init__(params)
        options = params.get("OPTIONS", {})
        seconds = float(options.get("down_seconds", 10)), float(options.get("patience", PATIENCE_SECONDS))
        self._link = _link(location, *seconds) if location else None
        self._table = TableStore(journal=self._link is not None)

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        text = self._ask(lambda store: store.get(self._name(key, version)))
        return default if text is None else json.loads(text)

    def set(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        name, text, seconds = self._name(key, version), _as_json(value), self._seconds(timeout)
        if seconds == 0:
            self._ask(lambda store: store.delete(name))
        else:
            self._ask(lambda store: store.set(name, text, seconds))

    def add(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """Set if there is nothing; of many callers at once exactly one gets True, in Redis and in the table."""
        name, text, seconds = self._name(key, version), _as_json(value), self._seconds(timeout)
        if seconds == 0:
            return not self.has_key(key, version)
        return self._ask(lambda store: store.add(name, text, seconds))

    def touch(self, key: str, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        name, seconds = self._name(key, version), self._seconds(timeout)
        if seconds == 0:
            return self._ask(lambda store: store.delete(name))
        return self._ask(lambda store: store.touch(name, seconds))

    def delete(self, key: str, version: int | None = None) -> bool:
        return self._ask(lambda store: store.delete(self._name(key, version)))

    def incr(self, key: str, delta: int = 1, version: int | None = None) -> int:
        """Add to a whole number, keeping its time to live. ValueError: no such key. TypeError: not a whole number."""
        total = self._ask(lambda store: store.incr(self._name(key, version), delta))
        if total is None:
            raise ValueError("There is no such key.")
        return total

    def clear(self) -> None:
        """Forget everything of this cache, and nothing else that lives in the same Redis."""
        self._ask(lambda store: store.clear())

    def carry_over(self) -> None:
        """Bring Redis up to date with leftovers in the table; the sweep calls it. Does nothing while Redis is down."""
        self._with_redis(carry_over)

    def redis_is_down(self) -> bool:
        """Ask Redis for a sign of life, for the readiness page. False also when none is configured."""
        return self._link is not None and not self._with_redis(lambda store: store.ping())

    def _ask(self, operation: Callable[[Store], Result]) -> Result:
        answers: list[Result] = []
        if self._with_redis(lambda store: answers.append(operation(store))):
            return answers[0]
        return operation(self._table)

    def _with_redis(self, operation: Callable[[RedisStore], object]) -> bool:
        """Run it on Redis if that is there; False when it is not, or failed just now."""
        if self._link is None or not self._link.usable():
            return False
        try:
            operation(self._link.store)
        except FAILURES as error:
            self._link.failed(error)
            return False
        return True

    def _name(self, key: str, version: int | None) -> str:
        return fitted(self.make_key(key, version=version))

    def _seconds(self, timeout: Any) -> float | None:
        """Return the time to live: None for ever, 0 for not at all."""
        seconds = self.default_timeout if timeout is DEFAULT_TIMEOUT else timeout
        return None if seconds is None else max(0.0, float(seconds))


def _link(location: str, down_seconds: float, patience: float) -> RedisLink:
    with _links_lock:
        key = (location, down_seconds, patience)
        if key not in _links:
            _links[key] = RedisLink(
                location, down_seconds=down_seconds, carry_over=carry_over, patience=patience
            )
        return _links[key]


def _as_json(value: Any) -> str:
    try:
        return json.dumps(value, separators=(",", ":"))
    except (TypeError, ValueError):
        pass
    # Outside the handler: the original names the value.
    raise TypeError(f"The cache keeps JSON, and a {type(value).__name__} here does not fit in it.")
