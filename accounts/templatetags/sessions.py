"""When the reader's session ends, for the foot of each page."""

from __future__ import annotations

from typing import Any

from django import template
from django.conf import settings

from accounts import sessions
from accounts.sessions import Ending

register = template.Library()


@register.simple_tag(takes_context=True)
def session_ending(context: dict[str, Any]) -> Ending | None:
    """Return the end of this session; None on pages for nobody and on the bare error page, which has no request."""
    request = context.get("request")
    return None if request is None else sessions.ending(request)


@register.simple_tag
def session_warning_seconds() -> int:
    return int(settings.SESSION_WARNING_SECONDS)
