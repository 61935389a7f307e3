"""Killing the worker in the middle of runs, messages lost as well, and counting each student afterwards.

`tests/functional/test_killed_runs.py` does it a few times on each broker, the soak thirty times.
"""

from __future__ import annotations

import random
import signal
import time
from typing import Any

from tests import live_runs
from tests.live import Portal, wait_until

STUDENTS = 200
_LATENCY_MS = 300


def undisturbed(portal: Portal) -> tuple[dict[str, int], list[Any]]:
    """Return what a run comes to that nobody disturbs."""
    run = live_runs.start(portal, students=STUDENTS)
    live_runs.worker(portal)
    try:
        wait_until(lambda: live_runs.state(portal, run) == "done", seconds=90, what="for the run")
    finally:
        portal.stop("worker")
    return live_runs.places(portal, run), live_runs.reports(portal, run)


def killed(portal: Portal, dice: random.Random, times: int) -> int:
    """Kill workers so often, in as many runs as that takes; each run comes to what an undisturbed one does.

    Returns how many kills lay between a run's first and last write.
    """
    expected = undisturbed(portal)
    portal.sandbox.settings(latency_ms=_LATENCY_MS)
    in_the_middle = kills = 0
    while kills < times:
        run = live_runs.start(portal, students=STUDENTS)
        for _again in range(dice.randint(1, 3)):
            if kills < times:
                in_the_middle += _kill(portal, run, dice)
                kills += 1
        _finish(portal, run)
        assert (live_runs.places(portal, run), live_runs.reports(portal, run)) == expected, (
            f"after {kills} kills"
        )
    return in_the_middle


def _kill(portal: Portal, run: str, dice: random.Random) -> bool:
    before = live_runs.places(portal, run).get("pending", 0)
    live_runs.send_due(portal)
    live_runs.worker(portal)
    moved = lambda: live_runs.places(portal, run).get("pending", 0) < before  # noqa: E731 - read once, below
    wait_until(moved, seconds=60, what="for the run's first answers")
    time.sleep(dice.uniform(0.0, 1.5))
    victim = portal.processes.pop("worker")
    victim.send_signal(signal.SIGKILL)
    assert victim.wait(30) == -signal.SIGKILL
    left = live_runs.places(portal, run).get("pending", 0)
    live_runs.end_leases(portal)
    if dice.random() < 0.7:
        live_runs.lose_messages(portal)
    return 0 < left < STUDENTS


def _finish(portal: Portal, run: str) -> None:
    live_runs.send_due(portal)
    live_runs.send_due(portal)  # twice: one message too many does nothing
    live_runs.worker(portal)
    try:
        wait_until(lambda: live_runs.state(portal, run) == "done", seconds=120, what="for the run")
    finally:
        portal.stop("worker")
