"""Staff pages about the CSV files that a district may deliver: the list, empty templates, and a check of one file."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from accounts.requests import SignedInRequest
from integrations.forms.csv_files import CsvCheckForm
from integrations.services import csv_files as files


@require_http_methods(["GET", "POST"])
@login_required
@never_cache
def csv_files(request: SignedInRequest) -> HttpResponse:
    if not files.may_use(request.user):
        raise Http404("No such page.")
    form = CsvCheckForm(request.POST, request.FILES) if request.method == "POST" else CsvCheckForm()
    page = {"form": form, "files": files.listed()}
    if form.is_valid():
        given = form.cleaned_data
        page["checked"] = files.check(name=given["name"], upload=given["upload"].file)
    return render(request, "integrations/csv_files.html", page)


@require_GET
@login_required
@never_cache
def csv_template(request: SignedInRequest, name: str) -> HttpResponse:
    if not files.may_use(request.user):
        raise Http404("No such page.")
    try:
        text = files.template(name)
    except KeyError:
        raise Http404("No such file.") from None
    return HttpResponse(
        text,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )
