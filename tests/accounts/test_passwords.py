"""What a password must be and why one is refused, through the page that changes it (NIST SP 800-63B-4)."""

from __future__ import annotations

from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from accounts.models import User
from tests import factories
from tests.accounts.test_login import code_of
from tests.cast import Cast, give_second_factor, sign_in

CHANGE = "/accounts/password/change/"


def change(client: Client, password: str, old: str = factories.PASSWORD) -> Any:
    return client.post(CHANGE, {"oldpassword": old, "password1": password, "password2": password})


def refusal(answer: Any) -> str:
    assert answer.status_code == 200, "it was taken"
    page = BeautifulSoup(answer.content, "html.parser")
    return " ".join(one.get_text(" ", strip=True) for one in page.select(".errorlist"))


@pytest.fixture
def parent(cast: Cast) -> Client:
    return sign_in(cast.parent_of_two)


@pytest.mark.parametrize(
    "password",
    [
        "onlyfifteenlett",
        "three words and spaces",
        "пароль из слов",
        "🐢 turtle on a wall",
        "x" * 8 + "yzzy plugh",
    ],
)
def test_it_works(cast: Cast, parent: Client, password: str):
    password = password.ljust(15, "~")
    assert change(parent, password).status_code == 302
    client = Client()
    client.post("/accounts/login/", {"login": cast.parent_of_two.email, "password": password})

    assert "_auth_user_id" in client.session


def test_alone_it_has_fifteen_letters(parent: Client):
    assert "at least 15 letters" in refusal(change(parent, "fourteenletter"))


def test_beside_a_second_factor_it_has_eight(cast: Cast):
    give_second_factor(cast.parent_of_two)
    client = sign_in(cast.parent_of_two)
    assert "at least 8 letters" in refusal(change(client, "sevenlt"))
    assert change(client, "eightltr").status_code == 302
    cast.parent_of_two.refresh_from_db()

    assert cast.parent_of_two.password_is_short


def test_a_second_factor_stays_as_long_as_the_password_is_short(cast: Cast):
    seed = give_second_factor(cast.parent_of_two)
    client = sign_in(cast.parent_of_two)
    change(client, "eightltr")
    client.post("/accounts/security/reauthenticate/", {"code": code_of(seed)})
    turn_off = "/accounts/security/totp/deactivate/"
    assert "Choose a longer password first" in client.post(turn_off).content.decode()
    change(client, "long enough to stand alone", old="eightltr")

    assert client.post(turn_off).status_code == 302


@pytest.mark.parametrize(
    "password",
    [
        "passwordpassword",
        "Password12345678",
        "111111111111111111",
        "1234567890123456",
        "qwertyuiopasdfghjkl",
        "iloveyouiloveyou",
        "abcdefghijklmnopq",
    ],
)
def test_what_thieves_try_first_is_refused_with_its_reason(parent: Client, password: str):
    assert "stolen passwords" in refusal(change(parent, password))


def test_the_name_of_this_place_is_no_password(parent: Client):
    assert "name of this site" in refusal(change(parent, "ScoreReportCAASPP26"))


def test_one_s_own_name_is_no_password(cast: Cast):
    User.objects.filter(pk=cast.parent_of_two.pk).update(name="Maria Guadalupe Hernandez")
    client = sign_in(cast.parent_of_two)

    assert "too much like your name" in refusal(change(client, "GuadalupeHernandez"))


def test_no_rule_asks_for_digits_or_signs(parent: Client):
    assert change(parent, "lowercaselettersalone").status_code == 302
