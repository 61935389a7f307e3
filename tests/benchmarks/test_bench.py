"""`make bench`: one JSON line a measure, appended to BENCH_FILE."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.benchmarks import measures, running, searching, syncing
from tests.benchmarks.measures import Measure
from tests.benchmarks.running import Runs
from tests.benchmarks.searching import Search
from tests.benchmarks.syncing import Nights
from tests.live import Portal

pytestmark = pytest.mark.bench


@pytest.fixture(scope="module")
def portal() -> Iterator[Portal]:
    with measures.bench_portal() as running:
        yield running


@pytest.fixture(scope="module")
def nights() -> Iterator[Nights]:
    with syncing.bench_nights() as made:
        yield made


@pytest.fixture(scope="module")
def runs() -> Iterator[Runs]:
    with running.bench_runs() as made:
        yield made


@pytest.fixture(scope="module")
def search() -> Iterator[Search]:
    with searching.bench_search() as made:
        yield made


def told(found: Measure) -> None:
    if file := os.environ.get("BENCH_FILE"):
        with Path(file).open("a") as out:
            out.write(json.dumps(found.as_dict()) + "\n")
    measures.tell(json.dumps(found.as_dict()))

    assert found.ok, found


@pytest.mark.parametrize("name", measures.MEASURES)
def test_measure(name: str, portal: Portal):
    told(measures.MEASURES[name](portal))


@pytest.mark.parametrize("name", syncing.MEASURES)
def test_measure_of_a_night(name: str, nights: Nights):
    told(syncing.MEASURES[name](nights))


@pytest.mark.parametrize("name", running.MEASURES)
def test_measure_of_a_run(name: str, runs: Runs):
    told(running.MEASURES[name](runs))


@pytest.mark.parametrize("name", searching.MEASURES)
def test_measure_of_a_search(name: str, search: Search):
    told(searching.MEASURES[name](search))
