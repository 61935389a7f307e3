"""Passkeys with a device that Chromium pretends (CDP WebAuthn): made, used, as a second factor, refused (trust A9)."""

from __future__ import annotations

import pytest
from allauth.mfa.models import Authenticator
from playwright.sync_api import Page, expect

from accounts.models import User
from tests import factories
from tests.functional.browser.conftest import OpenPage
from tests.functional.browser.place import Place

pytestmark = [pytest.mark.browser, pytest.mark.promise("A9")]


@pytest.fixture(autouse=True)
def at_our_own_address(place: Place) -> None:
    """Passkeys belong to the host of SITE_URL, and the test server's address is known only now."""
    place.settings.SITE_URL = place.url


def give_device(page: Page, *, verifies: bool = True, has_sensor: bool = True) -> None:
    """Plug in a device that confirms at once. `verifies`: it knows the finger; `has_sensor`: it could look at one."""
    wire = page.context.new_cdp_session(page)
    wire.send("WebAuthn.enable")
    device = {
        "protocol": "ctap2",
        "transport": "internal" if has_sensor else "usb",
        "hasResidentKey": True,
        "hasUserVerification": has_sensor,
        "isUserVerified": verifies,
        "automaticPresenceSimulation": True,
    }
    wire.send("WebAuthn.addVirtualAuthenticator", {"options": device})


def heading(page: Page):
    return page.get_by_role("heading", level=1)


def add_passkey(page: Page, password: str = factories.PASSWORD) -> None:
    page.goto("/accounts/security/webauthn/add/")
    if "reauthenticate" in page.url:
        page.get_by_label("Password").fill(password)
        page.get_by_role("button", name="Go on").click()
    page.get_by_label("A name for this device").fill("My phone")
    page.get_by_role("button", name="Add a passkey").click()


def use_passkey(page: Page) -> None:
    page.get_by_role("button", name="Use a passkey").click()


def sign_out(page: Page) -> None:
    page.get_by_role("button", name="Sign out").first.click()
    expect(heading(page)).to_have_text("Sign in")


def fails_here(page: Page) -> None:
    expect(page.get_by_role("status").filter(has_text="No passkey was")).to_be_visible()


def test_a_parent_adds_a_passkey_and_signs_in_with_it_alone(place: Place, open_page: OpenPage):
    page = open_page()
    place.fill_in(page, place.cast.parent_of_two)
    expect(heading(page)).to_have_text("Your children")
    give_device(page)
    add_passkey(page)
    expect(heading(page)).to_have_text("Recovery codes")
    sign_out(page)
    use_passkey(page)

    expect(heading(page)).to_have_text("Your children")
    page.goto("/accounts/security/webauthn/")
    expect(page.get_by_role("heading", name="My phone")).to_be_visible()


def test_it_leads_where_one_wanted_to_go(place: Place, open_page: OpenPage):
    page = open_page(place.cast.parent_of_two)
    give_device(page)
    add_passkey(page)
    expect(heading(page)).to_have_text("Recovery codes")
    page.context.clear_cookies()
    page.goto(place.student_path)
    use_passkey(page)

    expect(heading(page)).to_contain_text(place.cast.child.full_name)


def test_staff_set_up_a_passkey_in_place_of_an_app_and_need_nothing_more(place: Place, open_page: OpenPage):
    teacher: User = place.cast.teacher
    Authenticator.objects.filter(user=teacher).delete()
    page = open_page()
    give_device(page)
    place.fill_in(page, teacher)
    page.get_by_role("link", name="Use a passkey instead").click()
    add_passkey(page)
    expect(heading(page)).to_have_text(
        "Is it still you?"
    )  # a factor does not vouch for the session that made it
    use_passkey(page)
    expect(heading(page)).to_have_text("Recovery codes")
    sign_out(page)
    use_passkey(page)

    expect(heading(page)).to_have_text("Students")


def test_staff_show_it_after_their_password(place: Place, open_page: OpenPage):
    page = open_page(place.cast.teacher)
    give_device(page)
    add_passkey(page)
    expect(heading(page)).to_have_text("Recovery codes")
    sign_out(page)
    place.fill_in(page, place.cast.teacher)
    expect(heading(page)).to_have_text("Enter your code")
    use_passkey(page)

    expect(heading(page)).to_have_text("Students")


def test_a_device_that_does_not_know_its_owner_is_refused(place: Place, open_page: OpenPage):
    page = open_page(place.cast.parent_of_two)
    give_device(page, verifies=False)
    add_passkey(page)

    fails_here(page)
    assert not Authenticator.objects.filter(user=place.cast.parent_of_two).exists()


def test_a_script_that_asks_for_less_is_refused_by_the_server(place: Place, open_page: OpenPage):
    page = open_page(place.cast.parent_of_two)
    give_device(page, verifies=False, has_sensor=False)
    page.add_init_script(
        """const create = navigator.credentials.create.bind(navigator.credentials);
        navigator.credentials.create = (asked) => {
          asked.publicKey.authenticatorSelection = { userVerification: "discouraged" };
          return create(asked);
        };"""
    )
    add_passkey(page)
    expect(page.get_by_text("Incorrect code").first).to_be_attached()

    assert not Authenticator.objects.filter(user=place.cast.parent_of_two).exists()


def test_a_passkey_that_was_removed_opens_nothing(place: Place, open_page: OpenPage):
    page = open_page(place.cast.parent_of_two)
    give_device(page)
    add_passkey(page)
    expect(heading(page)).to_have_text("Recovery codes")
    page.goto("/accounts/security/webauthn/")
    page.get_by_role("link", name="Remove My phone").click()
    page.get_by_role("main").get_by_role("button", name="Remove").click()
    expect(page.get_by_text("You have no passkey yet")).to_be_visible()
    sign_out(page)
    use_passkey(page)

    expect(heading(page)).to_have_text("Sign in")


def test_without_a_device_the_page_says_what_else_there_is(place: Place, open_page: OpenPage):
    page = open_page()
    give_device(page)
    page.goto("/accounts/login/")
    use_passkey(page)

    fails_here(page)
    expect(page.get_by_role("button", name="Email me a code")).to_be_visible()


def test_without_a_script_no_button_promises_it(place: Place, open_page: OpenPage):
    page = open_page(java_script_enabled=False)
    page.goto("/accounts/login/")

    expect(page.get_by_role("button", name="Use a passkey")).to_have_count(0)
    expect(page.get_by_role("button", name="Email me a code")).to_be_visible()
