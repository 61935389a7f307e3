"""A block placed while a parent reads: the next step of that parent, in a browser, by keyboard alone (trust A3)."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Guardianship
from accounts.models.block import BlockKind
from tests.functional.browser.conftest import OpenPage
from tests.functional.browser.place import PDF_LINK, Place, recorded, wait_for_viewer
from tests.functional.browser.test_browser_keyboard import go_to

pytestmark = [pytest.mark.browser, pytest.mark.promise("A3")]


def place_block(place: Place, desk: Page) -> None:
    link = Guardianship.objects.get(guardian__user=place.cast.parent_of_two, student=place.cast.child)
    desk.goto(f"/staff/guardianships/{link.uuid}/block/")
    desk.get_by_label("What says so").select_option(BlockKind.COURT_ORDER)
    desk.get_by_label("Document").fill("Case 21-1")
    desk.get_by_label("Why").fill("Order of 3 May.")
    desk.locator("main form button[type=submit]").click()
    desk.wait_for_url(lambda url: "/block/" not in url)


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_a_block_stops_a_parent_who_is_reading_and_leaves_the_other_parent_alone(
    place: Place, open_page: OpenPage, scripts: bool
):
    page = open_page(place.cast.parent_of_two, java_script_enabled=scripts)
    other = open_page(place.cast.other_parent, java_script_enabled=scripts)
    page.goto(place.student_path)
    go_to(page, selector=PDF_LINK)
    place_block(place, open_page(place.cast.school_admin))
    before = recorded()

    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("We cannot show this page")
    expect(page.locator("iframe")).to_have_count(0)
    assert place.cast.child.full_name not in page.inner_text("body")
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your children")
    assert place.cast.child.full_name not in page.inner_text("main")
    assert recorded() == before

    other.goto(place.student_path)
    other.locator(PDF_LINK).first.click()
    wait_for_viewer(other)
