"""The switcher of languages: a form on every page that comes back to it."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.models import User
from accounts.requests import way_back
from accounts.services import tongues
from portal import languages


@require_POST
@never_cache
def language_choose(request: HttpRequest) -> HttpResponse:
    language = languages.of_tag(request.POST.get("language", ""))
    response = redirect(way_back(request))
    if language and isinstance(request.user, User):
        tongues.choose(user=request.user, language=language)
    elif language:
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=settings.LANGUAGE_COOKIE_AGE,
            secure=settings.LANGUAGE_COOKIE_SECURE,
            httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
            samesite="Lax",
        )
    return response
