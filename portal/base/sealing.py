"""What a ciphertext is bound to, and sealing by purpose alone for what is kept outside the table of stored secrets."""

from __future__ import annotations

from uuid import UUID

from portal.base import field_keys


def stored_place(secret_id: UUID, purpose: str) -> bytes:
    """Associated data of a stored secret: its row and its use."""
    return b"stored\0" + secret_id.bytes + purpose.encode()


def sealed_place(purpose: str) -> bytes:
    """Associated data of what is kept elsewhere (TOTP seeds, cached tokens): its use alone."""
    return b"sealed\0" + purpose.encode()


def seal(plaintext: str, *, purpose: str) -> str:
    """Encrypt under the first key; the text is different each time, safe in JSON and URLs."""
    return field_keys.encrypt(plaintext, bound_to=sealed_place(purpose))


def unseal(sealed: str, *, purpose: str) -> str:
    """Open what `seal` made for the same purpose. Raises SecretUnreadable."""
    return field_keys.decrypt(sealed, bound_to=sealed_place(purpose))
