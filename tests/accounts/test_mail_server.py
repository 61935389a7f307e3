"""Mail over real SMTP: it arrives, once, without a secret in its headers; and no mail server breaks a page (F6, S2)."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client

from accounts.models import User
from tests import factories
from tests.accounts.doors import page_of
from tests.accounts.mailbox import CODE as MAILED_CODE
from tests.accounts.mailbox import by_code_alone, signed_in_a_while_ago
from tests.accounts.post_office import PASSWORD, REFUSALS, USER, PostOffice, certificate
from tests.accounts.test_login import log_in, signed_in
from tests.accounts.test_login_code import ASK, CONFIRM, LOGIN, RESET, UNKNOWN, words
from tests.base.waiting import Waiting
from tests.cast import Cast, sign_in

HEADERS = {
    "Content-Type",
    "MIME-Version",
    "Content-Transfer-Encoding",
    "Subject",
    "From",
    "To",
    "Date",
    "Message-ID",
}
PROMPTLY = 3.0


def use(settings: Any, values: dict[str, Any]) -> None:
    for name, value in values.items():
        setattr(settings, name, value)


def until(office: PostOffice, count: int = 1) -> None:
    """Wait for so many mails: a slow machine may need longer than a reader is kept waiting."""
    ends = time.monotonic() + 10
    while len(office.received) < count and time.monotonic() < ends:
        time.sleep(0.02)
    assert len(office.received) == count


@pytest.fixture
def office(settings: Any) -> Iterator[PostOffice]:
    made = PostOffice()
    use(settings, made.settings())
    yield made
    made.stop()


def code_in(office: PostOffice) -> str:
    found = MAILED_CODE.search(office.texts()[-1].replace("\r\n", "\n"))
    assert found
    return found[1]


def test_it_works(cast: Cast, office: PostOffice):
    client = Client()
    client.post(ASK, {"email": cast.parent_of_two.email})
    until(office)
    [(envelope, message)] = office.received
    assert envelope.rcpt_tos == [cast.parent_of_two.email] == [message["To"]]
    assert envelope.mail_from == "no-reply@testserver"
    client.post(CONFIRM, {"code": code_in(office)})

    assert client.get(page_of(cast.child)).status_code == 200
    assert len(office.received) == 1


WAYS: dict[str, Any] = {
    "code": lambda client, _cast, who: client.post(ASK, {"email": who}),
    "new password": lambda client, _cast, who: client.post(RESET, {"email": who}),
    "another address": lambda _client, cast, who: sign_in(cast.other_parent).post(
        "/accounts/email/change/", {"email": who}
    ),
}


@pytest.mark.promise("A8", "S2")
@pytest.mark.parametrize("way", WAYS)
def test_one_mail_each_and_nothing_secret_in_its_headers(cast: Cast, office: PostOffice, way: str):
    for number, who in enumerate((cast.parent_of_two.email, UNKNOWN), start=1):
        WAYS[way](Client(), cast, who)
        until(office, number)
    for (envelope, message), text in zip(office.received, office.texts(), strict=True):
        secrets = re.findall(r"\d{4}-\d{4}|/accounts/password/reset/key/(\S+)", text)
        heads = " ".join(f"{name}: {value}" for name, value in message.items())
        assert set(message.keys()) == HEADERS
        assert not [one for one in secrets if one and one in heads]
        assert not re.search(r"\d{4}-\d{4}", heads)
        assert cast.parent_of_two.name not in heads
        assert envelope.rcpt_tos == [message["To"]]
    kinds = [
        {
            name: value
            for name, value in message.items()
            if name not in {"To", "Date", "Message-ID", "Subject"}
        }
        for _envelope, message in office.received
    ]
    assert kinds[0] == kinds[1]


def test_a_code_for_fresh_proof_arrives_too(cast: Cast, office: PostOffice):
    who: User = by_code_alone(cast.parent_of_two)
    client = signed_in_a_while_ago(who, method="code")
    client.post("/accounts/reauthenticate/mail/", {"action": "send"})
    until(office)
    client.post("/accounts/reauthenticate/mail/", {"code": code_in(office)})

    assert client.get("/accounts/password/set/").status_code == 200


@pytest.mark.slow
@pytest.mark.promise("F6")
@pytest.mark.parametrize("mood", [*REFUSALS, "refuses the text", "falls silent"])
def test_whatever_the_server_answers_the_page_says_that_mail_may_be_late(
    cast: Cast, office: PostOffice, mood: str, caplog: pytest.LogCaptureFixture
):
    office.mood = mood
    client, who = Client(), cast.parent_of_two.email
    waiting = Waiting()
    answer = client.post(ASK, {"email": who}, follow=True)
    took = waiting.seconds()

    assert answer.status_code == 200
    assert "Mail can be late" in words(answer)
    assert "Use a password instead" in words(answer)
    assert took < PROMPTLY
    assert office.received == []
    assert who not in caplog.text, "a server's own words repeat the address"
    log_in(cast.parent_of_two, client=Client())
    office.mood = "deliver"
    client.post(CONFIRM, {"action": "resend"})
    until(office)
    client.post(CONFIRM, {"code": code_in(office)})
    assert signed_in(client)


@pytest.mark.slow
@pytest.mark.promise("F6", "A8")
@pytest.mark.parametrize("where", ["dead", "hanging"])
@pytest.mark.parametrize("way", WAYS)
def test_a_server_that_is_not_there_breaks_no_page(cast: Cast, settings: Any, where: str, way: str):
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    if where == "dead":
        listener.close()
    use(settings, {"EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend", "EMAIL_TIMEOUT": 3})
    use(settings, {"EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": port})
    answers = []
    for who in (cast.parent_of_two.email, UNKNOWN):
        waiting = Waiting()
        answers.append(WAYS[way](Client(), cast, who).status_code)
        assert waiting.seconds() < PROMPTLY
    listener.close()

    assert answers == [302, 302]


def test_a_password_needs_no_mail_server(cast: Cast, settings: Any):
    use(settings, {"EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend", "EMAIL_PORT": 1})
    client = Client()
    client.get(LOGIN)
    client.post(LOGIN, {"login": cast.parent_of_two.email, "password": factories.PASSWORD})

    assert client.get(page_of(cast.child)).status_code == 200


# --- Encrypted -------------------------------------------------------------------------------------------------------

URLS = {
    "starttls": "smtp://127.0.0.1:{port}/?tls=1",
    "implicit": "smtps://127.0.0.1:{port}",
}


def asked(who: str) -> None:
    assert Client().post(ASK, {"email": who}).status_code == 302


@pytest.mark.parametrize("kind", URLS)
def test_with_a_certificate_that_the_system_trusts_mail_goes_encrypted(
    cast: Cast, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
):
    file = certificate(tmp_path)
    office = PostOffice(**{kind: file})  # type: ignore[arg-type] # `kind` is one of two keywords that take a path
    use(settings, office.settings(URLS[kind]))
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    asked(cast.parent_of_two.email)
    until(office)
    office.stop()

    assert office.encrypted == [True]


@pytest.mark.slow
@pytest.mark.parametrize("kind", URLS)
def test_with_another_certificate_no_mail_goes(cast: Cast, settings: Any, tmp_path: Path, kind: str):
    office = PostOffice(**{kind: certificate(tmp_path)})  # type: ignore[arg-type] # `kind` is one of two keywords that take a path
    use(settings, office.settings(URLS[kind]))
    asked(cast.parent_of_two.email)
    time.sleep(1)
    office.stop()

    assert office.received == []


@pytest.mark.slow
def test_a_server_that_offers_no_encryption_gets_no_mail_if_it_is_asked_for(
    cast: Cast, settings: Any, office: PostOffice
):
    use(settings, office.settings(URLS["starttls"]))
    asked(cast.parent_of_two.email)
    time.sleep(1)

    assert office.received == []


@pytest.mark.slow
@pytest.mark.promise("S2")
def test_user_and_password_of_the_address_are_used_and_stay_out_of_the_log(
    cast: Cast,
    settings: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
):
    file = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    office = PostOffice(starttls=file, asks=True)
    use(settings, office.settings(f"smtp://{USER}:{quote(PASSWORD, safe='')}@127.0.0.1:{{port}}/?tls=1"))
    asked(cast.parent_of_two.email)
    until(office)
    use(settings, office.settings(f"smtp://{USER}:wrong-canary@127.0.0.1:{{port}}/?tls=1"))
    asked(cast.other_parent.email)
    ends = time.monotonic() + 10
    while "mail_not_sent" not in caplog.text and time.monotonic() < ends:
        time.sleep(0.05)
    office.stop()

    assert len(office.received) == 1
    assert "mail_not_sent" in caplog.text, "the control: the second one failed, and the log says so"
    assert "wrong-canary" not in caplog.text
    assert PASSWORD not in caplog.text
