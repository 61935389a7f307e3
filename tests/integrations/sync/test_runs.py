"""Runs as jobs: one at a time, one effect, and what happens after a death or a vendor's failure (trust F7)."""

from __future__ import annotations

import datetime
import io
import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import DatabaseError, IntegrityError, connection

from accounts.models import AccessChange, District, Guardian, Guardianship
from integrations.http import VendorUnavailable
from integrations.models import SyncProblem, SyncRun, SyncState
from integrations.services import syncs
from integrations.sync import runs, sources
from integrations.sync.rows import Batch, Kind, KindEnd, Problem
from portal.base import leases
from portal.base.clock import LOS_ANGELES
from portal.base.models import Lease
from tests import factories
from tests.integrations.sync.feeds import BY, Feed, a_family, a_feed, approved, night, settings_of

pytestmark = pytest.mark.slow  # several nights each


class Interrupted(RuntimeError):
    pass


class FailsAfter:
    """A feed that breaks off in the middle."""

    name = "illuminate"

    def __init__(self, feed: Feed, problem: Exception, kind: Kind = Kind.CONTACTS) -> None:
        self._feed, self._problem, self._kind = feed, problem, kind

    def feed(self) -> Iterator[Batch | KindEnd]:
        for part in self._feed.feed():
            if part.kind == self._kind:
                raise self._problem
            yield part

    def stop(self) -> None:
        """Nothing to do."""


def failing_at(table: str) -> Any:
    def fails(execute: Any, sql: str, params: Any, many: Any, context: Any) -> Any:
        if sql.lstrip().startswith(f"INSERT INTO {table} "):
            raise DatabaseError
        return execute(sql, params, many, context)

    return connection.execute_wrapper(fails)


def a_run(district: District, **options: Any) -> SyncRun:
    return syncs.start(district=district, source="illuminate", by=BY, publish=False, **options)


@pytest.mark.promise("F7")
def test_one_run_at_a_time(district: District, feed: Feed):
    run = a_run(district)
    lease = leases.acquire(runs.lease_name(district.pk), seconds=60)
    assert lease

    with pytest.raises(runs.Busy):
        syncs.work_on(run=run, build=lambda _run: feed)
    leases.release(lease)
    assert syncs.work_on(run=run, build=lambda _run: feed).state == SyncState.DONE


@pytest.mark.promise("F7")
def test_asking_twice_asks_once(district: District, feed: Feed):
    run = a_run(district)

    assert a_run(district) == run
    with pytest.raises(runs.Busy):
        a_run(district, dry_run=True)
    other = factories.district()
    assert a_run(other) != run


@pytest.mark.promise("F7")
def test_a_run_of_a_dead_process_of_this_machine_is_taken_over_at_once(district: District, feed: Feed):
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    run = a_run(district)
    lease = leases.acquire(runs.lease_name(district.pk), seconds=600)
    assert lease
    SyncRun.objects.update(state=SyncState.FETCHING, lease_token=lease.token, attempt=1)
    host = socket.gethostname()
    SyncRun.objects.update(worker=f"{host}x:{dead.pid}")
    with pytest.raises(runs.Busy):
        syncs.work_on(run=run, build=lambda _run: feed)
    SyncRun.objects.update(worker=f"{host}:{dead.pid}")

    assert syncs.work_on(run=run, build=lambda _run: feed).state == SyncState.DONE


@pytest.mark.promise("F7")
@pytest.mark.parametrize(
    "table", ["accounts_student", "accounts_guardian", "accounts_accesschange", "accounts_sectionplace"]
)
def test_what_was_not_applied_yet_is_applied_later_and_once(district: District, feed: Feed, table: str):
    (child, second), _ = a_family(feed, children=2)
    feed.section(feed.member(), child, second)
    run = a_run(district)
    with failing_at(table), pytest.raises(DatabaseError):
        syncs.work_on(run=run, build=lambda _run: feed)
    run.refresh_from_db()
    assert run.state == SyncState.APPLYING
    assert len(run.applied) < 10
    done = syncs.work_on(run=run, build=_no_source)

    assert done.state == SyncState.DONE
    assert Guardianship.objects.count() == 2
    assert AccessChange.objects.filter(verb="guardianship.linked").count() == 2
    assert night(district, feed).counts == {}


@pytest.mark.services
@pytest.mark.promise("F7")
@pytest.mark.django_db(transaction=True)  # two sessions see what is committed alone
def test_adults_are_not_there_without_the_students_they_went_in_beside(district: District, feed: Feed):
    a_family(feed, children=2)
    run = a_run(district)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE accounts_student ADD CONSTRAINT nobody_new CHECK (id < 0) NOT VALID")
    try:
        with pytest.raises(IntegrityError, match="nobody_new"):
            syncs.work_on(run=run, build=lambda _run: feed)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE accounts_student DROP CONSTRAINT nobody_new")
    run.refresh_from_db()
    assert (run.state, run.applied) == (SyncState.APPLYING, ["schools"])
    assert not Guardian.objects.exists()
    done = syncs.work_on(run=run, build=_no_source)

    assert done.state == SyncState.DONE
    assert Guardianship.objects.count() == 2
    assert AccessChange.objects.filter(verb="guardianship.linked").count() == 2


def _no_source(run: SyncRun) -> Any:
    raise AssertionError("what is compared already asks no vendor again")


@pytest.mark.promise("F7")
def test_a_run_that_died_while_fetching_starts_over(district: District, feed: Feed):
    a_family(feed)
    run = a_run(district)
    with pytest.raises(Interrupted):
        syncs.work_on(run=run, build=lambda _run: FailsAfter(feed, Interrupted()))
    SyncRun.objects.update(state=SyncState.FETCHING)  # as a killed process leaves it

    assert syncs.work_on(run=run, build=lambda _run: feed).counts["links"] == {"insert": 1}


@pytest.mark.promise("F7")
def test_a_run_that_fails_again_and_again_gives_up_where_staff_see_it(district: District, feed: Feed):
    run = a_run(district)
    SyncRun.objects.update(state=SyncState.APPLYING, attempt=runs.MOST_ATTEMPTS)
    done = syncs.work_on(run=run, build=_no_source)

    assert (done.state, done.failure) == (SyncState.FAILED, "gave-up")


@pytest.mark.promise("F7")
@pytest.mark.django_db(transaction=True)  # the feed is read in another thread
def test_a_worker_that_lost_its_lease_writes_nothing_more(district: District, feed: Feed):
    a_family(feed)

    class Slow(Feed):
        def feed(self):
            yield from feed.feed()
            Lease.objects.update(token="somebody-else")

    with pytest.raises(runs.LostLease):
        syncs.work_on(run=a_run(district), build=lambda _run: Slow())
    assert not Guardianship.objects.exists()


def test_a_vendor_that_fails_is_a_failed_run_and_changes_nothing(district: District, feed: Feed):
    a_family(feed)
    run = a_run(district)
    done = syncs.work_on(run=run, build=lambda _run: FailsAfter(feed, VendorUnavailable("timed-out")))

    assert (done.state, done.failure) == (SyncState.FAILED, "timed-out")
    assert not Guardianship.objects.exists()
    assert night(district, feed).first


def test_problems_of_the_source_are_kept_with_the_run(district: District, feed: Feed):
    feed.problems[Kind.STUDENTS] = [Problem("Students2", "17", "unreadable", "birthdate")] * 3
    run = night(district, feed)

    assert run.problem_counts == {"students": {"unreadable": 3}}
    assert SyncProblem.objects.filter(run=run, endpoint="Students2", field="birthdate").count() == 3


def test_an_unmapped_source_is_a_failed_run(district: District):
    run = a_run(district)
    SyncRun.objects.update(source="elsewhere")
    with pytest.raises(sources.UnknownSource):
        syncs.work_on(run=run)
    run.refresh_from_db()

    assert run.state == SyncState.FAILED


@pytest.mark.promise("F7")
def test_the_schedule_starts_one_run_a_night(district: District, feed: Feed, autumn: time_machine.Traveller):
    settings_of(district, nightly_at=datetime.time(2, 0), nightly_source="illuminate")
    autumn.move_to(datetime.datetime(2026, 10, 15, 2, 5, tzinfo=LOS_ANGELES))
    syncs.start_due()
    syncs.start_due()
    assert SyncRun.objects.count() == 1
    syncs.work_on(run=SyncRun.objects.get(), build=lambda _run: feed)
    autumn.shift(datetime.timedelta(hours=20))
    syncs.start_due()
    assert SyncRun.objects.count() == 1
    autumn.shift(datetime.timedelta(hours=5))
    syncs.start_due()

    assert SyncRun.objects.count() == 2


@pytest.fixture
def memory(monkeypatch: pytest.MonkeyPatch, district: District) -> Feed:
    """The command's `csv` source is this feed: the factory has a line for each source, and this is a real one."""
    feed = a_feed(district)
    feed.name = "csv"
    monkeypatch.setitem(sources.BUILDERS, "csv", lambda _run: feed)
    return feed


def command(*arguments: str) -> tuple[int, dict[str, Any]]:
    out = io.StringIO()
    try:
        call_command("sync", *arguments, stdout=out)
        code = 0
    except SystemExit as ending:
        code = int(str(ending.code))
    return code, json.loads(out.getvalue().splitlines()[-1])


def test_the_command_says_done_and_held(district: District, memory: Feed):
    settings_of(district, links_least=0, school_least=1000)
    _, (row,) = a_family(memory)
    code, said = command("csv")
    assert (code, said["state"], said["counts"]["links"]) == (0, "done", {"insert": 1})
    memory.change(row, legal_guardian=False)
    code, said = command("csv", "--dry-run")
    assert (code, said["dry_run"]) == (3, True)
    code, said = command("csv")
    assert (code, said["state"]) == (3, "held")
    code, said = command("csv", "--approve", said["run"])
    assert (code, said["state"]) == (0, "done")
    assert Guardianship.objects.get().standing == "review"


def test_the_command_says_failed(district: District, memory: Feed, monkeypatch: pytest.MonkeyPatch):
    down = FailsAfter(memory, VendorUnavailable("timed-out"), Kind.SCHOOLS)
    monkeypatch.setitem(sources.BUILDERS, "csv", lambda _run: down)
    code, said = command("csv")

    assert (code, said["state"], said["failure"]) == (1, "failed", "timed-out")


def test_the_command_names_what_is_missing(district: District, memory: Feed):
    with pytest.raises(CommandError, match="no such run"):
        call_command("sync", "csv", "--approve", "nonsense")
    with pytest.raises(CommandError, match="--connection"):
        call_command("sync", "illuminate")


def test_approving_needs_no_source(district: District, feed: Feed):
    settings_of(district, links_least=0, school_least=1000)
    _, (row,) = a_family(feed)
    night(district, feed)
    feed.change(row, legal_guardian=False)

    assert approved(night(district, feed)).state == SyncState.DONE
