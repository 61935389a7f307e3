"""Our sheets in a frame without an origin: a portal with its own static server, whose headers the test server lacks."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, expect

from tests import live
from tests.functional.browser import stage
from tests.live import Portal

pytestmark = [pytest.mark.browser, pytest.mark.promise("L4", "S6")]


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Generator[Portal, None, None]:
    with live.running(tmp_path_factory.mktemp("static")) as running:
        yield running


@pytest.mark.parametrize("delivery", ["stream", "redirect"])
def test_a_failing_page_in_a_sandboxed_frame_has_our_styles(portal: Portal, chromium: Browser, delivery: str):
    portal.sql(f"UPDATE scorereports_configuration SET html_delivery = '{delivery}'")  # noqa: S608 - no input: names and values of this test
    portal.close_breakers()
    portal.sandbox.reset()
    watch = stage.Watch()
    context = stage.context_for(chromium, portal.url, watch)
    cookie: Any = {"name": "sessionid", "value": portal.person("parent_of_two")["session"], "path": "/"}
    context.add_cookies([cookie | {"domain": urlsplit(portal.url).hostname}])
    page = context.new_page()
    page.goto(f"/students/{portal.staged['ids']['child']}/")
    address = page.locator("main a.format-html").first.get_attribute("href")
    portal.sandbox.faults({"where": "reports", "kind": "status", "status": 503})
    page.goto(str(address))
    frame = page.frame_locator("iframe.viewer-frame")
    expect(frame.get_by_role("heading", level=1)).to_have_text("The report did not open")

    assert page.locator("iframe.viewer-frame").get_attribute("sandbox") == (
        "allow-scripts" if delivery == "stream" else "allow-scripts allow-same-origin"
    )
    assert (
        frame.locator(".alert").evaluate("getComputedStyle(document.querySelector('.alert')).display")
        != "block"
    )
    assert watch.policy_complaints() == []
    context.close()
