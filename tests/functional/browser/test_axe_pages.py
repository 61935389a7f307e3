"""Every page in every state against the accessibility rules, on a desktop, on a phone's width and in dark colours."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Frame, Page

from tests.functional.browser import reach, stage
from tests.functional.browser.conftest import OpenPage
from tests.functional.browser.place import Place, report_frame
from tests.functional.browser.states import STATES, fault, show
from tests.functional.page_faults import loose_names

pytestmark = [pytest.mark.axe, pytest.mark.promise("L2")]

REVIEWED = tomllib.loads((Path(__file__).parent / "axe_reviewed.toml").read_text())
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "rules": {"target-size": {"enabled": True}},
    "resultTypes": ["violations", "incomplete"],
    "iframes": False,
}
_titles: dict[str, str] = {}


def findings(where: Page | Frame) -> tuple[list[str], list[str]]:
    """Return violations and what the rules could not decide, one line each: rule, element, reason."""
    where.evaluate(AXE_SCRIPT)
    found: dict[str, Any] = where.evaluate(f"axe.run(document, {json.dumps(RULES)})")
    assert len(found["passes"]) > 5, "the rules did not run"
    violations, open_questions = (
        [
            f"{rule['id']} {' '.join(map(str, node['target']))}: {node.get('failureSummary', '')}"
            for rule in found[kind]
            for node in rule["nodes"]
        ]
        for kind in ("violations", "incomplete")
    )
    return violations, [line for line in open_questions if not line.startswith(tuple(REVIEWED))]


def check(where: Page | Frame, what: str) -> None:
    violations, open_questions = findings(where)
    assert violations == [], what
    assert open_questions == [], f"{what}: look at it, then mend it or add it to axe_reviewed.toml"


@pytest.mark.parametrize("name", STATES)
def test_a_page_has_no_barrier(name: str, place: Place, open_page: OpenPage):
    who, redirects = STATES[name].who, STATES[name].redirects
    # A colour on its way to another is no colour to judge.
    someone = getattr(place.cast, who) if who else None
    page = open_page(someone, redirects=redirects, reduced_motion="reduce")
    state = show(name, place, page)

    check(page, "desktop")
    page.emulate_media(color_scheme="dark")
    check(page, "dark")
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(stage.PHONE["viewport"])
    check(page, "320 px")
    _check_reflow(page)
    assert loose_names(page.content()) == []
    assert page.locator("h1").count() == 1
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.locator("html").get_attribute("dir") == "ltr"
    title = page.title()
    assert title.partition("·")[0].strip()
    assert _titles.setdefault(title, state.kind or name) == (state.kind or name), "two pages have one title"
    check_reach(page, name)


def _check_reflow(page: Page) -> None:
    """Nothing needs a sideways scroll: on a phone, zoomed to twice the size, with letters twice as large."""
    assert stage.sideways_overflow(page) == [], "320 px"
    page.set_viewport_size({"width": 640, "height": 400})  # 1280 px zoomed to 200 %
    assert stage.sideways_overflow(page) == [], "zoomed"
    page.set_viewport_size(stage.DESKTOP["viewport"])
    page.evaluate("document.documentElement.style.fontSize = '212.5%'")  # twice what the sheet says
    assert stage.sideways_overflow(page) == [], "large letters"
    page.evaluate("document.documentElement.style.fontSize = ''")


def check_reach(page: Page, what: str) -> None:
    """Focus is seen wherever it is, on a phone and zoomed; nothing is cut off with wider spacing."""
    for width, height in ((320, 640), (640, 400)):
        page.set_viewport_size({"width": width, "height": height})
        assert reach.bad_stops(page) == [], f"{what}, {width} px"
    assert reach.torn_apart(page) == [], what
    reach.space_out(page)
    for width in (1280, 320):
        page.set_viewport_size({"width": width, "height": 800})
        assert stage.sideways_overflow(page) == [], f"{what}, wider spacing, {width} px"
        assert reach.clipped(page) == [], f"{what}, wider spacing, {width} px"


def test_the_page_in_the_viewers_frame_has_no_barrier(place: Place, open_page: OpenPage):
    fault(where="link", kind="status", status=503)(place)
    page = open_page(place.cast.parent_of_two)
    place.open_report(page)

    check(report_frame(page), "in the frame")
