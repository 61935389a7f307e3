"""The staff page that finds a student. What is typed is posted, page by page: no name or SSID stands in an address."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts import sessions, throttles
from accounts.forms.student_search import StudentSearchForm
from accounts.requests import SignedInRequest
from accounts.services import student_search as searching
from accounts.throttles import Act

PAGE_SIZE = 25


@require_http_methods(["GET", "POST"])
@login_required
@never_cache
def student_search(request: SignedInRequest) -> HttpResponse:
    if not sessions.sees_students(request):
        raise Http404("No such page.")
    posted = request.POST if request.method == "POST" else None
    if posted is not None:
        throttles.count(request, Act.SEARCH, account=request.user)
    form = StudentSearchForm(request.user, posted)
    page: dict[str, Any] = {"form": form}
    if form.is_valid():
        found = searching.find(request.user, form.wanted())
        hits = Paginator(found.hits, PAGE_SIZE).get_page(request.POST.get("page"))
        page |= {
            "found": found,
            "page": hits,
            "rows": found.rows(hits),
            "most": searching.MOST,
        }
    return render(request, "accounts/student_search.html", page)
