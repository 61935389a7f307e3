"""Who has opened a student's reports and documents, for the family and for staff; no vendor is asked."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts import access
from accounts.access import NoGrant
from accounts.models import AccessRecord, User
from accounts.requests import SignedInRequest
from accounts.services import history
from scorereports import catalog

PAGE_SIZE = 50


@require_GET
@login_required
@never_cache
def opening_list(request: SignedInRequest, student_uuid: uuid.UUID) -> HttpResponse:
    may_see = access.open_student(request.user, student_uuid)
    if not may_see.is_family and not access.may_see_who_sees(may_see):
        raise NoGrant(may_see.student_uuid)
    rows = Paginator(history.openings_of(student_uuid), PAGE_SIZE).get_page(request.GET.get("page"))
    people = history.people_in(rows)
    page: dict[str, Any] = {
        "access": may_see,
        "rows": rows,
        "openings": [_opening(row, people.get(row.actor), request.user) for row in rows],
    }
    return render(request, "scorereports/opening_list.html", page)


def _opening(row: AccessRecord, person: User | None, reader: User) -> dict[str, Any]:
    """Describe one opening: never from which address, since that may tell where the other parent lives."""
    return {
        "at": row.recorded_at,
        "person": person,
        "is_reader": person == reader,
        "rule": row.actor_role,
        "relation": row.relation,
        "document": row.document,
        "title": catalog.type_title(row.report_type),
        "year_label": catalog.year_label(row.report_year),
        "language": catalog.language_name(row.report_language),
        "language_code": catalog.language_tag(row.report_language),
        "format_title": catalog.format_title(row.report_format),
    }
