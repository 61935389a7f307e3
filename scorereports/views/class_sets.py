"""Files of a run: the ZIP of its PDFs, volumes to print, the table as CSV. Posted: getting them is on record."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts import throttles
from accounts.requests import RequestFacts, SignedInRequest, request_facts
from accounts.throttles import Act
from portal.base.streaming import limit_stalls
from scorereports.models import ReportRun
from scorereports.services import class_sets, class_sets_printing, runs_results
from scorereports.services.failures import Unavailable
from scorereports.views.runs import find


@require_POST
@login_required
@never_cache
def class_set(request: SignedInRequest, run_uuid: uuid.UUID) -> HttpResponseBase:
    run = find(request, run_uuid)
    throttles.count(request, Act.RUN, account=request.user)
    try:
        body = class_sets.stream(run, by=request.user, facts=_facts(request, run))
    except (Unavailable, class_sets.NothingToGet) as why:
        return _back(request, run, why)
    limit_stalls(request.META)
    response = StreamingHttpResponse(body, content_type="application/zip")
    return _as_file(response, f"class-set-{run.uuid}.zip")


@require_POST
@login_required
@never_cache
def print_volume(request: SignedInRequest, run_uuid: uuid.UUID, number: int) -> HttpResponseBase:
    run = find(request, run_uuid)
    parts = {part.number: part for part in class_sets.volumes(run, request.user)}
    if number not in parts:
        raise Http404("No such volume.")
    throttles.count(request, Act.RUN, account=request.user)
    try:
        printed = class_sets_printing.volume(parts[number], by=request.user, facts=_facts(request, run))
    except (Unavailable, class_sets.NothingToGet) as why:
        return _back(request, run, why)
    limit_stalls(request.META)
    response = StreamingHttpResponse(printed.body, content_type="application/pdf")
    response["Content-Length"] = str(printed.length)
    return _as_file(response, f"class-set-{run.uuid}-{number}.pdf")


@require_POST
@login_required
@never_cache
def run_export(request: SignedInRequest, run_uuid: uuid.UUID) -> HttpResponseBase:
    run = find(request, run_uuid)
    text = runs_results.export(run=run, by=request.user)
    return _as_file(HttpResponse(text, content_type="text/csv; charset=utf-8"), f"run-{run.uuid}.csv")


def _facts(request: SignedInRequest, run: ReportRun) -> RequestFacts:
    return request_facts(request, purpose=run.purpose, run=run.uuid)


def _back(request: SignedInRequest, run: ReportRun, why: Exception) -> HttpResponse:
    if isinstance(why, Unavailable):
        messages.warning(
            request, _("Other class sets are on their way right now. Wait a minute, then try again.")
        )
    else:
        messages.warning(
            request, _("None of these reports can be had right now: see the results for the reasons.")
        )
    return redirect("run-detail", run.uuid)


def _as_file(response: HttpResponse | StreamingHttpResponse, name: str) -> HttpResponseBase:
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-store, private"
    return response
