"""`{% icon %}` for every template, without being loaded first."""

from __future__ import annotations

from django import template

from portal.base.pictures import icon

register = template.Library()
register.simple_tag(icon)
