"""Second factors at rest: re-encrypts allauth's TOTP seeds and recovery codes when the field keys rotate."""

from __future__ import annotations

from collections.abc import Iterator

from allauth.mfa.models import Authenticator
from django.db import transaction

from portal.base import field_keys, secrets

TOTP_PURPOSE = "totp-seed"
# Where allauth keeps the sealed value of each kind.
_SEALED = {Authenticator.Type.TOTP: "secret", Authenticator.Type.RECOVERY_CODES: "seed"}


def reseal() -> int:
    """Encrypt every stored seed with the newest key; return how many changed. Safe to kill and to repeat."""
    return sum(
        _reseal_one(pk) for pk in Authenticator.objects.filter(type__in=_SEALED).values_list("pk", flat=True)
    )


def key_ids() -> Iterator[str]:
    """Yield the ids of the keys that seeds were made with, for the start-up check."""
    for row in Authenticator.objects.filter(type__in=_SEALED).iterator():
        sealed = row.data.get(_SEALED[row.type])
        if sealed:
            yield field_keys.key_id_of(sealed)


@transaction.atomic
def _reseal_one(pk: int) -> int:
    row = Authenticator.objects.select_for_update().get(pk=pk)
    name = _SEALED[row.type]
    sealed = row.data.get(name)
    moved = secrets.reseal(sealed, purpose=TOTP_PURPOSE) if sealed else None
    if moved is None:
        return 0
    row.data[name] = moved
    row.save(update_fields=["data"])
    return 1
