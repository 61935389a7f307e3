"""What families say is wrong or need, "A child is missing" say, and the office's answers."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from accounts import access
from accounts.forms.concerns import AccessibleCopyForm, AnswerForm, MissingChildForm, NotMyChildForm
from accounts.models import Concern
from accounts.requests import SignedInRequest
from accounts.rights import Right
from accounts.services import concerns, staff_roles
from accounts.services.concerns import AnsweredMeanwhile, TooManyOpen

PAGE_SIZE = 50


@require_http_methods(["GET", "POST"])
@login_required
@never_cache
def child_missing(request: SignedInRequest) -> HttpResponse:
    form = MissingChildForm(request.POST or None)
    if form.is_valid():
        return _raised(request, concerns.raise_missing, **form.cleaned_data)
    return render(request, "accounts/child_missing.html", {"form": form})


@require_http_methods(["GET", "POST"])
@login_required
@never_cache
def not_my_child(request: SignedInRequest, student_uuid: uuid.UUID) -> HttpResponse:
    may_see = access.open_student(request.user, student_uuid)
    if may_see.rule not in {"guardian", "consent"}:
        raise Http404("No such page.")
    form = NotMyChildForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        return _raised(request, concerns.raise_not_mine, student_id=may_see.student_id, **form.cleaned_data)
    return render(request, "accounts/not_my_child.html", {"form": form, "access": may_see})


@require_http_methods(["GET", "POST"])
@login_required
@never_cache
def accessible_copy(request: SignedInRequest, student_uuid: uuid.UUID) -> HttpResponse:
    may_see = access.open_student(request.user, student_uuid)
    if not may_see.is_family or may_see.is_support_view:
        raise Http404("No such page.")
    form = AccessibleCopyForm(request.POST or None)
    if form.is_valid():
        return _raised(
            request, concerns.raise_accessible_copy, student_id=may_see.student_id, **form.cleaned_data
        )
    return render(request, "accounts/accessible_copy.html", {"form": form, "access": may_see})


@require_GET
@login_required
@never_cache
def concern_list(request: SignedInRequest) -> HttpResponse:
    if not staff_roles.holds_anywhere(request.user, Right.ANSWER_FAMILIES):
        raise Http404("No such page.")
    found = Paginator(concerns.waiting(request.user), PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "accounts/concern_list.html", {"concerns": found})


@require_http_methods(["GET", "POST"])
@login_required
@never_cache
def concern_answer(request: SignedInRequest, concern_uuid: uuid.UUID) -> HttpResponse:
    concern = get_object_or_404(concerns.answerable(request.user), uuid=concern_uuid)
    if concern.answered_at is not None:
        messages.info(request, pgettext("staff", "This was answered already."))
        return redirect("concern-list")
    form = AnswerForm(request.POST or None)
    if form.is_valid():
        try:
            concerns.answer(concern=concern, by=request.user, **form.cleaned_data)
        except AnsweredMeanwhile:
            messages.warning(
                request, pgettext("staff", "Somebody answered this meanwhile. Nothing was saved.")
            )
        else:
            messages.success(request, pgettext("staff", "Answered. The family reads it on their first page."))
        return redirect("concern-list")
    may_see = access.students_looked_after(request.user, Right.SEE_WHO_SEES).filter(
        pk=concern.student_id or 0
    )
    page = {"form": form, "concern": concern, "may_see_access": may_see.exists()}
    return render(request, "accounts/concern_answer.html", page)


def _raised(request: SignedInRequest, raise_it: Callable[..., Concern], **said: Any) -> HttpResponse:
    """Tell the office, and the family on their first page that the office has it."""
    try:
        raise_it(by=request.user, **said)
    except TooManyOpen:
        text = _(
            "You have told the office of several things already. Wait for an answer, or call your child’s school "
            "office."
        )
        messages.warning(request, text)
    else:
        messages.success(request, _("The school’s office has it now. Their answer comes on this page."))
    return redirect("home")
