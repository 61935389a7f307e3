"""Whose name, logo and colours this page shows."""

from __future__ import annotations

from typing import Any

from django import template

from accounts.services import looks
from accounts.services.looks import Look

register = template.Library()


@register.simple_tag(takes_context=True)
def district_look(context: dict[str, Any]) -> Look:
    """Return the look of the reader's district; neutral on pages that know no request."""
    request = context.get("request")
    if request is None:
        return looks.NEUTRAL
    known: Look | None = request.__dict__.get("_portal_look")
    if known is None:
        # Looked up once a request: the head needs it, and the header.
        known = request.__dict__["_portal_look"] = _look_of(request)
    return known


def _look_of(request: Any) -> Look:
    row = getattr(getattr(request, "session", None), "row", None)
    if row is None or row.user_id is None:
        return looks.of_strangers()
    return looks.of(row.district) if row.district else looks.NEUTRAL
