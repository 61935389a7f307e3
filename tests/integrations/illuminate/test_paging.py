"""Pages in order, a few ahead, in constant memory; and whether they were all."""

from __future__ import annotations

import json
import threading
import time
from typing import Any

import pytest

from integrations.http import VendorUnavailable
from integrations.illuminate.paging import Ahead, Page, Pages
from integrations.sandbox.server import SandboxServer
from tests.integrations.http.servers import Loopback, http, serving
from tests.integrations.illuminate import rows
from tests.integrations.illuminate.conftest import MakeClient

ROWS = 25


def answer(number: int, **changed: Any) -> dict[str, Any]:
    """Page `number` of three, of 25 rows in all, ten a page."""
    here = range((number - 1) * 10, min(number * 10, ROWS))
    results = [rows.contact(contact_id=str(each)) for each in here]
    return {"page": number, "num_pages": 3, "num_results": ROWS, "results": results} | changed


def server_of(pages: dict[int, Any], *, pause: float = 0.0) -> Any:
    def talk(connection: Any, request: bytes) -> None:
        time.sleep(pause)
        number = int(request.partition(b"page=")[2].partition(b" ")[0].partition(b"&")[0])
        found = pages.get(number, answer(number))
        connection.sendall(found if isinstance(found, bytes) else http(200, json.dumps(found).encode()))

    return serving(talk)


def run(make_client: MakeClient, server: Loopback, **arguments: Any) -> tuple[Pages, list[str]]:
    pages = make_client(server.url).pages("StudentContacts", **arguments)
    return pages, [row.contact_id for page in pages for row in page.rows]


def test_it_works(make_client: MakeClient):
    with server_of({}) as server:
        pages, found = run(make_client, server, site_id=2)
    assert found == [str(each) for each in range(ROWS)]
    assert (pages.complete, pages.reason, pages.expected, pages.received) == (True, "", ROWS, ROWS)
    assert all(b"/Api/StudentContacts/?" in request for request in server.requests)
    assert all(b"limit=1000" in request and b"site_id=2" in request for request in server.requests)


@pytest.mark.parametrize(
    ("pages", "reason"),
    [
        ({2: answer(2, results=answer(2)["results"][:-1])}, "page-short"),
        ({3: answer(3, results=[])}, "count-mismatch"),
        ({2: answer(2, results=[])}, "count-mismatch"),
        ({2: answer(1)}, "page-mismatch"),
        ({2: answer(2, results=answer(1)["results"])}, "page-repeated"),
        ({2: answer(2, results=answer(1)["results"][::-1])}, "page-repeated"),
        ({2: answer(2, results=[answer(1)["results"][-1], *answer(2)["results"][1:]])}, "page-repeated"),
        ({3: answer(3, num_results=ROWS + 1)}, "count-changed"),
        ({2: answer(2, num_pages=4)}, "count-changed"),
        ({1: answer(1, num_results=99), 2: answer(2, num_results=99), 3: answer(3, num_results=99)}, "count-mismatch"),
        ({n: answer(n, num_results="many") for n in (1, 2, 3)}, "no-count"),
        ({1: {"page": 1, "results": []}}, "no-count"),
        ({2: answer(2, results=[{}] * 10)}, "rows-unreadable"),
    ],
)  # fmt: skip
def test_pages_that_are_not_all_there_is_are_noticed(
    make_client: MakeClient, pages: dict[int, Any], reason: str
):
    with server_of(pages) as server:
        found, _ = run(make_client, server)
    assert (found.complete, found.reason) == (False, reason)


@pytest.mark.parametrize(
    ("pages", "received"),
    [
        ({n: answer(n, num_results=str(ROWS), num_pages="3", page=str(n)) for n in (1, 2, 3)}, ROWS),
        ({n: answer(n, num_pages="lots") for n in (1, 2, 3)}, ROWS),
        ({1: {"page": 1, "num_pages": 0, "num_results": 0, "results": []}}, 0),
        ({1: {"page": 1, "num_pages": 0, "num_results": "0", "results": None}}, 0),
        ({1: {"page": 1, "num_pages": 0, "num_results": 1, "results": [rows.contact()]}}, 1),
        ({1: {"page": 1, "num_pages": 1, "num_results": 1, "results": rows.contact()}}, 1),
    ],
)
def test_counts_may_be_text_or_nothing_and_one_object_is_a_list(
    make_client: MakeClient, pages: dict[int, Any], received: int
):
    with server_of(pages) as server:
        found, _ = run(make_client, server)
    assert (found.complete, found.received, found.reason) == (True, received, "")


def test_a_count_that_is_wrong_by_millions_is_not_asked_for_to_its_end(make_client: MakeClient):
    wrong = {n: answer(n, num_pages=10**6) for n in (1, 2, 3)} | {
        n: {"page": n, "num_pages": 10**6, "num_results": ROWS, "results": []} for n in range(4, 40)
    }
    with server_of(wrong) as server:
        found, ids = run(make_client, server)
        assert (len(ids), found.complete) == (ROWS, False)
        assert len(server.requests) < 15


@pytest.mark.promise("F1")
def test_a_page_that_fails_for_good_raises_in_its_turn_and_the_rest_is_not_complete(make_client: MakeClient):
    with server_of({2: http(500)}) as server:
        pages = make_client(server.url).pages("StudentContacts")
        reading = iter(pages)
        assert next(reading).number == 1
        with pytest.raises(VendorUnavailable, match="status-500"):
            next(reading)
    assert (pages.received, pages.complete, pages.reason) == (10, False, "status-500")


def test_whoever_stops_reading_has_not_read_it_all(make_client: MakeClient):
    with server_of({}) as server:
        pages = make_client(server.url).pages("StudentContacts")
        next(iter(pages))
    assert (pages.complete, pages.reason) == (False, "stopped")


def many(number: int, of: int) -> dict[str, Any]:
    contact = rows.contact(contact_id=str(number))
    return {"page": number, "num_pages": of, "num_results": of, "results": [contact]}


def test_four_are_asked_for_at_a_time_and_no_more_than_twelve_ahead(make_client: MakeClient):
    with server_of({n: many(n, 20) for n in range(1, 21)}, pause=0.02) as server:
        pages = iter(make_client(server.url).pages("StudentContacts"))
        for _ in range(2):
            next(pages)
        time.sleep(0.3)
        assert len(server.requests) == 13  # the first, then twelve: the reader has taken one of those
        began = time.perf_counter()
        assert len(list(pages)) == 18
        assert len(server.requests) == 20
        assert time.perf_counter() - began < 18 * 0.2


def test_never_more_than_four_wait_for_the_vendor(make_client: MakeClient):
    """One thread more reads answers, and asks for nothing while four wait."""
    lock, waiting, seen = threading.Lock(), 0, []

    def talk(connection: Any, request: bytes) -> None:
        nonlocal waiting
        with lock:
            waiting += 1
            seen.append(waiting)
        time.sleep(0.05)
        with lock:
            waiting -= 1
        number = int(request.partition(b"page=")[2].partition(b" ")[0].partition(b"&")[0])
        connection.sendall(http(200, json.dumps(many(number, 20)).encode()))

    with serving(talk) as server:
        pages = make_client(server.url).pages("StudentContacts")
        assert len(list(pages)) == 20
    assert max(seen) == 4


def test_every_call_is_made_in_a_thread_of_its_own_which_then_lets_go(make_client: MakeClient):
    threads: list[str] = []
    with server_of({}) as server:
        client = make_client(server.url, let_go=lambda: threads.append(threading.current_thread().name))
        list(client.pages("StudentContacts"))
    assert len(threads) == 3
    assert all(name.startswith("illuminate") for name in threads)


def test_out_of_time_is_a_failure(make_client: MakeClient):
    left = iter([60.0] * 2)
    with server_of({}) as server:
        pages = make_client(server.url, seconds_left=lambda: next(left, 0.0)).pages("StudentContacts")
        with pytest.raises(VendorUnavailable, match="out-of-time"):
            list(pages)
    assert (pages.complete, pages.reason) == (False, "out-of-time")


def test_no_more_pages_are_in_memory_than_are_kept_ahead():
    alive: list[int] = []
    lock = threading.Lock()

    class Row(tuple):  # noqa: SLOT001 - a __del__ counts the rows alive; slots would change what is counted
        def __del__(self) -> None:
            with lock:
                alive[0] -= 1

    alive.append(0)

    def fetch(number: int, _left: Any) -> Page:
        with lock:
            alive[0] += 1
        return Page(number, [Row((number,))], (), 1, number, 40, 40)

    most = 0
    pages = Pages(fetch, in_flight=4, let_go=lambda: None, seconds_left=None)
    for page in pages:
        most = max(most, alive[0])
        del page
    assert pages.complete
    assert most <= 15


def test_a_list_takes_no_places_of_those_read_before_it():
    """The first list's first page is slow. By then the second's has come, and says that there are more."""
    asked: list[tuple[str, int]] = []
    second_goes_on = threading.Event()

    def pages_of(name: str) -> Pages:
        def fetch(number: int, _left: Any) -> Page:
            asked.append((name, number))
            if (name, number) == ("second", 2):
                second_goes_on.set()
            if (name, number) == ("first", 1):
                second_goes_on.wait(0.3)
            return Page(number, [(name, number)], (), 1, number, 20, 20)

        return Pages(fetch, in_flight=4, let_go=lambda: None, seconds_left=None, ahead=ahead)

    with Ahead(4) as ahead:
        first, second = pages_of("first"), pages_of("second")
        read = [row for pages in (first, second) for page in pages for row in page.rows]
    assert read == [(name, number) for name in ("first", "second") for number in range(1, 21)]
    assert asked.index(("second", 1)) < asked.index(("first", 2))
    assert asked.index(("second", 2)) > asked.index(("first", 16))  # four threads may pass each other


# --- the sandbox's own misbehaviour ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "short_page", "rows": 1, "page": 2},
        {"kind": "repeated_page", "of": 1, "page": 2},
        {"kind": "miscount", "results": 3, "page": 1},
        {"kind": "miscount", "results": -3},
        {"kind": "miscount", "pages": -1, "page": 1},
    ],
    ids=lambda fault: f"{fault['kind']} {fault.get('page', '')}",
)
@pytest.mark.promise("F1")
def test_each_fault_of_a_page_is_noticed(
    make_client: MakeClient, sandbox: SandboxServer, fault: dict[str, Any]
):
    sandbox.faults.add(vendor="illuminate", where="StudentContacts", **fault)
    pages = make_client().pages("StudentContacts", limit=50)

    assert sum(page.received for page in pages) > 50
    assert not pages.complete


@pytest.mark.promise("F4")
@pytest.mark.parametrize("fault", [{"kind": "status", "status": 503}, {"kind": "status", "status": 429}])
def test_a_passing_fault_in_the_middle_changes_nothing(
    make_client: MakeClient, sandbox: SandboxServer, fault: dict[str, Any]
):
    sandbox.faults.add(vendor="illuminate", where="StudentContacts", page=2, times=2, **fault)
    pages = make_client().pages("StudentContacts", limit=50)

    assert sum(page.received for page in pages) == pages.expected
    assert pages.complete
