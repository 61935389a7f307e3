"""The three measures of `make bench`: what the portal adds to the vendor's own time.

Each is a median (or a total) of the portal's over the same of a baseline on the same sockets: keep-alive connections,
warm processes, nothing cached of a row, PostgreSQL. `tests/benchmarks/test_bench.py` and `__main__` run them.
"""

from __future__ import annotations

import contextlib
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from itertools import cycle
from pathlib import Path

import requests

from tests import live
from tests.benchmarks import baselines
from tests.live import Portal

ROUNDS = 60
WARM_UP = 20
STREAMS = 8
STREAM_BYTES = 60_000_000  # three seconds each: what opening costs is measured by the lists
BYTES_A_SECOND = 20_000_000


@dataclass(frozen=True)
class Measure:
    """`value` and `baseline` in `unit`; `ratio` is what `goal` is about, and `ok` says whether it holds."""

    name: str
    value: float
    unit: str
    baseline: float
    ratio: float
    goal: float
    ok: bool

    def as_dict(self) -> dict[str, object]:
        return {
            key: round(value, 3) if isinstance(value, float) else value for key, value in asdict(self).items()
        }


@contextlib.contextmanager
def bench_portal() -> Iterator[Portal]:
    """Two server processes as in production, the sandbox's district of 200."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {"SERVER_PROCESSES": "2", "LOG_LEVEL": "WARNING"}
        with live.running(Path(folder), people="world", environment=environment) as portal:
            yield portal


def children(portal: Portal) -> list[tuple[str, str]]:
    """Return (part, student) for parents and one child each that has reports."""
    parents = [part for part in portal.staged["people"] if part.startswith("parent-")]
    pairs = [
        (part, portal.person(part)["students"][0]) for part in parents if portal.person(part)["students"]
    ]
    return [
        (part, student)
        for part, student in pairs
        if "/reports/" in portal.get(part, f"/students/{student}/").text
    ]


def tell(*parts: object) -> None:
    print(*parts, file=sys.stderr)


def _page_times(portal: Portal, pages: list[tuple[str, str]]) -> list[float]:
    """Ask for each (part, path) in turn, one keep-alive connection a person; the first rounds only warm up."""
    clients = {part: portal.client(part) for part, _path in pages}
    turn = cycle(pages)
    times = []
    for number in range(WARM_UP + ROUNDS):
        part, path = next(turn)
        began = time.perf_counter()
        answer = clients[part].get(portal.url + path)
        took = (time.perf_counter() - began) * 1000
        if answer.status_code != 200:
            raise AssertionError(f"a measured page answered {answer.status_code}")
        if number >= WARM_UP:
            times.append(took)
    return times


def _paths(pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(part, f"/students/{student}/") for part, student in pairs]


def list_vs_ets(portal: Portal) -> Measure:
    """The list page with ETS at 100 ms, over that one call made directly."""
    pairs = children(portal)
    portal.sandbox.settings(latency_ms=100)
    try:
        direct = baselines.ets_calls(
            portal, [student for _part, student in pairs], rounds=ROUNDS, warm_up=WARM_UP
        )
        pages = _page_times(portal, _paths(pairs))
    finally:
        portal.sandbox.reset()
    return _measure("report-list-vs-ets", statistics.median(pages), statistics.median(direct), most=1.2)


def list_vs_bare_page(portal: Portal) -> Measure:
    """The list page less the ETS call inside it, over the home page of somebody without children."""
    pairs = children(portal)
    direct = baselines.ets_calls(
        portal, [student for _part, student in pairs], rounds=ROUNDS, warm_up=WARM_UP
    )
    pages = _page_times(portal, _paths(pairs))
    bare = _page_times(portal, [("nobody", "/")])
    tell(f"list {statistics.median(pages):.1f} ms, ETS {statistics.median(direct):.1f} ms")
    value = statistics.median(pages) - statistics.median(direct)
    return _measure("report-list-vs-bare-page", value, statistics.median(bare), most=4)


def _measure(name: str, value: float, baseline: float, *, most: float) -> Measure:
    ratio = value / baseline
    return Measure(name, value, "ms", baseline, ratio, most, ratio <= most)


def stream_vs_direct(portal: Portal) -> Measure:
    """Eight reports at once through the portal, over fetching the links directly; S3 gives 20 MB/s to each."""
    pairs = children(portal)[:STREAMS]
    shape = {"where": "link", "kind": "shape", "size": STREAM_BYTES, "bytes_per_second": BYTES_A_SECOND}
    urls = [(part, portal.report_urls(part, student)[0] + "content/") for part, student in pairs]
    portal.sandbox.faults(shape)
    try:
        rates = [_rates(portal, pairs, urls) for _round in range(8)][1:]
    finally:
        portal.sandbox.reset()
    through, direct = (statistics.median(each) for each in zip(*rates, strict=True))
    return Measure(
        "report-stream-vs-direct", through, "MB/s", direct, through / direct, 0.9, through / direct >= 0.9
    )


def _rates(portal: Portal, pairs: list[tuple[str, str]], urls: list[tuple[str, str]]) -> tuple[float, float]:
    """Return megabytes a second through the portal and directly, all eight together, one after the other."""
    links = baselines.links(portal, [student for _part, student in pairs])
    direct = _together([partial(baselines.fetch, requests.Session(), link) for link in links])
    clients = [(portal.client(part), portal.url + path) for part, path in urls]
    through = _together([partial(baselines.fetch, client, url) for client, url in clients])
    tell(f"eight streams: {through:.1f} MB/s through the portal, {direct:.1f} MB/s directly")
    return through, direct


def _together(fetches: list[Callable[[], int]]) -> float:
    with ThreadPoolExecutor(len(fetches)) as pool:
        began = time.perf_counter()
        fetched = list(pool.map(lambda fetch: fetch(), fetches))
        took = time.perf_counter() - began
    if fetched != [STREAM_BYTES] * len(fetches):
        raise AssertionError(f"not every stream came whole: {fetched}")
    return STREAM_BYTES * len(fetches) / took / 1_000_000


MEASURES: dict[str, Callable[[Portal], Measure]] = {
    "report-list-vs-ets": list_vs_ets,
    "report-list-vs-bare-page": list_vs_bare_page,
    "report-stream-vs-direct": stream_vs_direct,
}
