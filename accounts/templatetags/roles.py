"""What templates ask about roles: their titles, and whether the reader's let them search students."""

from __future__ import annotations

from typing import Any

from django import template

from accounts import sessions
from accounts.rights import Role

register = template.Library()


@register.filter
def role_title(word: str) -> str:
    """Return the title of a role, or the empty text for a word that is none."""
    return str(Role(word).label) if word in Role.values else ""


@register.simple_tag(takes_context=True)
def sees_students(context: dict[str, Any]) -> bool:
    """Say whether the reader has students by a role; nobody on the bare error page, which has no request."""
    request = context.get("request")
    return request is not None and sessions.sees_students(request)
