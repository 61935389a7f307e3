"""Staff pages about what waits for a decision: adults whose link does not count, students whose record is in doubt."""

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

from accounts import access
from accounts.forms.reviewing import ConfirmSsidForm, DecideForm
from accounts.models import Student, User
from accounts.requests import SignedInRequest
from accounts.rights import Right
from accounts.services import registration_doubts, reviews, staff_roles, students
from accounts.services.reviews import Question

PAGE_SIZE = 50


@require_GET
@login_required
@never_cache
def review_list(request: SignedInRequest) -> HttpResponse:
    _check_reviews_anything(request.user)
    links = Paginator(reviews.links_waiting(request.user), PAGE_SIZE).get_page(request.GET.get("page"))
    page = {"links": links, "waiting": reviews.explained(links), "tabs": reviews.counts(request.user)}
    return render(request, "accounts/review_list.html", page)


@require_GET
@login_required
@never_cache
def review_students(request: SignedInRequest, question: str) -> HttpResponse:
    _check_reviews_anything(request.user)
    if question not in set(Question):
        raise Http404("No such page.")
    found = reviews.students_in_question(request.user, Question(question))
    page = {
        "students": Paginator(found, PAGE_SIZE).get_page(request.GET.get("page")),
        "question": question,
        "tabs": reviews.counts(request.user),
    }
    return render(request, "accounts/review_students.html", page)


@require_http_methods(["GET", "POST"])
@login_required
@never_cache
def review_decide(request: SignedInRequest, guardianship_uuid: uuid.UUID) -> HttpResponse:
    link = get_object_or_404(reviews.decidable(request.user), uuid=guardianship_uuid)
    form = DecideForm(request.POST or None, initial={"seen": reviews.state_of(link)})
    if form.is_valid():
        try:
            reviews.decide(link=link, by=request.user, **form.cleaned_data)
        except reviews.DecidedMeanwhile:
            messages.warning(
                request, _("Something changed meanwhile. Nothing was saved: look again, then decide.")
            )
            return redirect("review-decide", link.uuid)
        messages.success(request, _said(link.standing))
        return redirect("review-list")
    page = {
        "form": form,
        "waits": reviews.explained([link])[0],
        "link": link,
        "who_decided": reviews.who_decided(link),
        "doubts": registration_doubts.of_links([link])[0] if link.standing == "provisional" else (),
    }
    return render(request, "accounts/review_decide.html", page)


@require_http_methods(["GET", "POST"])
@login_required
@never_cache
def ssid_confirm(request: SignedInRequest, student_uuid: uuid.UUID) -> HttpResponse:
    student = access.look_after(request.user, student_uuid, Right.REVIEW_LINKS)
    changed_at = student.ssid_changed_at
    if changed_at is None:
        messages.info(request, _("The SSID of this student is not in question any more."))
        return redirect("review-students", Question.SSID_CHANGED)
    form = ConfirmSsidForm(request.POST or None, initial={"seen": changed_at.isoformat()})
    if form.is_valid():
        if _confirmed(request, student, form.cleaned_data):
            return redirect("review-students", Question.SSID_CHANGED)
        return redirect("ssid-confirm", student.uuid)
    return render(request, "accounts/ssid_confirm.html", {"form": form, "student": student})


def _confirmed(request: SignedInRequest, student: Student, given: dict[str, Any]) -> bool:
    try:
        if student.ssid_changed_at is None or student.ssid_changed_at.isoformat() != given["seen"]:
            raise students.NothingToConfirm
        students.confirm_ssid(student=student, by=request.user, reason=given["reason"])
    except students.NothingToConfirm:
        messages.warning(request, _("The SSID changed once more meanwhile. Nothing was saved: look again."))
        return False
    messages.success(request, _("The SSID is confirmed. Reports open again."))
    return True


def _check_reviews_anything(user: User) -> None:
    if not staff_roles.holds_anywhere(user, Right.REVIEW_LINKS):
        raise Http404("No such page.")


def _said(standing: str) -> str:
    if standing == "counts":
        return _("Accepted. This adult sees the reports from their next click on.")
    return _("Declined. This adult does not see the reports.")
