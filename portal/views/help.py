"""Help: what this is, the usual snags, and whom to call. It asks no vendor and no cache, so it outlives them."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.models import User
from accounts.services import schools


@require_GET
@never_cache
def show_help(request: HttpRequest) -> HttpResponse:
    mine = schools.of(request.user) if isinstance(request.user, User) else []
    return render(request, "portal/help.html", {"schools": mine})
