"""The pages of sign-in, fresh proof and addresses in every state that looks different: a part of states.py."""

from __future__ import annotations

from django.contrib.auth import HASH_SESSION_KEY
from playwright.sync_api import Page

from accounts.models import Session
from accounts.sessions import SessionStore
from tests.accounts.mailbox import by_code_alone
from tests.functional.browser.place import Place
from tests.functional.browser.scene import State, at

PARENT, TEACHER = "parent_of_two", "teacher"
NEW = "new.address@example.org"
_NOWHERE = "http://127.0.0.1:1"


def sign_on(place: Place) -> None:
    """A provider that does not answer: enough for the button and for the page that says so."""
    known = {"client_id": "a", "client_secret": "b", "domains": ("example.org",), "mfa": ("mfa",)}
    place.settings.SSO_PROVIDERS = [
        {"name": "district", "label": "Example Unified", "issuer": _NOWHERE, **known}
    ]


def sign_on_down(_place: Place, page: Page) -> None:
    page.goto("/accounts/login/")
    page.get_by_role("button", name="School staff").click()
    page.get_by_text("does not answer").wait_for()


def slow_proof(place: Place) -> None:
    """No proof is fresh, so that every page asks."""
    who = by_code_alone(place.cast.parent_of_two)
    for row in Session.objects.filter(user=who):
        session = SessionStore(row.session_key)
        session[HASH_SESSION_KEY] = who.get_session_auth_hash()  # it was open before the password went
        session.save()
    place.settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = -1


def proof_asked(_place: Place, page: Page) -> None:
    page.goto("/accounts/email/change/")
    page.get_by_role("button", name="Email me a code").wait_for()


def proof_sent(place: Place, page: Page) -> None:
    proof_asked(place, page)
    page.get_by_role("button", name="Email me a code").click()
    page.get_by_label("Code").wait_for()


def address_typed(_place: Place, page: Page) -> None:
    page.goto("/accounts/email/change/")
    page.get_by_label("New email address").fill(NEW)
    page.get_by_role("button", name="Send the code").click()
    page.get_by_label("Code").wait_for()


def wrong_code(place: Place, page: Page) -> None:
    address_typed(place, page)
    page.get_by_label("Code").fill("0000-0000")
    page.get_by_role("main").get_by_role("button", name="Change the address").click()
    page.locator(".errorlist").first.wait_for()


def same_address(place: Place, page: Page) -> None:
    page.goto("/accounts/email/change/")
    page.get_by_label("New email address").fill(place.cast.parent_of_two.email)
    page.get_by_role("button", name="Send the code").click()
    page.locator(".errorlist").first.wait_for()


def address_waits(place: Place, page: Page) -> None:
    address_typed(place, page)
    page.goto("/accounts/email/")


def from_the_sync(place: Place) -> None:
    place.cast.teacher.staff_roles.update(source="illuminate")


SIGN_IN_STATES: dict[str, State] = {
    "help": State(at("/help/"), kind="help"),
    "help-signed-in": State(at("/help/"), PARENT, kind="help"),
    "login-sign-on": State(at("/accounts/login/"), prepare=sign_on, kind="login"),
    "sign-on-down": State(sign_on_down, prepare=sign_on, kind="sign-on-failed"),
    "sign-on-failed": State(at("/accounts/sso/district/return/"), prepare=sign_on, kind="sign-on-failed"),
    "mail-again": State(proof_asked, PARENT, slow_proof, kind="again"),
    "mail-again-sent": State(proof_sent, PARENT, slow_proof, kind="again"),
    "email-waits": State(address_waits, PARENT, kind="email"),
    "email-of-staff": State(at("/accounts/email/"), TEACHER, from_the_sync, kind="email"),
    "email-change": State(at("/accounts/email/change/"), PARENT, kind="email-change"),
    "email-change-same": State(same_address, PARENT, kind="email-change"),
    "email-change-code": State(address_typed, PARENT, kind="email-change-code"),
    "email-change-wrong": State(wrong_code, PARENT, kind="email-change-code"),
}
