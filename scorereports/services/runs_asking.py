"""Asks ETS about the students of runs: a turn of some seconds for a district, so many at once, giving way to people.

Called by the task that a message's id names. One process at a time has a district's lane (a lease), whose turn serves
all of the district's runs by turns. What it finds is written in small steps, each under the lease: a turn that dies
costs the calls that were in the air, and the next one asks for those students again. Every student is checked for the
run's maker right before the call (trust A4, A7, A10). If it breaks, classes get no reports or other people's.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet

from portal.base import clock, leases
from scorereports.models import WORKING, PlaceState, ReportRun, ReportRunPlace, ReportRunReport, RunState
from scorereports.outcomes import Outcome
from scorereports.services import courtesy, runs, runs_students
from scorereports.services.runs_students import Answer, Checked, Gate

TURN_SECONDS = 20.0
# Renewed all the time, also while a student's call takes long; only a process that is gone loses it.
LEASE_SECONDS = 45.0
_TICK_SECONDS = 1.0
# Checked together, and written together: half of what is in the air.
_STEP = 8
_FETCHED_AHEAD = 32
# Threads beside those that wait for ETS: they check the next students meanwhile.
_READY = 4
# How long a run sits out a state that does not answer (trust F4), and its pauses between two looks.
LONGEST_SILENCE = timedelta(hours=4)
_FIRST_PAUSE, _LONGEST_PAUSE, _LONGEST_WISH = 30.0, 300.0, 3600.0
# A student whom the state fails while it answers for others.
_MOST_TRIES = 3

log = structlog.get_logger(__name__)


class LostLease(RuntimeError):
    """This process was away for so long that somebody else may have taken over."""


def take_turn(run_id: UUID) -> None:
    """Work for the district of this run for a while, and send word if there is more to do."""
    run = ReportRun.objects.working().filter(uuid=run_id).first()
    if run is None:
        return
    lease = leases.acquire(runs.lane(run.district_id), seconds=LEASE_SECONDS)
    if lease is None:
        return
    try:
        _Turn(run.district_id, lease).go()
    except LostLease:
        log.warning("run_lease_lost")
    finally:
        leases.release(lease)
    _send_word(run.district_id)


def _send_word(district_id: int) -> None:
    left = _due(district_id).first()
    if left is not None:
        runs.publish(left)


def _due(district_id: int) -> QuerySet[ReportRun]:
    ready = Q(waits_until=None) | Q(waits_until__lte=clock.now())
    return ReportRun.objects.working().filter(ready, district=district_id).order_by("pk")


class _Turn:
    def __init__(self, district_id: int, lease: leases.Lease) -> None:
        self._district_id = district_id
        self._lease = lease
        self._renewed = self._looked = time.monotonic()
        self._gate = Gate(self._allowed())
        self._feed: dict[int, _Feed] = {}
        self._in_air: dict[Future[Answer], ReportRunPlace] = {}
        self._answers: list[Answer] = []

    def go(self) -> None:
        ends = time.monotonic() + TURN_SECONDS
        self._look()
        with ThreadPoolExecutor(settings.RUN_AT_ONCE + _READY, thread_name_prefix="run") as pool:
            try:
                while time.monotonic() < ends and self._fill(pool):
                    self._collect()
            finally:
                while self._in_air:
                    self._collect()
                self._write()
        for feed in self._feed.values():
            feed.settle()

    def _fill(self, pool: ThreadPoolExecutor) -> bool:
        """Keep as many students in the air as may be, the runs by turns; False when nobody is left."""
        while len(self._in_air) < self._gate.limit + _READY:
            checked = self._next()
            if checked is None:
                break
            self._in_air[pool.submit(runs_students.ask, checked, self._gate)] = checked.place
        return bool(self._in_air)

    def _next(self) -> Checked | None:
        for pk in list(self._feed):
            feed = self._feed.pop(pk)
            self._feed[pk] = feed  # to the end of the row
            checked = feed.take()
            if checked is not None:
                return checked
        return None

    def _collect(self) -> None:
        done, _rest = wait(self._in_air, timeout=_TICK_SECONDS, return_when=FIRST_COMPLETED)
        for future in done:
            del self._in_air[future]
            self._answers.append(future.result())
        if len(self._answers) >= _STEP:
            self._write()
        if time.monotonic() - self._looked >= _TICK_SECONDS:
            self._write()
            self._look()

    def _look(self) -> None:
        """See what people want: to be served first, to pause, to cancel, another run."""
        self._looked = time.monotonic()
        self._gate.limit = self._allowed()
        now = clock.now()
        due = {run.pk: run for run in _due(self._district_id).select_related("made_by")}
        for pk, run in due.items():
            if pk not in self._feed and self._begins(run):
                self._feed[pk] = _Feed(run)
        for pk in set(self._feed) - set(due):
            self._feed[pk].stop()
        ReportRun.objects.filter(pk__in=due).update(heartbeat_at=now)

    def _begins(self, run: ReportRun) -> bool:
        if not runs.can_run(run.made_by):
            _stop(run, "no-right")
            return False
        begun = ReportRun.objects.filter(pk=run.pk, state__in=WORKING)
        values: dict[str, Any] = {"state": RunState.ASKING, "waits_until": None}
        if run.started_at is None:
            values["started_at"] = clock.now()
        return bool(begun.update(**values))

    def _allowed(self) -> int:
        if courtesy.someone_waits(self._district_id):
            return min(settings.RUN_AT_ONCE, settings.RUN_AT_ONCE_BESIDE_PEOPLE)
        return int(settings.RUN_AT_ONCE)

    def _write(self) -> None:
        """Write what came, under the lease: nobody else writes about these students in the same moment."""
        answers, self._answers = self._answers, []
        if not answers and time.monotonic() - self._renewed < LEASE_SECONDS / 4:
            return
        with transaction.atomic():
            if not leases.renew(self._lease, seconds=LEASE_SECONDS):
                raise LostLease
            _keep(answers)
        self._renewed = time.monotonic()
        for answer in answers:
            self._feed[answer.place.run_id].heard(answer)


def _keep(answers: list[Answer]) -> None:
    """Write what is final: each place once, its reports with it."""
    now = clock.now()
    final = [one for one in answers if one.state != PlaceState.PENDING]
    kinds = {(one.state, one.outcome) for one in final}
    for state, outcome in kinds:
        places = [one.place.pk for one in final if (one.state, one.outcome) == (state, outcome)]
        still = ReportRunPlace.objects.filter(pk__in=places, state=PlaceState.PENDING)
        still.update(state=state, outcome=outcome, asked_at=now)
    rows = [
        ReportRunReport(
            place=one.place,
            type=key.type[:100],
            year=key.year[:10],
            language=key.language[:100],
            format=key.format[:100],
            content_area=key.content_area[:200],
            ordinal=key.ordinal,
        )
        for one in final
        for key in one.reports
    ]
    ReportRunReport.objects.bulk_create(rows, ignore_conflicts=True)


def _stop(run: ReportRun, failure: str) -> None:
    """Leave a run where its maker sees it, with a button to go on."""
    still = ReportRun.objects.filter(pk=run.pk, state__in=WORKING)
    still.update(state=RunState.FAILED, failure=failure[:60], finished_at=clock.now())


class _Feed:
    """One run's students for this turn, in their order, and what the answers say about the run."""

    def __init__(self, run: ReportRun) -> None:
        self._run = run
        self._stopped = False
        self._more = self._pending()
        self._heard_from_state = False
        self._pause: float | None = None

    def take(self) -> Checked | None:
        return None if self._stopped else next(self._more, None)

    def stop(self) -> None:
        self._stopped = True

    def heard(self, answer: Answer) -> None:
        if answer.final_for_run is not None:
            self.stop()
            _stop(self._run, answer.final_for_run.value)
        elif answer.state == PlaceState.PENDING:
            self._not_now(answer)
        elif answer.asked_ets and not self._heard_from_state:
            self._heard_from_state = True
            ReportRun.objects.filter(pk=self._run.pk).update(silent_since=None)

    def settle(self) -> None:
        """At the turn's end: done, or waiting for the state, or too long in vain."""
        places = ReportRunPlace.objects.filter(run=self._run, state=PlaceState.PENDING)
        still = ReportRun.objects.filter(pk=self._run.pk, state__in=WORKING)
        now = clock.now()
        if not places.exists():
            still.update(state=RunState.DONE, finished_at=now, waits_until=None)
            return
        run = ReportRun.objects.get(pk=self._run.pk)
        if self._pause is not None and (self._pause or not self._heard_from_state):
            self._wait(run, still)
        elif not places.filter(Q(not_before=None) | Q(not_before__lte=now)).exists():
            still.update(waits_until=places.order_by("not_before").values("not_before")[:1])

    def _wait(self, run: ReportRun, still: QuerySet[ReportRun]) -> None:
        now = clock.now()
        since = run.silent_since or now
        if now - since >= LONGEST_SILENCE:
            _stop(run, Outcome.ETS_DOWN.value)
            return
        # Each pause as long as the silence so far, between half a minute and five, and as the state itself wishes.
        silence = min(_LONGEST_PAUSE, (now - since).total_seconds())
        pause = max(_FIRST_PAUSE, silence, min(self._pause or 0.0, _LONGEST_WISH))
        still.update(waits_until=now + timedelta(seconds=pause), silent_since=since)

    def _not_now(self, answer: Answer) -> None:
        """The state failed: for this student, who is tried again later, or as a whole, and then the run waits."""
        place = answer.place
        if answer.about_one:
            rows = ReportRunPlace.objects.filter(pk=place.pk, state=PlaceState.PENDING)
            tries = place.tries + 1
            if tries >= _MOST_TRIES:
                rows.update(
                    state=PlaceState.FAILED, outcome=answer.outcome, tries=tries, asked_at=clock.now()
                )
            else:
                rows.update(tries=tries, not_before=clock.now() + timedelta(seconds=_FIRST_PAUSE * tries))
            return
        # Where one got through (the probe of a breaker that was open), the next turn tries at once.
        self.stop()
        self._pause = max(self._pause or 0.0, answer.retry_after or 0.0)

    def _pending(self) -> Iterator[Checked]:
        """Yield who is next, checked a few at a time when the first of them is called."""
        seen = 0
        waiting: list[ReportRunPlace] = []
        ready = Q(not_before=None) | Q(not_before__lte=clock.now())
        while True:
            if not waiting:
                rows = ReportRunPlace.objects.filter(
                    ready, run=self._run, state=PlaceState.PENDING, pk__gt=seen
                ).select_related("run__made_by")
                waiting = list(rows.annotate(student_uuid=F("student__uuid")).order_by("pk")[:_FETCHED_AHEAD])
            if not waiting:
                return
            few, waiting = waiting[:_STEP], waiting[_STEP:]
            seen = few[-1].pk
            yield from runs_students.check(few)
