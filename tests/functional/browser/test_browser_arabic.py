"""The journey in Arabic from sign-in to sign-out, by keyboard alone, with JavaScript and without (L1, L2, L5)."""

from __future__ import annotations

import pytest
from django.utils import translation
from playwright.sync_api import expect

from tests import factories
from tests.functional.browser.conftest import OpenPage
from tests.functional.browser.place import PDF_LINK, Place, wait_for_viewer
from tests.functional.browser.test_browser_keyboard import go_to

pytestmark = [
    pytest.mark.browser,
    pytest.mark.promise("L1"),
    pytest.mark.promise("L2"),
    pytest.mark.promise("L5"),
]


def arabic(text: str) -> str:
    """Return our own words for a text, as the page has them."""
    with translation.override("ar"):
        said = translation.gettext(text)
    assert said != text, f"{text} is not translated"
    return said


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_a_parent_gets_from_sign_in_to_sign_out_without_a_mouse(
    place: Place, open_page: OpenPage, scripts: bool
):
    page = open_page(locale="ar", java_script_enabled=scripts)
    heading = page.get_by_role("heading", level=1)
    page.goto("/accounts/login/?with=password")
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    go_to(page, arabic("Email"))
    page.keyboard.type(place.cast.parent_of_two.email)
    go_to(page, arabic("Password"))
    page.keyboard.type(factories.PASSWORD)
    page.keyboard.press("Enter")
    expect(heading).to_have_text(arabic("Your children"))

    go_to(page, place.cast.child.full_name)
    page.keyboard.press("Enter")
    expect(page.locator(PDF_LINK).first).to_be_visible()
    go_to(page, selector=PDF_LINK)
    page.keyboard.press("Enter")
    wait_for_viewer(page)
    go_to(page, arabic("Open the PDF"))

    page.goto("/")
    go_to(page, arabic("Sign out"))
    page.keyboard.press("Enter")
    expect(heading).to_have_text(arabic("Sign in"))
    expect(page.locator("html")).to_have_attribute("lang", "ar")
