"""A pytest plugin that the promises tool loads into the runs it starts: which test carries which promise, and its fate.

It stands in a folder of its own, outside the package, because it is also loaded into copies of the tree. Environment:
`PROMISE_REPORT` names the JSON file to write; `PROMISE_TESTS` a JSON list of the tests to keep (all if unset).
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest


class Recorder:
    def __init__(self, report: Path, wanted: set[str] | None, *, is_worker: bool) -> None:
        self.report = report
        self.wanted = wanted
        self.is_worker = is_worker
        self.marked: dict[str, dict[str, list[str]]] = {}
        self.outcomes: dict[str, str] = {}

    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        for item in items:
            ids = sorted({str(one) for mark in item.iter_markers("promise") for one in mark.args})
            if ids:
                marks = sorted({mark.name for mark in item.iter_markers()})
                self.marked[item.nodeid] = {"ids": ids, "marks": marks}
        if self.wanted is not None:
            dropped = [item for item in items if item.nodeid not in self.wanted]
            items[:] = [item for item in items if item.nodeid in self.wanted]
            config.hook.pytest_deselected(items=dropped)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            fate = "failed" if report.when == "call" else "error"
        elif report.skipped or hasattr(report, "wasxfail"):
            fate = "skipped"
        elif report.when == "call":
            fate = "passed"
        else:
            return
        known = self.outcomes.get(report.nodeid)
        if known != "failed":  # what went wrong in the test itself is not hidden by its clean-up
            self.outcomes[report.nodeid] = fate

    def pytest_sessionfinish(self) -> None:
        if not self.is_worker:
            self.report.write_text(json.dumps({"marked": self.marked, "outcomes": self.outcomes}))


def pytest_configure(config: pytest.Config) -> None:
    report = os.environ.get("PROMISE_REPORT")
    if report:
        listed = os.environ.get("PROMISE_TESTS")
        wanted = set(json.loads(Path(listed).read_text())) if listed else None
        recorder = Recorder(Path(report), wanted, is_worker=hasattr(config, "workerinput"))
        config.pluginmanager.register(recorder, "promise-recorder")
