"""From and until: the shape shared by everything that is true for a while.

Both days are included. No `starts` means "always was", no `until` means "until further notice".
"""

from __future__ import annotations

import datetime
from typing import Any, Self, TypeVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

M_co = TypeVar("M_co", bound=models.Model, covariant=True)


def current(day: datetime.date, prefix: str = "") -> Q:
    """Build the condition "true on this day" for a period reached through `prefix` (`guardianship__`)."""
    return (Q(**{f"{prefix}starts__isnull": True}) | Q(**{f"{prefix}starts__lte": day})) & (
        Q(**{f"{prefix}until__isnull": True}) | Q(**{f"{prefix}until__gte": day})
    )


class PeriodQuerySet(models.QuerySet[M_co]):
    def on(self, day: datetime.date) -> Self:
        return self.filter(current(day))


class EndedBy(models.TextChoices):
    """Who ended what has an end. What a person ended, no sync brings back."""

    NOBODY = "", _("nobody")
    PERSON = "person", _("a person")
    SYNC = "sync", _("a sync")


class Period(models.Model):
    starts = models.DateField(null=True, blank=True)
    until = models.DateField(null=True, blank=True)

    # Each model narrows this; Any, since a class-level manager cannot name the subclass.
    objects: Any = PeriodQuerySet.as_manager()

    class Meta:
        abstract = True
