"""The field keys of the environment, and encryption under them. No tables.

`secrets.py` is the only caller. A sealed text is `v1.<key id>.<base64url of nonce, ciphertext and tag>`: AES-256-GCM
under the named key, with what the ciphertext belongs to as associated data, so that it opens nowhere else. The
deterministic form is AES-SIV under a key derived from a field key by HKDF; it carries no key id (its length shows in
addresses), so opening tries each key: a wrong one fails cleanly.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import os
import re
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, AESSIV
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

KEY_BYTES = 32
NONCE_BYTES = 12
KEY_ID = re.compile(r"[A-Za-z0-9_-]{1,32}\Z")
_ENVELOPE = re.compile(r"v1\.([A-Za-z0-9_-]{1,32})\.([A-Za-z0-9_-]+)\Z")


class SecretUnreadable(Exception):
    """A secret cannot be had: missing, changed, sealed for another use, or its key is gone. Holds none of it."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


def all_keys() -> list[tuple[str, bytes]]:
    """Return settings.FIELD_KEYS: the first encrypts, all decrypt."""
    found: list[tuple[str, bytes]] = settings.FIELD_KEYS
    return found


def first_key_id() -> str:
    """Return the id of the key that encrypts."""
    return all_keys()[0][0]


def list_problems() -> list[str]:
    """Say in sentences what is wrong with the list itself; ids only, never a key."""
    if not all_keys():
        return ["FIELD_KEYS is empty: without it no vendor secret can be stored or read."]
    problems = []
    seen: set[str] = set()
    for key_id, key in all_keys():
        if not KEY_ID.match(key_id):
            problems.append(f"FIELD_KEYS: the key id {key_id!r} is not 1 to 32 letters, digits, - or _.")
        if not isinstance(key, bytes) or len(key) != KEY_BYTES:
            problems.append(f"FIELD_KEYS: the key {key_id!r} is not {KEY_BYTES} bytes in base64.")
        if key_id in seen:
            problems.append(f"FIELD_KEYS: the key id {key_id!r} stands there twice.")
        seen.add(key_id)
    return problems


def encrypt(plaintext: str, *, bound_to: bytes) -> str:
    """Seal under the first key; `bound_to` is the associated data."""
    key_id, key = all_keys()[0]
    nonce = os.urandom(NONCE_BYTES)
    sealed = nonce + AESGCM(key).encrypt(nonce, plaintext.encode(), bound_to)
    return f"v1.{key_id}.{_to_text(sealed)}"


def decrypt(envelope: str, *, bound_to: bytes) -> str:
    """Open what `encrypt` made for the same `bound_to`. Raises SecretUnreadable."""
    matched = _ENVELOPE.match(envelope)
    if not matched:
        raise SecretUnreadable("malformed", "This is no sealed text.")
    key = dict(all_keys()).get(matched[1])
    if key is None:
        raise SecretUnreadable("key-missing", f"FIELD_KEYS has no key {matched[1]!r}.")
    raw = _to_bytes(matched[2])
    try:
        return AESGCM(key).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], bound_to).decode()
    except (InvalidTag, ValueError):
        pass
    # Outside the handler, so that the error carries no context with bytes in it.
    raise SecretUnreadable("wrong-place-or-changed", "The sealed text was changed, or belongs elsewhere.")


def key_id_of(envelope: str) -> str:
    """Return the id of the key that a sealed text was made with, or "" when it is no sealed text."""
    matched = _ENVELOPE.match(envelope)
    return matched[1] if matched else ""


def encrypt_deterministic(data: bytes, *, purpose: str, bound_to: bytes) -> str:
    """Seal so that the same data under the same key gives the same URL-safe text, 4/3 of (length + 16) characters."""
    cipher = _deterministic(all_keys()[0][1], purpose)
    return _to_text(cipher.encrypt(data, [bound_to]))


def decrypt_deterministic(sealed: str, *, purpose: str, bound_to: bytes) -> bytes:
    """Open what `encrypt_deterministic` made under any key in the list. Raises SecretUnreadable."""
    raw = _to_bytes(sealed)
    for _, key in all_keys():
        try:
            return _deterministic(key, purpose).decrypt(raw, [bound_to])
        except (InvalidTag, ValueError):
            continue
    raise SecretUnreadable("wrong-place-or-changed", "The sealed text was changed, or belongs elsewhere.")


def fingerprints(data: str, *, purpose: str) -> list[str]:
    """Return the keyed hash of a text under each key, 64 hex digits each, the first key's first."""
    return [
        hmac.digest(_hashing_key(key, purpose), data.encode(), "sha256").hex() for _key_id, key in all_keys()
    ]


@lru_cache(maxsize=32)
def _hashing_key(key: bytes, purpose: str) -> bytes:
    info = b"portal fingerprint v1\0" + purpose.encode()
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=info).derive(key)


@lru_cache(maxsize=32)
def _deterministic(key: bytes, purpose: str) -> AESSIV:
    info = b"portal deterministic v1\0" + purpose.encode()
    return AESSIV(HKDF(algorithm=hashes.SHA256(), length=64, salt=None, info=info).derive(key))


def _to_text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _to_bytes(text: str) -> bytes:
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return b""
    # Text with stray low bits in its last character would give one thing two names, and change unnoticed.
    return raw if _to_text(raw) == text else b""
