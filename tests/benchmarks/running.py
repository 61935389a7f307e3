"""The measures of runs and class sets, on PostgreSQL and Redis: `python -m tests.benchmarks runs`.

ETS answers after 300 ms. The ideal run does nothing but wait for it, sixteen at once. A server of one process, so that
its memory is one figure; the worker is a process of its own. BENCH_RUN_STUDENTS makes a smaller run.
"""

from __future__ import annotations

import contextlib
import os
import re
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import psutil
import requests

from tests import live_runs
from tests.benchmarks.measures import Measure, children, tell
from tests.live import Portal, wait_until

STUDENTS = int(os.environ.get("BENCH_RUN_STUDENTS") or 1000)
LATENCY_MS = 300
AT_ONCE = 16
PEOPLE, OPENINGS = 3, 12
MEGABYTE = 1_000_000
REPORT_BYTES = 1_000_000
SET_STUDENTS = 500
_TOKEN = re.compile(r'name="csrfmiddlewaretoken"\s+value="([^"]+)"')


@dataclass
class Runs:
    portal: Portal

    @cached_property
    def found(self) -> str:
        """Return a run of a whole class set's students that is done."""
        self.portal.sandbox.reset()
        run = live_runs.start(self.portal, students=SET_STUDENTS, report_format="PDF")
        _finished(self.portal, run)
        return run


@contextlib.contextmanager
def bench_runs() -> Iterator[Runs]:
    with tempfile.TemporaryDirectory() as folder:
        more = {"SERVER_PROCESSES": "1", "PRINT_VOLUME_STUDENTS": "50"}
        with live_runs.portal_of(Path(folder), students=STUDENTS, gunicorn=(), more=more) as portal:
            live_runs.worker(portal)
            yield Runs(portal)


def _finished(portal: Portal, run: str) -> float:
    """Wait for a run's end and return the seconds from its first student to its last."""
    wait_until(lambda: live_runs.state(portal, run) == "done", seconds=600, what="for the run")
    query = (
        "SELECT extract(epoch FROM max(p.asked_at) - min(r.started_at)) FROM scorereports_reportrunplace p "  # noqa: S608 - no input: names and values of this test
        f"JOIN scorereports_reportrun r ON r.id = p.run_id WHERE r.uuid = '{run}'"
    )
    return float(portal.rows(query)[0][0])


def run_vs_ideal(runs: Runs) -> Measure:
    """A thousand students, over nothing but waiting for ETS sixteen at once."""
    portal = runs.portal
    _finished(portal, live_runs.start(portal, students=AT_ONCE))  # a token, warm code and connections
    portal.sandbox.settings(latency_ms=LATENCY_MS)
    took = _finished(portal, live_runs.start(portal, students=STUDENTS))
    asked = portal.sandbox.calls()["reports"]
    ideal = STUDENTS * LATENCY_MS / 1000 / AT_ONCE
    tell(f"{STUDENTS} students in {took:.1f} s, {asked} calls, load {os.getloadavg()[0]:.1f}")
    return Measure("run-vs-ideal", took, "s", ideal, took / ideal, 1.15, took / ideal <= 1.15)


def run_fairness(runs: Runs) -> Measure:
    """What people wait for a single report while a run goes on, over what they wait else (95 of 100)."""
    portal = runs.portal
    pairs = children(portal)[:PEOPLE]
    pages = [(part, portal.report_urls(part, student)[0] + "content/") for part, student in pairs]
    portal.sandbox.settings(latency_ms=LATENCY_MS)
    _openings(portal, pages, 3)
    idle = _openings(portal, pages, OPENINGS)
    run = live_runs.start(portal, students=STUDENTS)
    wait_until(lambda: live_runs.state(portal, run) == "asking", seconds=60, what="for the run")
    beside = _openings(portal, pages, OPENINGS)
    still = live_runs.state(portal, run)
    portal.sandbox.settings(latency_ms=0)
    _finished(portal, run)
    if still != "asking":
        raise AssertionError("the run was over before the people were")
    ratio = beside / idle
    tell(f"p95 {beside:.0f} ms beside a run, {idle:.0f} ms else, load {os.getloadavg()[0]:.1f}")
    return Measure("run-fairness", beside, "ms", idle, ratio, 1.5, ratio <= 1.5)


def _openings(portal: Portal, pages: list[tuple[str, str]], times: int) -> float:
    """Let some people open their report again and again; return the 95th of a hundred, in milliseconds."""

    def person(page: tuple[str, str]) -> list[float]:
        part, path = page
        client, took = portal.client(part), []
        for _ in range(times):
            began = time.perf_counter()
            answer = client.get(portal.url + path)
            took.append((time.perf_counter() - began) * 1000)
            if answer.status_code != 200:
                raise AssertionError(f"a report answered {answer.status_code}")
            time.sleep(0.2)
        return took

    with ThreadPoolExecutor(len(pages)) as pool:
        times_taken = sorted(one for each in pool.map(person, pages) for one in each)
    return statistics.quantiles(times_taken, n=20)[-1]


def class_set_memory(runs: Runs) -> Measure:
    """The most memory of the server above idle while it sends a ZIP of 500 reports of a megabyte; first byte in 2 s."""
    first, total, above = _fetch(runs, f"/staff/runs/{runs.found}/class-set/")
    tell(
        f"ZIP of {total / MEGABYTE:.0f} MB, first byte after {first:.2f} s, {above / MEGABYTE:.0f} MB above idle"
    )
    if total < SET_STUDENTS * 0.9 * REPORT_BYTES:
        raise AssertionError(f"only {total} bytes came")
    ok = above < 100 * MEGABYTE and first < 2
    return Measure("class-set-memory", above / MEGABYTE, "MB", total / MEGABYTE, first, 100, ok)


def print_volume_memory(runs: Runs) -> Measure:
    """The most memory above idle while a volume of 50 students is put together: three times its bytes and 100 MB."""
    first, total, above = _fetch(runs, f"/staff/runs/{runs.found}/print/1/")
    allowed = 3 * total + 100 * MEGABYTE
    tell(
        f"volume of {total / MEGABYTE:.1f} MB, first byte after {first:.1f} s, {above / MEGABYTE:.0f} MB above idle"
    )
    return Measure(
        "print-volume-memory",
        above / MEGABYTE,
        "MB",
        allowed / MEGABYTE,
        above / allowed,
        1,
        above <= allowed,
    )


def _fetch(runs: Runs, path: str) -> tuple[float, int, int]:
    """Post for a file; return seconds to its first byte, its bytes, and the server's memory above idle in bytes."""
    portal = runs.portal
    detail = f"{portal.url}/staff/runs/{runs.found}/"
    client = portal.client("district_admin")
    token = _TOKEN.search(client.get(detail).text)
    portal.sandbox.faults({"where": "link", "kind": "shape", "size": REPORT_BYTES})
    [server] = portal.workers()
    idle = server.memory_info().rss
    try:
        with _watched(server) as most:
            began = time.perf_counter()
            form = {"csrfmiddlewaretoken": token[1] if token else ""}
            answer = client.post(
                portal.url + path, data=form, headers={"Referer": detail}, stream=True, timeout=600
            )
            pieces = answer.iter_content(65536)
            total = len(next(pieces))
            first = time.perf_counter() - began
            total += sum(map(len, pieces))
    finally:
        portal.sandbox.reset()
    _expect_file(answer)
    return first, total, max(most) - idle


def _expect_file(answer: requests.Response) -> None:
    if answer.status_code != 200 or "attachment" not in answer.headers.get("Content-Disposition", ""):
        raise AssertionError(f"no file came: {answer.status_code}")


@contextlib.contextmanager
def _watched(server: psutil.Process) -> Iterator[list[int]]:
    seen, over = [server.memory_info().rss], threading.Event()

    def look() -> None:
        while not over.wait(0.02):
            seen.append(server.memory_info().rss)

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield seen
    finally:
        over.set()
        thread.join()


MEASURES: dict[str, Callable[[Runs], Measure]] = {
    "run-vs-ideal": run_vs_ideal,
    "run-fairness": run_fairness,
    "class-set-memory": class_set_memory,
    "print-volume-memory": print_volume_memory,
}
