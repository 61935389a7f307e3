"""Asks staff for which purpose they open a student's reports, once a session and student (trust A7).

Also the words for whoever looks as a family, to whom no report opens. Families and students meet neither.
"""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts import access
from accounts.access import NoGrant, ReportAccess
from accounts.forms.purpose import PurposeForm
from accounts.requests import SignedInRequest
from accounts.services import purposes
from portal.base.framing import is_in_a_frame
from scorereports.services.failures import NoPurpose, NotForThem


@require_http_methods(["GET", "POST"])
@login_required
@never_cache
def purpose_choose(request: SignedInRequest, student_uuid: uuid.UUID) -> HttpResponse:
    may_see = access.open_student(request.user, student_uuid)
    if may_see.is_family:
        raise NoGrant(may_see.student_uuid)
    form = form_for(request, may_see)
    back = _way_back(request, may_see)
    if form.is_valid():
        choose(request, may_see, form)
        return redirect(back)
    page = {"access": may_see, "form": form, "next": back}
    return render(request, "scorereports/purpose_choose.html", page)


def form_for(request: SignedInRequest, may_see: ReportAccess) -> PurposeForm:
    """Return the form as it was posted, else with what was chosen in this session."""
    return PurposeForm(
        request.POST if request.method == "POST" else None, initial={"purpose": chosen(request, may_see)}
    )


def choose(request: SignedInRequest, may_see: ReportAccess, form: PurposeForm) -> None:
    purposes.choose(session_key=request.session.session_key or "", may_see=may_see, purpose=form.chosen)


def chosen(request: SignedInRequest, may_see: ReportAccess) -> str:
    """Return the purpose of this session for this student, empty for families and where nobody was asked yet."""
    return purposes.chosen(session_key=request.session.session_key, may_see=may_see)


def is_due(request: SignedInRequest, may_see: ReportAccess) -> bool:
    return not may_see.is_family and not chosen(request, may_see)


def first(request: SignedInRequest, may_see: ReportAccess) -> HttpResponse:
    """Lead to the page that asks, and from there to where somebody was going."""
    return redirect(_asking_url(may_see, request.get_full_path()))


def answer(
    request: SignedInRequest, may_see: ReportAccess, refusal: NotForThem, viewer_url: str = ""
) -> HttpResponse:
    """Say in a report's place why it does not open to this person: words, also where a frame of ours shows them."""
    no_purpose = isinstance(refusal, NoPurpose)
    if no_purpose and request.headers.get("Sec-Fetch-Dest") == "document":
        return first(request, may_see)
    page: dict[str, Any] = {"access": may_see}
    page["outcome"] = _purpose_words() if no_purpose else support_words()
    if no_purpose:
        page["purpose_url"] = _asking_url(may_see, viewer_url or request.get_full_path())
    if not is_in_a_frame(request):
        page["back_url"] = reverse("student-detail", args=[may_see.student_uuid])
    return render(request, "scorereports/report_failed.html", page, status=403)


def support_words() -> dict[str, str]:
    return {
        "kind": "info",
        "code": "support-view",
        "title": _("The reports stay closed in this view"),
        "explanation": _(
            "You look at this family’s pages to help them. Here they find their list of reports."
        ),
        "next_step": _("End the view to go on as yourself."),
    }


def _purpose_words() -> dict[str, str]:
    return {
        "kind": "info",
        "code": "no-purpose",
        "title": _("Say first why you open this report"),
        "explanation": _("Staff choose a purpose once for each student while they are signed in."),
        "next_step": _("Press “Choose why”, or reload the page around this one."),
    }


def _asking_url(may_see: ReportAccess, then: str) -> str:
    return f"{reverse('purpose-choose', args=[may_see.student_uuid])}?{urlencode({'next': then})}"


def _way_back(request: HttpRequest, may_see: ReportAccess) -> str:
    """Return where to go on: a page of this student's, whatever somebody wrote into the address."""
    own = reverse("student-detail", args=[may_see.student_uuid])
    wanted = request.POST.get("next", "") or request.GET.get("next", "")
    ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if ours and wanted.startswith(own) else own
