"""Where somebody is signed in: the list, ending one or all others, staying a while longer, and signing out."""

from __future__ import annotations

import uuid
from typing import cast

from allauth.account import views as allauth_views
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts import sessions
from accounts.requests import SignedInRequest, way_back
from accounts.services import sessions as own_sessions


@require_GET
@login_required
@never_cache
def session_list(request: SignedInRequest) -> HttpResponse:
    rows = list(own_sessions.of(request.user))
    here = request.session.session_key
    page = {
        "here": [row for row in rows if row.session_key == here],
        "others": [row for row in rows if row.session_key != here],
    }
    return render(request, "accounts/session_list.html", page)


@require_POST
@login_required
@never_cache
def session_end(request: SignedInRequest, session_uuid: uuid.UUID) -> HttpResponse:
    if not own_sessions.end(session=session_uuid, by=request.user):
        raise Http404("No such session of this person.")
    messages.success(request, _("That device is signed out. It shows nothing more from its next click on."))
    return redirect("session-list")


@require_POST
@login_required
@never_cache
def session_end_others(request: SignedInRequest) -> HttpResponse:
    own_sessions.end_others(keep=request.session.session_key or "", by=request.user)
    messages.success(
        request, _("You are signed out everywhere else. If a stranger was in, change your password too.")
    )
    return redirect("session-list")


@require_POST
@login_required
@never_cache
def session_stay(request: SignedInRequest) -> HttpResponse:
    """Being asked is what keeps a session; this only says how long it now lives."""
    if request.headers.get("Accept") == "application/json":
        end = sessions.ending(request)
        return JsonResponse({"seconds_left": end.seconds_left if end else 0})
    return redirect(way_back(request))


@never_cache
def sign_out(request: HttpRequest) -> HttpResponseBase:
    """Sign out as allauth does, and have the browser forget the pages and pictures it kept.

    Not its cookies: browsers would drop those of every other site under the district's domain too. Ours goes by name.
    """
    response = cast("HttpResponseBase", allauth_views.logout(request))
    if request.method == "POST" and settings.HTTPS:
        response["Clear-Site-Data"] = '"cache", "storage"'
    return response
