"""The icons of `templates/components/icon.html`, for templates (a tag of all of them) and for tags that write HTML.

A list of reports shows dozens of them; rendered anew each time they cost more than all its queries.
"""

from __future__ import annotations

from functools import lru_cache

from django.template.loader import render_to_string
from django.utils.safestring import SafeString


@lru_cache(maxsize=64)
def icon(name: str) -> SafeString:
    """Return the picture of a name that `icon.html` knows; another name gives the neutral one."""
    return render_to_string("components/icon.html", {"name": name})
