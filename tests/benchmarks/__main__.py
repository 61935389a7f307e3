"""`python -m tests.benchmarks [reports|sync|runs|search]`: measures without pytest, on DATABASE_URL's PostgreSQL."""

import json
import sys
from collections.abc import Iterator

from tests.benchmarks import measures, running, searching, syncing
from tests.benchmarks.measures import Measure


def _reports() -> Iterator[Measure]:
    with measures.bench_portal() as portal:
        for measure in measures.MEASURES.values():
            yield measure(portal)


def _sync() -> Iterator[Measure]:
    with syncing.bench_nights() as nights:
        for measure in syncing.MEASURES.values():
            yield measure(nights)


def _runs() -> Iterator[Measure]:
    with running.bench_runs() as runs:
        for measure in running.MEASURES.values():
            yield measure(runs)


def _search() -> Iterator[Measure]:
    with searching.bench_search() as search:
        for measure in searching.MEASURES.values():
            yield measure(search)


def main(which: list[str]) -> int:
    """Print one JSON line a measure; return 1 if one misses its goal."""
    found = []
    lanes = {"reports": _reports, "sync": _sync, "runs": _runs, "search": _search}
    for name, measured in lanes.items():
        if not which or name in which:
            for one in measured():
                found.append(one)
                print(json.dumps(one.as_dict()), flush=True)
    return 0 if all(one.ok for one in found) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
