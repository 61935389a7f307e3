"""Staff pages about score reports in general: today, every outcome in words."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.requests import SignedInRequest
from accounts.services import staff_roles
from portal.base import lists
from portal.base.clock import local_today
from scorereports import catalog
from scorereports.outcomes import Outcome, how_long, text_for


@require_GET
@login_required
@never_cache
def outcome_list(request: SignedInRequest) -> HttpResponse:
    """Show what families and staff read for each outcome, so that a voice on the phone can be answered."""
    if not staff_roles.is_staff_member(request.user):
        raise Http404("No such page.")
    oldest = catalog.kept_years(local_today())[-1]
    facts = {
        "language": catalog.language_name("VI"),
        "languages": lists.in_a_sentence(map(catalog.language_name, ("EN", "ES"))),
        "oldest": catalog.year_label(str(oldest)),
        "wait": how_long(120),
    }
    page = {
        "outcomes": [
            (text_for(outcome, family=True, facts=facts), text_for(outcome, family=False, facts=facts))
            for outcome in Outcome
        ],
        "contact": _("(the contact from the school's own row)"),
    }
    return render(request, "scorereports/outcome_list.html", page)
