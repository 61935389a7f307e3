import time

import pytest
import requests
from oauthlib.oauth1 import SIGNATURE_HMAC_SHA256, SIGNATURE_PLAINTEXT, SIGNATURE_TYPE_QUERY
from requests_oauthlib import OAuth1

from integrations.sandbox.server import DEFAULT_ILLUMINATE


def pairs():
    return [DEFAULT_ILLUMINATE[name] for name in ("key", "secret", "token", "token_secret")]


class At(OAuth1):
    """Signs with a nonce and a time of its own."""

    def __init__(self, nonce: str, timestamp: float) -> None:
        key, secret, token, token_secret = pairs()
        super().__init__(key, secret, token, token_secret, nonce=nonce, timestamp=str(int(timestamp)))


def ask(illuminate, auth=None, url=None, **options):
    return illuminate.session.get(url or f"{illuminate.base}/Sites/", auth=auth, timeout=10, **options)


def token(illuminate, **changed):
    asked = {
        "data": {"grant_type": "client_credentials"},
        "auth": (DEFAULT_ILLUMINATE["key"], DEFAULT_ILLUMINATE["secret"]),
    } | changed
    return illuminate.session.post(f"{illuminate.root}/live/?OAuth2_AccessToken", timeout=10, **asked)


def test_it_works(illuminate):
    assert ask(illuminate, illuminate.signed()).status_code == 200


def test_a_query_is_signed_with_the_rest(illuminate):
    url = requests.Request("GET", f"{illuminate.base}/Users/", params={"limit": 2, "page": 1}).prepare().url
    assert ask(illuminate, illuminate.signed(), url).status_code == 200
    prepared = requests.Request("GET", url, auth=illuminate.signed()).prepare()
    prepared.url = f"{url}&site_id=1"
    assert illuminate.session.send(prepared, timeout=10).status_code == 401


@pytest.mark.parametrize("part", ["key", "secret", "token", "token_secret"])
def test_a_wrong_credential_gets_a_blank_401(illuminate, part):
    reply = ask(illuminate, illuminate.signed(**{part: "wrong"}))
    assert (reply.status_code, reply.content) == (401, b"")


@pytest.mark.parametrize(
    "header", [None, "", "OAuth", "OAuth x", 'OAuth oauth_nonce="1"', "Bearer x", "Basic x"]
)
def test_a_header_that_proves_nothing_gets_a_blank_401(illuminate, header):
    reply = ask(illuminate, headers={"Authorization": header} if header is not None else {})
    assert (reply.status_code, reply.content) == (401, b"")


def test_a_signature_in_the_query_is_refused(illuminate):
    key, secret, token, token_secret = pairs()
    in_query = OAuth1(key, secret, token, token_secret, signature_type=SIGNATURE_TYPE_QUERY)
    assert ask(illuminate, in_query).status_code == 401


@pytest.mark.parametrize("method", [SIGNATURE_PLAINTEXT, SIGNATURE_HMAC_SHA256])
def test_only_hmac_sha1_counts(illuminate, method):
    key, secret, token, token_secret = pairs()
    otherwise = OAuth1(key, secret, token, token_secret, signature_method=method)
    assert ask(illuminate, otherwise).status_code == 401


def test_a_nonce_is_good_once(illuminate):
    now = time.time()
    assert ask(illuminate, At("once", now)).status_code == 200
    assert ask(illuminate, At("once", now)).status_code == 401
    assert ask(illuminate, At("twice", now)).status_code == 200


@pytest.mark.parametrize(("away", "status"), [(-250, 200), (250, 200), (-350, 401), (350, 401)])
def test_a_time_stamp_is_good_for_five_minutes(illuminate, away, status):
    assert ask(illuminate, At(f"away{away}", time.time() + away)).status_code == status


def test_a_client_whose_clock_is_wrong_gets_nothing(illuminate):
    illuminate.control("clock", {"advance_seconds": 400})
    assert ask(illuminate, illuminate.signed()).status_code == 401


def test_client_credentials_give_a_token_for_an_hour(illuminate):
    given = token(illuminate).json()
    assert (given["token_type"], given["expires_in"]) == ("Bearer", 3600)
    headers = {"Authorization": f"Bearer {given['access_token']}"}
    assert ask(illuminate, headers=headers).status_code == 200
    illuminate.control("clock", {"advance_seconds": 3590})
    assert ask(illuminate, headers=headers).status_code == 200
    illuminate.control("clock", {"advance_seconds": 20})
    assert ask(illuminate, headers=headers).status_code == 401


def test_client_credentials_may_stand_in_the_form(illuminate):
    form = {
        "grant_type": "client_credentials",
        "client_id": DEFAULT_ILLUMINATE["key"],
        "client_secret": DEFAULT_ILLUMINATE["secret"],
    }
    assert token(illuminate, data=form, auth=None).status_code == 200


def test_wrong_client_credentials_get_a_blank_401(illuminate):
    for auth in (("wrong", "wrong"), (DEFAULT_ILLUMINATE["key"], "wrong"), None):
        reply = token(illuminate, auth=auth)
        assert (reply.status_code, reply.content) == (401, b"")


def test_another_grant_or_method_gets_no_token(illuminate):
    assert token(illuminate, data={"grant_type": "password"}).status_code == 400
    address = f"{illuminate.root}/live/?OAuth2_AccessToken"
    assert ask(illuminate, url=address).status_code == 405


def test_tokens_can_be_revoked(illuminate):
    headers = {"Authorization": f"Bearer {token(illuminate).json()['access_token']}"}
    assert illuminate.control("settings", {"revoke_tokens": True}).status_code == 200
    assert ask(illuminate, headers=headers).status_code == 401
