"""What a page of families costs an old phone on a bad line: bytes, requests, and text that jumps while one reads.

Of a portal with its own static server, as a district runs it: hashed names, compressed, kept by the browser for a year.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, FilePayload, Page

from tests import live
from tests.accounts.looking import picture_file
from tests.functional.browser import stage
from tests.live import Portal

pytestmark = [pytest.mark.browser]
MOST_BYTES = 60_000
MOST_REQUESTS = 3
MOST_SHIFT = 0.02
PAGES = {
    "sign-in": ("", "/accounts/login/"),
    "children": ("parent_of_two", "/"),
    "reports": ("parent_of_two", "/students/{child}/"),
    "viewer": ("parent_of_two", "{viewer}"),
    "security": ("parent_of_two", "/accounts/security/"),
}
_SHIFTS = """
new PerformanceObserver((list) => {
  for (const one of list.getEntries()) {
    if (!one.hadRecentInput) window.shifted = (window.shifted || 0) + one.value;
  }
}).observe({type: "layout-shift", buffered: true});
"""
_LOADED = """() => performance.getEntriesByType("resource")
  .filter((one) => one.initiatorType !== "iframe")
  .map((one) => ({name: one.name, encoded: one.encodedBodySize, sent: one.transferSize}))"""


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Generator[Portal, None, None]:
    with live.running(tmp_path_factory.mktemp("weight")) as running:
        yield running


def device(portal: Portal, chromium: Browser, who: str) -> BrowserContext:
    context = stage.context_for(chromium, portal.url, stage.Watch(), **stage.PHONE)
    context.add_init_script(_SHIFTS)
    if who:
        cookie: Any = {"name": "sessionid", "value": portal.person(who)["session"], "path": "/"}
        context.add_cookies([cookie | {"domain": urlsplit(portal.url).hostname}])
    return context


def address_of(portal: Portal, page: Page, path: str) -> str:
    child = portal.staged["ids"]["child"]
    if path == "{viewer}":
        page.goto(f"/students/{child}/")
        return str(page.locator("main a[href*='/reports/']").first.get_attribute("href"))
    return path.format(child=child)


def dress(portal: Portal, chromium: Browser) -> None:
    """Give the district a logo and a colour of its own, as its administrator does."""
    context = device(portal, chromium, "district_admin")
    page = context.new_page()
    page.goto("/admin/accounts/district/")
    page.locator("#result_list tbody th a").first.click()
    page.fill("#id_accent", "#8a1538")
    logo = FilePayload(name="logo.png", mimeType="image/png", buffer=picture_file(size=(900, 300)))
    page.set_input_files("#id_logo_file", logo)
    page.get_by_role("button", name="Save", exact=True).click()
    page.locator(".messagelist .success").wait_for()
    context.close()


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_light_asks_little_and_stands_still(portal: Portal, chromium: Browser, name: str):
    _measure(portal, chromium, name)


def test_a_districts_look_weighs_next_to_nothing(portal: Portal, chromium: Browser):
    dress(portal, chromium)

    for name in ("children", "reports"):
        loaded = _measure(portal, chromium, name)
        looks = [one["name"].rpartition(".")[2] for one in loaded if "/look/" in one["name"]]
        assert sorted(looks) == ["css", "png"]


def _measure(portal: Portal, chromium: Browser, name: str) -> list[dict[str, Any]]:
    who, path = PAGES[name]
    context = device(portal, chromium, who)
    page = context.new_page()
    address = address_of(portal, page, path)
    page.goto(address)
    page.wait_for_load_state("networkidle")
    loaded = page.evaluate(_LOADED)
    shifted = page.evaluate("window.shifted || 0")
    page.goto(address)
    page.wait_for_load_state("networkidle")
    asked = 1 + sum(one["sent"] > 0 for one in page.evaluate(_LOADED))
    context.close()

    weight = sum(one["encoded"] for one in loaded if one["name"].split("?")[0].endswith((".css", ".js")))
    print(f"{name}: {weight} bytes of styles and scripts, {asked} requests when warm, shift {shifted:.3f}")
    assert 0 < weight <= MOST_BYTES
    assert asked <= MOST_REQUESTS
    assert shifted <= MOST_SHIFT
    return list(loaded)
