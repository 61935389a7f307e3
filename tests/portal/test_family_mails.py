"""Every mail that families get, in every language that is offered: nothing is left in English."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from accounts.models import Student, User
from accounts.services import majority, tongues
from portal import languages
from portal.base.clock import local_today
from tests import factories
from tests.accounts.mailbox import by_code_alone, mailed_code
from tests.cast import Cast, give_second_factor, sign_in
from tests.portal.family_pages import MFA
from tests.portal.test_family_pages import (
    NAMES,
    TRANSLATED,
    as_often_as_there_are_languages,
    same_in_both,
)

pytestmark = [pytest.mark.promise("L1"), pytest.mark.slow]
Send = Callable[[User, Client], Any]
CODE, EMAIL = "/accounts/login/code/", "/accounts/email/change/"


def post(address: str, **fields: str) -> Send:
    return lambda _user, client: client.post(address, fields)


def of_a_stranger(address: str, email: str = "") -> Send:
    """Post to a page for people who are not signed in; the account's own address where none is given."""

    def send(user: User, _client: Client) -> None:
        stranger = Client(headers={"Accept-Language": user.language})
        stranger.post(address, {"email": email or user.email})

    return send


def fresh_code(user: User, _client: Client) -> None:
    sign_in(by_code_alone(user)).post("/accounts/reauthenticate/mail/", {"action": "send"})


def password(_user: User, client: Client) -> None:
    chosen = "a river of many stones 4"
    old = {"oldpassword": factories.PASSWORD}
    client.post("/accounts/password/change/", old | {"password1": chosen, "password2": chosen})


def taken(_user: User, client: Client) -> None:
    client.post(EMAIL, {"email": factories.user().email})


def changed(user: User, client: Client) -> None:
    client.post(EMAIL, {"email": f"new.{user.email}"})
    client.post(f"{EMAIL}confirm/", {"code": mailed_code(to=f"new.{user.email}")})


def new_codes(user: User, _client: Client) -> None:
    give_second_factor(user)
    sign_in(user).post(f"{MFA}recovery-codes/generate/")


def step_off(user: User, _client: Client) -> None:
    give_second_factor(user)
    sign_in(user).post(f"{MFA}totp/deactivate/")


def birthday(user: User, _client: Client) -> None:
    turns = local_today() + timedelta(days=6)
    children = Student.unscoped.filter(guardianships__guardian__user=user)
    Student.unscoped.filter(pk__in=children).update(birth_date=turns.replace(year=turns.year - 18))
    majority.send_due()


MAILS: dict[str, Send] = {
    "code": of_a_stranger(CODE),
    "first code": of_a_stranger(CODE, "nobody.yet@example.net"),
    "reset": of_a_stranger("/accounts/password/reset/"),
    "reset of nobody": of_a_stranger("/accounts/password/reset/", "nobody.yet@example.net"),
    "password": password,
    "fresh code": fresh_code,
    "new address": post(EMAIL, email="new.address@example.org"),
    "address taken": taken,
    "address changed": changed,
    "recovery codes": new_codes,
    "second step off": step_off,
    "birthday": birthday,
}


@pytest.mark.parametrize("name", MAILS)
def test_no_english_is_left(name: str, cast: Cast, settings: Any, django_capture_on_commit_callbacks: Any):
    as_often_as_there_are_languages(settings)
    said = {}
    for language in [languages.ENGLISH, *TRANSLATED]:
        user = factories.parent(factories.student(cast.school_a))
        tongues.choose(user=user, language=language)
        client = sign_in(user, Client(headers={"Accept-Language": language}))
        mail.outbox.clear()
        with django_capture_on_commit_callbacks(execute=True):
            MAILS[name](user, client)
        said[language] = lines()

        assert len(said[language]) > 1, language
    for language in TRANSLATED:
        assert said[language] & said[languages.ENGLISH] - same_in_both(language) == set(), language


def lines() -> set[str]:
    """Return the subjects and the lines of the mails that went out, without addresses."""
    said = {line.strip() for one in mail.outbox for line in f"{one.subject}\n{one.body}".splitlines()}
    return {line for line in said if not NAMES.match(line) and "://" not in line}
