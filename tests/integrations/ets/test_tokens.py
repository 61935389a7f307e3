import base64
import json

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.ets.tokens import DEFAULT_LIFETIME, lifetime_of
from integrations.http import MintedToken, OneProcessTokenStore, is_token
from tests.integrations.http.servers import FakeClock

NOW = 1_800_000_000.0


def token(**claims) -> str:
    payload = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"e30.{payload}.c2ln"


def test_exp_says_how_long_it_lives_and_no_signature_is_asked_for():
    real = jwt.encode({"iat": int(NOW), "exp": int(NOW) + 3600}, "k" * 32)
    assert lifetime_of(real, now=NOW) == 3600
    assert lifetime_of(token(exp=NOW + 60), now=NOW) == 60


@pytest.mark.parametrize(
    "claims",
    [{}, {"exp": None}, {"exp": "soon"}, {"exp": True}, {"exp": []}, {"exp": float("nan")}, {"exp": float("inf")},
     {"exp": NOW - 60}, {"exp": 0}, {"exp": "9" * 400}],
)  # fmt: skip
def test_without_a_usable_exp_it_lives_five_minutes(claims):
    assert lifetime_of(token(**claims), now=NOW) == DEFAULT_LIFETIME


def test_a_clock_that_differs_from_etss_does_not_stretch_its_life():
    assert lifetime_of(token(iat=NOW + 600, exp=NOW + 4200), now=NOW) == 3600
    assert lifetime_of(token(iat=NOW - 7200, exp=NOW - 3600), now=NOW) == 3600
    assert lifetime_of(token(iat=NOW, exp=NOW + 10**9), now=NOW) == 24 * 3600


@given(st.text() | st.binary().map(lambda data: f"a.{base64.urlsafe_b64encode(data).decode()}.c"))
def test_no_text_makes_it_raise(text):
    assert 0 < lifetime_of(text, now=NOW) <= 24 * 3600
    is_token(text)


def test_only_what_may_stand_in_a_header_is_a_token():
    assert is_token("abc.d-e_f.ghi=")
    assert not any(is_token(value) for value in ("", "a b", "a\nb", "é", "x" * 9000, None, 7, b"abc"))


def test_no_token_is_in_a_repr():
    assert "canary" not in repr(MintedToken("canary", 60))


def test_the_store_of_one_process_mints_again_near_the_end_or_when_refused():
    clock = FakeClock()
    minted: list[str] = []

    def mint() -> MintedToken:
        minted.append(f"t{len(minted)}")
        return MintedToken(minted[-1], 3600)

    store = OneProcessTokenStore(clock)
    assert [store.get(mint), store.get(mint), store.get(mint, refused="other")] == ["t0", "t0", "t0"]
    assert store.get(mint, refused="t0") == "t1"
    clock.advance(3500)
    assert store.get(mint) == "t2"
    store.forget()
    assert store.get(mint) == "t3"
