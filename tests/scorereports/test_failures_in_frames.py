"""A page of ours in a report's place: it offers the ways on that work in the frame around it, and no others."""

from __future__ import annotations

from typing import Any

import pytest

from integrations.models import Connection
from tests.cast import Cast, sign_in
from tests.scorereports import reading

FRAMED = {"Sec-Fetch-Dest": "iframe", "Sec-Fetch-Site": "same-origin"}
ETS = "https://reports.ets.org/page.html?X-Amz-Signature=fictional"
OWN_TAB = "This report opens in a tab of its own"


def links(answer: Any) -> dict[str, tuple[str, str]]:
    """Return the words of each link with where it leads and in which window."""
    found = reading.page(answer).select("main a")
    return {
        link.get_text(" ", strip=True): (str(link["href"]), str(link.get("target", ""))) for link in found
    }


def failed(cast: Cast, sandbox, address: str) -> Any:
    sandbox.faults.add(where="reports", kind="status", status=503)
    return sign_in(cast.parent_of_two).get(address, headers=FRAMED)


def test_it_works(cast: Cast, connected, sandbox):
    content = reading.content(cast.child)
    answer = failed(cast, sandbox, content)

    assert answer.status_code == 503
    assert links(answer) == {
        "Try again": (content, ""),
        "Load the whole page again": (content.removesuffix("content/"), "_top"),
    }


@pytest.mark.promise("L4")
@pytest.mark.parametrize("form", ["HTML", "VIDEO"])
def test_a_redirected_pages_frame_can_try_again_and_not_lead_the_window_away(
    cast: Cast, connected, sandbox, form: str
):
    content = reading.content(cast.child, form=form, areas="ELA")

    assert links(failed(cast, sandbox, content)) == {"Try again": (content, "")}


@pytest.mark.promise("L4")
def test_a_frame_without_an_origin_says_where_to_try_again(cast: Cast, connected, sandbox):
    """From there our address would be asked without a cookie, as another site's page would."""
    reading.configure(html_delivery="stream")
    answer = failed(cast, sandbox, reading.html(cast.child))

    assert links(answer) == {}
    assert "reload this page in your browser, or press “Open” on it" in reading.words(answer)


def test_in_a_tab_of_its_own_the_list_is_the_way_out(cast: Cast, connected, sandbox):
    sandbox.faults.add(where="reports", kind="status", status=503)
    answer = sign_in(cast.parent_of_two).get(reading.html(cast.child))

    assert links(answer)["Back to all reports"] == (f"/students/{cast.child.uuid}/", "_top")
    assert "Try again" in links(answer)


@pytest.mark.promise("L4")
def test_a_link_that_a_page_may_not_frame_is_refused_in_the_frame_and_opens_in_a_tab(
    cast: Cast, connected, sandbox
):
    sandbox.faults.add(where="reports", kind="hostile_links", url=ETS)
    client = sign_in(cast.parent_of_two)
    framed = client.get(reading.html(cast.child), headers=FRAMED)

    assert framed.status_code == 404
    assert OWN_TAB in reading.words(framed)
    assert "Location" not in framed
    assert reading.recorded() == [("refused", "own-tab")]

    assert client.get(reading.html(cast.child))["Location"] == ETS
    assert reading.recorded()[1:] == [("opened", ""), ("finished", "redirected")]


@pytest.mark.promise("L4")
def test_once_the_host_is_known_the_viewer_says_so_and_has_no_frame(cast: Cast, connected, sandbox):
    sandbox.faults.add(where="reports", kind="hostile_links", url=ETS)
    client = sign_in(cast.parent_of_two)
    viewer = reading.report(cast.child, form="HTML", areas="ELA")
    assert reading.page(client.get(viewer)).select("iframe")

    client.get(f"{viewer}content/", headers=FRAMED)

    known = client.get(viewer)
    assert reading.page(known).select("iframe") == []
    assert OWN_TAB in reading.words(known)
    (opens,) = reading.page(known).select("main a.button-big")
    assert (opens["href"], opens["target"]) == (f"{viewer}content/", "_blank")
    assert reading.page(client.get(reading.report(cast.child))).select("iframe"), "a PDF streams: it is ours"


def test_pinned_it_is_framed_again(cast: Cast, connected, sandbox):
    sandbox.faults.add(where="reports", kind="hostile_links", url=ETS)
    Connection.objects.update(seen_link_host="reports.ets.org", link_host="reports.ets.org")
    client = sign_in(cast.parent_of_two)
    viewer = reading.report(cast.child, form="HTML", areas="ELA")

    assert reading.page(client.get(viewer)).select("iframe")
    assert client.get(f"{viewer}content/", headers=FRAMED)["Location"] == ETS
