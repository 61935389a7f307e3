"""How a family gets in, in a browser with the mail that comes: by the address on the record, by a letter, at school."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts import letter_codes
from tests import factories
from tests.accounts.claiming import ROSA, adult
from tests.functional.browser import stage
from tests.functional.browser.claim_states import (
    MAILBOX,
    handed_over,
    letters_made,
    prove_address,
    two_adults,
)
from tests.functional.browser.conftest import OpenPage
from tests.functional.browser.place import Place
from tests.functional.browser.test_browser_keyboard import go_to

pytestmark = [pytest.mark.browser, pytest.mark.promise("A8")]

DISPLAYS: dict[str, dict[str, Any]] = {"phone": stage.PHONE, "no script": {"java_script_enabled": False}}


def sees_the_child(place: Place, page: Page) -> None:
    page.get_by_role("link", name=place.cast.child.full_name, exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(place.cast.child.full_name)


@pytest.mark.parametrize("display", DISPLAYS)
def test_claim_by_email_code(place: Place, open_page: OpenPage, display: str):
    adult(place.cast.child)
    page = open_page(**DISPLAYS[display])
    page.goto("/")
    prove_address(page, ROSA)
    expect(page.get_by_role("heading", level=1)).to_have_text("Your children")

    sees_the_child(place, page)


@pytest.mark.parametrize("display", DISPLAYS)
def test_claim_by_letter_code(place: Place, open_page: OpenPage, display: str):
    code = factories.claim_code(adult(place.cast.child, email=""))
    page = open_page(**DISPLAYS[display])
    page.goto("/accounts/login/")
    page.get_by_role("link", name="I have a letter from the school").click()
    prove_address(page, MAILBOX)
    page.get_by_label("Code from the letter").fill(letter_codes.shown(code).lower())
    page.get_by_role("button", name="Use this code").click()
    expect(page.get_by_text("The letter worked")).to_be_visible()

    sees_the_child(place, page)


def test_a_letter_is_used_by_keyboard_alone(place: Place, open_page: OpenPage):
    code = factories.claim_code(adult(place.cast.child, email=""))
    page = open_page(place.cast.nobody)
    page.goto("/")
    go_to(page, "I have a letter from the school")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Use the letter from your school")
    go_to(page, "Code from the letter")
    page.keyboard.type(code)
    page.keyboard.press("Enter")

    expect(page.get_by_role("link", name=place.cast.child.full_name, exact=True)).to_be_visible()


def test_a_code_from_the_counter_opens_the_child(place: Place, open_page: OpenPage):
    desk = open_page(place.cast.office)
    handed_over(place, desk)
    code = desk.locator(".code").inner_text()
    page = open_page(**stage.PHONE)
    page.goto("/claim/")
    prove_address(page, MAILBOX)
    page.get_by_label("Code from the letter").fill(code)
    page.get_by_role("button", name="Use this code").click()

    sees_the_child(place, page)


def test_each_letter_is_one_sheet_with_the_name_alone_in_the_window(place: Place, open_page: OpenPage):
    """On US Letter paper; the window of a number 10 envelope shows from 2.0 to 3.4 inches down, 0.9 to 5.4 across."""
    two_adults(place)
    page = open_page(place.cast.office)
    letters_made(place, page)
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 816, "height": 1056})

    sheets = page.locator("article.letter")
    assert sheets.count() == 2
    for index in range(2):
        sheet = sheets.nth(index).bounding_box()
        assert sheet
        assert (round(sheet["width"]), round(sheet["height"])) == (816, 1056)
        inches: dict[str, tuple[float, float]] = {}
        for part in ("from", "to", "body", "foot"):
            box = sheets.nth(index).locator(f".letter-{part}").bounding_box()
            assert box
            top = (box["y"] - sheet["y"]) / 96
            inches[part] = (top, top + box["height"] / 96)
            assert (box["x"] - sheet["x"]) / 96 >= 0.9
        assert inches["from"][1] < 2.0
        assert inches["to"][0] > 2.0
        assert inches["to"][1] < 3.4
        assert inches["body"][0] > 3.6
        assert inches["body"][1] < inches["foot"][0]
    assert page.locator(".letters-note:visible").count() == 0
    assert page.pdf(prefer_css_page_size=True, print_background=True).count(b"/Type /Page\n") == 2
