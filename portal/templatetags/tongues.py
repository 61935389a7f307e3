"""The languages that a page offers, and whether a computer alone translated it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import template
from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import resolve_url
from django.utils.translation import get_language

from accounts import sessions
from accounts.models import User
from portal import languages
from portal.languages import Language

register = template.Library()
# Addresses with a provider's code in them, which is nobody's to see and opens nothing twice.
_WORK_ONCE = frozenset({"sso-return"})


@dataclass(frozen=True)
class Offered:
    """`current` is the language of this page, `back` the address to come back to."""

    all: list[Language]
    current: Language
    back: str


@register.simple_tag(takes_context=True)
def tongues_offered(context: dict[str, Any]) -> Offered | None:
    """Return the languages to choose from; None on pages in English alone and on those that know no request."""
    request: HttpRequest | None = context.get("request")
    if request is None or getattr(request, "in_english_alone", True) or len(settings.LANGUAGES) == 1:
        return None
    if isinstance(request.user, User) and (request.user.viewed_by or sessions.is_staff(request)):
        return None
    every = [languages.BY_CODE[code] for code, _ in settings.LANGUAGES]
    return Offered(every, _current(), _address_again(request))


@register.simple_tag
def is_machine_made() -> bool:
    """Say whether nobody who speaks this page's language has read its catalogue yet."""
    return _current().code not in languages.REVIEWED


def _address_again(request: HttpRequest) -> str:
    """Return where this page can be asked for again. One that answered a post: as it was before it."""
    if request.resolver_match and request.resolver_match.view_name in _WORK_ONCE:
        return resolve_url("account_login")
    return request.get_full_path() if request.method in {"GET", "HEAD"} else request.path


def _current() -> Language:
    return languages.BY_CODE[get_language() or languages.ENGLISH]
