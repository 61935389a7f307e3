"""A report's content: the bytes, the headers, who may ask for it, and what it costs at ETS."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from accounts.models import AccessRecord
from tests.cast import Cast, sign_in
from tests.scorereports.pages import asked, ets_file, ets_rows, first_report, listed_reports, opened, read

OUR_HEADERS = {
    "Content-Type": "application/pdf",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}


@pytest.fixture
def parent(cast: Cast) -> Client:
    return sign_in(cast.parent_of_two)


@pytest.fixture
def report(cast: Cast, connected, sandbox, parent: Client) -> str:
    return first_report(parent, cast.child)


def test_it_works(cast: Cast, sandbox, parent: Client, report: str):
    answer = parent.get(f"{report}content/")
    content = read(answer)
    rows = ets_rows(sandbox, cast.child.ssid, format="PDF")

    assert answer.status_code == 200
    assert content.startswith(b"%PDF-")
    assert content in {ets_file(row["url"]) for row in rows}
    assert int(answer["Content-Length"]) == len(content)


def test_every_report_of_the_list_opens_as_itself(cast: Cast, connected, sandbox, parent: Client):
    addresses = listed_reports(parent, cast.child)
    files = [ets_file(row["url"]) for row in ets_rows(sandbox, cast.child.ssid, format="PDF")]
    contents = [read(parent.get(f"{address}content/")) for address in addresses]

    assert sorted(contents) == sorted(files)


@pytest.mark.promise("S4")
def test_the_answer_carries_our_headers_alone(sandbox, parent: Client, report: str):
    sandbox.faults.add(where="link", kind="set_cookie", value="upstream=1; Path=/")
    answer = opened(parent, report)

    assert {name: answer[name] for name in OUR_HEADERS} == OUR_HEADERS
    assert "no-store" in answer["Cache-Control"]
    assert not answer.cookies
    known = {
        *OUR_HEADERS,
        "Cache-Control",
        "Content-Disposition",
        "Content-Length",
        "Cross-Origin-Opener-Policy",
        "Expires",
        "Permissions-Policy",
        "Vary",
        "Content-Language",
    }
    assert {name for name, _ in answer.items()} <= known


@pytest.mark.promise("S4", "S2")
def test_the_file_has_a_name_of_ours(cast: Cast, parent: Client, report: str):
    shown, saved = opened(parent, report), parent.get(f"{report}content/?save=1")
    read(saved)

    assert shown["Content-Disposition"].startswith('inline; filename="score-report-')
    assert saved["Content-Disposition"].startswith('attachment; filename="score-report-')
    for word in (cast.child.last_name, cast.child.ssid, "X-Amz", "CAASPP"):
        assert word not in str(shown.headers) + str(saved.headers)


def test_a_list_is_one_call_and_an_opening_one_call_and_one_link(
    cast: Cast, connected, sandbox, parent: Client
):
    address = first_report(parent, cast.child)
    assert asked(sandbox) == {"token": 1, "verify": 0, "reports": 1, "link": 0}
    opened(parent, address)
    assert asked(sandbox) == {"token": 1, "verify": 0, "reports": 2, "link": 1}
    parent.get(address)
    assert asked(sandbox) == {"token": 1, "verify": 0, "reports": 2, "link": 1}


@pytest.mark.parametrize("method", ["head", "post", "put", "patch", "delete", "options"])
def test_whatever_is_no_get_mints_nothing_and_writes_nothing(
    sandbox, parent: Client, report: str, method: str
):
    before, rows = asked(sandbox), AccessRecord.objects.count()

    assert getattr(parent, method)(f"{report}content/").status_code == 405
    assert asked(sandbox) == before
    assert AccessRecord.objects.count() == rows


@pytest.mark.promise("R1")
@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Purpose": "prefetch"},
        {"Sec-Purpose": "prefetch;prerender"},
        {"Purpose": "prefetch"},
        {"Sec-Fetch-Site": "same-origin", "Sec-Purpose": "prefetch"},
    ],
)
def test_what_a_person_did_not_ask_for_here_is_refused(
    sandbox, parent: Client, report: str, headers: dict[str, str]
):
    before = asked(sandbox)
    answer = parent.get(f"{report}content/", headers=headers)
    row = AccessRecord.objects.order_by("-pk")[0]

    assert answer.status_code == 403
    assert not answer.streaming
    assert asked(sandbox) == before
    assert (row.action, row.outcome) == ("refused", "cross-site")


@pytest.mark.parametrize("site", ["same-origin", "none"])
def test_our_own_pages_and_typed_addresses_are_served(parent: Client, report: str, site: str):
    assert opened(parent, report, headers={"Sec-Fetch-Site": site}).status_code == 200


def test_without_sign_in_it_leads_to_the_sign_in_page(sandbox, report: str):
    before = asked(sandbox)
    answer = Client().get(f"{report}content/")

    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/")
    assert asked(sandbox) == before


# --- Rows that ETS has not documented yet, and rows alike -----------------------------------------------------------


def test_twins_alike_open_each_as_itself(cast: Cast, connected, sandbox, parent: Client):
    """Two rows that differ in nothing but their link: the ordinal in the key tells them apart."""
    other = ets_rows(sandbox, cast.sibling.ssid, format="PDF")[0]["url"]
    sandbox.faults.add(where="reports", kind="extra_rows", rows=[{"url": other}], ssid=cast.child.ssid)
    addresses = listed_reports(parent, cast.child)
    contents = [read(parent.get(f"{address}content/")) for address in addresses]

    assert len(set(addresses)) == len(addresses)
    assert contents.count(ets_file(other)) == 1
    assert len(set(contents)) == len(contents)


@pytest.mark.parametrize(
    "row",
    [
        {"type": "NEWTEST"},
        {"type": "ALT/2"},
        {"lang": "HM"},
        {"content area": "CIVICS"},
        {"content area": ""},
        {"grade": "99"},
    ],
)
def test_a_row_under_codes_that_nobody_knows_is_listed_and_opens(
    cast: Cast, connected, sandbox, parent: Client, row: dict[str, Any]
):
    count = len(listed_reports(parent, cast.child))
    url = ets_rows(sandbox, cast.sibling.ssid, format="PDF")[0]["url"]
    sandbox.faults.add(where="reports", kind="extra_rows", rows=[{**row, "url": url}], ssid=cast.child.ssid)
    addresses = listed_reports(parent, cast.child)
    assert len(addresses) == count + 1
    answers = [opened(parent, address) for address in addresses]

    assert [answer.status_code for answer in answers] == [200] * len(addresses)
    assert len(ets_file(url)) in {int(answer["Content-Length"]) for answer in answers}


def test_a_row_that_is_gone_by_the_click_says_so(cast: Cast, sandbox, parent: Client, report: str):
    sandbox.faults.add(where="reports", kind="garbage", text="[]")
    answer = parent.get(f"{report}content/")

    assert answer.status_code == 404
    assert "This report is not there any more" in answer.content.decode()
    assert sandbox.calls["link"] == 0
