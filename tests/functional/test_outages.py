"""The real server against a vendor that refuses, and a store that sends what it should not (trust F5, S4, S3)."""

from __future__ import annotations

import socket
import struct
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from tests import live
from tests.live import Portal, wait_until

pytestmark = [pytest.mark.services, pytest.mark.xdist_group("outages")]

PEOPLE = 50
FAILURES_THAT_OPEN = 5
PROMPTLY = 2.0
DOWN = "not answering"


class Refuser:
    """A vendor whose door is shut: every connection is counted and reset before a byte."""

    def __init__(self) -> None:
        self.calls = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.netloc = f"127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def stop(self) -> None:
        self._listener.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.calls += 1
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.close()


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    folder = tmp_path_factory.mktemp("outages")
    refuser = Refuser()
    with live.running(
        folder, people="world", environment={"SERVER_PROCESSES": "2"}, gunicorn=None
    ) as running:
        running.environment["PORTAL_VENDOR_HOSTS"] += f",{refuser.netloc}"
        running.serve()
        running.staged["refuser"] = refuser
        yield running
    refuser.stop()


@pytest.fixture(autouse=True)
def a_good_vendor_again(portal: Portal) -> Iterator[None]:
    yield
    portal.sandbox.reset()
    portal.close_breakers()


def families(portal: Portal) -> list[tuple[str, str]]:
    parents = (
        (part, person["students"]) for part, person in portal.staged["people"].items() if "parent-" in part
    )
    return [(part, students[0]) for part, students in parents if students]


def move_ets(portal: Portal, url: str) -> None:
    portal.sql(f"UPDATE integrations_connection SET base_url = '{url}' WHERE vendor = 'ets'")  # noqa: S608 - no input: names and values of this test


@pytest.mark.promise("F5")
def test_fifty_people_in_turn_cost_a_refusing_vendor_five_calls_and_nobody_waits(portal: Portal):
    refuser: Refuser = portal.staged["refuser"]
    good = portal.rows("SELECT base_url FROM integrations_connection WHERE vendor = 'ets'")[0][0]
    move_ets(portal, f"http://{refuser.netloc}/ets")
    try:
        asked = families(portal)[:PEOPLE]
        assert len(asked) == PEOPLE
        began = time.monotonic()
        waits = []
        for part, student in asked:
            started = time.monotonic()
            page = portal.get(part, f"/students/{student}/")
            waits.append(time.monotonic() - started)
            assert page.status_code == 200
            if "warning" in page.text or DOWN in page.text:
                continue
            assert "SSID" in page.text, "only a student without a number is told something else"
        probes = int((time.monotonic() - began) // 30) * 3
    finally:
        move_ets(portal, good)

    assert refuser.calls <= FAILURES_THAT_OPEN + probes
    assert max(waits[FAILURES_THAT_OPEN:]) < PROMPTLY, "with the breaker open nobody waits for the vendor"


@pytest.mark.promise("F5")
def test_a_vendor_that_really_refuses_connections_gives_pages_with_the_notice(portal: Portal):
    portal.sandbox.faults({"where": "all", "kind": "refuse", "seconds": 3})
    time.sleep(0.2)
    pages = [portal.get(part, f"/students/{student}/") for part, student in families(portal)[:6]]
    wait_until(lambda: _there_again(portal), what="for the sandbox to take calls again")

    assert {page.status_code for page in pages} == {200}
    assert any(DOWN in page.text for page in pages)


def _there_again(portal: Portal) -> bool:
    try:
        return bool(portal.sandbox.calls())
    except requests.RequestException:
        return False


HOSTILE: dict[str, tuple[dict[str, Any], set[int]]] = {
    "ten gigabytes": ({"kind": "huge"}, {502, 503}),
    "a page that says it is a PDF": ({"kind": "wrong_type"}, {502}),
    "a redirect": ({"kind": "redirect", "location": "http://127.0.0.1:1/elsewhere"}, {502}),
    "a gzip bomb": ({"kind": "gzip_bomb"}, {502, 503}),
    "an error page": ({"kind": "status", "status": 403, "body": "xml"}, {502}),
}


def a_report(portal: Portal) -> tuple[str, str]:
    for part, student in families(portal):
        if urls := portal.report_urls(part, student):
            return part, f"{urls[0]}content/"
    raise AssertionError("nobody has a report")


@pytest.mark.promise("S4")
@pytest.mark.parametrize("what", HOSTILE)
def test_hostile_content_ends_in_a_page_of_ours(portal: Portal, what: str):
    fault, expected = HOSTILE[what]
    part, url = a_report(portal)
    portal.sandbox.faults({"where": "link", **fault})

    answer = portal.get(part, url)

    assert answer.status_code in expected
    assert answer.headers["Content-Type"].startswith("text/html")
    assert "Location" not in answer.headers
    wait_until(lambda: portal.sandbox.calls()["link_open"] == 0, what="for upstream to be closed")


@pytest.mark.promise("S4")
def test_a_body_without_an_end_is_cut_and_the_reader_sees_it_broken(portal: Portal):
    part, url = a_report(portal)
    portal.sandbox.faults({"where": "link", "kind": "huge", "size": None})
    received: list[int] = []
    with portal.client(part) as client, client.get(portal.url + url, stream=True, timeout=60) as answer:
        assert answer.status_code == 200
        with pytest.raises((requests.exceptions.ChunkedEncodingError, requests.exceptions.ConnectionError)):
            received.extend(map(len, answer.iter_content(1_000_000)))

    assert sum(received) <= 200 * 1024 * 1024
    wait_until(lambda: portal.sandbox.calls()["link_open"] == 0, what="for upstream to be closed")
    outcome = "SELECT outcome FROM accounts_accessrecord WHERE action = 'finished' ORDER BY id DESC LIMIT 1"
    assert portal.rows(outcome)[0][0] in {"upstream-failed", "too-large"}


@pytest.mark.promise("S4")
def test_no_header_of_the_vendor_but_the_length_reaches_the_reader(portal: Portal):
    part, url = a_report(portal)
    portal.sandbox.faults({"where": "link", "kind": "set_cookie", "value": "stolen=1; Path=/"})

    answer = portal.get(part, url)

    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    assert not any(name.lower().startswith("x-amz") or name == "ETag" for name in answer.headers)
    assert int(answer.headers["Content-Length"]) == len(answer.content)


@pytest.mark.promise("S4")
def test_a_slow_drip_holds_one_thread_until_its_reader_leaves(portal: Portal):
    part, url = a_report(portal)
    portal.sandbox.faults({"where": "link", "kind": "drip", "ms_per_byte": 50})
    with portal.client(part) as client:
        answer = client.get(portal.url + url, stream=True, timeout=60)
        assert next(answer.iter_content(1))
        began = time.monotonic()
        assert portal.get(part, "/").status_code == 200
        assert time.monotonic() - began < PROMPTLY
        assert portal.sandbox.calls()["link_open"] == 1
        answer.close()

    wait_until(lambda: portal.sandbox.calls()["link_open"] == 0, what="for upstream to be closed")


@pytest.mark.promise("S4")
def test_a_reader_who_leaves_closes_upstream(portal: Portal):
    part, url = a_report(portal)
    portal.sandbox.faults({"where": "link", "kind": "shape", "bytes_per_second": 2_000_000})
    with portal.client(part) as client:
        answer = client.get(portal.url + url, stream=True, timeout=60)
        assert next(answer.iter_content(1000)).startswith(b"%PDF-")
        answer.close()

    wait_until(lambda: portal.sandbox.calls()["link_aborted"] == 1, what="for upstream to be closed")
    last = "SELECT outcome FROM accounts_accessrecord WHERE action = 'finished' ORDER BY id DESC LIMIT 1"
    wait_until(lambda: portal.rows(last)[0][0] == "client-left", what="for the end on record")
