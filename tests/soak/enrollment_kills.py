"""Killing a look at PowerSchool in the middle, and saying whether every family still came in, each once (trust F3).

A look is a process of its own, forked from the test's, so that many seeded schedules fit into a minute. It is killed
between the intent, the request, the kept answer, the records and their adults, while answers are lost, halved or late.
`tests/functional/test_killed_enrollments.py` does it twenty times, the soak two hundred.
"""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.db import connections

from integrations.models import DeliveryTarget, EnrollmentBatch, EnrollmentRecord, RecordState
from integrations.sandbox.powerschool.registry import Submission
from integrations.sandbox.server import SandboxServer
from integrations.services import enrollments
from tests.integrations.enrollment import world

FAULTS: tuple[dict[str, Any] | None, ...] = (
    None,
    None,
    {"kind": "lost"},
    {"kind": "truncate", "keep": 400},
    {"kind": "late", "ms": 300},
    {"kind": "reset", "at": "body"},
    {"kind": "status", "status": 503},
)
# State of the newest batch from which on it is killed, and up to how many seconds later; "" kills nothing.
MOMENTS: tuple[tuple[str, float], ...] = (
    ("intent", 0.25),
    ("intent", 0.02),
    ("answered", 0.01),
    ("answered", 0.05),
    ("read", 0.3),
    ("read", 1.0),
    ("", 0.0),
)
_ORDER = ("intent", "answered", "read", "done")
_MOST_LOOKS = 12


@dataclass(frozen=True)
class Step:
    """One look: how the next answer goes wrong, and when the process dies."""

    fault: dict[str, Any] | None
    state: str
    seconds: float

    @classmethod
    def drawn(cls, dice: random.Random) -> Step:
        state, most = dice.choice(MOMENTS)
        return cls(dice.choice(FAULTS), state, dice.random() * most)


def in_a_process(where: DeliveryTarget, step: Step | None = None) -> str:
    """Look once in a process of its own; return "ended", or the state of the batch in which it was killed."""
    newest = EnrollmentBatch.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    _let_go()
    child = os.fork()
    if child == 0:
        _look_and_leave(where)
    return _kill(child, step, newest) if step is not None and step.state else _wait(child)


def _look_and_leave(where: DeliveryTarget) -> None:
    status = 1
    try:
        enrollments.drain(DeliveryTarget.objects.get(pk=where.pk), by=world.BY)
        status = 0
    finally:
        # Neither pytest's own ending nor anybody's buffers: this is not the test any more.
        os._exit(status)


def _wait(child: int) -> str:
    os.waitpid(child, 0)
    return "ended"


def _kill(child: int, step: Step, newest: int) -> str:
    while os.waitpid(child, os.WNOHANG) == (0, 0):
        state = _state(newest)
        if state in _ORDER and _ORDER.index(state) >= _ORDER.index(step.state):
            time.sleep(step.seconds)
            os.kill(child, signal.SIGKILL)
            _wait(child)
            return _state(newest)
        time.sleep(0.001)
    return "ended"


def _state(newest: int) -> str:
    rows = EnrollmentBatch.objects.filter(pk__gt=newest).order_by("pk")
    return rows.values_list("state", flat=True).first() or ""


def _let_go() -> None:
    """Hand no database connection on: two processes that speak on one would garble it."""
    for each in connections.all():
        each.close()
        if each.vendor == "postgresql":
            each.close_pool()  # type: ignore[attr-defined] # only the wrapper of PostgreSQL has a pool, and only it comes here


def schedule(
    where: DeliveryTarget, sandbox: SandboxServer, submissions: list[Submission], dice: random.Random
) -> list[str]:
    """Run one schedule to its end: some disturbed looks, then undisturbed ones with staff who release what is lost."""
    left = []
    for step in [Step.drawn(dice) for _ in range(dice.randint(1, 3))]:
        if step.fault:
            sandbox.faults.add(vendor="powerschool", where="createbatch", times=1, **step.fault)
        left.append(in_a_process(where, step))
        sandbox.faults.clear()
    for _number in range(_MOST_LOOKS):
        in_a_process(where)
        waiting = world.lost(where)
        for batch in waiting:
            if batch.vendor_id:
                world.release(batch)
        if not any(batch.vendor_id for batch in waiting) and not sandbox.powerschool.registry.waiting(501):
            break
    all_came_once(where, sandbox, submissions)
    return left


def all_came_once(where: DeliveryTarget, sandbox: SandboxServer, submissions: list[Submission]) -> None:
    """Hold what came in against what the school approved: families in = families out."""
    assert sandbox.powerschool.registry.waiting(501) == [], "nothing is left to hand over"
    assert not [batch for batch in world.lost(where) if batch.vendor_id], "nothing was handed over to nobody"
    records = Counter(EnrollmentRecord.objects.values_list("vendor_id", "state"))
    assert records == Counter({(str(each.record_id), str(RecordState.PLACED)): 1 for each in submissions})
    assert world.families() == world.expected(*submissions)
