"""Fresh proof before anything that changes how somebody signs in: who is asked, for what, and how long it holds."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import unquote

import pytest
import time_machine
from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa.models import Authenticator
from django.core import mail
from django.test import Client

from accounts.models import Session, User
from tests import factories
from tests.accounts.mailbox import by_code_alone, mailed_code, mails_to, signed_in_a_while_ago
from tests.accounts.test_login import code_of, log_in, signed_in
from tests.accounts.test_login_code import ASK, CONFIRM, words
from tests.cast import Cast, give_second_factor, sign_in

SECURITY = "/accounts/security/"
GUARDED = {
    "set a password": "/accounts/password/set/",
    "set an app up": f"{SECURITY}totp/activate/",
    "add a passkey": f"{SECURITY}webauthn/add/",
    "change the address": "/accounts/email/change/",
}
GUARDED_WITH_FACTOR = {
    "turn the app off": f"{SECURITY}totp/deactivate/",
    "add a passkey": f"{SECURITY}webauthn/add/",
    "make recovery codes": f"{SECURITY}recovery-codes/generate/",
    "change the address": "/accounts/email/change/",
}
BY_MAIL, BY_PASSWORD, BY_FACTOR = (
    "/accounts/reauthenticate/mail/",
    "/accounts/reauthenticate/",
    f"{SECURITY}reauthenticate/",
)


def leads(client: Client, address: str) -> str:
    """Return where the page leads, without what it goes on to; empty if it shows itself."""
    return client.get(address).headers.get("Location", "").partition("?")[0]


@pytest.mark.parametrize("what", GUARDED)
def test_it_works(cast: Cast, what: str):
    who = by_code_alone(cast.parent_of_two)
    client = signed_in_a_while_ago(who, method="code")
    page = GUARDED[what]
    answer = client.get(page)
    assert unquote(answer["Location"]) == f"{BY_MAIL}?next={page}"
    client.post(answer["Location"], {"action": "send"})
    assert mail.outbox[-1].to == [who.email]
    answer = client.post(answer["Location"], {"code": mailed_code()})

    assert answer["Location"] == page
    assert client.get(page).status_code == 200


@pytest.mark.parametrize("what", GUARDED)
def test_right_after_the_sign_in_nobody_is_asked_again(cast: Cast, what: str):
    who = by_code_alone(cast.parent_of_two)
    client = Client()
    client.post(ASK, {"email": who.email})
    client.post(CONFIRM, {"code": mailed_code()})
    assert signed_in(client)

    assert client.get(GUARDED[what]).status_code == 200


@pytest.mark.parametrize("what", GUARDED)
def test_who_has_a_password_gives_that(cast: Cast, what: str):
    client = signed_in_a_while_ago(cast.parent_of_two)
    page = GUARDED[what]
    assert leads(client, page) == BY_PASSWORD
    assert leads(client, BY_MAIL) == BY_PASSWORD, "a mail is no way around it"
    client.post(BY_PASSWORD, {"password": "not this one, long enough"})
    assert leads(client, page) == BY_PASSWORD
    client.post(BY_PASSWORD, {"password": factories.PASSWORD})

    assert leads(client, page) != BY_PASSWORD


@pytest.mark.promise("A9")
@pytest.mark.parametrize("what", GUARDED_WITH_FACTOR)
def test_staff_give_their_factor_and_nothing_else(cast: Cast, what: str):
    Authenticator.objects.filter(user=cast.teacher).delete()
    seed = give_second_factor(cast.teacher)
    client = signed_in_a_while_ago(cast.teacher)
    page = GUARDED_WITH_FACTOR[what]
    assert leads(client, page) == BY_FACTOR
    assert leads(client, BY_MAIL) == BY_FACTOR
    client.post(BY_PASSWORD, {"password": factories.PASSWORD})
    assert leads(client, page) == BY_FACTOR
    client.post(BY_FACTOR, {"code": code_of(seed)})

    assert client.get(page).status_code == 200


@pytest.mark.promise("A9")
def test_a_password_typed_just_now_adds_no_passkey_beside_a_factor(cast: Cast):
    """Else whoever knows the password alone, in a session from before the factor, would make themselves one."""
    client = sign_in(cast.teacher)
    session = client.session
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": "password", "at": time.time()}]
    session.save()

    assert leads(client, f"{SECURITY}webauthn/add/") == BY_FACTOR


def test_it_holds_for_five_minutes(cast: Cast, settings: Any):
    page = GUARDED["set an app up"]
    with time_machine.travel("2026-11-02T16:00:00Z", tick=False) as clock:
        client = Client()
        log_in(cast.parent_of_two, client=client)
        clock.shift(299)
        assert client.get(page).status_code == 200
        clock.shift(1)
        assert leads(client, page) == BY_PASSWORD
        settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 600
        assert client.get(page).status_code == 200


def test_a_wrong_code_says_so_and_three_end_it(cast: Cast):
    client = signed_in_a_while_ago(by_code_alone(cast.parent_of_two), method="code")
    client.post(BY_MAIL, {"action": "send"})
    right = mailed_code()
    assert "not the code" in words(client.post(BY_MAIL, {"code": "0000-0000"}))
    client.post(BY_MAIL, {"code": "0000-0000"})
    client.post(BY_MAIL, {"code": "0000-0000"})
    client.post(BY_MAIL, {"code": right})

    assert leads(client, GUARDED["change the address"]) == BY_MAIL
    assert "Email me a code" in words(client.get(BY_MAIL))


def test_the_code_works_once_in_its_own_browser_and_for_ten_minutes(cast: Cast):
    who = by_code_alone(cast.parent_of_two)
    with time_machine.travel("2026-11-02T16:00:00Z", tick=False) as clock:
        client, elsewhere = signed_in_a_while_ago(who), signed_in_a_while_ago(who)
        client.post(BY_MAIL, {"action": "send"})
        elsewhere.post(BY_MAIL, {"code": mailed_code()})
        assert leads(elsewhere, GUARDED["change the address"]) == BY_MAIL
        clock.shift(601)
        client.post(BY_MAIL, {"code": mailed_code()})
        assert leads(client, GUARDED["change the address"]) == BY_MAIL


def test_looking_at_the_page_sends_nothing(cast: Cast):
    client = signed_in_a_while_ago(by_code_alone(cast.parent_of_two))
    assert client.get(BY_MAIL).status_code == 200

    assert mail.outbox == []


def test_no_code_stands_in_the_session(cast: Cast):
    who = by_code_alone(cast.parent_of_two)
    client = signed_in_a_while_ago(who)
    client.post(BY_MAIL, {"action": "send"})
    code = mailed_code()
    kept = str(Session.objects.get(session_key=client.session.session_key).get_decoded())

    assert who.email in kept, "the control: this is what waits"
    assert code not in kept
    assert code.replace("-", "") not in kept


@pytest.mark.promise("S8")
def test_nobody_floods_a_mailbox_or_guesses_for_ever(cast: Cast):
    client = signed_in_a_while_ago(by_code_alone(cast.parent_of_two))
    answers = [client.post(BY_MAIL, {"action": "send"}).status_code for _ in range(6)]
    assert answers == [302] * 5 + [429]
    assert len(mails_to(cast.parent_of_two.email)) == 5
    answers = [client.post(BY_MAIL, {"code": "0000-0000"}).status_code for _ in range(6)]
    assert answers[-1] == 429


def test_staff_without_password_and_factor_come_to_their_factor_by_a_code(cast: Cast):
    who: User = by_code_alone(cast.teacher)
    Authenticator.objects.filter(user=who).delete()
    client = signed_in_a_while_ago(who, method="code")
    assert leads(client, f"{SECURITY}totp/activate/") == BY_MAIL
    client.post(BY_MAIL, {"action": "send"})
    client.post(BY_MAIL, {"code": mailed_code()})

    assert client.get(f"{SECURITY}totp/activate/").status_code == 200
    assert leads(client, "/") == f"{SECURITY}totp/activate/", "and no further: a mail is no second factor"
