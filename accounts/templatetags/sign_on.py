"""The sign-on buttons of the sign-in page."""

from __future__ import annotations

from django import template

from accounts import sso
from accounts.sso import Provider

register = template.Library()


@register.simple_tag
def sign_on_providers() -> list[Provider]:
    """Return the configured providers; without any the page shows no button."""
    return sso.providers()
