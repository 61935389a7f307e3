"""The whole journey by keyboard: every stop can be seen, and the way past the menu is short."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests import factories
from tests.functional.browser import stage
from tests.functional.browser.conftest import OpenPage
from tests.functional.browser.place import PDF_LINK, REPORT_LINK, Place, wait_for_viewer

pytestmark = [pytest.mark.browser, pytest.mark.promise("L2")]

MOST_STOPS = 40
# An outline on the element, or on the part of it that is drawn for it, inside the window.
_FOCUS = """() => {
  const at = document.activeElement;
  const outlined = (part) => {
    const style = getComputedStyle(at, part);
    return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  };
  const box = at.getBoundingClientRect();
  return {
    words: (at.innerText || at.getAttribute("aria-label") || at.labels?.[0]?.innerText || at.name || "").trim(),
    tag: at.tagName,
    outlined: outlined(null) || outlined("::after"),
    inside: box.width > 4 && box.height > 4 && box.top >= 0 && box.bottom <= innerHeight + 1,
  };
}"""


def next_stop(page: Page) -> dict[str, Any]:
    page.keyboard.press("Tab")
    stop: dict[str, Any] = page.evaluate(_FOCUS)
    assert stop["outlined"], f"focus cannot be seen: {stop}"
    assert stop["inside"], f"focus is outside the window: {stop}"
    return stop


def go_to(page: Page, words: str = "", *, selector: str = "") -> None:
    """Press Tab until the focus is on what says `words` or is a `selector`."""
    seen = []
    for _ in range(MOST_STOPS):
        stop = next_stop(page)
        seen.append(stop["words"])
        if words and words in stop["words"]:
            return
        if selector and page.evaluate("(one) => document.activeElement.matches(one)", selector):
            return
    raise AssertionError(f"{words or selector} was not reached: {seen}")


def test_a_parent_gets_from_sign_in_to_sign_out_without_a_mouse(place: Place, open_page: OpenPage):
    page = open_page()
    page.goto("/accounts/login/")
    go_to(page, "Use a password instead")
    page.keyboard.press("Enter")
    page.wait_for_url("**with=password*")
    go_to(page, "Email")
    page.keyboard.type(place.cast.parent_of_two.email)
    go_to(page, "Password")
    page.keyboard.type(factories.PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your children")

    go_to(page, place.cast.child.full_name)
    page.keyboard.press("Enter")
    expect(page.locator(PDF_LINK).first).to_be_visible()
    go_to(page, selector=PDF_LINK)
    page.keyboard.press("Enter")
    wait_for_viewer(page)
    go_to(page, "Open the PDF")
    go_to(page, "Save")

    page.goto("/")
    go_to(page, "Sign out")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")


def test_the_first_stop_leads_past_the_menu(place: Place, open_page: OpenPage):
    page = open_page(place.cast.parent_of_two)
    page.goto("/")
    first = next_stop(page)
    assert first["words"] == "Skip to the main part"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    assert place.cast.child.full_name in next_stop(page)["words"]


def test_a_mistake_in_a_form_can_be_found_by_a_screen_reader(place: Place, open_page: OpenPage):
    page = open_page()
    place.fill_in(page, place.cast.parent_of_two, password="not this one")

    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_label("Email")).to_have_value(place.cast.parent_of_two.email)


@pytest.mark.parametrize("scripts", [True, False])
def test_on_a_phone_reports_come_first_and_the_choice_unfolds_by_keyboard(
    place: Place, open_page: OpenPage, scripts: bool
):
    page = open_page(place.cast.parent_of_two, **stage.PHONE, java_script_enabled=scripts)
    page.goto(place.student_path)
    first = page.locator(REPORT_LINK).first.bounding_box()
    assert first
    assert first["y"] + first["height"] <= stage.PHONE["viewport"]["height"], "below the first screen"
    assert not page.get_by_label("Language").is_visible()

    page.locator("details.choose summary").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Language")).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Language")).to_be_focused()
    page.get_by_label("Language").select_option("ES")
    page.get_by_role("button", name="Get score reports").press("Enter")

    expect(page.get_by_role("link", name="Show all")).to_be_visible()
    expect(page.get_by_label("Language")).to_have_value("ES")
