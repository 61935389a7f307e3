"""The ways in that need somebody else: a code by real mail, the district's sign-on; and another address (A8, A9)."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from allauth.mfa.models import Authenticator
from playwright.sync_api import Page, expect

from tests.accounts.mailbox import CODE, by_code_alone
from tests.accounts.post_office import PostOffice
from tests.accounts.provider import OidcProvider
from tests.functional.browser.conftest import OpenPage
from tests.functional.browser.place import Place
from tests.functional.browser.test_browser_keyboard import go_to

pytestmark = pytest.mark.browser
SCRIPTS = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
NEW = "new.address@example.org"


@pytest.fixture
def office(place: Place) -> Iterator[PostOffice]:
    made = PostOffice()
    for name, value in made.settings().items():
        setattr(place.settings, name, value)
    yield made
    made.stop()


@pytest.fixture
def provider(place: Place) -> Iterator[OidcProvider]:
    made = OidcProvider()
    place.settings.SITE_URL = place.url
    place.settings.SSO_PROVIDERS = [made.register(place.url)]
    made.person("s-1", email=place.cast.teacher.email, email_verified=True, amr=["pwd", "mfa"])
    yield made
    made.stop()


def code_from(office: PostOffice, address: str) -> str:
    ends = time.monotonic() + 10
    while time.monotonic() < ends:
        pairs = zip(office.received, office.texts(), strict=True)
        texts = [
            text.replace("\r\n", "\n")
            for (envelope, _message), text in pairs
            if envelope.rcpt_tos == [address]
        ]
        found = CODE.search(texts[-1]) if texts else None
        if found:
            return found[1]
        time.sleep(0.05)
    raise AssertionError("No code came.")


def heading(page: Page):
    return page.get_by_role("heading", level=1)


@SCRIPTS
def test_a_parent_signs_in_by_a_code_that_came_by_real_mail_and_by_keyboard_alone(
    place: Place, open_page: OpenPage, office: PostOffice, scripts: bool
):
    who = by_code_alone(place.cast.parent_of_two)
    page = open_page(java_script_enabled=scripts)
    page.goto("/accounts/login/")
    go_to(page, "Email")
    page.keyboard.type(who.email)
    page.keyboard.press("Enter")
    expect(heading(page)).to_have_text("Type the code from your email")
    go_to(page, "Code")
    page.keyboard.type(code_from(office, who.email))
    page.keyboard.press("Enter")

    expect(heading(page)).to_have_text("Your children")
    assert len(office.received) == 1


@SCRIPTS
def test_a_parent_changes_the_address_by_keyboard_alone(
    place: Place, open_page: OpenPage, office: PostOffice, scripts: bool
):
    """By codes alone: one to the old address, since the sign-in is a while ago, and one to the new."""
    who = by_code_alone(place.cast.parent_of_two)
    old = who.email
    place.settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 60
    page = open_page(who, java_script_enabled=scripts)
    place.make_proofs_old(page, who)
    page.goto("/accounts/security/")
    go_to(page, "Show or change the address")
    page.keyboard.press("Enter")
    expect(heading(page)).to_have_text("Your email address")
    go_to(page, "Change the address")
    page.keyboard.press("Enter")
    expect(heading(page)).to_have_text("Is it still you?")
    go_to(page, "Email me a code")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Code")).to_be_visible()
    go_to(page, "Code")
    page.keyboard.type(code_from(office, old))
    page.keyboard.press("Enter")
    expect(heading(page)).to_have_text("Change your email address")
    go_to(page, "New email address")
    page.keyboard.type(NEW)
    page.keyboard.press("Enter")
    expect(heading(page)).to_have_text("Type the code from the new address")
    go_to(page, "Code")
    page.keyboard.type(code_from(office, NEW))
    page.keyboard.press("Enter")

    expect(page.get_by_text("Your address is changed")).to_be_visible()
    expect(page.locator("main strong")).to_have_text(NEW)
    told = [text for text in office.texts() if "another email address" in text]
    assert len(told) == 1


@SCRIPTS
@pytest.mark.promise("A9")
def test_staff_sign_on_with_their_district(
    place: Place, open_page: OpenPage, provider: OidcProvider, scripts: bool
):
    Authenticator.objects.filter(user=place.cast.teacher).delete()
    page = open_page(beside=provider.host, java_script_enabled=scripts)
    page.goto(place.student_path)
    go_to(page, "School staff: sign in with Example Unified")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{provider.issuer}/**")
    page.get_by_placeholder("sub").fill("s-1")
    page.get_by_role("button", name="Authorize").click()

    expect(heading(page)).to_contain_text(place.cast.child.full_name)


def test_somebody_whom_the_district_knows_and_the_school_does_not_gets_a_plain_page(
    place: Place, open_page: OpenPage, provider: OidcProvider
):
    provider.person("s-2", email="new@example.org", email_verified=True)
    page = open_page(beside=provider.host)
    page.goto("/accounts/login/")
    page.get_by_role("button", name="School staff").click()
    page.get_by_placeholder("sub").fill("s-2")
    page.get_by_role("button", name="Authorize").click()

    expect(heading(page)).to_have_text("You are not signed in")
    page.get_by_role("link", name="Use a password instead").click()
    expect(page.get_by_label("Password", exact=True)).to_be_visible()
