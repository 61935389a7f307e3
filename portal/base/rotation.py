"""Moves everything encrypted to the first field key, so that an old key can be dropped.

`manage.py rotate_keys` calls it. Rows go in batches, each row by one UPDATE on condition that nobody changed it
meanwhile, so it can be killed at any moment and started again, beside a running portal. Other tables with sealed
values register themselves with `on_rotation` in their app's `ready`. What it cannot read it counts and leaves alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from portal.base import field_keys
from portal.base.models import StoredSecret
from portal.base.sealing import seal, stored_place, unseal

BATCH = 200


class _Holder(NamedTuple):
    reseal_all: Callable[[], int]
    key_ids: Callable[[], Iterable[str]]


_holders: dict[str, _Holder] = {}


def on_rotation(
    name: str, function: Callable[[], int], *, key_ids: Callable[[], Iterable[str]] = tuple
) -> None:
    """Register a holder of sealed values. `function` re-seals all of them (with `reseal`) and returns how many changed.

    `key_ids`, if given, returns the ids of the keys its values were made with (`field_keys.key_id_of`), so that the
    start-up check can tell of a missing key.
    """
    _holders[name] = _Holder(function, key_ids)


def reseal(sealed: str, *, purpose: str) -> str | None:
    """Return the value sealed under the first key, or None when it already is. Raises SecretUnreadable."""
    if field_keys.key_id_of(sealed) == field_keys.first_key_id():
        return None
    return seal(unseal(sealed, purpose=purpose), purpose=purpose)


def used_key_ids() -> set[str]:
    """Return the ids of all keys that something is sealed with."""
    used = set(StoredSecret.objects.values_list("key_id", flat=True).distinct())
    for holder in _holders.values():
        used.update(filter(None, holder.key_ids()))
    return used


def rotate() -> dict[str, int]:
    """Re-encrypt everything that is not under the first key.

    Returns counts by holder: "stored secrets" (changed), "stored secrets unreadable", and each registered name.
    """
    counts = {"stored secrets": 0, "stored secrets unreadable": 0}
    for row in _not_under_first_key():
        try:
            changed = _move(row)
        except field_keys.SecretUnreadable:
            counts["stored secrets unreadable"] += 1
        else:
            counts["stored secrets"] += changed
    for name, holder in _holders.items():
        counts[name] = holder.reseal_all()
    return counts


def _move(row: StoredSecret) -> int:
    place = stored_place(row.uuid, row.purpose)
    moved = field_keys.encrypt(field_keys.decrypt(row.ciphertext, bound_to=place), bound_to=place)
    return StoredSecret.objects.filter(uuid=row.uuid, ciphertext=row.ciphertext).update(
        ciphertext=moved, key_id=field_keys.key_id_of(moved)
    )


def _not_under_first_key() -> Iterator[StoredSecret]:
    """Walk by UUID, so that rows that stay as they are do not come round again."""
    waiting = StoredSecret.objects.exclude(key_id=field_keys.first_key_id()).order_by("uuid")
    batch = list(waiting[:BATCH])
    while batch:
        yield from batch
        batch = list(waiting.filter(uuid__gt=batch[-1].uuid)[:BATCH])
