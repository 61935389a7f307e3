"""A worker that dies in a run, messages that are lost: each student is counted once, and the run ends (trust F7)."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests import live_runs
from tests.soak import run_kills

pytestmark = [pytest.mark.services, pytest.mark.promise("F7"), pytest.mark.xdist_group("killed-runs")]
SEED = 20261122
TIMES = 5


@pytest.mark.timeout(600)
@pytest.mark.parametrize("embedded", [False, True], ids=["redis", "embedded"])
def test_a_killed_worker_costs_no_student_and_counts_none_twice(tmp_path: Path, embedded: bool):
    with live_runs.portal_of(tmp_path, students=run_kills.STUDENTS, embedded=embedded) as portal:
        in_the_middle = run_kills.killed(portal, random.Random(SEED), TIMES)  # noqa: S311 - drawn by a seed so that a run can be repeated; no secret

    assert in_the_middle >= 2, "they died too early or too late to prove anything"
