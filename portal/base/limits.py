"""Counters and rate limits that lose no hit, with or without Redis.

Sign-in, claims, search and report opening call `hit`. Each call is one statement (an upsert that returns the new
count), so concurrent callers see different counts and exactly `limit` are allowed in a window. A window starts with
its first hit and has a fixed end, so up to twice the limit can pass around that end. Names land in a table: put a
UUID or a hash in them, never an e-mail address or an SSID.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from portal.base import clock
from portal.base.models import Counter
from portal.base.names import fitted

_HIT = """
INSERT INTO base_counter (name, window_ends, count) VALUES (%s, %s, 1)
ON CONFLICT (name) DO UPDATE SET
  count = CASE WHEN base_counter.window_ends > %s THEN base_counter.count + 1 ELSE 1 END,
  window_ends = CASE WHEN base_counter.window_ends > %s THEN base_counter.window_ends ELSE excluded.window_ends END
RETURNING name, window_ends, count
"""
_INCREMENT = """
INSERT INTO base_counter (name, window_ends, count) VALUES (%s, NULL, %s)
ON CONFLICT (name) DO UPDATE SET count = base_counter.count + excluded.count
RETURNING name, window_ends, count
"""


@dataclass(frozen=True)
class Verdict:
    """`count` is this hit's place in its window; `retry_after` is whole seconds, 0 when allowed."""

    allowed: bool
    count: int
    retry_after: int


def hit(name: str, *, limit: int, seconds: float) -> Verdict:
    """Count one hit and say whether it is within `limit` for its window of so many seconds."""
    now = clock.now()
    ends, moment = _adapted(now + timedelta(seconds=seconds)), _adapted(now)
    row = _one(_HIT, [fitted(name), ends, moment, moment])
    if row.count <= limit:
        return Verdict(allowed=True, count=row.count, retry_after=0)
    left = (row.window_ends - now).total_seconds() if row.window_ends else seconds
    return Verdict(allowed=False, count=row.count, retry_after=max(1, math.ceil(left)))


def increment(name: str, by: int = 1) -> int:
    """Add to a counter without a window and return its new value, which no other caller gets."""
    return _one(_INCREMENT, [fitted(name), by]).count


def value(name: str) -> int:
    """Return a counter's value, or the hits so far in a limit's running window; 0 when there is none."""
    row = Counter.objects.filter(name=fitted(name)).first()
    if row is None or (row.window_ends is not None and row.window_ends <= clock.now()):
        return 0
    return row.count


def _one(statement: str, values: list[object]) -> Counter:
    # Through the model, since SQLite returns moments as text and the model's fields know how to read it.
    [row] = list(Counter.objects.raw(statement, values))
    return row


def _adapted(moment: datetime) -> object:
    return connection.ops.adapt_datetimefield_value(moment)
