"""Staff pages about students announced to PowerSchool: what goes where, and whom PowerSchool did not take."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.requests import SignedInRequest
from integrations.services import enrollment_pages, roster_pages, roster_push

PAGE_SIZE = 50


@require_http_methods(["GET", "POST"])
@login_required
@never_cache
def roster_list(request: SignedInRequest) -> HttpResponse:
    if not enrollment_pages.districts_of(request.user).exists():
        raise Http404("No such page.")
    if request.method == "POST":
        problem = roster_pages.refresh(request.user)
        if problem:
            messages.warning(request, problem)
        else:
            messages.success(request, _("These are the import schemas that PowerSchool has now."))
        return redirect("roster-list")
    return render(request, "integrations/roster_list.html", {"schemas": roster_pages.told(request.user)})


@require_http_methods(["GET", "POST"])
@login_required
@never_cache
def roster_errors(request: SignedInRequest, schema_uuid: uuid.UUID) -> HttpResponse:
    schema = get_object_or_404(roster_push.schemas_of(request.user), uuid=schema_uuid)
    if request.method == "POST":
        if schema.is_active:
            roster_push.ask(schema, again=True)
            messages.success(request, _("The portal announces now. Load this page again in a minute."))
        else:
            messages.warning(request, _("Switch the announcing on first, under “Fields and settings”."))
        return redirect("roster-errors", schema.uuid)
    refused = Paginator(roster_push.refused_by(schema, request.user), PAGE_SIZE).get_page(
        request.GET.get("page")
    )
    return render(request, "integrations/roster_errors.html", {"schema": schema, "refused": refused})
