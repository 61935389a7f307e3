"""Every page of families in other languages against the accessibility rules: desktop, dark, 320 px (trust L1, L2).

The ordinary lane takes Arabic, which runs the other way and whose letters are drawn otherwise; `make audit` takes all
(AUDIT_LANGUAGES). English is in test_axe_pages.py, in more states.
"""

from __future__ import annotations

import os
from typing import Any

import pytest
from playwright.sync_api import Page, Route

from portal import languages
from tests.functional.browser import stage
from tests.functional.browser.conftest import OpenPage
from tests.functional.browser.place import Place
from tests.functional.browser.test_axe_pages import check, check_reach
from tests.portal import family_pages
from tests.portal.family_pages import PAGES
from tests.portal.test_family_pages import as_often_as_there_are_languages

pytestmark = [pytest.mark.axe, pytest.mark.promise("L1"), pytest.mark.promise("L2")]
AUDITED = os.environ.get("AUDIT_LANGUAGES", "ar").split()
_SHOWN = "/shown-by-the-test/"


def open_as_answered(page: Page, answer: Any) -> None:
    """Load what the portal answered at an address of its own, so that its styles and its policy come along."""
    headers = {
        name: value
        for name, value in answer.headers.items()
        if name.lower() in {"content-type", "content-security-policy"}
    }

    def fulfil(route: Route) -> None:
        route.fulfill(status=200, headers=headers, body=answer.content)

    page.route(f"**{_SHOWN}", fulfil)
    page.goto(_SHOWN)
    page.unroute(f"**{_SHOWN}", fulfil)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_no_barrier_in_any_language(name: str, place: Place, open_page: OpenPage):
    as_often_as_there_are_languages(place.settings)
    there = family_pages.Place(place.cast, place.sandbox, place.settings)
    PAGES[name].prepare(there)
    page = open_page(reduced_motion="reduce", objections=True)
    for language in AUDITED:
        page.set_viewport_size(stage.DESKTOP["viewport"])
        open_as_answered(page, PAGES[name].shown(there, language))
        spoken = languages.BY_CODE[language]
        html = page.locator("html")
        assert (html.get_attribute("lang"), html.get_attribute("dir")) == (spoken.code, spoken.dir)
        _check(page, language)


def _check(page: Page, language: str) -> None:
    check(page, f"{language}, desktop")
    assert stage.sideways_overflow(page) == [], f"{language}, desktop"
    page.emulate_media(color_scheme="dark")
    check(page, f"{language}, dark")
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(stage.PHONE["viewport"])
    check(page, f"{language}, 320 px")
    assert stage.sideways_overflow(page) == [], f"{language}, 320 px"
    assert page.locator("h1").count() == 1
    check_reach(page, language)
