"""Staff pages about registrations: targets and batches, what waits, one batch, and a lost batch that is acted on."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from accounts.requests import SignedInRequest
from accounts.rights import Right
from accounts.services import staff_roles
from integrations.forms.enrollment import LostBatchForm
from integrations.models import EnrollmentBatch
from integrations.services import enrollment_batches as batches
from integrations.services import enrollment_pages as pages
from integrations.services import enrollments

BATCHES, RECORDS = 20, 50


@require_http_methods(["GET", "POST"])
@login_required
@never_cache
def enrollment_list(request: SignedInRequest) -> HttpResponse:
    districts = list(pages.districts_of(request.user))
    if not districts:
        raise Http404("No such page.")
    if request.method == "POST" and _look(request):
        return redirect("enrollment-list")
    shown = Paginator(pages.worth_showing(request.user), BATCHES).get_page(request.GET.get("page"))
    page = {
        "targets": pages.told_targets(request.user),
        "connections": pages.connections_of(request.user),
        "lost": [one for one in pages.told(pages.lost_of(request.user)) if one.lost],
        "batches": shown,
        "told": pages.told(shown),
        "waiting": pages.waiting_records(request.user).order_by().count(),
    }
    return render(request, "integrations/enrollment_list.html", page)


@require_GET
@login_required
@never_cache
def enrollment_batch(request: SignedInRequest, batch_uuid: uuid.UUID) -> HttpResponse:
    batch = get_object_or_404(pages.batches_of(request.user), uuid=batch_uuid)
    records = Paginator(pages.records_of(batch), RECORDS).get_page(request.GET.get("page"))
    page = {
        "batch": batch,
        "told": pages.told([batch])[0],
        "records": records,
        "lines": pages.told_records(records, request.user),
        "may_review": staff_roles.holds_anywhere(request.user, Right.REVIEW_LINKS),
    }
    return render(request, "integrations/enrollment_batch.html", page)


@require_GET
@login_required
@never_cache
def enrollment_waiting(request: SignedInRequest) -> HttpResponse:
    if not pages.districts_of(request.user).exists():
        raise Http404("No such page.")
    records = Paginator(pages.waiting_records(request.user), RECORDS).get_page(request.GET.get("page"))
    page = {"records": records, "lines": pages.told_records(records, request.user)}
    return render(request, "integrations/enrollment_waiting.html", page)


@require_http_methods(["GET", "POST"])
@login_required
@never_cache
def enrollment_lost(request: SignedInRequest, batch_uuid: uuid.UUID) -> HttpResponse:
    batch = get_object_or_404(pages.batches_of(request.user), uuid=batch_uuid)
    told = pages.told([batch])[0]
    if not told.lost:
        messages.info(request, _("This batch is not lost any more."))
        return redirect("enrollment-batch", batch.uuid)
    form = LostBatchForm(request.POST or None)
    if form.is_valid():
        return _act(request, batch, form.cleaned_data["reason"])
    return render(request, "integrations/enrollment_lost.html", {"form": form, "batch": batch, "told": told})


def _look(request: SignedInRequest) -> bool:
    """Start what a button asked for; False if it named nothing of this person's."""
    target = pages.targets_of(request.user).filter(uuid__in=_uuids(request, "target"), is_active=True).first()
    connection = pages.connections_of(request.user).filter(uuid__in=_uuids(request, "connection")).first()
    if target is not None:
        enrollments.ask(target)
        messages.success(request, _("The portal looks now. Load this page again in a minute."))
        return True
    if connection is not None:
        problem = enrollments.refresh_targets(connection)
        if problem:
            messages.warning(request, problem)
        else:
            messages.success(request, _("These are the delivery targets that PowerSchool has now."))
        return True
    messages.warning(request, _("Choose one of the buttons below. Nothing was started."))
    return False


def _uuids(request: SignedInRequest, name: str) -> list[uuid.UUID]:
    try:
        return [uuid.UUID(request.POST[name])] if name in request.POST else []
    except ValueError:
        return []


def _act(request: SignedInRequest, batch: EnrollmentBatch, reason: str) -> HttpResponse:
    try:
        if batch.vendor_id:
            batches.ask_to_release(batch=batch, by=request.user, reason=reason)
            enrollments.ask(batch.target)
            messages.success(
                request, _("PowerSchool is asked to release the batch; then it is fetched again.")
            )
        else:
            batches.give_up(batch=batch, by=request.user, reason=reason)
            messages.success(request, _("Put away. Nothing had been handed over."))
    except (batches.NotLost, batches.NotListed):
        messages.warning(request, _("Somebody acted on this batch meanwhile. Look again."))
    return redirect("enrollment-list")
