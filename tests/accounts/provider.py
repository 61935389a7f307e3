"""A real provider of OpenID Connect on this machine (PyPI oidc-provider-mock), with somebody in between who can lie.

The provider keeps clients, codes and nonces, signs, and checks our secret. `Between` writes down what came, and on
demand refuses, hangs or changes what the provider says: the token then bears a key that is in the key set too.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
import threading
import time
import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import jwt
import requests
from cryptography.hazmat.primitives.asymmetric import rsa
from werkzeug.serving import make_server

with warnings.catch_warnings(
    record=True
):  # its libraries call each other by old names, and insist on saying so
    import oidc_provider_mock

Claims = dict[str, Any]
HANGS = 10.0


@dataclass
class Between:
    """A WSGI application around the provider's."""

    inner: Any
    key: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(65537, 2048))
    mood: str = "pass"  # refuse: 503 to everything; hang: silence
    claims: Callable[[Claims], Claims | None] | None = None  # None back: the token is left out
    forge: Callable[[Claims], str] | None = None  # the whole token
    answers: dict[str, bytes] = field(default_factory=dict)  # by path, in place of the provider's
    token_requests: list[tuple[dict[str, str], str]] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)

    def reset(self) -> None:
        self.mood, self.claims, self.forge = "pass", None, None
        for kept in (self.answers, self.token_requests, self.calls):
            kept.clear()

    def __call__(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        self.calls.append(path)
        if self.mood == "hang":
            time.sleep(HANGS)
        if self.mood != "pass":
            start("503 Service Unavailable", [("Content-Type", "text/plain")])
            return [b"down"]
        if path == "/oauth2/token":
            self._note(environ)
        answer: list[Any] = []
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            body = b"".join(self.inner(environ, lambda *parts: answer.append(parts)))
        status, headers = answer[0][0], [pair for pair in answer[0][1] if pair[0] != "Content-Length"]
        # Its pages ask the network for their style.
        body = re.sub(rb"<(link|script)\b[^>]*https?://[^>]*>(</script>)?", b"", body)
        if status.startswith("200"):
            body = self.answers.get(path) or self._changed(path, body)
        start(status, [*headers, ("Content-Length", str(len(body)))])
        return [body]

    def _note(self, environ: dict[str, Any]) -> None:
        raw = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = io.BytesIO(raw)
        self.token_requests.append((dict(parse_qsl(raw.decode())), environ.get("HTTP_AUTHORIZATION", "")))

    def _changed(self, path: str, body: bytes) -> bytes:
        if path == "/jwks" and (self.claims or self.forge):
            ours = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key())) | {"kid": "ours"}
            return json.dumps({"keys": [*json.loads(body)["keys"], ours]}).encode()
        if path == "/oauth2/token" and (self.claims or self.forge):
            tokens = json.loads(body)
            claims: Claims | None = jwt.decode(tokens["id_token"], options={"verify_signature": False})
            assert claims
            if self.forge:
                tokens["id_token"] = self.forge(claims)
            elif self.claims:
                claims = self.claims(claims)
                tokens["id_token"] = claims and self.signed(claims)
            return json.dumps(tokens).encode()
        return body

    def signed(self, claims: Claims, *, kid: str = "ours", key: Any = None) -> str:
        return jwt.encode(claims, key or self.key, algorithm="RS256", headers={"kid": kid})


class OidcProvider:
    """The provider running on a port. `person` says what it knows of somebody, by their subject."""

    def __init__(self) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            inner = oidc_provider_mock.app(require_client_registration=True, require_nonce=True)
        inner.debug = False
        self.between = Between(inner.wsgi_app)
        self._server = make_server("127.0.0.1", 0, self.between, threaded=True)
        self.host = f"127.0.0.1:{self._server.server_port}"
        self.issuer = f"http://{self.host}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def register(self, site: str, *, name: str = "district", method: str = "client_secret_basic") -> Claims:
        """Register the portal at this address; return the settings of the provider."""
        body = {
            "redirect_uris": [f"{site}/accounts/sso/{name}/return/"],
            "token_endpoint_auth_method": method,
        }
        made = requests.post(f"{self.issuer}/oauth2/clients", json=body, timeout=10).json()
        return {
            "name": name,
            "label": "Example Unified",
            "issuer": self.issuer,
            "client_id": made["client_id"],
            "client_secret": made["client_secret"],
            "domains": ("example.org",),
            "mfa": ("mfa",),
        }

    def person(self, subject: str, **claims: Any) -> None:
        answer = requests.put(f"{self.issuer}/users/{subject}", json=claims, timeout=10)
        assert answer.status_code == 204

    def agree(self, place: str, subject: str) -> str:
        """Sign in there as a browser would; return the address it is sent back to."""
        answer = requests.post(place, data={"sub": subject}, allow_redirects=False, timeout=10)
        assert answer.status_code == 302, answer.text
        return str(answer.headers["Location"])


def challenge_of(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
