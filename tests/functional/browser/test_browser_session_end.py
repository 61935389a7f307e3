"""The warning before a session ends: on time, by keyboard, and the page is gone when it is over (trust S7)."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Session
from tests.functional.browser.conftest import OpenPage
from tests.functional.browser.place import Place

pytestmark = [pytest.mark.browser, pytest.mark.promise("S7")]

IDLE, WARNING = 30 * 60, 150


def dialog(page: Page):
    return page.get_by_role("dialog", name="Are you still there?")


def at_home(place: Place, page: Page) -> None:
    page.clock.install()
    page.goto("/")
    expect(dialog(page)).to_be_hidden()


def test_a_reader_is_warned_150_seconds_ahead_and_stays_by_one_key(place: Place, open_page: OpenPage):
    page = open_page(place.cast.parent_of_two)
    at_home(place, page)
    page.clock.fast_forward(1000 * (IDLE - WARNING - 10))
    expect(dialog(page)).to_be_hidden()
    page.clock.fast_forward(1000 * 11)
    expect(dialog(page)).to_be_visible()
    assert page.locator("[data-session-count][aria-live=assertive]").inner_text() == "Minutes left: 3"

    Session.objects.update(seen_at=Session.objects.get().began_at)
    with page.expect_response("**/accounts/sessions/stay/") as answered:
        page.keyboard.press("Enter")  # the focus is on the way to stay
    assert answered.value.json()["seconds_left"] > IDLE - 60
    expect(dialog(page)).to_be_hidden()
    page.clock.fast_forward(1000 * (IDLE - WARNING - 60))
    expect(dialog(page)).to_be_hidden()
    page.clock.fast_forward(1000 * 70)
    expect(dialog(page)).to_be_visible()


def test_when_it_is_over_the_child_leaves_the_screen(place: Place, open_page: OpenPage):
    page = open_page(place.cast.parent_of_two)
    at_home(place, page)
    name = place.cast.child.full_name
    assert name in page.content(), "the control: the child was on the screen"
    Session.objects.all().delete()
    page.clock.fast_forward(1000 * (IDLE + 1))

    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    assert name not in page.content()


def test_a_page_opened_in_another_tab_keeps_this_one(place: Place, open_page: OpenPage):
    page = open_page(place.cast.parent_of_two)
    at_home(place, page)
    page.clock.fast_forward(1000 * (IDLE - WARNING + 5))
    expect(dialog(page)).to_be_visible()
    elsewhere = page.context.new_page()
    elsewhere.goto("/")

    expect(dialog(page)).to_be_hidden()


def test_without_a_script_the_foot_of_the_page_says_it(place: Place, open_page: OpenPage):
    page = open_page(place.cast.parent_of_two, java_script_enabled=False)
    page.goto("/")

    expect(page.get_by_text("You are signed out at")).to_be_visible()
    expect(dialog(page)).to_be_hidden()
