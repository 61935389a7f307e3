"""The icons of `templates/components/icon.html`, for every template, without being loaded first.

A list of reports shows one or two dozen of them; rendered anew each time they cost more than all its queries.
"""

from __future__ import annotations

from functools import lru_cache

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
@lru_cache(maxsize=64)
def icon(name: str) -> SafeString:
    """Return the picture of a name that `icon.html` knows; another name gives the neutral one."""
    return render_to_string("components/icon.html", {"name": name})
