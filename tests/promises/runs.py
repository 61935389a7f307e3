"""Starts pytest in other processes, for the promises tool: collects the marked tests and runs chosen ones by lane.

`root` is the tree whose tests run: the repository or a copy of it. A lane is a kind of test with what it needs; the
environment of each run is made here, so that a shell's DATABASE_URL never leaks into the ordinary lane.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests import servers

PLUGIN_FOLDER = Path(__file__).resolve().parent / "plugin"
RUN_SECONDS = 600
# Every page before a real browser, in all its states.
BROWSER_SECONDS = 3600
COMMAND = [
    sys.executable,
    "-m",
    "pytest",
    "-q",
    "-p",
    "promise_recorder",
    "-p",
    "no:randomly",
    "-p",
    "no:cacheprovider",
]
# What tests/settings.py sets for the run that we may be part of; a run of its own starts without.
NOT_INHERITED = {
    *("DATABASE_URL", "REDIS_URL", "EMAIL_URL", "SITE_URL", "BROKER_FOLDER", "PORTAL_VENDOR_HOSTS"),
    *("SECRET_KEY", "FIELD_KEYS", "ALLOWED_HOSTS", "DEBUG", "DEMO", "DJANGO_SETTINGS_MODULE", "TEST_RUN_ID"),
}


class RunError(RuntimeError):
    """pytest did not come to an end that says anything about the tests."""


@dataclass(frozen=True)
class Marked:
    ids: tuple[str, ...]
    marks: frozenset[str]


@dataclass(frozen=True)
class Lane:
    name: str
    workers: int = 0
    environment: dict[str, str] = field(default_factory=dict)
    missing: str = ""  # what the machine lacks for it
    alone: bool = True  # not beside another run
    seconds: int = RUN_SECONDS


def lanes() -> list[Lane]:
    """Describe the lanes as this machine has them; earlier ones are quicker."""
    wanted = {name: os.environ.get(name, "") for name in ("DATABASE_URL", "REDIS_URL")}
    absent = servers.missing() if all(wanted.values()) else list(wanted)
    no_servers = f"no server at {' and '.join(absent)}" if absent else ""
    chromium = os.environ.get("CHROMIUM", "/usr/bin/chromium")
    no_chromium = "" if Path(chromium).exists() else "no Chromium"
    return [
        Lane("ordinary", workers=2, alone=False),
        Lane("alone"),
        Lane("services", environment=wanted, missing=no_servers),
        Lane("browser", environment={"CHROMIUM": chromium}, missing=no_chromium, seconds=BROWSER_SECONDS),
        Lane("soak", environment={**wanted, "SOAK": "short", "SOAK_SEED": "1"}, missing=no_servers),
    ]


def lane_name(marked: Marked) -> str:
    """Say which lane runs a test, by its marks."""
    for mark, name in {
        "soak": "soak",
        "browser": "browser",
        "axe": "browser",
        "services": "services",
    }.items():
        if mark in marked.marks:
            return name
    return "alone" if "alone" in marked.marks else "ordinary"


def collect(root: Path) -> dict[str, Marked]:
    """Return every test that carries a promise. Raises RunError if the tests cannot be collected."""
    report = _pytest(root, ["--collect-only", "-m", "promise and not bench"], log=None, environment={})
    found = report["marked"]
    return {name: Marked(tuple(one["ids"]), frozenset(one["marks"])) for name, one in found.items()}


def run(root: Path, tests: list[str], lane: Lane, *, log: Path, stop_after: int = 0) -> dict[str, str]:
    """Run the named tests; return each one's fate: passed, failed, error (outside the test itself) or skipped."""
    files = sorted({name.partition("::")[0] for name in tests})
    workers = ["-n", str(lane.workers)] if lane.workers > 1 and len(tests) > lane.workers else []
    arguments = ["-m", "", f"--maxfail={stop_after}", *workers, *files]
    report = _pytest(
        root, arguments, log=log, environment=lane.environment, tests=tests, seconds=lane.seconds
    )
    return dict(report["outcomes"])


Report = dict[str, dict[str, Any]]


def _pytest(
    root: Path,
    arguments: list[str],
    *,
    log: Path | None,
    environment: dict[str, str],
    tests: list[str] | None = None,
    seconds: int = RUN_SECONDS,
) -> Report:
    with tempfile.TemporaryDirectory() as folder:
        report, listed = Path(folder) / "report.json", Path(folder) / "tests.json"
        variables = {**_clean_environment(), **environment, "PROMISE_REPORT": str(report)}
        if tests is not None:
            listed.write_text(json.dumps(tests))
            variables["PROMISE_TESTS"] = str(listed)
        printed, status = _finished([*COMMAND, *arguments], root, variables, seconds)
        if log is not None:
            log.parent.mkdir(parents=True, exist_ok=True)
            log.write_text(printed)
        # 0 green, 1 some failed, 5 none selected; the rest tells nothing about a promise.
        if status not in {0, 1, 5} or not report.exists():
            tail = "\n".join(printed.splitlines()[-15:])
            raise RunError(f"pytest ended with {status}:\n{tail}")
        loaded: Report = json.loads(report.read_text())
        return loaded


def _clean_environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in NOT_INHERITED}
    kept = {name: value for name, value in kept.items() if not name.startswith("PYTEST_")}
    return {**kept, "PYTHONPATH": str(PLUGIN_FOLDER)}


def _finished(command: list[str], root: Path, environment: dict[str, str], seconds: int) -> tuple[str, int]:
    try:
        done = subprocess.run(
            command,
            cwd=root,
            env=environment,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise RunError(f"the tests took more than {seconds} s") from None
    return done.stdout + done.stderr, done.returncode
