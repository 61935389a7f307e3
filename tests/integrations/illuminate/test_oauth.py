"""OAuth 1.0a and OAuth 2 as Illuminate's document has them, on the wire."""

from __future__ import annotations

import json
import logging
import re

import pytest
from requests import Request

from integrations.http import (
    Answer,
    OneProcessTokenStore,
    VendorHttp,
    VendorMisconfigured,
    VendorUnavailable,
)
from integrations.illuminate.errors import CredentialsRefused
from integrations.illuminate.oauth import OAuth1Authorizer, OAuth2Authorizer, token_url
from tests.integrations.http.servers import FakeClock, client, http, serving

CONSUMER, CONSUMER_SECRET = "653e7a6ecc1d528c516cc8f92cf98611", "4f88a6d17f8b9ad90e00005f"
TOKEN, TOKEN_SECRET = "72157626737672178-022bbd2f4c2f3432", "fccb68c4e6103197"
OK = http(200, b"[]")


def authorizer(**fixed: str) -> OAuth1Authorizer:
    return OAuth1Authorizer(
        consumer_key=CONSUMER,
        consumer_secret=CONSUMER_SECRET,
        token=TOKEN,
        token_secret=TOKEN_SECRET,
        **fixed,
    )


def test_it_works():
    """The document's own worked example: its address, nonce, time and signature."""
    request = Request(
        "GET",
        "https://demo.illuminateed.com/live/rest_server.php/Api/Students",
        params={"page": "2", "limit": "50"},
    ).prepare()

    signed = authorizer(nonce="bfa41b93ec995f9385b5f34027181dc4", timestamp="1305583298").sign(request)

    header = signed.headers["Authorization"]
    header = header.decode() if isinstance(header, bytes) else header
    assert header.startswith("OAuth ")
    assert dict(re.findall(r'(\w+)="([^"]*)"', header)) == {
        "oauth_consumer_key": CONSUMER,
        "oauth_nonce": "bfa41b93ec995f9385b5f34027181dc4",
        "oauth_signature_method": "HMAC-SHA1",
        "oauth_timestamp": "1305583298",
        "oauth_version": "1.0",
        "oauth_token": TOKEN,
        "oauth_signature": "dbBJa4gFTWq9Z0utPzwmfncOleU%3D",
    }
    assert signed.url
    assert "oauth" not in signed.url


def call_with(sender: OAuth1Authorizer | OAuth2Authorizer, vendor: VendorHttp, url: str) -> Answer:
    return sender.call(lambda sign: vendor.get_json(url, sign=sign))


@pytest.mark.promise("F4")
def test_a_retry_has_a_nonce_and_a_signature_of_its_own():
    with serving(http(503), http(500), OK) as server:
        assert call_with(authorizer(), client(), f"{server.url}/x?a=b").body == []
    nonces = [re.findall(rb'oauth_nonce="([^"]+)"', request) for request in server.requests]
    signatures = [re.findall(rb'oauth_signature="([^"]+)"', request) for request in server.requests]
    assert len({nonce for (nonce,) in nonces}) == 3
    assert len({signature for (signature,) in signatures}) == 3
    assert all(b"GET /x?a=b HTTP/1.1" in request for request in server.requests)


def test_a_refused_signature_is_said_at_once():
    with serving(http(401)) as server, pytest.raises(CredentialsRefused, match="credentials-refused"):
        call_with(authorizer(), client(), server.url)
    assert len(server.requests) == 1


@pytest.mark.parametrize("key", ["", "a b", "a\r\nb", "\u00e9"])
def test_a_key_that_no_header_can_hold_is_refused_before_any_call(key: str):
    with pytest.raises(VendorMisconfigured, match="credentials-malformed"):
        OAuth1Authorizer(consumer_key=key, consumer_secret="s", token="t", token_secret="s")


@pytest.mark.promise("S2")
def test_no_logger_hears_a_signature_or_a_key(caplog: pytest.LogCaptureFixture):
    for name in list(logging.root.manager.loggerDict):
        if "oauth" in name:
            caplog.set_level(logging.DEBUG, logger=name)
    caplog.set_level(logging.DEBUG)
    with serving(OK) as server:
        call_with(authorizer(), client(), server.url)
    for canary in (CONSUMER, CONSUMER_SECRET, TOKEN, TOKEN_SECRET, "oauth_"):
        assert canary not in caplog.text


# --- OAuth 2 --------------------------------------------------------------------------------------------------------


def token(value: str = "t1", **more: object) -> bytes:
    content = {"access_token": value, "token_type": "bearer", "expires_in": 3600} | more
    return http(200, json.dumps(content).encode())


def by_token(url: str, vendor: VendorHttp, clock: FakeClock | None = None) -> OAuth2Authorizer:
    return OAuth2Authorizer(
        base_url=f"{url}/live/rest_server.php",
        client_id=CONSUMER,
        client_secret=lambda: CONSUMER_SECRET,
        http=vendor,
        tokens=OneProcessTokenStore(clock or FakeClock()),
    )


@pytest.mark.parametrize(
    ("base", "expected"),
    [
        (
            "https://demo.illuminateed.com/live/rest_server.php",
            "https://demo.illuminateed.com/live/?OAuth2_AccessToken",
        ),
        (
            "https://x.illuminateed.com/rest_server.php/",
            "https://x.illuminateed.com/?OAuth2_AccessToken",
        ),
    ],
)
def test_tokens_are_asked_for_beside_the_server_script(base: str, expected: str):
    assert token_url(base) == expected


def test_a_token_is_asked_for_once_and_sent_as_bearer():
    with serving(token(), OK) as server:
        vendor = client()
        sender = by_token(server.url, vendor)
        for _ in range(3):
            assert call_with(sender, vendor, f"{server.url}/a").body == []
    assert b"POST /live/?OAuth2_AccessToken HTTP/1.1" in server.requests[0]
    assert b"Authorization: Basic " in server.requests[0]
    assert [b"Authorization: Bearer t1" in each for each in server.requests[1:]] == [True] * 3


def test_a_token_is_asked_for_again_after_its_hour():
    clock = FakeClock()
    with serving(token(), OK, token("t2"), OK) as server:
        vendor = client()
        sender = by_token(server.url, vendor, clock)
        call_with(sender, vendor, server.url)
        clock.advance(3601)
        call_with(sender, vendor, server.url)
    assert b"Bearer t2" in server.requests[3]


def test_a_refused_token_is_replaced_once():
    with serving(token(), http(401), token("t2"), OK) as server:
        vendor = client()
        assert call_with(by_token(server.url, vendor), vendor, server.url).body == []
    assert b"Bearer t2" in server.requests[3]

    with serving(token(), http(401), token("t2"), http(401)) as server:
        vendor = client()
        with pytest.raises(CredentialsRefused, match="token-refused"):
            call_with(by_token(server.url, vendor), vendor, server.url)
    assert len(server.requests) == 4


@pytest.mark.parametrize(
    ("answer", "kind", "reason"),
    [
        (http(401), CredentialsRefused, "credentials-refused"),
        (http(400, b'{"error": "invalid_client"}'), CredentialsRefused, "credentials-refused"),
        (http(404), VendorMisconfigured, "wrong-path"),
        (http(500), VendorUnavailable, "status-500"),
        (http(200, b'{"access_token": "a\\r\\nb"}'), VendorUnavailable, "unexpected-shape"),
        (http(200, b"[]"), VendorUnavailable, "unexpected-shape"),
    ],
)
def test_each_answer_to_the_token_call_has_its_kind(answer: bytes, kind: type[Exception], reason: str):
    with serving(answer) as server:
        vendor = client()
        with pytest.raises(kind) as caught:
            call_with(by_token(server.url, vendor), vendor, server.url)
    assert str(caught.value) == reason
    assert len(server.requests) == 1


@pytest.mark.parametrize("says", [None, "soon", -5, 99999, "nan"])
def test_a_token_lives_an_hour_whatever_it_says(says: object):
    with serving(token(expires_in=says)) as server:
        minted = by_token(server.url, client()).mint()
    assert minted.lifetime == 3600


def test_a_token_that_says_less_lives_less():
    with serving(token(expires_in="60")) as server:
        assert by_token(server.url, client()).mint().lifetime == 60
