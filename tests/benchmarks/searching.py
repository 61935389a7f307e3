"""The measure of student search among half a million, on PostgreSQL: `python -m tests.benchmarks search`.

The mix is what an office and a district's administrator type: common surnames, three letters, two words in either
order, rare names, names spelled wrongly, accents, numbers, a grade beside a name, nobody. Each is posted to the page
as a browser does, and its whole answer read. The baseline is a page about one student, fetched by its key with the same
check, session and second factor: the page that asks for a purpose. BENCH_SEARCH_STUDENTS makes a smaller district.
"""

from __future__ import annotations

import contextlib
import os
import re
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import cycle, islice
from pathlib import Path

import requests

from tests import live
from tests.benchmarks import big_district
from tests.benchmarks.big_district import FAMILIES, GIVEN, Named
from tests.benchmarks.measures import Measure, tell
from tests.live import Portal

STUDENTS = int(os.environ.get("BENCH_SEARCH_STUDENTS") or 500_000)
SEARCHERS = ("district_admin", "office")
ROUNDS, WARM_UP = 4, 1
AT_ONCE = 50  # below the allowance of one minute, which is then forgotten
_SEARCH = "/staff/students/"
_TOKEN = re.compile(r'name="csrfmiddlewaretoken"\s+value="([^"]+)"')
Query = dict[str, str]


@dataclass
class Search:
    portal: Portal
    made: list[Named]


@contextlib.contextmanager
def bench_search() -> Iterator[Search]:
    """Two server processes as in production; the office is that of one of 250 schools."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {"SERVER_PROCESSES": "2", "LOG_LEVEL": "WARNING"}
        with live.running(Path(folder), environment=environment, gunicorn=None) as portal:
            code = portal.staged["district"]
            [(key,)] = portal.rows(f"SELECT id FROM accounts_district WHERE cds_code = '{code}'")  # noqa: S608 - no input: names and values of this test
            schools = big_district.fill(portal.environment["DATABASE_URL"], key, STUDENTS)
            portal.sql(f"UPDATE accounts_staffrole SET school_id = {schools[0]} WHERE role = 'office'")  # noqa: S608 - no input: names and values of this test
            portal.serve()
            made = list(islice(big_district.people(STUDENTS), big_district.A_SCHOOL))
            yield Search(portal, made)


def mix(made: list[Named]) -> list[Query]:
    """Return what is typed. Those who are named in full are at the office's own school."""
    some = made[:: len(made) // 8]
    common, second = FAMILIES[:4], FAMILIES[4:8]
    texts = [
        *common,
        *(name[:3] for name in (*common, *second)),
        *(name[:3].lower() for name in GIVEN[:4]),
        *GIVEN[:2],
        *(f"{one.first_name} {one.last_name}" for one in some[:3]),
        *(f"{one.last_name}, {one.first_name}" for one in some[3:6]),
        *(f"{one.first_name[:3]} {one.last_name[:3]}" for one in some[:3]),
        *FAMILIES[-4:-2],
        *(_misspelled(name) for name in (common[0], some[6].last_name)),
        "Nguyễn",
        "o'brien",
        "zzyzx",
        *(big_district.local_id(one.number) for one in some[:2]),
        *(big_district.ssid(one.number) for one in some[2:4]),
    ]
    narrowed = [{"text": name, "grade": "05"} for name in (common[0], second[0][:3])]
    return [*({"text": text} for text in texts), *narrowed, {"grade": "05"}]


def _misspelled(name: str) -> str:
    """Swap two letters in the middle."""
    middle = len(name) // 2
    return name[: middle - 1] + name[middle] + name[middle - 1] + name[middle + 1 :]


def _timed(ask: Callable[[], requests.Response]) -> float:
    began = time.perf_counter()
    answer = ask()
    took = (time.perf_counter() - began) * 1000
    if answer.status_code != 200:
        raise AssertionError(f"a measured page answered {answer.status_code}")
    return took


def _searched(search: Search, part: str) -> dict[str, list[float]]:
    """Return the milliseconds of each query of the mix for one person, its warm-up left out."""
    portal, client = search.portal, search.portal.client(part)
    address = portal.url + _SEARCH
    found = _TOKEN.search(client.get(address).text)
    token = {"csrfmiddlewaretoken": found[1] if found else ""}
    queries = mix(search.made)
    took: dict[str, list[float]] = {}
    for number in range((WARM_UP + ROUNDS) * len(queries)):
        if number % AT_ONCE == 0:
            portal.sql("DELETE FROM base_counter")
        asked = queries[number % len(queries)]
        form = {**token, **asked}
        one = _timed(
            partial(client.post, address, form, headers={"Referer": address}, timeout=60),
        )
        if number >= WARM_UP * len(queries):
            took.setdefault(" ".join(asked.values()), []).append(one)
    return took


def _by_key(search: Search, part: str, students: list[str]) -> list[float]:
    portal, client = search.portal, search.portal.client(part)
    pages = islice(cycle(students), 80)
    addresses = (f"{portal.url}/students/{one}/purpose/" for one in pages)
    times = [_timed(partial(client.get, address, timeout=60)) for address in addresses]
    return times[20:]


def _p95(times: list[float]) -> float:
    return statistics.quantiles(times, n=20)[-1]


def search_vs_primary_key(search: Search) -> Measure:
    """The 95th of a hundred searches, over the 95th of a hundred pages about one student."""
    query = "SELECT uuid FROM accounts_student WHERE local_id LIKE '8%' ORDER BY id LIMIT 40"
    students = [str(row[0]) for row in search.portal.rows(query)]
    searched: list[float] = []
    pages: list[float] = []
    for part in SEARCHERS:
        pages += _by_key(search, part, students)
        took = _searched(search, part)
        mine = [one for times in took.values() for one in times]
        searched += mine
        slowest = sorted(took, key=lambda asked: statistics.median(took[asked]))[-3:]
        tell(
            f"{part}: p95 {_p95(mine):.1f} ms, median {statistics.median(mine):.1f} ms; slowest",
            ", ".join(f"{asked!r} {statistics.median(took[asked]):.0f} ms" for asked in slowest),
        )
    value, baseline = _p95(searched), _p95(pages)
    tell(
        f"{STUDENTS} students, {len(searched)} searches: p95 {value:.1f} ms,",
        f"median {statistics.median(searched):.1f} ms; by key: p95 {baseline:.1f} ms,",
        f"median {statistics.median(pages):.1f} ms; load {os.getloadavg()[0]:.1f}",
    )
    return Measure("search-vs-primary-key", value, "ms", baseline, value / baseline, 5, value / baseline <= 5)


MEASURES: dict[str, Callable[[Search], Measure]] = {"search-vs-primary-key": search_vs_primary_key}
