"""The steps of a sign-on as a browser takes them: the button, the provider, the way back."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from bs4 import BeautifulSoup
from django.test import Client

from accounts.models import User
from tests.accounts.provider import OidcProvider
from tests.accounts.test_login import signed_in
from tests.accounts.test_login_code import words

BEGIN, RETURN, LOGIN = "/accounts/sso/district/", "/accounts/sso/district/return/", "/accounts/login/"
SITE = "http://testserver"


def goes(client: Client | None = None, **posted: str) -> tuple[Client, str]:
    """Press the button; return the browser and where it is led."""
    client = client or Client()
    answer = client.post(BEGIN, posted)
    assert answer.status_code == 200
    page = BeautifulSoup(answer.content, "html.parser")
    refresh = str(page.select("meta[http-equiv=refresh]")[0]["content"])
    assert refresh.startswith("0; url=")
    assert page.select("main a.button")[0]["href"] == refresh.removeprefix("0; url=")
    return client, refresh.removeprefix("0; url=")


def comes_back(provider: OidcProvider, subject: str, client: Client | None = None, **posted: str) -> Any:
    client, place = goes(client, **posted)
    back = urlsplit(provider.agree(place, subject))
    assert f"{back.scheme}://{back.netloc}{back.path}" == f"{SITE}{RETURN}"
    answer = client.get(f"{back.path}?{back.query}")
    answer.client = client
    return answer


def known(provider: OidcProvider, who: User, subject: str = "s-1", **claims: Any) -> str:
    provider.person(subject, **({"email": who.email, "email_verified": True, "amr": ["pwd", "mfa"]} | claims))
    return subject


def refused(answer: Any) -> bool:
    """Say whether this is the one page that everybody gets who is not let in."""
    return (
        answer.status_code == 404
        and "This did not work with Example Unified" in words(answer)
        and not signed_in(answer.client)
    )
