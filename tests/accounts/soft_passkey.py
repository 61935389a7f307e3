"""A passkey in software: what a phone would sign, for tests that need no browser (WebAuthn, level 2)."""

from __future__ import annotations

import hashlib
import json
import secrets
from typing import Any

from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings
from django.test import Client
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData, CollectedClientData

from accounts.models import User

LOGIN = "/accounts/security/webauthn/login/"
_FLAGS = AuthenticatorData.FLAG
_VERIFIED = _FLAGS.UP | _FLAGS.UV


class SoftPasskey:
    """Belongs to an account from the start; `sign_in` uses it as the button does."""

    def __init__(self, user: User) -> None:
        self.user = user
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id = secrets.token_bytes(16)
        self.row = Authenticator.objects.create(
            user=user,
            type=Authenticator.Type.WEBAUTHN,
            data={"name": "soft", "credential": self._registration()},
        )

    def sign_in(self, client: Client) -> Any:
        options = client.get(
            LOGIN, headers={"Accept": "application/json", "X-Requested-With": "XMLHttpRequest"}
        )
        challenge = options.json()["request_options"]["publicKey"]["challenge"]
        return client.post(LOGIN, {"credential": json.dumps(self._assertion(challenge))})

    def _site(self) -> tuple[bytes, str]:
        host = settings.SITE_URL.partition("://")[2].partition(":")[0]
        return hashlib.sha256(host.encode()).digest(), settings.SITE_URL

    def _registration(self) -> dict[str, Any]:
        site, origin = self._site()
        public = ES256.from_cryptography_key(self.key.public_key())
        made = AttestedCredentialData.create(b"\0" * 16, self.id, public)
        about = AuthenticatorData.create(site, _VERIFIED | _FLAGS.AT, 0, bytes(made))
        said = CollectedClientData.create("webauthn.create", secrets.token_bytes(32), origin)
        return self._credential(
            clientDataJSON=said, attestationObject=AttestationObject.create("none", about, {})
        ) | {"clientExtensionResults": {"credProps": {"rk": True}}}

    def _assertion(self, challenge: str) -> dict[str, Any]:
        site, origin = self._site()
        about = AuthenticatorData.create(site, _VERIFIED, 1)
        said = CollectedClientData.create("webauthn.get", challenge, origin)
        signature = self.key.sign(bytes(about) + hashlib.sha256(said).digest(), ec.ECDSA(hashes.SHA256()))
        handle = user_pk_to_url_str(self.user).encode()
        return self._credential(
            clientDataJSON=said, authenticatorData=about, signature=signature, userHandle=handle
        )

    def _credential(self, **response: bytes) -> dict[str, Any]:
        own = websafe_encode(self.id)
        parts = {name: websafe_encode(bytes(value)) for name, value in response.items()}
        return {"id": own, "rawId": own, "type": "public-key", "response": parts}
