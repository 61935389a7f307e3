"""The measures of a night's sync, each a process of its own, on PostgreSQL: `python -m tests.benchmarks sync`.

The vendor's pages are made beforehand and served from files. Four requests are in flight on both sides. A first night
begins in a database that has the connection and the role mapping and no people. BENCH_STUDENTS makes a smaller one.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import psycopg

from portal.base.clock import local_today
from tests import live_nights
from tests.benchmarks import sync_baselines as baselines
from tests.benchmarks.measures import Measure, tell
from tests.live import Portal
from tests.live_nights import Night

STUDENTS = int(os.environ.get("BENCH_STUDENTS") or 100_000)
LATENCY_MS = 100
ONE_BY_ONE = 500
MEGABYTE = 1_000_000
MOST_MEMORY = 250 * MEGABYTE


def _questions() -> list[baselines.Question]:
    today = local_today()
    in_session = today if not (6, 5) < (today.month, today.day) < (8, 10) else today.replace(month=6, day=5)
    year = in_session.year + (in_session.month >= 7)
    return baselines.questions(in_session.isoformat(), year)


@dataclass
class Nights:
    """A district with its pages made. What several measures need is measured once."""

    portal: Portal
    small: Portal

    @property
    def base_url(self) -> str:
        return f"{self.portal.sandbox.url}/illuminate/live/rest_server.php"

    def paging(self, latency_ms: int) -> float:
        self.portal.sandbox.settings(latency_ms=latency_ms)
        took = baselines.paging(self.base_url, _questions())
        tell(f"paging with the vendor at {latency_ms} ms: {took:.2f} s")
        return took

    def sync(self, database: str, latency_ms: int) -> Night:
        self.portal.sandbox.settings(latency_ms=latency_ms)
        return _told(live_nights.sync(self.portal, database), f"sync with the vendor at {latency_ms} ms")

    @cached_property
    def slow(self) -> tuple[float, Night, float, Night, int]:
        """Paging and a first night, paging and a night without news, all at 100 ms; rows written by the last."""
        with live_nights.empty_database(self.portal) as database:
            read, first = self.paging(LATENCY_MS), self.sync(database, LATENCY_MS)
            before = _written(database)
            again, unchanged = self.paging(LATENCY_MS), self.sync(database, LATENCY_MS)
            return read, first, again, unchanged, _written(database) - before

    @cached_property
    def fast(self) -> tuple[Night, float]:
        """A first night at 0 ms, and copying what it wrote."""
        with (
            live_nights.empty_database(self.portal) as filled,
            live_nights.empty_database(self.portal) as empty,
        ):
            first = self.sync(filled, 0)
            copied = baselines.copy_and_merge(filled, empty)
            tell(f"copy and merge: {copied:.2f} s")
            return first, copied


def _told(night: Night, what: str) -> Night:
    if night.status:
        raise AssertionError(f"the sync ended with {night.status}: {night.said}")
    tell(f"{what}: {night.seconds:.2f} s, peak {night.peak / MEGABYTE:.0f} MB, {night.said['counts']}")
    return night


def _written(database: str) -> int:
    """Return how many rows of accounts' tables were ever written, by the database's own count."""
    query = "SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) FROM pg_stat_user_tables WHERE relname LIKE 'accounts%'"
    with psycopg.connect(database) as connection:
        found = connection.execute(query).fetchone()
    return int(found[0]) if found else 0


@contextlib.contextmanager
def bench_nights() -> Iterator[Nights]:
    with contextlib.ExitStack() as stack:
        portals = []
        for students in (STUDENTS, STUDENTS // 10):
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            portal = stack.enter_context(live_nights.connected(folder, students=students))
            portal.sandbox.night(one_class_each=True)
            portal.sandbox.settings(vendor="illuminate", keep_pages=str(folder / "pages"))
            url = f"{portal.sandbox.url}/illuminate/live/rest_server.php"
            tell(f"pages of {students} students made in {baselines.paging(url, _questions()):.0f} s")
            portals.append(portal)
        yield Nights(*portals)


def _ratio(name: str, value: float, baseline: float, *, most: float, unit: str = "s") -> Measure:
    ratio = value / baseline
    return Measure(name, value, unit, baseline, ratio, most, ratio <= most)


def first_vs_paging(nights: Nights) -> Measure:
    read, first, *_ = nights.slow
    return _ratio("sync-first-vs-paging", first.seconds, read, most=2)


def unchanged_vs_paging(nights: Nights) -> Measure:
    """Not one row of accounts' tables is written."""
    *_, read, unchanged, written = nights.slow
    if written or unchanged.said["counts"]:
        raise AssertionError(f"a night without news wrote {written} rows: {unchanged.said['counts']}")
    return _ratio("sync-unchanged-vs-paging", unchanged.seconds, read, most=1.2)


def cost_vs_copy(nights: Nights) -> Measure:
    first, copied = nights.fast
    return _ratio("sync-cost-vs-copy", first.seconds, copied, most=2.5)


def vs_update_or_create(nights: Nights) -> Measure:
    """Rows of the source a second, over calls a second."""
    first, _ = nights.fast
    with live_nights.empty_database(nights.portal) as database:
        command = ("-m", "tests.benchmarks.sync_baselines", str(ONE_BY_ONE))
        calls = float(nights.portal.run(*command, DATABASE_URL=database).stdout)
    with_children = {"students", "enrollments", "places"}
    counts = first.said["counts"]
    rows = sum(counts[name]["insert"] for name in with_children | {"guardians", "links"})
    rate = rows / first.seconds
    return Measure("sync-vs-update-or-create", rate, "rows/s", calls, rate / calls, 25, rate / calls >= 25)


def memory_growth(nights: Nights) -> Measure:
    """The peak of a first night, over that of a district a tenth as large."""
    large = nights.fast[0].peak
    with live_nights.empty_database(nights.small) as database:
        small = _told(live_nights.sync(nights.small, database), "sync of a tenth").peak
    found = _ratio("sync-memory-growth", large / MEGABYTE, small / MEGABYTE, most=1.3, unit="MB")
    if large > MOST_MEMORY:
        raise AssertionError(f"more than 250 MB: {found}")
    return found


MEASURES: dict[str, Callable[[Nights], Measure]] = {
    "sync-first-vs-paging": first_vs_paging,
    "sync-unchanged-vs-paging": unchanged_vs_paging,
    "sync-cost-vs-copy": cost_vs_copy,
    "sync-vs-update-or-create": vs_update_or_create,
    "sync-memory-growth": memory_growth,
}
