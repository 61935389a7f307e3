"""Rows that are written once. PostgreSQL refuses changes too, by trigger (migrations); this says so in Python."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NoReturn

from django.db import models


class AppendOnlyError(TypeError):
    """Somebody tried to change or delete a row of the record of access."""


class AppendOnlyQuerySet(models.QuerySet[Any]):
    def _refuse(self, *_args: Any, **_kwargs: Any) -> NoReturn:
        raise AppendOnlyError("The record of access is never changed or deleted.")

    update = delete = bulk_update = update_or_create = _refuse

    def bulk_create(self, objs: Iterable[Any], *args: Any, **kwargs: Any) -> list[Any]:
        """Add many rows. An upsert would write over those that are there."""
        if args or kwargs.get("update_conflicts"):
            self._refuse()
        return super().bulk_create(objs, **kwargs)


class AppendOnly(models.Model):
    objects: Any = AppendOnlyQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise AppendOnlyError("The record of access is never changed.")
        super().save(*args, **{**kwargs, "force_insert": True})

    def delete(self, *_args: Any, **_kwargs: Any) -> NoReturn:
        raise AppendOnlyError("The record of access is never deleted.")
