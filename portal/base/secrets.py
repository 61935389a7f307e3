"""Vendor secrets at rest: put, reveal, describe, forget, and sealing of what lives elsewhere. Owns `StoredSecret`.

Connections keep the UUID that `put` returns; the second factor's adapter and the token store call `seal`; the listing
of reports calls `seal_deterministic`. A stored ciphertext is bound to its UUID and purpose, a sealed one to its
purpose: moved to another row or use, it does not open. If the environment loses a key, everything sealed with it is
unreadable for good: `key_problems` says so at start, and `rotation.rotate` moves everything to the first key before a
key is dropped.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import DatabaseError

from portal.base import clock, field_keys
from portal.base.field_keys import SecretUnreadable
from portal.base.models import StoredSecret
from portal.base.rotation import on_rotation, reseal, rotate, used_key_ids
from portal.base.sealing import seal, stored_place, unseal

__all__ = [
    "SecretDescription",
    "SecretUnreadable",
    "describe",
    "fingerprints",
    "forget",
    "key_problems",
    "on_rotation",
    "put",
    "reseal",
    "reveal",
    "rotate",
    "seal",
    "seal_deterministic",
    "unseal",
    "unseal_deterministic",
]

# Four characters of a shorter secret would give too much of it away.
SHORTEST_SHOWN = 12


@dataclass(frozen=True)
class SecretDescription:
    """What a screen may show of a secret: `masked` is "*****ACeA", or stars alone for a short one."""

    masked: str
    set_by: str
    set_at: datetime
    expires: date | None


def put(
    plaintext: str, *, purpose: str, set_by: str, expires: date | None = None, replaces: UUID | None = None
) -> UUID:
    """Store a secret and return its UUID. `set_by` is the user's UUID as text, or a command's name.

    With `replaces`, that secret's content is exchanged under the same UUID, so everything that points to it goes on
    working; if it is gone, a new one is made. ValueError: empty, or `replaces` is for another purpose.
    """
    if not plaintext.strip():
        raise ValueError("An empty secret cannot be stored.")
    secret_id = replaces or uuid.uuid4()
    values = {
        "key_id": field_keys.first_key_id(),
        "ciphertext": field_keys.encrypt(plaintext, bound_to=stored_place(secret_id, purpose)),
        "last_four": plaintext[-4:] if len(plaintext) >= SHORTEST_SHOWN else "",
        "set_by": set_by,
        "set_at": clock.now(),
        "expires": expires,
    }
    if replaces:
        if StoredSecret.objects.filter(uuid=replaces, purpose=purpose).update(**values):
            return replaces
        if StoredSecret.objects.filter(uuid=replaces).exists():
            raise ValueError("The secret to replace is for another purpose.")
    StoredSecret.objects.create(uuid=secret_id, purpose=purpose, **values)
    return secret_id


def reveal(secret_id: UUID, *, purpose: str) -> str:
    """Return the plaintext, for the call that needs it and nothing else. Raises SecretUnreadable."""
    row = StoredSecret.objects.filter(uuid=secret_id).only("ciphertext").first()
    if row is None:
        raise SecretUnreadable("missing", f"There is no stored secret {secret_id}.")
    return field_keys.decrypt(row.ciphertext, bound_to=stored_place(secret_id, purpose))


def describe(secret_id: UUID) -> SecretDescription:
    """Return what a screen may show. Raises SecretUnreadable when it is gone."""
    row = StoredSecret.objects.filter(uuid=secret_id).defer("ciphertext").first()
    if row is None:
        raise SecretUnreadable("missing", f"There is no stored secret {secret_id}.")
    return SecretDescription("*****" + (row.last_four or "****"), row.set_by, row.set_at, row.expires)


def forget(secret_id: UUID) -> None:
    """Delete it. Forgetting twice is no error."""
    StoredSecret.objects.filter(uuid=secret_id).delete()


def seal_deterministic(data: bytes, *, purpose: str, bound_to: bytes) -> str:
    """Seal so that equal data gives equal, URL-safe text for purpose and `bound_to`. Pad what has a telling length."""
    return field_keys.encrypt_deterministic(data, purpose=purpose, bound_to=bound_to)


def unseal_deterministic(sealed: str, *, purpose: str, bound_to: bytes) -> bytes:
    """Open what `seal_deterministic` made under any key in the list. Raises SecretUnreadable."""
    return field_keys.decrypt_deterministic(sealed, purpose=purpose, bound_to=bound_to)


def fingerprints(data: str, *, purpose: str) -> list[str]:
    """Return keyed hashes of a text that is looked up and never read back: the first is kept, any may be found.

    A key that leaves FIELD_KEYS takes what was kept under it along: for what lives weeks, such as the codes on letters.
    """
    return field_keys.fingerprints(data, purpose=purpose)


def key_problems(*, look_at_rows: bool = True) -> list[str]:
    """Return, as sentences for the start-up check, what would make secrets unreadable. Empty when all is well."""
    problems = field_keys.list_problems()
    if not look_at_rows:
        return problems
    known = {key_id for key_id, _ in field_keys.all_keys()}
    try:
        missing = sorted(used_key_ids() - known)
    except DatabaseError:  # before the first migration there is no table, and nothing to read
        return problems
    return problems + [
        f"FIELD_KEYS has no key {key_id!r}, but stored secrets were made with it: put it back at the end of the list."
        for key_id in missing
    ]
