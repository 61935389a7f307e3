"""Every empty or failing page that is none of ETS's outcomes (those: tests/scorereports/test_outcomes.py), in words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from accounts import letter_codes
from tests.cast import Cast, sign_in
from tests.scorereports import reading
from tests.scorereports.pages import words

pytestmark = pytest.mark.promise("L4")
CALL = (
    "school's office",
    "school office",
    "for your district",
)  # families their school, staff their administrator


@dataclass(frozen=True)
class Page:
    """Who gets it how, with which status, and what it says happened and tells to do."""

    ask: Callable[[Client], Any]
    status: int
    happened: str
    to_do: str
    who: str = ""


def at(address: str) -> Callable[[Client], Any]:
    return lambda client: client.get(address)


def old_form(_client: Client) -> Any:
    return Client(enforce_csrf_checks=True).post("/accounts/login/", {})


def too_often(_client: Client) -> Any:
    stranger = Client()
    for _ in range(40):
        answer = stranger.post("/accounts/login/", {"login": "nobody@example.org", "password": "x"})
    return answer


def sign_on(client: Client) -> Any:
    return client.post("/accounts/sso/district/")


def letter(code: str) -> Callable[[Client], Any]:
    return lambda client: client.post("/claim/", {"letter_code": code})


PAGES: dict[str, Page] = {
    "no child": Page(
        at("/"), 200, "No child is linked to your account", "call your child's school office", "nobody"
    ),
    "no student": Page(at("/"), 200, "You have no students yet", "ask your school's", "integrations_admin"),
    "no page": Page(at("/nowhere/"), 404, "may be wrong or old", "choose from there", "parent_of_two"),
    "no page, signed out": Page(at("/nowhere/"), 404, "may be wrong or old", "choose from there"),
    "not for you": Page(at("/broken/403"), 403, "may not use this page", "Go back", "parent_of_two"),
    "not for you in the admin": Page(
        at("/admin/integrations/connection/add/"), 403, "may not use this page", "Go back", "office"
    ),
    "unreadable": Page(at("/broken/400"), 400, "could not read", "start again"),
    "old form": Page(old_form, 403, "too old", "try again"),
    "too often": Page(too_often, 429, "too many tries", "then try again"),
    "broken": Page(at("/broken/500"), 500, "could not be shown", "Try again in a few minutes"),
    "no sign-up": Page(at("/accounts/signup/"), 200, "no form to fill in", "sign in with it"),
    "no such code": Page(letter(letter_codes.new()), 200, "does not work", "ask for a new letter", "nobody"),
    "a slip in a code": Page(letter("7K3QM"), 200, "a slip in this code", "Compare it", "nobody"),
    "closed account": Page(at("/accounts/inactive/"), 200, "cannot sign in", "call your school's office"),
    "old link": Page(at("/accounts/password/reset/key/1-x/"), 200, "too old", "Send me a new link"),
    "help": Page(at("/help/"), 200, "state test reports", "Call the office"),
    "refused by sign-on": Page(
        at("/accounts/sso/district/return/"), 404, "did not work with Example", "sign in another way"
    ),
    "sign-on down": Page(sign_on, 503, "does not answer right now", "try again in a few minutes"),
    "nothing to confirm": Page(at("/accounts/confirm-email/none/"), 200, "does nothing here", "school"),
}


@pytest.fixture
def failing(settings) -> None:
    settings.ROOT_URLCONF = "tests.functional.browser.more_urls"
    known = {"client_id": "a", "client_secret": "b", "domains": ("example.org",), "mfa": ("mfa",)}
    provider = {"name": "district", "label": "Example", "issuer": "http://127.0.0.1:1", **known}
    settings.SSO_PROVIDERS = [provider]


@pytest.mark.parametrize("name", PAGES)
def test_it_says_what_happened_what_to_do_and_whom_to_call(name: str, cast: Cast, failing: None):
    page = PAGES[name]
    client = sign_in(getattr(cast, page.who) if page.who else None)
    client.raise_request_exception = False
    answer = page.ask(client)
    said = words(answer)

    assert answer.status_code == page.status
    assert len(reading.page(answer).select("h1")) == 1
    assert page.happened in said
    assert page.to_do in said
    assert any(whom in said for whom in CALL)


def test_a_failing_page_of_every_status_is_among_them():
    """A template for another status wants its row above."""
    there = {int(file.stem[:3]) for file in Path("templates").glob("[45]*.html")}

    assert there == {page.status for page in PAGES.values()} - {200, 503}
