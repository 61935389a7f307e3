"""How calls to Illuminate are signed: OAuth 1.0a, or OAuth 2 with a token that lives an hour.

Made by whoever builds an `IlluminateClient`. Both are handed to it as an `Authorizer`. A mistake here is a 401 on every
call, or a secret in a log: oauthlib prints signature bases, keys and headers when a logger listens, so it is shut up.
"""

from __future__ import annotations

import base64
import logging
import re
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Protocol

from requests import PreparedRequest
from requests_oauthlib import OAuth1

from integrations.http import (
    Answer,
    MintedToken,
    Sign,
    TokenStore,
    VendorHttp,
    VendorMisconfigured,
    VendorUnavailable,
    is_token,
)
from integrations.illuminate.errors import CredentialsRefused

# "The token is good for 1 hour" (seed 003, "OAuth 2"), unless the answer says less.
TOKEN_LIFETIME = 3600.0
SERVER = "rest_server.php"

_CREDENTIAL = re.compile(r"[\x21-\x7e]{1,1000}")


def _say_nothing(_record: logging.LogRecord) -> bool:
    return False


# Filters and not levels: a later logging configuration resets the levels of loggers that exist.
for _name in (
    "oauthlib.oauth1.rfc5849",
    "oauthlib.oauth1.rfc5849.signature",
    "oauthlib.common",
    "requests_oauthlib.oauth1_auth",
):
    logging.getLogger(_name).addFilter(_say_nothing)


class Authorizer(Protocol):
    """How one call gets its Authorization header.

    `call` is handed a function that makes the call with a signature; it may make it twice, never more.
    """

    def call(self, send: Callable[[Sign], Answer]) -> Answer: ...


class OAuth1Authorizer:
    """Signs each try with its own nonce and time, in the header alone, HMAC-SHA1 (seed 003, "Signing Requests")."""

    def __init__(
        self, *, consumer_key: str, consumer_secret: str, token: str, token_secret: str, **fixed: Any
    ) -> None:
        """`fixed` are `nonce` and `timestamp`, for a test vector alone."""
        _check(consumer_key, token)
        self._sign = OAuth1(
            client_key=consumer_key,
            client_secret=consumer_secret,
            resource_owner_key=token,
            resource_owner_secret=token_secret,
            signature_type="auth_header",
            **fixed,
        )

    def sign(self, request: PreparedRequest) -> PreparedRequest:
        signed: PreparedRequest = self._sign(request)
        return signed

    def call(self, send: Callable[[Sign], Answer]) -> Answer:
        answer = send(self.sign)
        if answer.status == HTTPStatus.UNAUTHORIZED:
            raise CredentialsRefused("credentials-refused")
        return answer


class OAuth2Authorizer:
    """Sends a token that all processes share; one that is refused is replaced once (seed 003, "OAuth 2").

    `base_url` ends in `rest_server.php`; tokens are asked for beside it.
    """

    def __init__(
        self,
        *,
        base_url: str,
        client_id: str,
        client_secret: Callable[[], str],
        http: VendorHttp,
        tokens: TokenStore,
    ) -> None:
        _check(client_id)
        self._url = token_url(base_url)
        self._client_id = client_id
        self._client_secret = client_secret
        self._http = http
        self._tokens = tokens

    def call(self, send: Callable[[Sign], Answer]) -> Answer:
        token = self._tokens.get(self.mint)
        answer = send(_bearer(token))
        if answer.status != HTTPStatus.UNAUTHORIZED:
            return answer
        answer = send(_bearer(self._tokens.get(self.mint, refused=token)))
        if answer.status == HTTPStatus.UNAUTHORIZED:
            raise CredentialsRefused("token-refused")
        return answer

    def mint(self) -> MintedToken:
        """Ask for a fresh token. Seed 003, "Authorization": POST client credentials to `?OAuth2_AccessToken`.

        The pair goes into the header, which every OAuth 2 server must take (RFC 6749, 2.3.1).
        """
        pair = base64.b64encode(f"{self._client_id}:{self._client_secret()}".encode()).decode()
        answer = self._http.post_json(
            self._url,
            headers={"Authorization": f"Basic {pair}"},
            form={"grant_type": "client_credentials"},
        )
        if answer.status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.BAD_REQUEST, HTTPStatus.FORBIDDEN}:
            raise CredentialsRefused("credentials-refused")
        if answer.status >= HTTPStatus.BAD_REQUEST:
            raise VendorMisconfigured("wrong-path")
        content = answer.body if isinstance(answer.body, dict) else {}
        token = content.get("access_token")
        if not is_token(token):
            raise VendorUnavailable("unexpected-shape")
        return MintedToken(str(token), _lifetime(content.get("expires_in")))


def token_url(base_url: str) -> str:
    """Return where OAuth 2 tokens are asked for."""
    return f"{base_url.rstrip('/').removesuffix(SERVER).rstrip('/')}/?OAuth2_AccessToken"


def _bearer(token: str) -> Sign:
    def sign(request: PreparedRequest) -> PreparedRequest:
        request.headers["Authorization"] = f"Bearer {token}"
        return request

    return sign


def _lifetime(value: Any) -> float:
    try:
        seconds = float(value)
    except (TypeError, ValueError):
        return TOKEN_LIFETIME
    return min(seconds, TOKEN_LIFETIME) if seconds > 0 else TOKEN_LIFETIME


def _check(*parts: str) -> None:
    if not all(_CREDENTIAL.fullmatch(part) for part in parts):
        raise VendorMisconfigured("credentials-malformed")
