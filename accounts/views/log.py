"""The log of a student's record for the custodians: 34 CFR 99.32 and Education Code 49064, as a file."""

from __future__ import annotations

import uuid

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts import access
from accounts.forms.period import PeriodForm
from accounts.requests import SignedInRequest
from accounts.rights import Right
from accounts.services import history


@require_http_methods(["GET", "POST"])
@login_required
@never_cache
def log_export(request: SignedInRequest, student_uuid: uuid.UUID) -> HttpResponse:
    student = access.look_after(request.user, student_uuid, Right.EXPORT_LOG)
    form = PeriodForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        text = history.export(student=student, by=request.user, **form.cleaned_data)
        # The file's name says whose log it is by the id that the portal uses, and by no other.
        name = f'attachment; filename="access-log-{student.uuid}.csv"'
        return HttpResponse(
            text, content_type="text/csv; charset=utf-8", headers={"Content-Disposition": name}
        )
    return render(request, "accounts/log_export.html", {"form": form, "student": student})
