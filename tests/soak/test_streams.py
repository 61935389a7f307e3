"""Reports as bytes that pass through (trust S4): memory, disk, upstream, and small pages beside slow readers."""

from __future__ import annotations

import statistics
import time
from pathlib import Path

import psutil
import pytest

from tests import live
from tests.live import Portal, wait_until
from tests.soak.readers import Readers

pytestmark = [pytest.mark.soak, pytest.mark.promise("S4")]

STREAMS = 50
STREAM_BYTES = 20_000_000
MEGABYTE = 1_000_000
THREADS = 32
SMALL_PAGES = 120
WORST_P95_MS = 300


def content_requests(portal: Portal, count: int) -> list[tuple[str, str]]:
    """Return (url, cookie) for so many readers, over different families."""
    parts = [part for part in portal.staged["people"] if part.startswith("parent-")]
    found: list[tuple[str, str]] = []
    for part in parts:
        person = portal.person(part)
        if (
            len(found) < 20
            and person["students"]
            and (paths := portal.report_urls(part, person["students"][0]))
        ):
            found.append((f"{portal.url}{paths[0]}content/", f"sessionid={person['session']}"))
    return [found[number % len(found)] for number in range(count)]


def resident(portal: Portal) -> int:
    return sum(process.memory_info().rss for process in portal.workers())


def open_files(portal: Portal) -> list[str]:
    """Return the files (no sockets or pipes) that the server's workers hold open for writing."""
    return [file.path for process in portal.workers() for file in process.open_files() if "w" in file.mode]


def bytes_on_disk(*folders: Path) -> int:
    files = (
        file for folder in folders for file in folder.rglob("*") if file.is_file() and file.suffix != ".log"
    )
    return sum(file.stat().st_blocks * 512 for file in files)


@pytest.fixture
def temporary(tmp_path: Path) -> Path:
    folder = tmp_path / "tmp"
    folder.mkdir()
    return folder


def test_fifty_streams_cost_less_than_a_megabyte_each_and_leave_nothing_behind(
    tmp_path: Path, temporary: Path
):
    environment = {"SERVER_THREADS": "80", "STREAM_SLOTS": "60", "TMPDIR": str(temporary)}
    with live.running(tmp_path, people="world", environment=environment) as portal:
        asked = content_requests(portal, STREAMS)
        shape = {"where": "link", "kind": "shape", "size": STREAM_BYTES, "bytes_per_second": 1_000_000}
        portal.sandbox.faults(shape)
        # A few first: what the server loads once is not the streams'.
        warm = Readers(asked[:5], bytes_a_second=10 * MEGABYTE)
        wait_until(lambda: portal.sandbox.calls()["link_open"] == 5)
        warm.leave()
        wait_until(lambda: portal.sandbox.calls()["link_open"] == 0)
        idle, files, disk = resident(portal), open_files(portal), bytes_on_disk(tmp_path)
        aborted = portal.sandbox.calls()["link_aborted"]

        readers = Readers(asked, bytes_a_second=400_000)
        wait_until(lambda: portal.sandbox.calls()["link_open"] == STREAMS, what=str(readers.statuses()))
        highest = max(_sampled(portal) for _ in range(25))
        assert readers.statuses() == {200: STREAMS}
        assert (highest - idle) / STREAMS < MEGABYTE, (
            f"{(highest - idle) / STREAMS / MEGABYTE:.2f} MB a stream"
        )
        assert open_files(portal) == files, "no file was opened"
        assert bytes_on_disk(tmp_path) - disk < MEGABYTE, "and nothing was written but rows"

        readers.leave()
        wait_until(
            lambda: portal.sandbox.calls()["link_open"] == 0, seconds=30, what="for upstream to be closed"
        )
        assert portal.sandbox.calls()["link_aborted"] - aborted == STREAMS
        assert psutil.Process(portal.workers()[0].pid).is_running()
        print(f"{(highest - idle) / STREAMS / MEGABYTE:.3f} MB a stream")


def _sampled(portal: Portal) -> int:
    time.sleep(0.2)
    return resident(portal)


def test_small_pages_stay_quick_beside_twice_as_many_slow_readers_as_threads(tmp_path: Path):
    """2 × threads readers at 50 KB/s, a pool of 4: small pages p95 < 300 ms, the rest of the readers a calm "busy"."""
    environment = {"SERVER_THREADS": str(THREADS), "DB_POOL_SIZE": "4"}
    with live.running(tmp_path, people="world", environment=environment) as portal:
        asked = content_requests(portal, 2 * THREADS)
        portal.sandbox.faults({"where": "link", "kind": "shape", "size": STREAM_BYTES})
        readers = Readers(asked, bytes_a_second=50_000)
        wait_until(lambda: readers.statuses()[0] == 0, seconds=30, what="until everybody is answered")

        times = _small_pages(portal)

        slots = THREADS * 3 // 4
        statuses = readers.statuses()
        assert statuses == {200: slots, 503: 2 * THREADS - slots}
        assert portal.sandbox.calls()["link_open"] == slots, "all of them were reading meanwhile"
        p95 = statistics.quantiles(times, n=20)[-1]
        print(f"small pages: median {statistics.median(times):.0f} ms, p95 {p95:.0f} ms")
        assert p95 < WORST_P95_MS, f"p95 {p95:.0f} ms"
        part = next(part for part in portal.staged["people"] if part.startswith("parent-"))
        busy = portal.get(part, asked[0][0].removeprefix(portal.url))
        assert busy.status_code == 503
        assert busy.headers["Retry-After"] == "60"
        assert "Many families are reading reports right now" in busy.text
        readers.leave()
        wait_until(lambda: portal.sandbox.calls()["link_open"] == 0, seconds=30)
        finished = "SELECT count(*) FROM accounts_accessrecord WHERE action = 'finished'"
        wait_until(lambda: portal.rows(finished)[0][0] == slots, what="for every stream's end on record")
        assert (
            portal.rows("SELECT count(*) FROM accounts_accessrecord WHERE outcome = 'busy'")[0][0] >= THREADS
        )


def _small_pages(portal: Portal) -> list[float]:
    parts = [part for part in portal.staged["people"] if part.startswith("parent-")][:10]
    pages = [(part, "/") for part in parts] + [(None, "/healthz")]
    clients = {part: portal.client(part) for part, _path in pages}
    times = []
    for number in range(SMALL_PAGES):
        part, path = pages[number % len(pages)]
        began = time.perf_counter()
        answer = clients[part].get(portal.url + path, timeout=20)
        times.append((time.perf_counter() - began) * 1000)
        assert answer.status_code == 200
    return times
