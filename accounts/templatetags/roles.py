"""The titles of roles, for pages that get a role's machine word from the grants relation."""

from __future__ import annotations

from django import template

from accounts.rights import Role

register = template.Library()


@register.filter
def role_title(word: str) -> str:
    """Return the title of a role, or the empty text for a word that is none."""
    return str(Role(word).label) if word in Role.values else ""
