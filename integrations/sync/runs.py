"""One run of a sync from its start to its end: who may work on it, its states, and how it goes on after a death.

waiting → fetching → comparing → (held →) applying → done; or failed, or discarded. Until the change set is committed a
run that died starts over, since all it had was in temporary tables. From then on only what is not yet applied is
applied. One run at a time works for a district, by a lease; each commit that matters looks whether it still does.
Called by `integrations.services.syncs` for the schedule, the pages and the command.
"""

from __future__ import annotations

import datetime
import os
import socket
from collections.abc import Callable
from typing import Any

import structlog
from django.db import transaction

from integrations.http import VendorError
from integrations.models import SyncRun, SyncSettings, SyncState
from integrations.sync import applying, brake, comparing, feeding, heartbeat, staging
from integrations.sync.heartbeat import LEASE_SECONDS
from integrations.sync.rows import Batch, KindEnd, Source
from portal.base import clock, leases
from portal.base.clock import local_today
from portal.base.leases import Lease

SIGN_OF_LIFE_SECONDS = 10
MOST_ATTEMPTS = 5
_NO_END = "no-end"

log = structlog.get_logger(__name__)


class Busy(RuntimeError):
    """Another run works for this district."""


class TooLate(RuntimeError):
    """A source sent rows of a kind after its last word on it; they were not matched any more."""


class LostLease(RuntimeError):
    """This process was away for so long that somebody else may have taken over."""


def lease_name(district_id: int) -> str:
    return f"sync:{district_id}"


def settings_of(district_id: int) -> SyncSettings:
    """Return the district's settings, or the defaults, unsaved."""
    found = SyncSettings.objects.filter(district=district_id).first()
    return found or SyncSettings(district_id=district_id)


def work(run: SyncRun, build: Callable[[SyncRun], Source]) -> None:
    """Take the run to its next resting place: held, done or failed. Raises Busy, LostLease, and what went wrong."""
    lease = _take(run.district_id)
    if lease is None:
        raise Busy
    try:
        run.refresh_from_db()
        with heartbeat.beating(lease):
            Worker(run, lease).go(build)
    finally:
        leases.release(lease)


def _take(district_id: int) -> Lease | None:
    name = lease_name(district_id)
    lease = leases.acquire(name, seconds=LEASE_SECONDS)
    if lease is not None:
        return lease
    for run in SyncRun.objects.unfinished().filter(district=district_id).exclude(lease_token=""):
        if is_dead(run.worker):
            leases.release(Lease(name, run.lease_token, clock.now()))
    return leases.acquire(name, seconds=LEASE_SECONDS)


def this_worker() -> str:
    """Return this process as `is_dead` knows it."""
    return f"{socket.gethostname()}:{os.getpid()}"[-120:]


def is_dead(worker: str) -> bool:
    """Say whether this very machine ran the worker and does no more. A number used again counts as alive."""
    host, _, pid = worker.rpartition(":")
    if host != socket.gethostname() or not pid.isdecimal():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


class Worker:
    """This process's work on one run, for as long as it holds the lease."""

    def __init__(self, run: SyncRun, lease: Lease) -> None:
        self.run = run
        self.lease = lease
        self.settings = settings_of(run.district_id)
        self._beaten = clock.now()

    def go(self, build: Callable[[SyncRun], Source]) -> None:
        run = self.run
        if run.state not in {SyncState.WAITING, SyncState.FETCHING, SyncState.COMPARING, SyncState.APPLYING}:
            return
        if run.attempt >= MOST_ATTEMPTS:
            self._fail("gave-up")
            return
        try:
            self._begin()
            if run.state != SyncState.APPLYING:
                self._fetch_and_compare(build(run))
            if run.state == SyncState.APPLYING:
                applying.apply(run, local_today(), self.beat)
                self._finish(SyncState.DONE)
        except VendorError as problem:
            self._fail(problem.reason)
        except LostLease:
            raise
        except Exception as problem:
            # What is being applied goes on later; anything before that has left nothing behind.
            if run.state != SyncState.APPLYING:
                self._fail(type(problem).__name__)
            raise

    def beat(self) -> None:
        """Keep the lease and show a sign of life. Last in a transaction, since it locks what the heartbeat renews."""
        if not leases.renew(self.lease, seconds=LEASE_SECONDS):
            raise LostLease
        self._beaten = clock.now()
        self._mine().update(heartbeat_at=self._beaten)

    def _mine(self) -> Any:
        return SyncRun.objects.filter(pk=self.run.pk, attempt=self.run.attempt)

    def _save(self, *names: str) -> None:
        if not self._mine().update(**{name: getattr(self.run, name) for name in names}):
            raise LostLease

    def _begin(self) -> None:
        run, now = self.run, clock.now()
        run.attempt += 1
        run.started_at = run.started_at or now
        run.worker, run.lease_token = this_worker(), self.lease.token
        if run.state != SyncState.APPLYING:
            run.state = SyncState.FETCHING
            run.first = not SyncRun.objects.good(run.district, run.source).exists()
            run.received = {}
        run.save()

    def _fetch_and_compare(self, source: Source) -> None:
        # One day for all of it, be midnight in between.
        run, today = self.run, local_today()
        with staging.opened(self.settings.parent_like):
            self._feed(source, today)
            run.state = SyncState.COMPARING
            self._save("state", "received")
            try:
                with transaction.atomic():
                    self._compare(today)
            except Exception:
                run.state = SyncState.FETCHING  # rolled back: nothing of it is there
                raise

    def _feed(self, source: Source, today: datetime.date) -> None:
        loader, matching = staging.Loader(), comparing.Matching(self.run, today)
        with feeding.fed(source) as parts:
            for part in parts:
                self._take(part, loader)
                if isinstance(part, KindEnd):
                    loader.put(part.kind)
                    matching.ended(part.kind)
                if (clock.now() - self._beaten).total_seconds() >= SIGN_OF_LIFE_SECONDS:
                    self.beat()
                    self._save("received")
        loader.finish()
        matching.finish()

    def _take(self, part: Batch | KindEnd, loader: staging.Loader) -> None:
        no_end = {"received": 0, "complete": False, "reason": _NO_END}
        told = self.run.received.setdefault(str(part.kind), no_end)
        if told["reason"] != _NO_END:
            raise TooLate(part.kind)
        if isinstance(part, Batch):
            loader.load(part.kind, part.rows, part.problems)
            told["received"] += len(part.rows)
        else:
            told |= _verdict(part)

    def _compare(self, today: datetime.date) -> None:
        run = self.run
        run.roll_over = comparing.is_roll_over(self.settings, today)
        comparing.compare(run, today)
        self.beat()
        run.reasons = brake.reasons(run, self.settings, today)
        run.state = SyncState.HELD if run.reasons else SyncState.APPLYING
        if run.dry_run:
            run.state, run.finished_at = SyncState.DONE, clock.now()
        else:
            self._supersede()
        self._save("state", "roll_over", "counts", "problem_counts", "reasons", "finished_at")

    def _supersede(self) -> None:
        """What an older run would have done was compared with people as they were then."""
        older = SyncRun.objects.filter(
            district=self.run.district_id, source=self.run.source, state=SyncState.HELD
        )
        older.exclude(pk=self.run.pk).update(
            state=SyncState.DISCARDED,
            decided_by=f"sync:{self.run.uuid}",
            decided_at=clock.now(),
            decision_reason="superseded",
            finished_at=clock.now(),
        )

    def _finish(self, state: SyncState, failure: str = "") -> None:
        run = self.run
        run.state, run.failure, run.finished_at = state, failure[:60], clock.now()
        run.worker = run.lease_token = ""
        self._save("state", "failure", "finished_at", "counts", "received", "worker", "lease_token")
        log.info("sync_finished", run=str(run.uuid), state=str(state), failure=run.failure)

    def _fail(self, word: str) -> None:
        self._finish(SyncState.FAILED, word)


def _verdict(end: KindEnd) -> dict[str, Any]:
    short = end.expected is not None and end.received < end.expected
    return {
        "received": end.received,
        "expected": end.expected,
        "complete": end.complete and not short,
        "reason": end.reason or ("short" if short else ""),
    }
