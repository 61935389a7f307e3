"""Staff pages about what families sent in: the list, one submission, and which forms are listed."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from accounts import throttles
from accounts.requests import SignedInRequest
from accounts.throttles import Act
from integrations.forms.submission_search import SubmissionSearchForm
from integrations.services import enrollment_pages, submission_failures, submissions
from integrations.services import submission_pages as pages
from integrations.services.submission_failures import Unavailable

PAGE_SIZE = 50


@require_http_methods(["GET", "POST"])  # posted, so that no address names a child
@login_required
@never_cache
def submission_list(request: SignedInRequest) -> HttpResponse:
    if not pages.may_see_any(request.user):
        raise Http404("No such page.")
    posted = request.POST if request.method == "POST" else None
    if posted is not None:
        throttles.count(request, Act.SEARCH, account=request.user)
    form = SubmissionSearchForm(request.user, posted)
    found = pages.find(request.user, form.wanted())
    shown = Paginator(found, PAGE_SIZE).get_page(request.POST.get("page"))
    page = {
        "form": form,
        "page": shown,
        "lines": pages.told(shown),
        "may_list": enrollment_pages.districts_of(request.user).exists(),
    }
    return render(request, "integrations/submission_list.html", page)


@require_GET
@login_required
@never_cache
def submission_detail(request: SignedInRequest, submission_uuid: uuid.UUID) -> HttpResponse:
    line = get_object_or_404(pages.submissions_of(request.user), uuid=submission_uuid)
    page: dict[str, Any] = {"line": line, "told": pages.tell(line)}
    try:
        page["opened"] = pages.open_one(line)
    except Unavailable as unavailable:
        page["failure"] = submission_failures.words(unavailable.failure)
    return render(request, "integrations/submission_detail.html", page)


@require_http_methods(["GET", "POST"])
@login_required
@never_cache
def submission_forms(request: SignedInRequest) -> HttpResponse:
    if not enrollment_pages.districts_of(request.user).exists():
        raise Http404("No such page.")
    if request.method == "POST":
        _act(request)
        return redirect("submission-forms")
    page = {"actions": pages.told_actions(request.user)}
    return render(request, "integrations/submission_forms.html", page)


def _act(request: SignedInRequest) -> None:
    """List a form now, if one was named, else ask for the forms that there are."""
    named = request.POST.get("action", "")
    if not named:
        problem = pages.refresh(request.user)
        if problem:
            messages.warning(request, problem)
        else:
            messages.success(request, _("These are the forms that PowerSchool has now."))
        return
    action = next((one for one in pages.actions_of(request.user) if str(one.uuid) == named), None)
    if action is None or not action.is_active:
        messages.warning(request, _("Choose one of the buttons below. Nothing was started."))
        return
    submissions.ask(action)
    messages.success(request, _("The portal brings the list over. Load this page again in a minute."))
