"""The ground floor's tables. Nobody but the module named beside each one reads or writes it.

Rows here name no person: a limit or a cache key that is about somebody carries a UUID or a hash.
"""

from __future__ import annotations

import uuid

from django.db import models

from portal.base.names import LONGEST_NAME


class StoredSecret(models.Model):
    """A vendor's secret, encrypted (`secrets.py`). The ciphertext is bound to `uuid` and `purpose`."""

    uuid = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    purpose = models.CharField(max_length=100)
    key_id = models.CharField(max_length=32, db_index=True)
    ciphertext = models.TextField()
    last_four = models.CharField(max_length=4, blank=True)
    set_by = models.CharField(max_length=64)
    set_at = models.DateTimeField()
    expires = models.DateField(null=True, blank=True)

    def __str__(self) -> str:
        return f"stored secret {self.uuid}"


class Lease(models.Model):
    """Who may do a thing alone, and until when (`leases.py`)."""

    name = models.CharField(max_length=LONGEST_NAME, primary_key=True)
    token = models.CharField(max_length=32, blank=True)
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.name


class Counter(models.Model):
    """A count, for ever or until its window ends (`limits.py`)."""

    name = models.CharField(max_length=LONGEST_NAME, primary_key=True)
    window_ends = models.DateTimeField(null=True, db_index=True)
    count = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return self.name


class BreakerRow(models.Model):
    """How a vendor has been doing lately (`breakers.py`)."""

    name = models.CharField(max_length=LONGEST_NAME, primary_key=True)
    recent_failures = models.TextField(default="[]")  # a JSON list of moments, in seconds since 1970
    open_until = models.DateTimeField(null=True)
    probing = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.name


class CacheEntry(models.Model):
    """A cached value, or (with no value) the memory of a deletion that Redis has yet to hear of (`cache_table.py`)."""

    key = models.CharField(max_length=LONGEST_NAME, primary_key=True)
    value = models.TextField(null=True)  # noqa: DJ001 - NULL is a deletion; the empty string is no JSON either, but says less
    written_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    keep_until = models.DateTimeField(null=True, db_index=True)

    def __str__(self) -> str:
        return self.key
