"""Help, and how everybody can use this site. Both ask no vendor and no cache, so they outlive them."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.models import School, User
from accounts.services import schools


@require_GET
@never_cache
def show_help(request: HttpRequest) -> HttpResponse:
    """Say what this is, what to do about the usual snags, and whom to call."""
    return render(request, "portal/help.html", {"schools": _schools(request)})


@require_GET
@never_cache
def accessibility(request: HttpRequest) -> HttpResponse:
    """Say what the site does for readers of every kind, what it cannot, and whom to tell."""
    return render(request, "portal/accessibility.html", {"schools": _schools(request)})


def _schools(request: HttpRequest) -> list[School]:
    return list(schools.of(request.user)) if isinstance(request.user, User) else []
