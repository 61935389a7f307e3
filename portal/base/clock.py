"""The time, and the one place that says where the district's midnight is.

Everybody who needs the time asks here or takes a `Clock`, so that tests can hold it still. Imports no Django: vendor
clients use it too. If `local_today` were wrong, rights would end on the wrong day (an 18th birthday is local).
"""

from __future__ import annotations

import time
from datetime import UTC, date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

LOS_ANGELES = ZoneInfo("America/Los_Angeles")


class Clock(Protocol):
    """What a caller may ask of time; tests hand in one that moves only when told."""

    def now(self) -> datetime:
        """Return the moment, aware, in UTC."""
        ...

    def monotonic(self) -> float:
        """Return seconds that never run backwards, for deadlines."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


def now() -> datetime:
    """Return the moment, aware, in UTC."""
    return datetime.now(UTC)


def local_today() -> date:
    """Return the date in Los Angeles: rights that follow birthdays turn at local midnight."""
    return datetime.now(LOS_ANGELES).date()
