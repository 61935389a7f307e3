"""A sync that dies, a message that is lost, a worker that is stopped: the next run comes to the same (trust F7)."""

from __future__ import annotations

import random
import signal
import time
from collections.abc import Iterator

import psycopg
import pytest

from tests import live_nights
from tests.live import Portal, wait_until
from tests.soak import kills

pytestmark = [pytest.mark.services, pytest.mark.promise("F7"), pytest.mark.xdist_group("killed-syncs")]

STUDENTS = 2000
SEED = 20261122
DUE = "from portal.celery import app; app.send_task('integrations.sync_due')"
ASKED = """
from integrations.models import Connection
from integrations.services import syncs
connection = Connection.objects.get()
# The message is lost.
syncs.start(
    district=connection.district, source="illuminate", connection=connection, by="command:tests", publish=False
)
"""


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    with live_nights.connected(tmp_path_factory.mktemp("nights"), students=STUDENTS) as running:
        yield running


@pytest.mark.timeout(240)
def test_a_killed_sync_and_the_next_one_come_to_what_an_undisturbed_one_does(portal: Portal):
    left = kills.killed_nights(portal, random.Random(SEED), 5)  # noqa: S311 - drawn by a seed so that a run can be repeated; no secret

    assert left["done"] < 2, f"they died too late to prove anything: {left}"


def worker(portal: Portal, database: str) -> None:
    portal.start(
        "worker", "-m", "celery", "-A", "portal", "worker", "-P", "threads", "-c", "2", DATABASE_URL=database
    )


def done(portal: Portal, database: str) -> bool:
    return portal.rows("SELECT state FROM integrations_syncrun", database) == [("done",)]


def said_again(portal: Portal, database: str) -> None:
    """Do what the schedule does every ten minutes."""
    portal.run("manage.py", "shell", "-v0", "-c", DUE, DATABASE_URL=database)


@pytest.mark.timeout(180)
def test_a_lost_message_is_sent_again_and_one_sent_twice_has_one_effect(portal: Portal):
    portal.sandbox.reset()
    with live_nights.empty_database(portal) as there, live_nights.empty_database(portal) as database:
        assert live_nights.sync(portal, there).status == 0
        portal.run("manage.py", "shell", "-v0", "-c", ASKED, DATABASE_URL=database)
        said_again(portal, database)
        said_again(portal, database)
        worker(portal, database)
        try:
            wait_until(lambda: done(portal, database), seconds=60, what="for the run")
        finally:
            portal.stop("worker")

        assert kills.state(portal, database) == kills.state(portal, there)


@pytest.mark.timeout(180)
def test_a_worker_that_is_stopped_in_the_middle_leaves_a_run_that_the_next_one_ends(portal: Portal):
    portal.sandbox.reset()
    with live_nights.empty_database(portal) as there, live_nights.empty_database(portal) as database:
        assert live_nights.sync(portal, there).status == 0
        portal.sandbox.settings(latency_ms=1000)
        portal.run("manage.py", "shell", "-v0", "-c", ASKED, DATABASE_URL=database)
        said_again(portal, database)
        worker(portal, database)
        fetching = "SELECT 1 FROM integrations_syncrun WHERE state = 'fetching'"
        wait_until(lambda: portal.rows(fetching, database), seconds=60, what="for the run's first page")
        first = portal.processes.pop("worker")
        first.send_signal(signal.SIGTERM)
        time.sleep(1)
        first.send_signal(signal.SIGKILL)  # as a service manager that has waited long enough
        first.wait(60)
        assert not done(portal, database)
        portal.sandbox.reset()
        # A quarter of an hour later:
        with psycopg.connect(database) as connection:
            connection.execute("UPDATE base_lease SET expires_at = '2020-01-01'")
        said_again(portal, database)
        worker(portal, database)
        try:
            wait_until(lambda: done(portal, database), seconds=60, what="for the run")
        finally:
            portal.stop("worker")

        assert kills.state(portal, database) == kills.state(portal, there)
