"""A circuit breaker that all processes share: after too many failures, calls wait instead of piling up.

`integrations.http` asks `allow()` before each try and reports `success()` or `failure()` after it; it is handed the
breaker and knows no tables. `failures` within any `window` seconds open it for `open_for` seconds; then one caller is
let through as a probe, and its outcome closes or reopens. A probe that dies without a word is replaced after
`open_for`.

What it costs: `allow()` is one read by primary key, nothing remembered in the process, so that a breaker opened by one
process holds in all of them from the next call on. `success()` of a call that was no probe costs nothing at all.
`failure()` is a read and one conditional UPDATE. If the database fails, the breaker lets calls through and forgets
failures: a broken guard must not take down what it guards.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import datetime, timedelta
from functools import cache
from typing import Literal

import structlog
from django.db import Error, connection, transaction
from django.db.models import CharField, QuerySet

from portal.base import clock
from portal.base.models import BreakerRow
from portal.base.names import fitted
from portal.base.questions import Given, Question

log = structlog.get_logger(__name__)

State = Literal["closed", "open", "half-open"]

# Each lost race means that another failure was counted, so the breaker opens long before this many.
_MOST_RACES = 50


@cache
def _of_name() -> Question[BreakerRow]:
    return Question(BreakerRow.objects.filter(name=Given("name", CharField())))


class SharedBreaker:
    """One breaker, by name; times are seconds. Ask and report on the same object: it remembers being the probe."""

    def __init__(self, name: str, *, failures: int = 5, window: float = 60, open_for: float = 30) -> None:
        self.name = fitted(name)
        self._failures = failures
        self._window = window
        self._open_for = timedelta(seconds=open_for)
        self._may_be_probe = False

    def allow(self) -> bool:
        """Say whether a call may go out. True while half open means: you are the probe."""
        with self._kept_going():
            row = self._read()
            if row is None or row.open_until is None:
                return True
            now = clock.now()
            if row.open_until > now:
                return False
            won = (
                self._rows()
                .filter(open_until=row.open_until)
                .update(open_until=now + self._open_for, probing=True)
            )
            if won:
                self._may_be_probe = True
                log.info("breaker-probe", breaker=self.name)
            return bool(won)
        return True

    def success(self) -> None:
        """Report an answer (any answer that is not the vendor's failure). The probe's closes the breaker."""
        if not self._may_be_probe:
            return
        self._may_be_probe = False
        with self._kept_going():
            if self._rows().filter(probing=True).update(open_until=None, probing=False, recent_failures="[]"):
                log.info("breaker-closed", breaker=self.name)

    def failure(self) -> None:
        """Report a failure of the vendor (timeout, refused connection, 5xx); one too many opens the breaker."""
        self._may_be_probe = False
        with self._kept_going():
            for _ in range(_MOST_RACES):
                if self._count_failure():
                    return

    def state(self) -> State:
        """Return where the breaker stands, for status pages."""
        row = self._read()
        if row is None or row.open_until is None:
            return "closed"
        return "half-open" if row.probing or row.open_until <= clock.now() else "open"

    def _count_failure(self) -> bool:
        """Try once to write the failure down; False when another process changed the row first."""
        row = self._read()
        if row is None:
            BreakerRow.objects.bulk_create([BreakerRow(name=self.name)], ignore_conflicts=True)
            return False
        now = clock.now()
        if row.probing:
            return bool(
                self._rows()
                .filter(probing=True, open_until=row.open_until)
                .update(open_until=now + self._open_for, probing=False)
            )
        if row.open_until is not None:
            return True  # a straggler that began before it opened: says nothing new
        recent = [*self._recent(row, now), now.timestamp()]
        opens = len(recent) >= self._failures
        counted = (
            self._rows()
            .filter(open_until=None, recent_failures=row.recent_failures)
            .update(
                recent_failures="[]" if opens else json.dumps(recent),
                open_until=now + self._open_for if opens else None,
            )
        )
        if counted and opens:
            log.warning("breaker-open", breaker=self.name, seconds=self._open_for.total_seconds())
        return bool(counted)

    def _recent(self, row: BreakerRow, now: datetime) -> list[float]:
        oldest = now.timestamp() - self._window
        return [moment for moment in json.loads(row.recent_failures) if moment > oldest]

    def _rows(self) -> QuerySet[BreakerRow]:
        return BreakerRow.objects.filter(name=self.name)

    def _read(self) -> BreakerRow | None:
        return _of_name().first(name=self.name)

    @contextmanager
    def _kept_going(self) -> Iterator[None]:
        """Swallow what the database says, and keep a caller's transaction usable."""
        try:
            with transaction.atomic() if connection.in_atomic_block else nullcontext():
                yield
        except Error as error:
            log.warning("breaker-unreadable", breaker=self.name, error=type(error).__name__)
