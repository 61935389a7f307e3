"""Leases: one holder at a time, for a bounded time, across threads, processes and machines.

Jobs, syncs and the token refresh call it. A lease is a row changed by one conditional UPDATE, so of any number of
callers exactly one wins, on SQLite and PostgreSQL alike. Taken inside a transaction, a lease makes other takers wait
for that transaction's end: take leases outside. Machines' clocks must agree to well within a lease's seconds.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from django.db.models import QuerySet

from portal.base import clock, models
from portal.base.names import fitted

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Lease:
    """Proof of holding; pass it to `renew` and `release`. The token tells this holding from a later one."""

    name: str
    token: str = field(repr=False)
    expires_at: datetime


def acquire(name: str, *, seconds: float) -> Lease | None:
    """Take the lease for so many seconds, or return None while somebody else holds it. Never waits for them."""
    row_name, now = fitted(name), clock.now()
    row = models.Lease.objects.filter(name=row_name)
    # A read first: an UPDATE that matches nothing still takes SQLite's only write lock.
    expires_at = row.values_list("expires_at", flat=True).first()
    if expires_at is not None and expires_at > now:
        return None
    if expires_at is None:
        models.Lease.objects.bulk_create(
            [models.Lease(name=row_name, expires_at=LONG_AGO)], ignore_conflicts=True
        )
    lease = Lease(row_name, uuid.uuid4().hex, now + timedelta(seconds=seconds))
    won = row.filter(expires_at__lte=now).update(token=lease.token, expires_at=lease.expires_at)
    return lease if won else None


def renew(lease: Lease, *, seconds: float) -> bool:
    """Hold on for so many seconds from now. False: it ran out and was taken, so stop working at once."""
    return bool(_held(lease).update(expires_at=clock.now() + timedelta(seconds=seconds)))


def release(lease: Lease) -> bool:
    """Give it back. False: it was not ours any more."""
    return bool(_held(lease).update(token="", expires_at=LONG_AGO))


def _held(lease: Lease) -> QuerySet[models.Lease]:
    return models.Lease.objects.filter(name=lease.name, token=lease.token)
