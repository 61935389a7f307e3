"""Staff pages about who sees a student: the answer with its reasons, blocks of one adult, holds on all."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from accounts import access, ages
from accounts.forms.restricting import BlockForm, ConsentForm, HoldForm, LiftForm
from accounts.models import Block, Consent, Guardianship, Hold, Student
from accounts.requests import SignedInRequest
from accounts.rights import Right
from accounts.services import blocks, consents, holds, reviews, staff_roles, visibility
from portal.base.clock import local_today


@require_GET
@login_required
@never_cache
def student_access(request: SignedInRequest, student_uuid: uuid.UUID) -> HttpResponse:
    student = access.look_after(request.user, student_uuid, Right.SEE_WHO_SEES)
    page = {
        "student": student,
        "seers": visibility.who_sees(student),
        "links": visibility.links_of(student),
        "holds": visibility.holds_of(student),
        "is_adult": ages.is_adult(student.birth_date, local_today()),
        "may_record_consent": _may(request, student, Right.RECORD_CONSENT),
        "may_link": _may(request, student, Right.LINK_FAMILIES),
        "may_restrict": _may(request, student, Right.RESTRICT_ACCESS),
        "may_export_log": _may(request, student, Right.EXPORT_LOG),
        "may_decide": set(
            reviews.decidable(request.user).filter(student=student).values_list("pk", flat=True)
        ),
        "may_lift_holds": _may(request, student, Right.LIFT_HOLDS),
    }
    return render(request, "accounts/student_access.html", page)


@require_GET
@login_required
@never_cache
def restriction_list(request: SignedInRequest) -> HttpResponse:
    if not staff_roles.holds_anywhere(request.user, Right.RESTRICT_ACCESS):
        raise Http404("No such page.")
    return render(
        request,
        "accounts/restriction_list.html",
        {"restrictions": list(visibility.restrictions(request.user))},
    )


@require_http_methods(["GET", "POST"])
@login_required
@never_cache
def block_place(request: SignedInRequest, guardianship_uuid: uuid.UUID) -> HttpResponse:
    link = get_object_or_404(
        Guardianship.objects.select_related("student", "guardian"), uuid=guardianship_uuid
    )
    student = access.look_after(request.user, link.student.uuid, Right.RESTRICT_ACCESS)
    form = BlockForm(request.POST or None, link=link, maybe_the_same=blocks.maybe_the_same(link))
    if form.is_valid():
        blocks.place(guardianship=link, by=request.user, **form.cleaned_data)
        messages.success(request, _("Blocked. It holds from their next click on."))
        return redirect("student-access", student.uuid)
    page = {"form": form, "student": student, "adult": link.guardian}
    return render(request, "accounts/block_place.html", page)


@require_http_methods(["GET", "POST"])
@login_required
@never_cache
def block_lift(request: SignedInRequest, block_uuid: uuid.UUID) -> HttpResponse:
    block = get_object_or_404(
        Block.objects.select_related("guardianship__student", "guardianship__guardian"), uuid=block_uuid
    )
    student = access.look_after(request.user, block.guardianship.student.uuid, Right.RESTRICT_ACCESS)
    form = LiftForm(request.POST or None)
    if form.is_valid():
        blocks.lift(block=block, last_day=_yesterday(), by=request.user, **form.cleaned_data)
        messages.success(request, _("The block is lifted."))
        return redirect("student-access", student.uuid)
    page = {"form": form, "student": student, "adult": block.guardianship.guardian, "row": block}
    return render(request, "accounts/block_lift.html", page)


@require_http_methods(["GET", "POST"])
@login_required
@never_cache
def hold_place(request: SignedInRequest, student_uuid: uuid.UUID) -> HttpResponse:
    student = access.look_after(request.user, student_uuid, Right.RESTRICT_ACCESS)
    form = HoldForm(request.POST or None)
    if form.is_valid():
        holds.place(student=student, by=request.user, **form.cleaned_data)
        messages.success(request, _("The reports are held. Only the records custodians open them now."))
        return redirect("student-access", student.uuid)
    return render(request, "accounts/hold_place.html", {"form": form, "student": student})


@require_http_methods(["GET", "POST"])
@login_required
@never_cache
def hold_lift(request: SignedInRequest, hold_uuid: uuid.UUID) -> HttpResponse:
    hold = get_object_or_404(Hold.objects.select_related("student"), uuid=hold_uuid)
    student = access.look_after(request.user, hold.student.uuid, Right.LIFT_HOLDS)
    form = LiftForm(request.POST or None)
    if form.is_valid():
        holds.lift(hold=hold, last_day=_yesterday(), by=request.user, **form.cleaned_data)
        messages.success(request, _("The hold is lifted."))
        return redirect("student-access", student.uuid)
    page: dict[str, Any] = {"form": form, "student": student, "row": hold}
    return render(request, "accounts/hold_lift.html", page)


@require_http_methods(["GET", "POST"])
@login_required
@never_cache
def consent_record(request: SignedInRequest, guardianship_uuid: uuid.UUID) -> HttpResponse:
    link = get_object_or_404(
        Guardianship.objects.select_related("student", "guardian"), uuid=guardianship_uuid
    )
    student = access.look_after(request.user, link.student.uuid, Right.RECORD_CONSENT)
    form = ConsentForm(request.POST or None)
    if form.is_valid():
        consents.record(guardianship=link, by=request.user, **form.cleaned_data)
        messages.success(request, _("Recorded. The adult sees the reports of the student of 18."))
        return redirect("student-access", student.uuid)
    page = {"form": form, "student": student, "adult": link.guardian}
    return render(request, "accounts/consent_record.html", page)


@require_http_methods(["GET", "POST"])
@login_required
@never_cache
def consent_end(request: SignedInRequest, consent_uuid: uuid.UUID) -> HttpResponse:
    consent = get_object_or_404(
        Consent.objects.select_related("guardianship__student", "guardianship__guardian"), uuid=consent_uuid
    )
    student = access.look_after(request.user, consent.guardianship.student.uuid, Right.RECORD_CONSENT)
    form = LiftForm(request.POST or None)
    if form.is_valid():
        consents.end(consent=consent, last_day=_yesterday(), by=request.user, **form.cleaned_data)
        messages.success(request, _("The consent has ended."))
        return redirect("student-access", student.uuid)
    page = {"form": form, "student": student, "adult": consent.guardianship.guardian, "row": consent}
    return render(request, "accounts/consent_end.html", page)


def _may(request: SignedInRequest, student: Student, right: Right) -> bool:
    return access.students_looked_after(request.user, right).filter(pk=student.pk).exists()


def _yesterday() -> datetime.date:
    """Return the last day of something that ends at once."""
    return local_today() - datetime.timedelta(days=1)
