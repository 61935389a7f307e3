"""Sign-on with a provider that lies, or is down, or is set up wrongly: nobody gets in by it (A8, F6, S2, S3)."""

from __future__ import annotations

import json
import logging
import re
import time
from typing import Any
from urllib.parse import urlsplit

import jwt
import pytest
import time_machine
from cryptography.hazmat.primitives.asymmetric import rsa
from django.test import Client

from portal import environment
from portal.environment import BadEnvironment
from tests.accounts.provider import Claims, OidcProvider
from tests.accounts.signing_on import BEGIN, comes_back, goes, known, refused
from tests.accounts.test_login import CODE, log_in, signed_in
from tests.accounts.test_login_code import words
from tests.base.waiting import Waiting
from tests.cast import Cast, sign_in

# --- Answers that lie ------------------------------------------------------------------------------------------------


def changed(**values: Any) -> Any:
    return lambda claims: {name: value for name, value in (claims | values).items() if value is not None}


LIES: dict[str, Any] = {
    "another nonce": changed(nonce="x" * 43),
    "no nonce": changed(nonce=None),
    "another audience": changed(aud="another-site"),
    "an audience beside us without saying for whom": lambda claims: claims | {"aud": [claims["aud"], "b"]},
    "for another party": changed(azp="another-site"),
    "another issuer": changed(iss="http://127.0.0.1:1"),
    "no issuer": changed(iss=None),
    "too old": changed(exp=int(time.time()) - 120),
    "without an end": changed(exp=None),
    "without a subject": changed(sub=None),
    "of nobody": changed(sub=""),
    "from the future": changed(iat=int(time.time()) + 600),
}


def test_the_control_of_the_lies_a_changed_token_that_says_the_truth_is_taken(
    cast: Cast, provider: OidcProvider
):
    provider.between.claims = changed(extra="word")

    assert comes_back(provider, known(provider, cast.teacher)).status_code == 302


@pytest.mark.promise("A8")
@pytest.mark.parametrize("lie", LIES)
def test_a_token_that_is_not_for_this_sign_in_opens_nothing(cast: Cast, provider: OidcProvider, lie: str):
    provider.between.claims = LIES[lie]

    assert refused(comes_back(provider, known(provider, cast.teacher)))


def unsigned(claims: Claims) -> str:
    return jwt.encode(claims, "", algorithm="none")


def signed_with_what_everybody_knows(claims: Claims) -> str:
    return jwt.encode(claims, "a secret of thirty-two letters...", algorithm="HS256", headers={"kid": "ours"})


def signed_by_somebody(claims: Claims) -> str:
    key = rsa.generate_private_key(65537, 2048)
    return jwt.encode(claims, key, algorithm="RS256", headers={"kid": "ours"})


@pytest.mark.promise("A8")
@pytest.mark.parametrize(
    "forge",
    [unsigned, signed_with_what_everybody_knows, signed_by_somebody, lambda _claims: "no.token.at-all"],
)
def test_a_token_that_the_provider_did_not_sign_opens_nothing(cast: Cast, provider: OidcProvider, forge: Any):
    provider.between.forge = forge

    assert refused(comes_back(provider, known(provider, cast.teacher)))


@pytest.mark.promise("A8")
@pytest.mark.slow
def test_an_answer_counts_in_the_browser_that_asked_and_once(cast: Cast, provider: OidcProvider):
    subject = known(provider, cast.teacher)
    client, place = goes()
    back = urlsplit(provider.agree(place, subject))
    address = f"{back.path}?{back.query}"
    stranger = Client()
    assert stranger.get(address).status_code == 404
    victim, _ = goes()
    assert victim.get(address).status_code == 404, "somebody else's answer, planted"
    assert not signed_in(victim)
    assert client.get(re.sub(r"state=[^&]+", "state=other", address)).status_code == 404
    assert client.get(address).status_code == 404, "the wrong state used the attempt up"
    assert not signed_in(client)

    client, place = goes()
    back = urlsplit(provider.agree(place, subject))
    assert client.get(f"{back.path}?{back.query}").status_code == 302
    client.logout()
    assert client.get(f"{back.path}?{back.query}").status_code == 404


def test_an_answer_that_names_another_issuer_is_mixed_up(cast: Cast, provider: OidcProvider):
    client, place = goes()
    back = urlsplit(provider.agree(place, known(provider, cast.teacher)))

    assert client.get(f"{back.path}?{back.query}&iss=http://other.example").status_code == 404
    assert provider.between.token_requests == [], "the code went to nobody"


def test_an_answer_after_ten_minutes_is_too_late(cast: Cast, provider: OidcProvider):
    with time_machine.travel(time.time(), tick=True) as clock:
        client, place = goes()
        back = urlsplit(provider.agree(place, known(provider, cast.teacher)))
        clock.shift(601)
        assert client.get(f"{back.path}?{back.query}").status_code == 404


@pytest.mark.slow
def test_the_way_back_leads_to_this_site_alone(cast: Cast, provider: OidcProvider):
    for elsewhere in ("https://evil.example/", "//evil.example/", "/\\evil.example"):
        assert comes_back(provider, known(provider, cast.teacher), next=elsewhere)["Location"] == "/"


def test_who_is_signed_in_already_stays_who_they_are(cast: Cast, provider: OidcProvider):
    client, place = goes()
    back = urlsplit(provider.agree(place, known(provider, cast.teacher)))
    sign_in(cast.parent_of_two, client)
    assert client.get(f"{back.path}?{back.query}")["Location"] == "/"

    assert int(client.session["_auth_user_id"]) == cast.parent_of_two.pk
    assert client.post(BEGIN)["Location"] == "/"


@pytest.mark.promise("S7")
def test_signing_on_begins_a_new_session(cast: Cast, provider: OidcProvider):
    client, place = goes()
    before = client.session.session_key
    back = urlsplit(provider.agree(place, known(provider, cast.teacher)))
    client.get(f"{back.path}?{back.query}")

    assert client.session.session_key != before


# --- When it is down -------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.promise("F6")
@pytest.mark.parametrize("mood", ["refuse", "hang", "gone"])
@pytest.mark.parametrize("when", ["going", "coming back"])
def test_a_provider_that_is_down_gets_a_plain_page_and_a_password_works(
    cast: Cast, provider: OidcProvider, settings: Any, mood: str, when: str
):
    client, place = goes()
    back = urlsplit(provider.agree(place, known(provider, cast.teacher)))
    provider.between.mood = mood
    if mood == "gone":
        settings.SSO_PROVIDERS = [settings.SSO_PROVIDERS[0] | {"issuer": "http://127.0.0.1:1"}]
    waiting = Waiting()
    answer = client.post(BEGIN) if when == "going" else client.get(f"{back.path}?{back.query}")
    took = waiting.seconds()

    assert answer.status_code == 503
    assert "does not answer right now" in words(answer)
    assert took < 6
    assert log_in(cast.teacher)["Location"].startswith(CODE)


@pytest.mark.promise("S3")
@pytest.mark.slow
def test_only_the_issuer_s_hosts_are_called_and_no_redirect_is_followed(
    cast: Cast, provider: OidcProvider, settings: Any
):
    settings.PORTAL_VENDOR_HOSTS = []
    provider.between.calls.clear()
    assert Client().post(BEGIN).status_code == 503, "plain http, and a host that nobody listed"
    assert provider.between.calls == []
    settings.PORTAL_VENDOR_HOSTS = [provider.host]
    assert Client().post(BEGIN).status_code == 200
    place = "/.well-known/openid-configuration"
    found = {
        "issuer": provider.issuer,
        "authorization_endpoint": f"{provider.issuer}/oauth2/authorize",
        "token_endpoint": "http://127.0.0.1:1/token",
        "jwks_uri": f"{provider.issuer}/jwks",
    }
    provider.between.answers[place] = json.dumps(found).encode()
    client, place = goes()
    back = urlsplit(provider.agree(place, known(provider, cast.teacher)))
    assert client.get(f"{back.path}?{back.query}").status_code == 503, "the code goes to no other host"


@pytest.mark.parametrize(
    "found", [b"[]", b"<html>", b'{"issuer": "http://other.example"}', b"{" + b'"a":1,' * 60_000]
)
def test_a_provider_that_talks_nonsense_counts_as_down(provider: OidcProvider, found: bytes):
    provider.between.answers["/.well-known/openid-configuration"] = found

    assert Client().post(BEGIN).status_code == 503


@pytest.mark.promise("S2")
@pytest.mark.slow
def test_no_code_token_secret_or_address_is_logged(
    cast: Cast, provider: OidcProvider, settings: Any, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.DEBUG)
    tokens: list[str] = []
    provider.between.claims = lambda claims: tokens.append(provider.between.signed(claims)) or claims  # type: ignore[func-returns-value] # append() gives None, so `or` hands the claims on
    comes_back(provider, known(provider, cast.teacher))
    refused(comes_back(provider, known(provider, cast.teacher, "other")))
    ours = [
        one
        for one in caplog.records
        if not one.name.startswith(("oidc_provider_mock", "authlib", "werkzeug"))
    ]
    text = " ".join(f"{one.getMessage()} {one.args}" for one in ours)
    form, _ = provider.between.token_requests[0]

    assert "sso_failed" in text, "the control: something was written"
    secrets = (
        form["code"],
        form["code_verifier"],
        settings.SSO_PROVIDERS[0]["client_secret"],
        cast.teacher.email,
    )
    assert not [one for one in (*secrets, *tokens) if one in text]


# --- Settings --------------------------------------------------------------------------------------------------------

GOOD = {
    "SSO_GOOGLE_ISSUER": "https://accounts.google.com",
    "SSO_GOOGLE_CLIENT_ID": "id",
    "SSO_GOOGLE_CLIENT_SECRET": "secret",
    "SSO_GOOGLE_DOMAINS": "Example.org, example.net",
}


def test_settings_are_read_from_the_environment():
    [found] = environment.sso_providers(["google"], lambda name: GOOD.get(name, ""))

    assert found["domains"] == ("example.org", "example.net")
    assert (found["label"], found["mfa"]) == ("Google", ("mfa",))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"SSO_GOOGLE_DOMAINS": ""}, "SSO_GOOGLE_DOMAINS"),
        ({"SSO_GOOGLE_CLIENT_SECRET": ""}, "SSO_GOOGLE_CLIENT_SECRET"),
        ({"SSO_GOOGLE_ISSUER": "http://accounts.google.com"}, "https://"),
        ({"SSO_GOOGLE_ISSUER": "https://login.microsoftonline.com/common/v2.0"}, "one tenant"),
    ],
)
def test_unsafe_settings_stop_the_start(change: dict[str, str], said: str):
    values = GOOD | change
    with pytest.raises(BadEnvironment, match=said) as error:
        environment.sso_providers(["google"], lambda name: values.get(name, ""))

    assert "secret" not in str(error.value).replace("SSO_GOOGLE_CLIENT_SECRET", "")


def test_a_strange_name_stops_the_start():
    with pytest.raises(BadEnvironment, match="short names"):
        environment.sso_providers(["../evil"], lambda _name: "")
