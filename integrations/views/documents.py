"""The pages of one document of a registration: the viewer, and the content it shows. For staff alone."""

from __future__ import annotations

import dataclasses
import uuid
from http import HTTPStatus
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts import access_submissions, throttles
from accounts.access import NoGrant, ReportAccess
from accounts.requests import SignedInRequest, request_facts
from accounts.services import purposes, record
from accounts.throttles import Act, TooOften
from integrations.services import documents, submission_failures
from integrations.services.documents import CONTENT_TYPES, SAVED_ALONE
from integrations.services.submission_failures import NoPurpose, Unavailable
from portal.base import framing
from portal.base.framing import comes_from_elsewhere, is_in_a_frame, shown_in_our_frames
from portal.base.streaming import limit_stalls

_RETRY_AFTER = 60  # seconds, where PowerSchool does not say


@require_GET
@login_required
@never_cache
def document_detail(request: SignedInRequest, student_uuid: uuid.UUID, key: str) -> HttpResponseBase:
    may_see = access_submissions.open_student(request.user, student_uuid)
    page: dict[str, Any] = {"access": may_see}
    try:
        named = documents.named(may_see, key)
    except Unavailable as unavailable:
        return _failed(request, may_see, key, unavailable)
    if not _purpose(request, may_see):
        return redirect(_asking_url(may_see, request.path))
    page |= {
        "label": named.label,
        "back_url": reverse("submission-detail", args=[named.line.uuid]),
        "content_url": reverse("document-content", args=[student_uuid, key]),
    }
    return framing.may_frame(render(request, "integrations/document_detail.html", page), request)


@require_GET
@login_required
@never_cache
@shown_in_our_frames
def document_content(request: SignedInRequest, student_uuid: uuid.UUID, key: str) -> HttpResponseBase:
    facts = request_facts(request)
    try:
        may_see = access_submissions.open_student(request.user, student_uuid)
    except NoGrant as stranger:
        if stranger.student_uuid:
            record.refused_stranger(request.user, stranger.student_uuid, facts)
        raise
    facts = dataclasses.replace(facts, purpose=_purpose(request, may_see))
    if comes_from_elsewhere(request):
        record.refused(may_see, record.ReportNamed(), facts, outcome="cross-site")
        return _page(request, may_see, _elsewhere_words(), HTTPStatus.FORBIDDEN)
    try:
        throttles.count(request, Act.OPENING, account=request.user)
        document = documents.open_document(may_see, key, facts)
    except TooOften as error:
        record.refused(may_see, record.ReportNamed(), facts, outcome="too-often")
        return _too_often(request, may_see, error)
    except Unavailable as unavailable:
        return _failed(request, may_see, key, unavailable)
    except NoPurpose:
        return _without_purpose(request, may_see, key)
    limit_stalls(request.META)
    return framing.streamed(
        document.body,
        length=document.length,
        content_type=CONTENT_TYPES[document.kind],
        policy=framing.PDF_POLICY if document.kind == "PDF" else framing.PICTURE_POLICY,
        file_name=document.file_name,
        save="save" in request.GET or document.kind in SAVED_ALONE,
    )


def _purpose(request: SignedInRequest, may_see: ReportAccess) -> str:
    return purposes.chosen(session_key=request.session.session_key, may_see=may_see)


def _asking_url(may_see: ReportAccess, then: str) -> str:
    return f"{reverse('purpose-choose', args=[may_see.student_uuid])}?{urlencode({'next': then})}"


def _without_purpose(request: SignedInRequest, may_see: ReportAccess, key: str) -> HttpResponse:
    viewer = reverse("document-detail", args=[may_see.student_uuid, key])
    if request.headers.get("Sec-Fetch-Dest") == "document":
        return redirect(_asking_url(may_see, viewer))
    words = {
        "kind": "info",
        "code": "no-purpose",
        "title": _("Say first why you open this document"),
        "explanation": _("Staff choose a purpose once for each student while they are signed in."),
        "next_step": _("Press “Choose why”, or reload the page around this one."),
    }
    url = _asking_url(may_see, viewer)
    return _page(request, may_see, words, HTTPStatus.FORBIDDEN, purpose_url=url)


def _elsewhere_words() -> dict[str, str]:
    return {
        "kind": "info",
        "title": _("Open this document from its own page"),
        "explanation": _("A page outside this site asked for it, so we did not open it. Nothing is wrong."),
        "next_step": _("Go to the submission and choose it there."),
    }


def _too_often(request: SignedInRequest, may_see: ReportAccess, error: TooOften) -> HttpResponse:
    words = {
        "kind": "info",
        "title": _("Please wait a moment"),
        "explanation": _("Many documents were opened in a short time, so this site makes a pause."),
        "next_step": _("Try again in %(minutes)s minutes.") % {"minutes": throttles.minutes(error)},
    }
    response = _page(request, may_see, words, HTTPStatus.TOO_MANY_REQUESTS)
    response["Retry-After"] = str(error.retry_after)
    return response


def _failed(
    request: SignedInRequest, may_see: ReportAccess, key: str, unavailable: Unavailable
) -> HttpResponse:
    words = submission_failures.words(unavailable.failure)
    retry = reverse("document-content", args=[may_see.student_uuid, key])
    again = {"retry_url": retry} if words.status == HTTPStatus.SERVICE_UNAVAILABLE else {}
    response = _page(request, may_see, words, words.status, **again)
    if again:
        response["Retry-After"] = str(round(unavailable.retry_after or _RETRY_AFTER))
    return response


def _page(
    request: SignedInRequest, may_see: ReportAccess, words: Any, status: int, **more: str
) -> HttpResponse:
    page: dict[str, Any] = {"access": may_see, "outcome": words, **more}
    if not is_in_a_frame(request):
        page["back_url"] = reverse("submission-list")
    return render(request, "integrations/document_failed.html", page, status=status)
