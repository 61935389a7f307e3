"""The day on which rights pass, for pages that name a student who is about to turn 18."""

from __future__ import annotations

import datetime

from django import template

from accounts import ages

register = template.Library()


@register.filter
def turns_18(born: datetime.date) -> datetime.date:
    return ages.reaches(ages.ADULT, born)
