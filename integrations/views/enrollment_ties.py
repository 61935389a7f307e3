"""Staff pages about one registration: what the family wrote, the search for its student, the tie and its taking back.

What is searched for is posted, as on the search page: no name or SSID stands in an address.
"""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts import throttles
from accounts.forms.student_search import StudentSearchForm
from accounts.requests import SignedInRequest
from accounts.services import student_search as searching
from accounts.throttles import Act
from integrations.forms.enrollment import TieForm
from integrations.models import EnrollmentRecord
from integrations.services import enrollment_ties as ties

PAGE_SIZE = 25


@require_http_methods(["GET", "POST"])
@login_required
@never_cache
def enrollment_record(request: SignedInRequest, record_uuid: uuid.UUID) -> HttpResponse:
    record = _record(request, record_uuid)
    told = ties.told(record, request.user)
    page: dict[str, Any] = {"record": record, "told": told}
    if told.may_tie:
        page |= _searched(request, record)
    return render(request, "integrations/enrollment_record.html", page)


@require_http_methods(["GET", "POST"])
@login_required
@never_cache
def enrollment_tie(request: SignedInRequest, record_uuid: uuid.UUID, student_uuid: uuid.UUID) -> HttpResponse:
    record = _record(request, record_uuid)
    student = ties.student_for(record, request.user, student_uuid)
    told = ties.told(record, request.user)
    form = TieForm(request.POST or None)
    if form.is_valid():
        try:
            ties.tie(record=record, student=student, by=request.user, reason=form.cleaned_data["reason"])
            messages.success(request, _("Tied. Its parents wait until staff accept them."))
        except ties.NotTied:
            messages.warning(request, _("This registration has its student. Nothing was changed."))
        return redirect("enrollment-record", record.uuid)
    other_name = ties.has_another_name(told, student)
    page = {"form": form, "record": record, "told": told, "student": student, "other_name": other_name}
    return render(request, "integrations/enrollment_tie.html", page)


@require_http_methods(["GET", "POST"])
@login_required
@never_cache
def enrollment_untie(request: SignedInRequest, record_uuid: uuid.UUID) -> HttpResponse:
    record = _record(request, record_uuid)
    told = ties.told(record, request.user)
    form = TieForm(request.POST or None)
    if told.may_untie and form.is_valid():
        try:
            ties.untie(record=record, by=request.user, reason=form.cleaned_data["reason"])
            messages.success(
                request, _("Taken back. The registration looks for its student by the id again.")
            )
            return redirect("enrollment-record", record.uuid)
        except ties.SomethingCame:
            told = ties.told(record, request.user)
    page = {"form": form, "record": record, "told": told}
    return render(request, "integrations/enrollment_untie.html", page)


def _record(request: SignedInRequest, record_uuid: uuid.UUID) -> EnrollmentRecord:
    return get_object_or_404(ties.records_of(request.user), uuid=record_uuid)


def _searched(request: SignedInRequest, record: EnrollmentRecord) -> dict[str, Any]:
    """Return the form of the search and, once something was posted, what it found."""
    posted = request.POST if request.method == "POST" else None
    if posted is not None:
        throttles.count(request, Act.SEARCH, account=request.user)
    form = StudentSearchForm(request.user, posted)
    if not form.is_valid():
        return {"form": form}
    found = ties.candidates(record, request.user, form.wanted())
    hits = Paginator(found.hits, PAGE_SIZE).get_page(request.POST.get("page"))
    return {"form": form, "found": found, "page": hits, "rows": found.rows(hits), "most": searching.MOST}
