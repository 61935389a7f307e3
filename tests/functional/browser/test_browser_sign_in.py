"""Coming and going: staff with their code, the demo's one click, and what the Back button shows after sign-out."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from portal.demo import cast as demo_cast
from tests.functional.browser import stage
from tests.functional.browser.conftest import OpenPage
from tests.functional.browser.place import Place, code_of
from tests.functional.browser.states import demo

pytestmark = pytest.mark.browser


@pytest.mark.promise("A9")
def test_staff_see_students_only_after_their_code(place: Place, open_page: OpenPage):
    teacher, child = place.cast.teacher, place.cast.child
    page = open_page()
    place.fill_in(page, teacher)
    expect(page.get_by_role("heading", level=1)).to_have_text("Enter your code")

    elsewhere = page.context.new_page()
    elsewhere.goto("/")
    assert child.full_name not in elsewhere.content()
    elsewhere.goto(place.student_path)
    assert child.full_name not in elsewhere.content()
    elsewhere.close()

    page.get_by_label("code").fill(code_of(teacher))
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Students")
    page.get_by_role("link", name=child.full_name).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(child.full_name)


def test_after_sign_out_the_back_button_shows_nothing_of_the_child(place: Place, open_page: OpenPage):
    page = open_page()
    name = place.cast.child.full_name
    place.fill_in(page, place.cast.parent_of_two)
    page.get_by_role("link", name=name).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(name)
    page.go_back()
    assert name in page.content(), "the control: before sign-out the same button shows the child"
    page.go_forward()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")

    for step in ("back", "back", "forward"):
        (page.go_back if step == "back" else page.go_forward)()
        assert name not in page.content(), step
        assert page.get_by_role("heading", name="Sign in").is_visible(), step


@pytest.mark.parametrize("key", [member.key for member in demo_cast.members()])
def test_one_click_is_enough_to_be_somebody_of_the_demo(key: str, place: Place, open_page: OpenPage):
    demo(place)
    member = next(one for one in demo_cast.members() if one.key == key)
    page = open_page()
    page.goto("/demo/")
    page.get_by_role("button", name=f"Sign in as {member.name}").click()

    if member.is_staff:
        expect(page.get_by_role("heading", level=1)).to_have_text("Enter your code")
        _give_shown_code(page)
    expect(page.locator(".who")).to_contain_text(member.name)
    if key == "former-guardian":
        expect(page.get_by_text("No child is linked to your account")).to_be_visible()
    else:
        expect(page.locator("main a[href*='/students/']").first).to_be_visible()


def _give_shown_code(page: Page) -> None:
    shown = page.get_by_role("status").inner_text()
    code = "".join(letter for letter in shown if letter.isdigit())
    assert len(code) == 6
    page.get_by_label("code").fill(code)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()


def test_a_phone_shows_name_and_sign_out_without_scrolling(place: Place, open_page: OpenPage):
    page = open_page(place.cast.parent_of_two, **stage.PHONE)
    page.goto("/")

    for part in (page.locator(".who"), page.get_by_role("button", name="Sign out")):
        box = part.bounding_box()
        assert box
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 320
        assert box["y"] + box["height"] < 160
