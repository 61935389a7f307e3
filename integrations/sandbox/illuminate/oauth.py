"""Who may ask the sandbox's Illuminate: OAuth 1.0a signatures and OAuth 2 tokens.

`vendor.py` asks it before every answer. If it is too lenient, a client that signs wrongly is found out only by
the real Illuminate.
"""

import base64
import binascii
import secrets
import threading
from hmac import compare_digest
from typing import Any
from urllib.parse import parse_qsl, unquote_plus

from oauthlib.oauth1 import RequestValidator, ResourceEndpoint

from integrations.sandbox.clock import SandboxClock
from integrations.sandbox.exchange import Reply, Request, json_reply

# The document names neither; these are what OAuth servers commonly use.
TIMESTAMP_SECONDS = 300
LONGEST_NONCE = 128
TOKEN_SECONDS = 3600
# oauthlib would compare with the machine's clock; the sandbox's own decides, in `_Keys`.
_ANY_TIME = 10**10


class Doorkeeper:
    """One consumer key with its secret, one user token with its secret; OAuth 2 uses the first pair alone."""

    def __init__(self, clock: SandboxClock, *, key: str, secret: str, token: str, token_secret: str) -> None:
        self.clock = clock
        self.token_seconds: float = TOKEN_SECONDS
        self._lock = threading.Lock()
        self._bearers: dict[str, float] = {}
        self._key, self._secret = key, secret
        self._oauth1 = ResourceEndpoint(_Keys(clock, key, secret, token, token_secret))

    def admits(self, request: Request) -> bool:
        """Whether the Authorization header, and it alone, proves who asks."""
        header = request.headers.get("Authorization", "")
        scheme, _, rest = header.partition(" ")
        if scheme.lower() == "bearer":
            return self._knows(rest.strip())
        if scheme.lower() != "oauth" or "oauth_" in request.query.lower():
            return False
        address = f"{request.base_url}{request.path}" + (f"?{request.query}" if request.query else "")
        headers = dict(request.headers.items())
        try:
            admitted, _ = self._oauth1.validate_protected_resource_request(
                address, request.method, request.body.decode("latin-1"), headers
            )
        except ValueError:
            # An address or header that oauthlib cannot take apart.
            return False
        return bool(admitted)

    def give_token(self, request: Request) -> Reply:
        """Answer a request for an OAuth 2 token: client credentials, in Basic or in the form."""
        form = dict(parse_qsl(request.body.decode("latin-1")))
        if form.get("grant_type") != "client_credentials":
            return json_reply(400, {"error": "unsupported_grant_type"})
        given = _basic(request) or (form.get("client_id", ""), form.get("client_secret", ""))
        if not (_same(given[0], self._key) and _same(given[1], self._secret)):
            return Reply(401)
        bearer = secrets.token_hex(20)
        now = self.clock.timestamp()
        with self._lock:
            self._bearers = {old: end for old, end in self._bearers.items() if end > now}
            self._bearers[bearer] = now + self.token_seconds
        return json_reply(
            200, {"access_token": bearer, "token_type": "Bearer", "expires_in": int(self.token_seconds)}
        )

    def revoke_tokens(self) -> None:
        """Refuse every OAuth 2 token handed out so far."""
        with self._lock:
            self._bearers = {}

    def _knows(self, bearer: str) -> bool:
        return self.clock.timestamp() < self._bearers.get(bearer, 0)


class _Keys(RequestValidator):
    """What oauthlib asks while it checks a signature."""

    enforce_ssl = False
    allowed_signature_methods = ("HMAC-SHA1",)
    timestamp_lifetime = _ANY_TIME
    nonce_length = (1, LONGEST_NONCE)
    access_token_length = (1, LONGEST_NONCE)
    client_key_length = (1, LONGEST_NONCE)
    dummy_client = "nobody"
    dummy_access_token = "nobody"  # noqa: S105 - stands for an unknown token while its signature is checked

    def __init__(self, clock: SandboxClock, key: str, secret: str, token: str, token_secret: str) -> None:
        super().__init__()
        self._clock, self._lock = clock, threading.Lock()
        self._clients = {key: secret, self.dummy_client: secrets.token_hex()}
        self._users = {token: token_secret, self.dummy_access_token: secrets.token_hex()}
        self._key, self._token = key, token
        self._used: dict[tuple[str, str, str], float] = {}
        self._swept = 0.0

    def check_client_key(self, client_key: str) -> bool:
        return 1 <= len(client_key) <= LONGEST_NONCE

    def check_access_token(self, request_token: str) -> bool:
        return 1 <= len(request_token) <= LONGEST_NONCE

    def check_nonce(self, nonce: str) -> bool:
        return 1 <= len(nonce) <= LONGEST_NONCE

    def validate_timestamp_and_nonce(
        self,
        client_key: str,
        timestamp: str,
        nonce: str,
        _request: Any,
        request_token: str | None = None,
        access_token: str | None = None,
    ) -> bool:
        """Refuse what is older or newer than the window, and what was sent before."""
        del request_token
        now = self._clock.timestamp()
        if abs(now - int(timestamp)) > TIMESTAMP_SECONDS:
            return False
        used = (f"{client_key}&{access_token}", timestamp, nonce)
        with self._lock:
            if now - self._swept > TIMESTAMP_SECONDS:
                edge = now - 2 * TIMESTAMP_SECONDS
                self._used = {kept: at for kept, at in self._used.items() if at > edge}
                self._swept = now
            if used in self._used:
                return False
            self._used[used] = now
        return True

    def validate_client_key(self, client_key: str, _request: Any) -> bool:
        return _same(client_key, self._key)

    def validate_access_token(self, _client_key: str, token: str, _request: Any) -> bool:
        return _same(token, self._token)

    def validate_realms(self, *_: Any, **__: Any) -> bool:
        return True

    def get_client_secret(self, client_key: str, _request: Any) -> str:
        return self._clients[client_key]

    def get_access_token_secret(self, _client_key: str, token: str, _request: Any) -> str:
        return self._users[token]


def _basic(request: Request) -> tuple[str, str] | None:
    scheme, _, encoded = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        key, _, secret = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return ("", "")
    # RFC 6749 wants both written as in a form.
    return unquote_plus(key), unquote_plus(secret)


def _same(given: str, known: str) -> bool:
    return compare_digest(given.encode(), known.encode())
