"""What registrations still lack: a family's page of one student, and staff's pages of who is stuck where."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts import access
from accounts.access_rules import FAMILY_RULES
from accounts.requests import SignedInRequest
from integrations.services import checklists

PAGE_SIZE = 50


@require_GET
@login_required
@never_cache
def registration_detail(request: SignedInRequest, student_uuid: uuid.UUID) -> HttpResponse:
    may_see = access.open_student(request.user, student_uuid, rules=FAMILY_RULES)
    page = {
        "access": may_see,
        "checklists": list(checklists.of_student(may_see).items()),
        "words_lang": settings.ENROLLMENT_WORDS_LANGUAGE,
    }
    return render(request, "integrations/registration_detail.html", page)


@require_GET
@login_required
@never_cache
def checklist_list(request: SignedInRequest) -> HttpResponse:
    if not checklists.may_see_any(request.user):
        raise Http404("No such page.")
    page = {"items": checklists.items_with_counts(request.user)}
    return render(request, "integrations/checklist_list.html", page)


@require_GET
@login_required
@never_cache
def checklist_item(request: SignedInRequest, item_uuid: uuid.UUID) -> HttpResponse:
    item = get_object_or_404(checklists.items_with_counts(request.user), uuid=item_uuid)
    marks = Paginator(checklists.stuck_with(item, request.user), PAGE_SIZE).get_page(request.GET.get("page"))
    page = {"item": item, "marks": marks, "stuck": checklists.told(marks)}
    return render(request, "integrations/checklist_item.html", page)
