"""The lease of a run that works for longer than its lease lasts (trust F7)."""

from __future__ import annotations

import datetime
import threading

import pytest

from integrations.sync import heartbeat
from portal.base import clock, leases
from portal.base.models import Lease
from tests.live import wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.promise("F7")]


def ends() -> datetime.datetime:
    end: datetime.datetime = Lease.objects.get(name="sync:1").expires_at
    return end


def test_it_is_renewed_while_the_work_goes_on_and_no_longer():
    lease = leases.acquire("sync:1", seconds=5)
    assert lease
    first = ends()
    with heartbeat.beating(lease, every=0.01):
        wait_until(lambda: ends() > first, what="for the first beat")
    last = ends()

    assert last > clock.now() + datetime.timedelta(seconds=heartbeat.LEASE_SECONDS / 2)
    assert ends() == last


def test_a_lease_that_somebody_else_has_is_left_to_them():
    lease = leases.acquire("sync:1", seconds=5)
    assert lease
    Lease.objects.update(token="somebody-else")
    first = ends()
    with heartbeat.beating(lease, every=0.01):
        wait_until(lambda: "sync-heartbeat" not in running(), what="for its end")

    assert ends() == first


def running() -> set[str]:
    return {thread.name for thread in threading.enumerate()}
