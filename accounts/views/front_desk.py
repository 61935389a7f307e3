"""Staff pages for the counter: a code handed over to an adult who shows an ID, and an account taken off a record."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts import access, letter_codes
from accounts.forms.claiming import HandOverForm, ReasonForm
from accounts.models import Guardianship
from accounts.requests import SignedInRequest
from accounts.rights import Right
from accounts.services import claim_codes, claims


def _link(guardianship_uuid: uuid.UUID) -> Guardianship:
    links = Guardianship.objects.select_related("student", "guardian__user")
    found: Guardianship = get_object_or_404(links, uuid=guardianship_uuid)
    return found


@require_http_methods(["GET", "POST"])
@login_required
@never_cache
def code_hand_over(request: SignedInRequest, guardianship_uuid: uuid.UUID) -> HttpResponse:
    link = _link(guardianship_uuid)
    student = access.look_after(request.user, link.student.uuid, Right.LINK_FAMILIES)
    form, days = HandOverForm(request.POST or None), settings.HANDED_CODE_DAYS
    page = {"form": form, "student": student, "adult": link.guardian, "days": days, "site": settings.SITE_URL}
    if link.guardian.user_id is None and form.is_valid():
        try:
            code = claim_codes.make(guardianship=link, days=days, by=request.user, **form.cleaned_data)
        except claim_codes.NotClaimable:
            messages.error(
                request, _("No code was made: this adult may not see the reports of this child now.")
            )
            return redirect("code-hand-over", link.uuid)
        # Shown in this answer alone; nobody can ask for it again.
        return render(request, "accounts/code_handed.html", page | {"code": letter_codes.shown(code)})
    return render(request, "accounts/code_hand_over.html", page)


@require_http_methods(["GET", "POST"])
@login_required
@never_cache
def account_disconnect(request: SignedInRequest, guardianship_uuid: uuid.UUID) -> HttpResponse:
    link = _link(guardianship_uuid)
    student = access.look_after(request.user, link.student.uuid, Right.RESTRICT_ACCESS)
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        claims.disconnect(guardian=link.guardian, by=request.user, **form.cleaned_data)
        messages.success(
            request, _("Disconnected. The account sees no child of this adult from its next click on.")
        )
        return redirect("student-access", student.uuid)
    page = {"form": form, "student": student, "adult": link.guardian}
    return render(request, "accounts/account_disconnect.html", page)
