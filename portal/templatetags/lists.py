"""Lists of things in templates, as the reader's language writes them. A template loads `lists`."""

from __future__ import annotations

from collections.abc import Iterable

from django import template
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

from portal.base import lists

register = template.Library()


@register.filter
def side_by_side(things: Iterable[str]) -> SafeString:
    """Return the things with the language's comma between them; each is escaped unless it is HTML already."""
    return mark_safe(lists.side_by_side(conditional_escape(thing) for thing in things))  # noqa: S308 - every part was escaped before it was joined


@register.simple_tag
def comma() -> str:
    """Return what stands between two things, for lists whose things are elements."""
    return lists.side_by_side(("", ""))
