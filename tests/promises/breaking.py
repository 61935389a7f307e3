"""`make promises-break`: takes each built promise's guard away, by a small patch, and wants a test of it to fail.

A patch is `breaks/<id>-<what>.patch`, a unified diff from the root. It is applied, without any fuzz, to a copy of the
tree under var/, and the promise's marked tests run there. A test counts as having noticed only if it passes in an
untouched copy and fails by itself in the broken one. A patch that no longer applies, that nothing notices, or that
keeps the tests from starting at all, is an error.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import threading
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tests.promises import book, runs
from tests.promises.runs import Lane, Marked

NAME = re.compile(r"^([A-Z]\d+)-[a-z0-9-]+\.patch$")
AT_ONCE = 2
ENOUGH_FAILURES = 3
NOT_COPIED = shutil.ignore_patterns(
    ".git",
    ".venv",
    "var",
    "__pycache__",
    ".mypy_cache",
    ".ruff_cache",
    ".pytest_cache",
    ".import_linter_cache",
)


class BreakError(RuntimeError):
    """A patch did not do what a break must do."""


@dataclass(frozen=True)
class Break:
    promise: str
    patch: Path


def find(folder: Path) -> list[Break]:
    """Return the breaks in a folder. Raises BreakError for a file that is not named like one."""
    breaks = []
    for patch in sorted(folder.glob("*.patch")):
        match = NAME.match(patch.name)
        if not match:
            raise BreakError(f"{patch.name} is not named <id>-<what>.patch")
        breaks.append(Break(match[1], patch))
    return breaks


def copy_tree(root: Path, into: Path) -> Path:
    """Copy the tree without its history and data; the virtual environment is shared by a link."""
    shutil.rmtree(into, ignore_errors=True)
    shutil.copytree(root, into, ignore=NOT_COPIED, symlinks=True)
    if (root / ".venv").exists():
        (into / ".venv").symlink_to(root / ".venv")
    return into


def apply(patch: Path, tree: Path) -> None:
    # Inside a repository git would quietly skip files outside the folder it stands in; the ceiling hides ours from it.
    environment = {**os.environ, "GIT_CEILING_DIRECTORIES": str(tree.parent)}
    command = ["git", "apply", "--whitespace=nowarn", str(patch)]
    done = subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise BreakError(f"{patch.name} no longer applies: {' '.join(done.stderr.split())}")


class Control:
    """An untouched copy: tells which tests pass there, so that a failure elsewhere is the patch's doing."""

    def __init__(self, root: Path, folder: Path) -> None:
        self._lock = threading.Lock()
        self._folder = folder
        self._tree = copy_tree(root, folder / "untouched")
        self._fates: dict[str, str] = {}

    def passing(self, tests: list[str], lane: Lane) -> set[str]:
        with self._lock:
            unknown = [name for name in tests if name not in self._fates]
            if unknown:
                log = self._folder / f"untouched-{lane.name}.log"
                self._fates |= runs.run(self._tree, unknown, lane, log=log)
            return {name for name in tests if self._fates.get(name) == "passed"}


class Breaker:
    def __init__(self, root: Path, marked: dict[str, Marked], lanes: list[Lane], control: Control) -> None:
        self._root = root
        self._marked = marked
        self._lanes = lanes
        self._control = control
        self._one_at_a_time = threading.Lock()

    def tests_of(self, promise: str, lane: Lane) -> list[str]:
        return [
            name
            for name, one in self._marked.items()
            if promise in one.ids and runs.lane_name(one) == lane.name and not lane.missing
        ]

    def attempt(self, one: Break, folder: Path) -> str:
        """Apply one patch and run its promise's tests, quicker lanes first; return the line to print."""
        tree = copy_tree(self._root, folder / one.patch.stem)
        try:
            apply(one.patch, tree)
            ran = 0
            for lane in self._lanes:
                tests = self.tests_of(one.promise, lane)
                if not tests:
                    continue
                noticed, count = self._noticed(
                    tests, lane, tree, folder / f"{one.patch.stem}-{lane.name}.log"
                )
                ran += count
                if noticed:
                    return f"{one.promise} broken by {one.patch.name}: {noticed} of {ran} tests fail"
        finally:
            shutil.rmtree(tree, ignore_errors=True)
        raise BreakError(f"{one.patch.name} breaks nothing that the {ran} tests of {one.promise} notice")

    def _noticed(self, tests: list[str], lane: Lane, tree: Path, log: Path) -> tuple[int, int]:
        """Return how many tests failed by themselves, and how many ran (it stops after a few failures)."""
        sound = self._control.passing(tests, lane)
        single = Lane(lane.name, environment=lane.environment, seconds=lane.seconds)

        def work() -> dict[str, str]:
            return runs.run(tree, sorted(sound), single, log=log, stop_after=ENOUGH_FAILURES)

        fates = self._exclusively(work) if lane.alone else work()
        return sum(fates.get(name) == "failed" for name in sound), len(fates)

    def _exclusively(self, work: Callable[[], dict[str, str]]) -> dict[str, str]:
        with self._one_at_a_time:
            return work()


def break_all(
    root: Path, *, breaks: Path, lanes: list[Lane] | None = None, only: Collection[str] = ()
) -> int:
    """Try every patch of the built promises, or of those of them that `only` names."""
    built = [promise.id for promise in book.read(root / "docs" / "promises.md") if promise.built]
    if unknown := set(only) - set(built):
        raise BreakError(f"not a built promise: {', '.join(sorted(unknown))}")
    built = [one for one in built if not only or one in only]
    found = [one for one in find(breaks) if one.promise in built]
    lanes = lanes if lanes is not None else runs.lanes()
    marked = runs.collect(root)
    folder = root / "var" / "breaks"
    control = Control(root, folder)
    breaker = Breaker(root, marked, lanes, control)
    wrong = [
        f"{one} has no patch that breaks it" for one in built if one not in {each.promise for each in found}
    ]
    for lane in lanes[:1]:
        tests = sorted({name for one in found for name in breaker.tests_of(one.promise, lane)})
        sound = control.passing(tests, lane) if tests else set()
        wrong += [f"{name} does not pass in an untouched copy" for name in tests if name not in sound]

    def attempt(one: Break) -> str:
        try:
            line = breaker.attempt(one, folder)
        except (BreakError, runs.RunError) as problem:
            line = f"{one.promise} NOT BROKEN: {problem}"
            wrong.append(line)
        print(line, flush=True)
        return line

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(attempt, found))
    shutil.rmtree(folder / "untouched", ignore_errors=True)
    for line in wrong:
        print(f"wrong: {line}")
    print(f"{len(found)} patches tried for {len(built)} built promises, {len(wrong)} wrong")
    return 1 if wrong else 0
