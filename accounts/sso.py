"""OpenID Connect, our side of it: where a browser is sent, and what the provider's answer says of a person.

Called by the views of sign-on. It knows neither accounts nor HTTP: the calls are handed in by the wiring, which has the
allow-list and the deadlines (`portal.sso_calls`). Cites OpenID Connect Core 1.0 by section. If a check here were
missing, whoever can make a token, for another site or at another time, would be a member of staff.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol
from urllib.parse import quote_plus, urlencode

import jwt
from django.conf import settings
from django.utils.crypto import constant_time_compare

# What the session's list of proofs calls a second factor that the provider asked for.
BY_PROVIDER = "sso-mfa"
_GOOGLE = "https://accounts.google.com"
# No `none`, and nothing signed with the client secret, which more people know than the provider's key.
_ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
_CLOCKS_DIFFER = 60.0
_TRUE = (True, 1, "1", "true", "True")


class SignOnFailed(Exception):
    """Nobody is signed in by this answer. `reason` is a machine word for the log; people are told none."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class ProviderDown(SignOnFailed):
    """The provider does not answer, or not as a provider: later may work."""


@dataclass(frozen=True)
class Provider:
    """One of `SSO_PROVIDERS`. `domains`: whose addresses count; `mfa`: values of `amr` or `acr` that tell of one."""

    name: str
    label: str
    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    domains: tuple[str, ...]
    mfa: tuple[str, ...]


@dataclass(frozen=True)
class Pending:
    """What the session keeps while somebody is at the provider; `went_at` in seconds since 1970."""

    provider: str
    state: str
    nonce: str
    verifier: str
    went_at: float
    back: str = ""

    def kept(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Person:
    """Somebody as the provider vouches for them. `email` is verified, lower-case and of an allowed domain."""

    issuer: str
    subject: str
    email: str
    second_factor: bool


class Calls(Protocol):
    """Calls to one provider, JSON in return. Both raise `ProviderDown`; `post` raises `SignOnFailed` for a refusal."""

    def get(self, url: str, *, bearer: str = "") -> dict[str, Any]: ...
    def post(self, url: str, *, form: Mapping[str, str], headers: Mapping[str, str]) -> dict[str, Any]: ...


MakeCalls = Callable[[Provider], Calls]
_makers: list[MakeCalls] = []


def call_through(maker: MakeCalls) -> None:
    """Take what makes the calls to a provider; the wiring hands it in at start."""
    _makers[:] = [maker]


def providers() -> list[Provider]:
    """Return the providers that the settings name, none unless somebody configured one."""
    return [Provider(**values) for values in settings.SSO_PROVIDERS]


def provider(name: str) -> Provider | None:
    return next((one for one in providers() if one.name == name), None)


def begin(at: Provider, *, redirect_uri: str, back: str, now: float) -> tuple[str, Pending]:
    """Return where to send the browser, and what to keep until it comes back (Core 3.1.2.1; PKCE: RFC 7636)."""
    found = _discovered(at)
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    pending = Pending(at.name, state, nonce, verifier, went_at=now, back=back)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(pending.verifier.encode()).digest()).rstrip(b"=")
    asked = {
        "response_type": "code",
        "client_id": at.client_id,
        "redirect_uri": redirect_uri,
        "scope": "openid email",
        "state": pending.state,
        "nonce": pending.nonce,
        "code_challenge": challenge.decode(),
        "code_challenge_method": "S256",
    }
    place = _text(found, "authorization_endpoint")
    if not place.startswith(("https://", "http://127.0.0.1:", "http://localhost:")):
        raise ProviderDown("authorization-endpoint")
    return f"{place}{'&' if '?' in place else '?'}{urlencode(asked)}", pending


def finish(at: Provider, *, pending: Pending, answer: Mapping[str, str], redirect_uri: str) -> Person:
    """Return who came back. Raises `SignOnFailed` for whatever is not as it must be (Core 3.1.2.5 to 3.1.3.7)."""
    if pending.provider != at.name or not constant_time_compare(pending.state, answer.get("state", "")):
        raise SignOnFailed("state")
    if answer.get("iss", at.issuer) != at.issuer:  # RFC 9207: another provider's answer, mixed in
        raise SignOnFailed("issuer-of-answer")
    code = answer.get("code", "")
    if not code:
        raise SignOnFailed("no-code")
    found, calls = _discovered(at), _calls(at)
    form, headers = _authenticated(at, found)
    form |= {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri}
    tokens = calls.post(
        _text(found, "token_endpoint"), form=form | {"code_verifier": pending.verifier}, headers=headers
    )
    claims = _verified(at, _text(tokens, "id_token"), calls.get(_text(found, "jwks_uri")), pending.nonce)
    if "email" not in claims and "userinfo_endpoint" in found:
        told = calls.get(_text(found, "userinfo_endpoint"), bearer=_text(tokens, "access_token"))
        if told.get("sub") != claims["sub"]:  # Core 5.3.2: else another's answer was put in
            raise SignOnFailed("userinfo-subject")
        claims = told | claims
    return Person(
        issuer=at.issuer,
        subject=str(claims["sub"]),
        email=_address(at, claims),
        second_factor=_said_second_factor(at, claims),
    )


def _calls(at: Provider) -> Calls:
    return _makers[0](at)


def _discovered(at: Provider) -> dict[str, Any]:
    found = _calls(at).get(f"{at.issuer.rstrip('/')}/.well-known/openid-configuration")
    if found.get("issuer") != at.issuer:  # Discovery 4.3
        raise ProviderDown("issuer-of-discovery")
    return found


def _text(values: Mapping[str, Any], name: str) -> str:
    value = values.get(name)
    if not isinstance(value, str) or not value:
        raise ProviderDown("answer-without-" + name.replace("_", "-"))
    return value


def _authenticated(at: Provider, found: Mapping[str, Any]) -> tuple[dict[str, str], dict[str, str]]:
    """Return form fields and headers that name us at the token endpoint (Core 9); basic unless only post is taken."""
    ways = found.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    if "client_secret_basic" in ways:
        pair = f"{quote_plus(at.client_id)}:{quote_plus(at.client_secret)}"
        return {}, {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}
    return {"client_id": at.client_id, "client_secret": at.client_secret}, {}


def _verified(at: Provider, token: str, keys: Mapping[str, Any], nonce: str) -> dict[str, Any]:
    """Return the claims of a token that this provider signed for us, for this very sign-in, and that still holds."""
    try:
        key = _key_of(token, keys)
        claims: dict[str, Any] = jwt.decode(
            token,
            key=key,
            algorithms=_ALGORITHMS,
            audience=at.client_id,
            issuer=at.issuer,
            leeway=_CLOCKS_DIFFER,
            options={"require": ["iss", "sub", "aud", "exp", "iat", "nonce"]},
        )
    except (jwt.PyJWTError, ValueError, TypeError, KeyError):
        raise SignOnFailed("token") from None
    if not constant_time_compare(str(claims["nonce"]), nonce):
        raise SignOnFailed("nonce")
    several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if claims.get("azp", None if several else at.client_id) != at.client_id:
        raise SignOnFailed("authorized-party")
    if not claims["sub"]:
        raise SignOnFailed("subject")
    return claims


def _key_of(token: str, keys: Mapping[str, Any]) -> jwt.PyJWK:
    header = jwt.get_unverified_header(token)
    fit = [
        key
        for key in keys["keys"]
        if key.get("use", "sig") == "sig" and ("kid" not in header or key.get("kid") == header["kid"])
    ]
    if len(fit) != 1 or fit[0].get("kty") == "oct" or header.get("alg") not in _ALGORITHMS:
        raise ValueError("No single public key fits.")
    return jwt.PyJWK(fit[0], algorithm=header["alg"])


def _address(at: Provider, claims: Mapping[str, Any]) -> str:
    """Return the verified address. Microsoft says `xms_edov` where others say `email_verified`."""
    email = str(claims.get("email", "")).strip().lower()
    if claims.get("email_verified", claims.get("xms_edov")) not in _TRUE:
        raise SignOnFailed("email-unverified")
    if email.rpartition("@")[2] not in at.domains:
        raise SignOnFailed("domain")
    # A private Google account may carry a district's address; only `hd` says that the district runs it.
    if at.issuer == _GOOGLE and claims.get("hd") not in at.domains:
        raise SignOnFailed("hosted-domain")
    return email


def _said_second_factor(at: Provider, claims: Mapping[str, Any]) -> bool:
    """Say whether `amr` (RFC 8176) or `acr` (Core 2) tells of a second factor."""
    amr = claims.get("amr")
    said = {*amr} if isinstance(amr, list) and all(isinstance(one, str) for one in amr) else set()
    return bool({*said, str(claims.get("acr", ""))} & {*at.mfa})
