"""Staff pages of overviews: the schools somebody has, one school in numbers, and the students behind a number."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.models import School
from accounts.requests import SignedInRequest
from accounts.rights import Right
from accounts.services import staff_roles
from scorereports import catalog
from scorereports.forms.overviews import OverviewForm
from scorereports.services import overviews, overviews_words

PAGE_SIZE = 50
# Every student of these is looked at for the numbers beside their names.
SCHOOLS_A_PAGE = 20


@require_GET
@login_required
@never_cache
def school_list(request: SignedInRequest) -> HttpResponse:
    mine = overviews.schools_of(request.user)
    first = list(mine[:2])
    if not first and not staff_roles.holds_anywhere(request.user, Right.SEE_OVERVIEW):
        raise Http404("No such page.")
    if len(first) == 1:
        return redirect("school-overview", first[0].uuid)
    form = OverviewForm(request.GET)
    found = Paginator(mine, SCHOOLS_A_PAGE).get_page(request.GET.get("page"))
    shown = list(found)
    counted = overviews.counts(request.user, shown, form.narrowed())
    lines = [(school, overviews_words.columns(counted[school.pk])) for school in shown]
    page = {"page": found, "lines": lines} | _totals(request, form, many=found.paginator.num_pages > 1)
    return render(request, "scorereports/school_list.html", page | _told(form))


@require_GET
@login_required
@never_cache
def school_overview(request: SignedInRequest, school_uuid: uuid.UUID) -> HttpResponse:
    school = _find(request, school_uuid)
    form = OverviewForm(request.GET)
    counted = overviews.counts(request.user, [school], form.narrowed())[school.pk]
    page = _of_school(request, school) | {
        "total": counted[overviews.EVERYBODY],
        "available": counted[overviews.AVAILABLE],
        "ssids": overviews_words.ssids(counted),
        "accounts": overviews_words.accounts(counted),
        "reports": overviews_words.reports(counted),
    }
    return render(request, "scorereports/school_overview.html", page | _told(form))


@require_GET
@login_required
@never_cache
def school_students(request: SignedInRequest, school_uuid: uuid.UUID, which: str) -> HttpResponse:
    school = _find(request, school_uuid)
    if which not in overviews.WORDS:
        raise Http404("No such page.")
    form = OverviewForm(request.GET)
    rows = overviews.students(request.user, school, form.narrowed(), which)
    found = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    lines = [(student, overviews_words.facts(student, which)) for student in found]
    page = {"which": which, "told": overviews_words.TOLD[which], "page": found, "lines": lines}
    return render(
        request, "scorereports/school_students.html", page | _told(form) | _of_school(request, school)
    )


@require_GET
@login_required
@never_cache
def district_students(request: SignedInRequest, district_uuid: uuid.UUID, which: str) -> HttpResponse:
    district = get_object_or_404(overviews.districts_of(request.user), uuid=district_uuid)
    if which not in overviews.WORDS:
        raise Http404("No such page.")
    form = OverviewForm(request.GET)
    rows = overviews.district_students(request.user, district, form.narrowed(), which)
    found = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    lines = [(student, overviews_words.facts(student, which)) for student in found]
    page = {
        "district": district,
        "has_others": True,
        "which": which,
        "told": overviews_words.TOLD[which],
        "page": found,
        "lines": lines,
    }
    return render(request, "scorereports/school_students.html", page | _told(form))


def _totals(request: SignedInRequest, form: OverviewForm, *, many: bool) -> dict[str, Any]:
    """Return the totals of the reader's districts; where the schools are many, once they are asked for."""
    districts = list(overviews.districts_of(request.user))
    if not districts or (many and "total" not in request.GET):
        return {"totals": [], "may_total": bool(districts)}
    counted = [(one, overviews.district_counts(request.user, one, form.narrowed())) for one in districts]
    return {"totals": [(one, overviews_words.columns(numbers)) for one, numbers in counted]}


def _find(request: SignedInRequest, school_uuid: uuid.UUID) -> School:
    return get_object_or_404(overviews.schools_of(request.user), uuid=school_uuid)


def _of_school(request: SignedInRequest, school: School) -> dict[str, Any]:
    """Say what staff may do next about this school's students, by right."""
    user = request.user
    return {
        "school": school,
        "has_others": overviews.schools_of(user)[1:].exists(),
        "may_run": staff_roles.schools_with(user, Right.RUN_REPORTS).filter(pk=school.pk).exists(),
        "may_invite": staff_roles.schools_with(user, Right.LINK_FAMILIES).filter(pk=school.pk).exists(),
        "may_review": staff_roles.schools_with(user, Right.REVIEW_LINKS).filter(pk=school.pk).exists(),
    }


def _told(form: OverviewForm) -> dict[str, Any]:
    return {"form": form, "query": form.query(), "year": catalog.year_label(form.narrowed().year)}
