"""`make promises`: runs the marked tests of every built promise and prints a line for each id."""

from __future__ import annotations

from pathlib import Path

from tests.promises import book, runs
from tests.promises.book import Promise
from tests.promises.runs import Lane, Marked


def inconsistencies(promises: list[Promise], marked: dict[str, Marked]) -> list[str]:
    """Say where the page and the tests' marks disagree. `make check` asks this too."""
    carried = {one for test in marked.values() for one in test.ids}
    known = {promise.id for promise in promises}
    return [
        *(
            f"{promise.id} is built but no test carries it"
            for promise in promises
            if promise.built and promise.id not in carried
        ),
        *(f"a test carries {one}, which docs/promises.md does not have" for one in sorted(carried - known)),
    ]


def verdict(promise: Promise, marked: dict[str, Marked], fates: dict[str, str]) -> tuple[bool, str]:
    """Judge one promise by the fates of its tests: proven only if every one of them ran and passed."""
    if not promise.built:
        return True, f"{promise.id} not built"
    tests = [name for name, one in marked.items() if promise.id in one.ids]
    unproven = [name for name in tests if fates.get(name) != "passed"]
    if not tests:
        return False, f"{promise.id} FAILED no test carries it"
    if not unproven:
        return True, f"{promise.id} proven {len(tests)} test{'s' if len(tests) > 1 else ''}"
    first = f"{unproven[0]} {fates.get(unproven[0], 'did not run')}"
    return False, f"{promise.id} FAILED {len(unproven)} of {len(tests)} tests: {first}"


def prove(root: Path, *, lanes: list[Lane] | None = None, ids: tuple[str, ...] = book.IDS) -> int:
    promises = book.read(root / "docs" / "promises.md")
    marked = runs.collect(root)
    faults = book.problems(promises, ids=ids) + inconsistencies(promises, marked)
    built = {promise.id for promise in promises if promise.built}
    fates: dict[str, str] = {}
    for lane in lanes if lanes is not None else runs.lanes():
        tests = [
            name for name, one in marked.items() if built & set(one.ids) and runs.lane_name(one) == lane.name
        ]
        if tests and lane.missing:
            print(f"{len(tests)} tests of the {lane.name} lane did not run: {lane.missing}")
        elif tests:
            log = root / "var" / "promises" / f"{lane.name}.log"
            fates |= runs.run(root, tests, lane, log=log)
            if any(fates.get(name) != "passed" for name in tests):
                print("\n".join(log.read_text().splitlines()[-60:]))
    verdicts = [verdict(promise, marked, fates) for promise in promises]
    for _good, line in verdicts:
        print(line)
    for fault in faults:
        print(f"docs/promises.md: {fault}")
    bad = sum(not good for good, _line in verdicts)
    print(f"{len(built) - bad} proven, {bad} not, {len(promises) - len(built)} not built")
    return 1 if bad or faults else 0
