"""Looks at PowerSchool that die or get no answer: every family that the school approved comes in once (F3, F7)."""

from __future__ import annotations

import random

import pytest

from accounts.models import Student
from integrations.sandbox.server import SandboxServer
from portal.base import leases
from tests import factories
from tests.cast import Cast
from tests.integrations.enrollment.world import approve, target
from tests.soak import enrollment_kills

pytestmark = [
    pytest.mark.services,
    pytest.mark.promise("F3", "F7"),
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("killed-enrollments"),
]

SEED = 20261122
SCHEDULES = 20
FAMILIES = 25


@pytest.mark.timeout(60)
@pytest.mark.parametrize("number", range(SCHEDULES))
def test_every_family_comes_in_once(cast: Cast, sandbox: SandboxServer, number: int):
    where = target(cast, sandbox)
    students: list[Student] = [factories.student(cast.school_a) for _ in range(FAMILIES)]
    submissions = [approve(sandbox, student.local_id) for student in students]

    left = enrollment_kills.schedule(where, sandbox, submissions, random.Random(SEED + number))  # noqa: S311 - drawn by a seed so that a run can be repeated; no secret

    print(f"schedule {SEED + number}: {left}")


def test_the_one_that_died_is_not_waited_for(cast: Cast, sandbox: SandboxServer):
    """The control: a look that was killed holds its lease, and the next one sees that it is dead."""
    where = target(cast, sandbox)
    submission = approve(sandbox, cast.child.local_id)
    sandbox.faults.add(vendor="powerschool", where="createbatch", times=1, kind="late", ms=2000)
    step = enrollment_kills.Step(None, "intent", 0.1)

    assert enrollment_kills.in_a_process(where, step) == "intent"
    assert leases.acquire(f"enrollment:{where.pk}", seconds=1) is None

    sandbox.faults.clear()
    enrollment_kills.schedule(where, sandbox, [submission], random.Random(SEED))  # noqa: S311 - drawn by a seed so that a run can be repeated; no secret
