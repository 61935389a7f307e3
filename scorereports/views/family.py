"""The pages of one student's reports: the list, the viewer, and the content the viewer shows."""

from __future__ import annotations

import dataclasses
import uuid
from functools import partial
from http import HTTPStatus
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db import DatabaseError
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from accounts import access, throttles
from accounts.access import NoGrant, ReportAccess
from accounts.requests import SignedInRequest, request_facts
from accounts.services import record
from accounts.throttles import Act, TooOften
from integrations.services import checklists
from portal.base.clock import local_today
from portal.base.framing import comes_from_elsewhere, is_in_a_frame, may_frame, shown_in_our_frames
from portal.base.meanwhile import Meanwhile
from portal.base.streaming import limit_stalls
from scorereports import catalog, guides
from scorereports.forms.choice import ChoiceForm
from scorereports.outcomes import Outcome, text_for
from scorereports.services import configurations, delivery, filtering, grades, listing, opening
from scorereports.services.failures import NotForThem, Unavailable
from scorereports.services.listing import Listing
from scorereports.services.opening import RedirectedReport
from scorereports.views import arranging, asking, framing

# No text of anybody's can be this: it would be escaped.
_REPORTS_HERE = mark_safe("<reports-here>")
_RETRY_AFTER = 60  # seconds, where the state does not say


@require_http_methods(["GET", "POST"])  # posted, so that no address names a test
@login_required
@never_cache
def student_detail(request: SignedInRequest, student_uuid: uuid.UUID) -> HttpResponse:
    may_see = access.open_student(request.user, student_uuid)
    page: dict[str, Any] = {"access": may_see, "is_family": may_see.is_family}
    if not may_see.is_family:
        page |= _for_staff(request, may_see)
    around = Meanwhile(partial(_around_reports, request, may_see, page.copy()))
    if may_see.is_support_view:
        page["outcome"] = asking.support_words()
        return _with_reports(request, around, page)
    chosen = ChoiceForm(request.POST if request.method == "POST" else {})
    reader = catalog.language_of_tag(request.user.language or request.LANGUAGE_CODE or "")
    try:
        found = listing.reports(may_see, while_waiting=around)
        chosen.offer(found.reports, first_language=reader)
        page |= {"form": chosen, "is_narrowed": chosen.choice() != filtering.Choice()}
        page |= _notes(may_see, found, reader)
        narrowed = filtering.narrowed(found.reports, chosen.choice())
        page["years"] = arranging.years(may_see, found, narrowed, reader)
    except Unavailable as unavailable:
        page["outcome"] = _words(may_see, unavailable)
        page["language_note"] = None
    return _with_reports(request, around, page)


@require_GET
@login_required
@never_cache
def report_detail(request: SignedInRequest, student_uuid: uuid.UUID, key: str) -> HttpResponseBase:
    may_see = access.open_student(request.user, student_uuid)
    page: dict[str, Any] = {"access": may_see, "back_url": reverse("student-detail", args=[student_uuid])}
    try:
        named = opening.read_key(may_see, key)
        configuration = listing.configuration_for(may_see)
    except Unavailable as unavailable:
        page |= {"outcome": _words(may_see, unavailable)}
        return render(request, "scorereports/report_failed.html", page, status=404)
    except NotForThem as refusal:
        return asking.answer(request, may_see, refusal)
    if asking.is_due(request, may_see):
        return asking.first(request, may_see)
    streamed = delivery.streamed_as(configuration, named.format) is not None
    needs_tab = delivery.is_embedded(configuration) and delivery.needs_own_tab(configuration, named.format)
    page |= {
        "report": arranging.described(named),
        "siblings": arranging.siblings(may_see, configuration, named, request.GET.get("also", "")),
        "content_url": reverse("report-content", args=[student_uuid, key]),
        "can_save": delivery.can_be_saved(configuration, named.format),
        "is_embedded": delivery.is_embedded(configuration) and not needs_tab,
        "own_tab": text_for(Outcome.OWN_TAB, family=may_see.is_family) if needs_tab else None,
        "sandbox": framing.sandbox_of(named.format, streamed=streamed),
        "guide": guides.guide(named.type),
        "has_former_level_names": guides.has_former_level_names(named.type, named.year),
    }
    response = render(request, "scorereports/report_detail.html", page)
    return may_frame(response, request, delivery.frame_origins(configuration, named.format))


@require_GET
@login_required
@never_cache
@shown_in_our_frames
def report_content(request: SignedInRequest, student_uuid: uuid.UUID, key: str) -> HttpResponseBase:
    facts = request_facts(request)
    try:
        may_see = access.open_student(request.user, student_uuid)
    except NoGrant as stranger:
        if stranger.student_uuid:
            record.refused_stranger(request.user, stranger.student_uuid, facts)
        raise
    facts = dataclasses.replace(facts, purpose=asking.chosen(request, may_see))
    if comes_from_elsewhere(request):
        record.refused(may_see, record.ReportNamed(), facts, outcome="cross-site")
        return framing.refuse(request, may_see)
    try:
        throttles.count(request, Act.OPENING, account=request.user)
        report = opening.open_report(may_see, key, facts, in_a_frame=is_in_a_frame(request))
    except TooOften as error:
        record.refused(may_see, record.ReportNamed(), facts, outcome="too-often")
        return framing.too_often(request, may_see, error)
    except Unavailable as unavailable:
        return _failed(request, may_see, unavailable, key)
    except NotForThem as refusal:
        return asking.answer(request, may_see, refusal, _viewer_around(request, may_see, key))
    if isinstance(report, RedirectedReport):
        return framing.redirected(report)
    limit_stalls(request.META)
    return framing.streamed(report, save="save" in request.GET)


def _around_reports(request: SignedInRequest, may_see: ReportAccess, page: dict[str, Any]) -> str:
    """Return the page but for what ETS says, with a mark in its place: written while ETS thinks."""
    page["has_checklist"] = may_see.is_family and checklists.has_any(may_see)
    page["connection_name"] = _connection_name(may_see)
    return render_to_string("scorereports/student_detail.html", page | {"reports": _REPORTS_HERE}, request)


def _with_reports(request: SignedInRequest, around: Meanwhile[str], page: dict[str, Any]) -> HttpResponse:
    reports = render_to_string("scorereports/_reports.html", page, request)
    return HttpResponse(around.result().replace(_REPORTS_HERE, reports, 1))


def _for_staff(request: SignedInRequest, may_see: ReportAccess) -> dict[str, Any]:
    """Return what the page of "Paperless Assessment Reporting" has beside the family's: the purpose, and who sees."""
    purpose = asking.form_for(request, may_see)
    if purpose.is_valid():
        asking.choose(request, may_see, purpose)
    return {"purpose": purpose, "may_see_who_sees": access.may_see_who_sees(may_see)}


def _viewer_around(request: SignedInRequest, may_see: ReportAccess, key: str) -> str:
    """Return the page around this frame, empty for a report in a tab of its own."""
    in_a_frame = is_in_a_frame(request)
    return reverse("report-detail", args=[may_see.student_uuid, key]) if in_a_frame else ""


def _failed(
    request: SignedInRequest, may_see: ReportAccess, unavailable: Unavailable, key: str
) -> HttpResponse:
    text = _words(may_see, unavailable)
    page: dict[str, Any] = {"access": may_see, "outcome": text}
    if unavailable.outcome is not Outcome.OWN_TAB:  # whose next step is the one that helps
        sandbox = _sandbox_around(may_see, key) if is_in_a_frame(request) else None
        page |= framing.ways_on(request, may_see, key, sandbox)
        page["may_retry_around"] = "retry_url" not in page
    response = render(request, "scorereports/report_failed.html", page, status=text.status)
    if text.status == HTTPStatus.SERVICE_UNAVAILABLE:
        response["Retry-After"] = str(round(unavailable.retry_after or _RETRY_AFTER))
    return response


def _sandbox_around(may_see: ReportAccess, key: str) -> str | None:
    """Return the `sandbox` that the viewer's frame of this report has; the strictest where that cannot be said."""
    try:
        named = opening.read_key(may_see, key)
        if named.format == "PDF":
            return framing.sandbox_of(named.format, streamed=False)
        configuration = configurations.for_student(may_see)
    except (Unavailable, DatabaseError):  # the database may be why there is no report
        return framing.STREAMED_SANDBOX
    streamed = configuration is not None and delivery.streamed_as(configuration, named.format) is not None
    return framing.sandbox_of(named.format, streamed=streamed)


def _words(may_see: ReportAccess, unavailable: Unavailable) -> Any:
    return text_for(unavailable.outcome, family=may_see.is_family, facts=unavailable.facts)


def _notes(may_see: ReportAccess, found: Listing, reader: str) -> dict[str, Any]:
    """Say what a reader should know beside the list: for families no report in their language, for staff a doubt."""
    if not may_see.is_family:
        return {"grade_doubt": grades.far_apart(found.reports, may_see.student_grade, local_today())}
    if not reader or reader in filtering.languages_of(found.reports):
        return {}
    return {"language_note": _words(may_see, filtering.only_in_other_languages(found.reports, reader))}


def _connection_name(may_see: ReportAccess) -> str:
    """Return for staff which connection was asked, or would have been."""
    configuration = None if may_see.is_family else configurations.for_student(may_see)
    return configuration.connection.name if configuration else ""
