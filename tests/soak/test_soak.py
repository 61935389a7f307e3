"""Random people against a vendor with random faults, for as long as asked; what must hold afterwards holds exactly.

SOAK_SEED repeats a run. SOAK=long takes an hour, SOAK_MINUTES any time, else a minute and a half.
"""

from __future__ import annotations

import os
import random
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import requests

from tests import live
from tests.live import Portal, wait_until
from tests.soak.readers import Readers

pytestmark = [pytest.mark.soak, pytest.mark.promise("R1", "S4", "F5")]

MINUTES = float(os.environ.get("SOAK_MINUTES") or (60 if os.environ.get("SOAK") == "long" else 1.5))
READERS = 12
SLOTS = 24
MEMORY_GROWTH = 60_000_000
FAULTS: list[dict[str, object]] = [
    {"where": "reports", "kind": "status", "status": 503},
    {"where": "reports", "kind": "status", "status": 429, "retry_after": 1},
    {"where": "reports", "kind": "reset"},
    {"where": "reports", "kind": "delay", "ms": 700},
    {"where": "reports", "kind": "garbage"},
    {"where": "token", "kind": "status", "status": 500},
    {"where": "link", "kind": "status", "status": 403, "body": "xml"},
    {"where": "link", "kind": "reset", "at": "body"},
    {"where": "link", "kind": "truncate"},
    {"where": "link", "kind": "wrong_type"},
    {"where": "link", "kind": "huge"},
    {"where": "link", "kind": "shape", "size": 3_000_000, "bytes_per_second": 2_000_000},
    {"where": "link", "kind": "hang", "seconds": 1},
]


@dataclass
class Told:
    """What the readers met: answers by (page, status), and reports whose first byte arrived."""

    answers: Counter[tuple[str, int]] = field(default_factory=Counter)
    served: int = 0
    broken: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, page: str, status: int, *, broken: bool = False) -> None:
        with self.lock:
            self.answers[page, status] += 1
            self.served += page == "content" and status == 200
            self.broken += broken


class Reader(threading.Thread):
    """Lists and opens at random until told to stop; sometimes leaves in the middle of a report."""

    def __init__(self, portal: Portal, dice: random.Random, told: Told, stopping: threading.Event) -> None:
        super().__init__(daemon=True)
        self._portal, self._dice, self._told, self._stopping = portal, dice, told, stopping
        self.failed: Exception | None = None

    def run(self) -> None:
        try:
            while not self._stopping.is_set():
                self._visit()
        except Exception as problem:  # noqa: BLE001 - the test itself says what went wrong in a thread
            self.failed = problem

    def _visit(self) -> None:
        people = [part for part, one in self._portal.staged["people"].items() if one["students"]]
        part = self._dice.choice(people)
        student = self._dice.choice(self._portal.person(part)["students"])
        with self._portal.client(part) as client:
            home = client.get(f"{self._portal.url}/", timeout=30)
            self._told.add("home", home.status_code)
            page = client.get(f"{self._portal.url}/students/{student}/", timeout=60)
            self._told.add("list", page.status_code)
            reports = sorted(set(live.PDF_REPORT.findall(page.text)))
            if reports:
                self._open(client, self._dice.choice(reports))

    def _open(self, client: requests.Session, report: str) -> None:
        leaves = self._dice.random() < 0.25
        try:
            with client.get(f"{self._portal.url}{report}content/", stream=True, timeout=60) as answer:
                self._told.add("content", answer.status_code)
                for _chunk in answer.iter_content(50_000):
                    if leaves:
                        return
        except requests.RequestException:
            with self._told.lock:
                self._told.broken += 1


def misbehave(portal: Portal, dice: random.Random, ends: float) -> None:
    """Change the vendor's mood every second or so, and its tokens' life now and then."""
    while time.monotonic() < ends:
        chosen = [dict(fault, times=dice.randint(1, 6)) for fault in dice.sample(FAULTS, dice.randint(0, 3))]
        portal.sandbox.faults(*chosen)
        if dice.random() < 0.1:
            portal.sandbox.settings(revoke_tokens=True)
        if dice.random() < 0.1:
            portal.sandbox.advance(1900)
        time.sleep(dice.uniform(0.5, 1.5))
    portal.sandbox.reset()


def memory(portal: Portal) -> int:
    return sum(process.memory_info().rss for process in portal.workers())


def count(portal: Portal, condition: str) -> int:
    found: int = portal.rows(f"SELECT count(*) FROM accounts_accessrecord WHERE {condition}")[0][0]  # noqa: S608 - no input: names and values of this test
    return found


def check_record(portal: Portal, told: Told) -> None:
    """Opened rows are the reports served, no more and no fewer, and each has its end."""
    opened = count(portal, "action = 'opened'")
    wait_until(lambda: count(portal, "action = 'finished'") >= opened, seconds=60, what="for every end")
    assert opened == told.served
    assert count(portal, "action = 'finished'") == opened
    orphans = (
        "action = 'opened' AND event_id NOT IN "
        "(SELECT event_id FROM accounts_accessrecord WHERE action = 'finished')"
    )
    assert count(portal, orphans) == 0


@pytest.mark.timeout(0)
def test_whatever_the_vendor_does_the_record_is_whole_and_nothing_is_leaked(tmp_path: Path):
    seed = int(os.environ.get("SOAK_SEED") or time.time())
    print(f"SOAK_SEED={seed} for {MINUTES} minutes")
    dice = random.Random(seed)  # noqa: S311 - drawn by a seed so that a run can be repeated; no secret
    told, stopping = Told(), threading.Event()
    with live.running(tmp_path, people="world", environment={"STREAM_SLOTS": str(SLOTS)}) as portal:
        readers = [Reader(portal, random.Random(dice.random()), told, stopping) for _ in range(READERS)]  # noqa: S311 - drawn by a seed so that a run can be repeated; no secret
        for reader in readers:
            reader.start()
        warm = time.monotonic() + min(20, MINUTES * 20)
        misbehave(portal, dice, warm)
        before = memory(portal)
        misbehave(portal, dice, warm + MINUTES * 60)
        stopping.set()
        for reader in readers:
            reader.join(90)

        print(dict(told.answers), f"served {told.served}, broken {told.broken}")
        assert [reader.failed for reader in readers if reader.failed] == []
        assert {page: number for page, number in told.answers.items() if page[1] == 500} == {}
        assert {status for page, status in told.answers if page in {"home", "list"}} == {200}
        check_record(portal, told)
        wait_until(lambda: portal.sandbox.calls()["link_open"] == 0, seconds=30, what="for upstream")
        check_slots(portal)
        assert memory(portal) - before < MEMORY_GROWTH, f"{(memory(portal) - before) / 1e6:.0f} MB more"
        # A report that breaks off is an exception on purpose: gunicorn then drops the connection.
        tracebacks = (str(event) for event in portal.log_events() if "Traceback" in str(event))
        assert [text for text in tracebacks if "StreamBroken" not in text] == []


def check_slots(portal: Portal) -> None:
    """Exactly as many reports can be read at once as before: no place was lost on the way."""
    portal.close_breakers()
    # A family's: staff would be asked for the purpose first.
    families = [(part, one["students"]) for part, one in portal.staged["people"].items() if "parent-" in part]
    part, report = next(
        (part, urls[0])
        for part, students in families
        for urls in [portal.report_urls(part, students[0])]
        if urls
    )
    content = f"{report}content/"
    portal.sandbox.faults({"where": "link", "kind": "shape", "bytes_per_second": 500_000})
    asked = (f"{portal.url}{content}", f"sessionid={portal.person(part)['session']}")
    readers = Readers([asked] * SLOTS, bytes_a_second=100_000)
    wait_until(lambda: readers.statuses()[0] == 0, seconds=30, what="for all to be answered")
    assert readers.statuses() == {200: SLOTS}
    assert portal.get(part, content).status_code == 503
    readers.leave()
