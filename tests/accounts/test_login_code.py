"""Signing in by a code from the mail, and what somebody who tries addresses can learn from it: nothing (A8, F6)."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from bs4 import BeautifulSoup
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from tests import factories
from tests.accounts.doors import page_of
from tests.accounts.test_login import CODE, SET_UP, code_of
from tests.cast import Cast, give_second_factor

LOGIN, ASK, CONFIRM, RESET = (
    f"/accounts/{page}/" for page in ("login", "login/code", "login/code/confirm", "password/reset")
)
UNKNOWN = "nobody.knows@example.org"


def ask(who: User | str, client: Client | None = None) -> Client:
    client = client or Client()
    client.post(ASK, {"email": who if isinstance(who, str) else who.email})
    return client


def mailed_code() -> str:
    found = re.search(r"^ +(\d{4}-\d{4})$", str(mail.outbox[-1].body), re.MULTILINE)
    assert found, mail.outbox[-1].body
    return found[1]


def signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def words(answer: Any) -> str:
    return " ".join(BeautifulSoup(answer.content, "html.parser").get_text().split())


def test_it_works(cast: Cast):
    client = Client()
    back = page_of(cast.child)
    page = BeautifulSoup(client.get(f"{LOGIN}?next={back}").content, "html.parser")
    form = page.select("main form")[0]  # the first is the one for most
    fields = {str(field["name"]): str(field.get("value", "")) for field in form.select("input")}
    answer = client.post(str(form["action"]), fields | {"email": cast.parent_of_two.email})
    assert answer["Location"].startswith(CONFIRM)
    assert mail.outbox[0].to == [cast.parent_of_two.email]
    answer = client.post(answer["Location"], {"code": mailed_code(), "next": back})

    assert answer["Location"] == back
    assert client.get(back).status_code == 200


def test_no_password_is_needed_to_have(cast: Cast):
    cast.parent_of_two.set_unusable_password()
    cast.parent_of_two.save()
    client = ask(cast.parent_of_two)
    client.post(CONFIRM, {"code": mailed_code().replace("-", "")})

    assert signed_in(client)
    assert "Choose a password" in words(client.get("/accounts/security/"))


def test_the_code_works_in_the_browser_that_asked_alone(cast: Cast):
    ask(cast.parent_of_two)
    elsewhere = ask(cast.other_parent)
    elsewhere.post(CONFIRM, {"code": re.findall(r"\d{4}-\d{4}", str(mail.outbox[0].body))[0]})

    assert not signed_in(elsewhere)


def test_the_code_works_once_and_for_ten_minutes(cast: Cast):
    with time_machine.travel("2026-11-02T16:00:00Z", tick=False) as clock:
        late = ask(cast.parent_of_two)
        clock.shift(601)
        late.post(CONFIRM, {"code": mailed_code()})
        assert not signed_in(late)
        client = ask(cast.parent_of_two)
        clock.shift(599)
        client.post(CONFIRM, {"code": mailed_code()})
        assert signed_in(client)


def test_three_wrong_codes_end_it(cast: Cast):
    client = ask(cast.parent_of_two)
    for _ in range(3):
        client.post(CONFIRM, {"code": "0000-0000"})
    client.post(CONFIRM, {"code": mailed_code()})

    assert not signed_in(client)


def test_a_new_code_replaces_the_old(cast: Cast):
    client = ask(cast.parent_of_two)
    old = mailed_code()
    client.post(CONFIRM, {"action": "resend"})
    assert len(mail.outbox) == 2
    client.post(CONFIRM, {"code": old})
    assert not signed_in(client)
    client.post(CONFIRM, {"code": mailed_code()})

    assert signed_in(client)


@pytest.mark.promise("S8")
def test_nobody_s_mailbox_is_flooded_with_codes(cast: Cast):
    answers = [Client().post(ASK, {"email": cast.parent_of_two.email}).status_code for _ in range(6)]

    assert answers == [302] * 5 + [429]
    assert len(mail.outbox) == 5


@pytest.mark.promise("A9")
def test_staff_give_their_second_factor_after_it(cast: Cast):
    Authenticator.objects.filter(user=cast.teacher).delete()
    seed = give_second_factor(cast.teacher)
    client = ask(cast.teacher)
    answer = client.post(CONFIRM, {"code": mailed_code()})
    assert answer["Location"].startswith(CODE)
    assert not signed_in(client)
    client.post(CODE, {"code": code_of(seed)})

    assert client.get(page_of(cast.child)).status_code == 200


@pytest.mark.promise("A9")
def test_a_mail_is_no_second_factor(cast: Cast):
    Authenticator.objects.filter(user=cast.teacher).delete()
    client = ask(cast.teacher)
    client.post(CONFIRM, {"code": mailed_code()})

    assert signed_in(client)
    assert client.get(page_of(cast.child))["Location"] == SET_UP


# --- Who has an account ---------------------------------------------------------------------------------------------


class Hashes:
    """Counts what costs time at sign-in."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.made = 0
        encode = MD5PasswordHasher.encode

        def counting(hasher: MD5PasswordHasher, password: str, salt: str) -> str:
            self.made += 1
            return encode(hasher, password, salt)

        monkeypatch.setattr(MD5PasswordHasher, "encode", counting)


@pytest.fixture
def hashes(monkeypatch: pytest.MonkeyPatch) -> Hashes:
    return Hashes(monkeypatch)


def seen(answer: Any, email: str) -> tuple[Any, ...]:
    """Return all that a browser gets, without what differs from one answer to the next anyway."""
    text = answer.content.decode()
    text = re.sub(r'(name="csrfmiddlewaretoken" value|nonce)="[^"]+"', "…", text).replace(email, "…")
    headers = {name: re.sub(r"'nonce-[^']+'", "…", value) for name, value in answer.headers.items()}
    for name in ("Content-Length", "Expires"):  # the address typed stands in the page; a second may pass
        headers.pop(name, None)
    cookies = {
        name: {key: value for key, value in morsel.items() if key != "expires"}
        for name, morsel in answer.cookies.items()
    }
    return answer.status_code, headers, cookies, text


def traced(
    steps: list[Callable[[Client], Any]], email: str, hashes: Hashes, client: Client | None = None
) -> list[Any]:
    client, found = client or Client(), []
    for step in steps:
        mails, made = len(mail.outbox), hashes.made
        with CaptureQueriesContext(connection) as queries:
            answer = step(client)
        kinds = [re.sub(r"'[^']*'|\d+", "?", query["sql"])[:40] for query in queries]
        found.append((seen(answer, email), kinds, hashes.made - made, len(mail.outbox) - mails))
    return found


def by_code(email: str) -> list[Callable[[Client], Any]]:
    return [
        lambda client: client.get(LOGIN),
        lambda client: client.post(ASK, {"email": email}),
        lambda client: client.get(CONFIRM),
        lambda client: client.post(CONFIRM, {"code": "0000-0000"}),
        lambda client: client.post(CONFIRM, {"action": "resend"}),
        lambda client: client.get(CONFIRM),
        lambda client: client.post(CONFIRM, {"code": "0000-0000"}),
        lambda client: client.post(CONFIRM, {"code": "0000-0000"}),
        lambda client: client.get(ASK),
        lambda client: client.get(LOGIN),
    ]


def by_password(email: str) -> list[Callable[[Client], Any]]:
    return [lambda client: client.post(LOGIN, {"login": email, "password": "wrong, and long enough"})]


def forgotten(email: str) -> list[Callable[[Client], Any]]:
    return [
        lambda client: client.post(RESET, {"email": email}),
        lambda client: client.get(f"{RESET}done/"),
    ]


@pytest.mark.promise("A8")
@pytest.mark.parametrize("way", [by_code, by_password, forgotten])
@pytest.mark.parametrize("part", ["parent_of_two", "teacher", "without_password", "closed"])
def test_known_and_unknown_addresses_cannot_be_told_apart(cast: Cast, hashes: Hashes, way: Any, part: str):
    who = getattr(cast, part, cast.nobody)
    if part == "without_password":
        who.set_unusable_password()
    who.is_active = part != "closed"
    who.save()
    known = traced(way(who.email), who.email, hashes)
    unknown = traced(way(UNKNOWN), UNKNOWN, hashes)

    assert [step[0] for step in known] == [step[0] for step in unknown]
    assert [step[1] for step in known] == [step[1] for step in unknown], "queries"
    assert [step[2] for step in known] == [step[2] for step in unknown], "hashes"
    assert [step[3] for step in known] == [step[3] for step in unknown], "mails"


@pytest.mark.promise("A8")
def test_the_mail_to_an_unknown_address_says_that_there_is_no_account(db: None):
    ask(UNKNOWN)
    [message] = mail.outbox

    assert message.to == [UNKNOWN]
    assert "There is no account for this address yet" in str(message.body)


@pytest.mark.promise("A8")
def test_the_code_of_an_unknown_address_opens_the_page_of_letters_and_no_account(db: None):
    client = ask(UNKNOWN)
    answer = client.post(CONFIRM, {"code": mailed_code()}, follow=True)

    assert answer.redirect_chain[-1][0] == "/claim/"
    assert "Code from the letter" in words(answer)
    assert not signed_in(client)
    assert not User.objects.exists()


# --- When mail is down ------------------------------------------------------------------------------------------------


@pytest.fixture(params=["refusing", "hanging"])
def broken_mail(request: pytest.FixtureRequest, settings: Any) -> Iterator[str]:
    """A mail server that resets every connection, or takes it and says nothing."""
    listener = socket.create_server(("127.0.0.1", 0))
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = listener.getsockname()
    settings.EMAIL_TIMEOUT = 3
    if request.param == "refusing":
        listener.close()
    yield request.param
    listener.close()


@pytest.mark.slow
@pytest.mark.promise("F6")
def test_with_mail_down_the_page_says_that_it_may_be_late_and_a_password_works(cast: Cast, broken_mail: str):
    client = Client()
    began = time.monotonic()
    answer = client.post(ASK, {"email": cast.parent_of_two.email}, follow=True)
    took = time.monotonic() - began

    assert answer.status_code == 200
    assert "Mail can be late" in words(answer)
    assert took < 3, "the reader does not wait for the mail server"
    answer = client.post("/accounts/logout/", {"next": f"{LOGIN}?with=password"}, follow=True)
    assert answer.redirect_chain[-1][0] == f"{LOGIN}?with=password"
    client.post(LOGIN, {"login": cast.parent_of_two.email, "password": factories.PASSWORD})
    assert client.get(page_of(cast.child)).status_code == 200
