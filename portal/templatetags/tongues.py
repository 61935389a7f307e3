"""The languages that a page offers, and whether a computer alone translated it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import template
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language

from accounts import sessions
from accounts.models import User
from portal import languages
from portal.languages import Language

register = template.Library()


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
    # A page that answered a post is asked for again as it was before: its address is all that a link may repeat.
    back = request.get_full_path() if request.method in {"GET", "HEAD"} else request.path
    every = [languages.BY_CODE[code] for code, _ in settings.LANGUAGES]
    return Offered(every, _current(), back)


@register.simple_tag
def is_machine_made() -> bool:
    """Say whether nobody who speaks this page's language has read its catalogue yet."""
    return _current().code not in languages.REVIEWED


def _current() -> Language:
    return languages.BY_CODE[get_language() or languages.ENGLISH]
