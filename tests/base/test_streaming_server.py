"""Streams under the real server: how gunicorn, Django and the guarded iterator end them together."""

import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests

ROOT = Path(__file__).resolve().parents[2]
CHUNK_BYTES = 65_536
pytestmark = [pytest.mark.slow, pytest.mark.promise("S4")]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    log = tmp_path_factory.mktemp("gunicorn") / "log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "tests.base.streaming_app:application", "--bind", f"127.0.0.1:{port}",
             "--worker-class", "gthread", "--threads", "8", "--workers", "1", "--no-control-socket"],
            cwd=ROOT, stdout=out, stderr=out, env=os.environ | {"DJANGO_SETTINGS_MODULE": ""},
        )  # fmt: skip
    url = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            requests.get(f"{url}/told", timeout=5)
            break
        except requests.ConnectionError:
            time.sleep(0.1)
    yield url, log
    process.terminate()
    process.wait(20)


def told_after(url: str, streams: int) -> dict:
    """Wait until so many streams have come to an end, and return what they came to."""
    deadline = time.monotonic() + 20
    while True:
        answer: dict = requests.get(f"{url}/told", timeout=5).json()
        if len(answer["told"]) >= streams or time.monotonic() > deadline:
            return answer
        time.sleep(0.05)


def lines_after(log: Path, written: int) -> list[tuple[str, int, str | None]]:
    """Return (outcome, bytes, error) of each line since: all of them are ours about broken streams, and JSON."""
    time.sleep(0.3)  # the server's own words would come after ours
    lines = [json.loads(line) for line in log.read_text()[written:].splitlines()]
    assert all(line["event"] == "stream-broken" and "request_id" in line for line in lines)
    return [(line["outcome"], line["bytes"], line.get("error")) for line in lines]


def ended(url: str) -> int:
    return len(requests.get(f"{url}/told", timeout=5).json()["told"])


def test_a_whole_stream_arrives_whole(server):
    url, _ = server
    before = ended(url)
    for query in ("kind=whole", "kind=whole&length=1"):
        assert len(requests.get(f"{url}/stream?{query}", timeout=10).content) == 10 * CHUNK_BYTES
    answer = told_after(url, before + 2)
    assert answer["told"][before:] == [["complete", 10 * CHUNK_BYTES]] * 2
    assert answer["taken"] == 0


def test_a_client_that_leaves_closes_upstream_and_gives_the_slot_back(server):
    url, log = server
    before, written = ended(url), log.stat().st_size
    response = requests.get(f"{url}/stream?kind=endless", stream=True, timeout=10)
    content = response.iter_content(CHUNK_BYTES)  # held: dropped, it would leave at once
    next(content)
    assert requests.get(f"{url}/told", timeout=5).json()["taken"] == 1
    response.close()
    answer = told_after(url, before + 1)
    assert answer["told"][-1][0] == "client-left"
    assert answer["closed"] == len(answer["told"])
    assert answer["taken"] == 0
    assert [line[0] for line in lines_after(log, written)] == ["client-left"]


@pytest.mark.parametrize("query", ["kind=fails", "kind=fails&length=1"])
def test_when_upstream_fails_half_way_the_browser_sees_a_broken_download(server, query):
    url, log = server
    before, written = ended(url), log.stat().st_size
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        _ = requests.get(f"{url}/stream?{query}", timeout=10).content
    answer = told_after(url, before + 1)
    assert answer["told"][-1] == ["upstream-failed", 10 * CHUNK_BYTES]
    assert answer["taken"] == 0
    assert lines_after(log, written) == [("upstream-failed", 10 * CHUNK_BYTES, "ConnectionResetError")]


def test_a_reader_who_stops_reading_is_let_go(server):
    url, log = server
    before, written = ended(url), log.stat().st_size
    host, _, port = url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port))) as reader:
        reader.sendall(b"GET /stream?kind=endless HTTP/1.1\r\nHost: x\r\n\r\n")
        answer = told_after(url, before + 1)
    assert answer["told"][-1][0] == "reader-too-slow"
    assert answer["taken"] == 0
    assert [line[0] for line in lines_after(log, written)] == ["reader-too-slow"]


def test_beyond_its_slots_the_process_says_busy_and_small_pages_go_on(server):
    url, _ = server
    streams = [requests.get(f"{url}/stream?kind=endless", stream=True, timeout=10) for _ in range(3)]
    assert sorted(response.status_code for response in streams) == [200, 200, 503]
    assert requests.get(f"{url}/told", timeout=5).json()["taken"] == 2
    for response in streams:
        response.close()
    deadline = time.monotonic() + 10
    while requests.get(f"{url}/told", timeout=5).json()["taken"] and time.monotonic() < deadline:
        time.sleep(0.05)
    assert requests.get(f"{url}/told", timeout=5).json()["taken"] == 0
