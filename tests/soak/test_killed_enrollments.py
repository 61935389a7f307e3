"""Two hundred seeded looks at PowerSchool that die or get no answer: families in are families out, each once (F3).

SOAK_SEED repeats a run; SOAK=long runs two hundred, else ten.
"""

from __future__ import annotations

import os
import random
import time

import pytest

from integrations.sandbox.server import SandboxServer
from tests import factories
from tests.cast import Cast
from tests.integrations.enrollment.world import approve, target
from tests.soak import enrollment_kills

pytestmark = [pytest.mark.soak, pytest.mark.promise("F3"), pytest.mark.django_db(transaction=True)]

TIMES = int(os.environ.get("SOAK_KILLS") or (200 if os.environ.get("SOAK") == "long" else 10))
SEED = int(os.environ.get("SOAK_SEED") or time.time())


@pytest.mark.timeout(0)
@pytest.mark.parametrize("number", range(TIMES))
def test_every_family_comes_in_once(cast: Cast, sandbox: SandboxServer, number: int):
    where = target(cast, sandbox)
    submissions = [approve(sandbox, factories.student(cast.school_a).local_id) for _ in range(40)]
    print(f"SOAK_SEED={SEED}, schedule {number}")

    enrollment_kills.schedule(where, sandbox, submissions, random.Random(SEED + number))  # noqa: S311 - drawn by a seed so that a run can be repeated; no secret
