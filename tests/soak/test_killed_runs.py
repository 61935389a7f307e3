"""Thirty workers killed in the middle of runs at seeded moments: no student lost, none counted twice (F7).

SOAK_SEED repeats a run; SOAK=long kills thirty, else three.
"""

from __future__ import annotations

import os
import random
import time
from pathlib import Path

import pytest

from tests import live_runs
from tests.soak import run_kills

pytestmark = [pytest.mark.soak, pytest.mark.promise("F7")]
TIMES = int(os.environ.get("SOAK_KILLS") or (30 if os.environ.get("SOAK") == "long" else 3))


@pytest.mark.timeout(0)
def test_a_killed_worker_costs_no_student_and_counts_none_twice(tmp_path: Path):
    seed = int(os.environ.get("SOAK_SEED") or time.time())
    with live_runs.portal_of(tmp_path, students=run_kills.STUDENTS) as portal:
        in_the_middle = run_kills.killed(portal, random.Random(seed), TIMES)  # noqa: S311 - drawn by a seed so that a run can be repeated; no secret
    print(f"SOAK_SEED={seed}: {TIMES} killed, {in_the_middle} between the first and the last write")

    assert in_the_middle >= TIMES // 2, "they died too early or too late to prove anything"
