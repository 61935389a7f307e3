"""Pages, and whether they were all; waiting, and for how long."""

from __future__ import annotations

import json
import tracemalloc
from typing import Any

import pytest

from integrations.http import VendorUnavailable
from integrations.powerschool.client import PowerSchoolClient
from integrations.powerschool.paging import Page, Pages
from integrations.sandbox.server import SandboxServer
from tests.integrations.http.servers import http, serving
from tests.integrations.powerschool.conftest import (
    RETURNING,
    SHORT,
    At,
    MakeClient,
)


@pytest.mark.parametrize("wrapped", [True, False])
def test_62_records_come_in_pages_of_25(client: PowerSchoolClient, sandbox: SandboxServer, wrapped: bool):
    sandbox.powerschool.is_wrapped = wrapped
    pages = client.roster_records(RETURNING, page_size=25)

    assert [page.received for page in pages] == [25, 25, 12]
    assert (pages.complete, pages.reason, pages.expected, pages.received) == (True, "", 62, 62)
    assert sandbox.calls["rosterrecords"] == 3


def test_a_list_that_is_not_read_to_its_end_is_not_complete(client: PowerSchoolClient):
    pages = client.roster_records(RETURNING, page_size=25)
    next(iter(pages))
    assert (pages.complete, pages.reason) == (False, "stopped")


def paged(*sent: dict[str, Any] | bytes) -> list[bytes]:
    return [each if isinstance(each, bytes) else http(200, json.dumps([each]).encode()) for each in sent]


def page(number: int, ids: list[int], count: int = 4, pages: int = 2) -> dict[str, Any]:
    counts = {"page": number, "pageSize": 2, "pageCount": pages, "recordCount": count}
    return {"metadata": counts, "records": [{"id": each} for each in ids]}


@pytest.mark.parametrize(
    ("sent", "reason", "received"),
    [
        ([page(1, [1, 2]), page(2, [3, 4])], "", 4),
        ([page(1, [1, 2]), page(2, [3])], "count-mismatch", 3),
        ([page(1, [1, 2]), page(2, [3, 4], count=5)], "count-changed", 4),
        ([page(1, [1, 2]), page(1, [3, 4])], "page-mismatch", 4),
        ([page(1, [1, 2]), page(2, [1, 2])], "page-repeated", 4),
        ([page(1, [1, 2], pages=10**6), page(2, [], pages=10**6)], "count-mismatch", 2),
        ([{"metadata": {}, "records": [{"id": 1}]}], "no-count", 1),
        ([page(1, [1, 2]), {**page(2, []), "records": [{"no": "id"}, {"id": 4}]}], "rows-unreadable", 4),
    ],
)
def test_what_did_not_come_whole_is_said(at: At, sent: list[dict[str, Any]], reason: str, received: int):
    with serving(*paged(*sent)) as server:
        pages = at(server.url).submission_records("1", page_size=2)
        for _page in pages:
            pass
    assert (pages.reason, pages.complete, pages.received) == (reason, not reason, received)


@pytest.mark.parametrize("body", [b"[]", b"{}", b"7"])
def test_a_page_of_another_shape_raises(at: At, body: bytes):
    with serving(*paged(page(1, [1, 2]), http(200, body))) as server:
        pages = at(server.url).submission_records("1", page_size=2)
        with pytest.raises(VendorUnavailable, match="unexpected-shape"):
            list(pages)
    assert pages.reason == "unexpected-shape"


def test_a_page_that_fails_is_asked_for_again(at: At):
    with serving(*paged(page(1, [1, 2]), http(503), page(2, [3, 4]))) as server:
        pages = at(server.url).submission_records("1", page_size=2)
        assert [row.record_id for row in pages.rows()] == ["1", "2", "3", "4"]
    assert pages.complete


def test_throttling_is_waited_out_for_a_read(client: PowerSchoolClient, sandbox: SandboxServer):
    sandbox.faults.add(
        vendor="powerschool", where="deliverytargets", kind="status", status=429, retry_after=0, times=2
    )
    assert client.delivery_targets()
    assert sandbox.calls["deliverytargets"] == 3


def test_reads_end_when_the_time_of_all_is_over(make_client: MakeClient, sandbox: SandboxServer):
    with pytest.raises(VendorUnavailable, match="out-of-time"):
        make_client(seconds_left=lambda: 0.0).checklists()
    assert sandbox.calls["checklists"] == 0
    assert SHORT.tries > 1


# --- memory


def most_held(pages: int) -> int:
    """The most bytes that reading so many pages of 200 kB holds at once."""

    def fetch(number: int) -> Page[str]:
        return Page(number, (f"{number:02}" * 100_000,), (), 1, number, pages, pages)

    tracemalloc.start()
    try:
        for _row in Pages(fetch).rows():
            pass
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_a_hundred_pages_hold_no_more_than_three():
    assert most_held(99) < 1.5 * most_held(3)
