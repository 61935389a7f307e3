"""The headers around a report's content: what the browser may do with it, and the words of who may not have it."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import throttles
from accounts.throttles import TooOften
from portal.base import framing

if TYPE_CHECKING:
    from accounts.access import ReportAccess
    from scorereports.services.opening import RedirectedReport, StreamedReport

_NOTHING = "default-src 'none'; frame-ancestors 'self'"
# A report's own page runs its scripts and styles in an origin of its own (no allow-same-origin: not ours), without
# forms, pop-ups or the window above it, and reaches no server, ours included.
_POLICIES = {
    "PDF": framing.PDF_POLICY,
    "HTML": (
        "sandbox allow-scripts; default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; "
        "img-src data:; font-src data:; media-src data:; form-action 'none'; base-uri 'none'; frame-ancestors 'self'"
    ),
}
_CONTENT_TYPES = {"PDF": "application/pdf", "HTML": "text/html; charset=utf-8"}

STREAMED_SANDBOX = "allow-scripts"
# The frame begins at our address and ends at the link host's, which is another origin than ours: allow-same-origin
# gives the page its own origin back, so that it loads its own parts and a player seeks in its own film. It could lift
# its sandbox only if it had the origin of the page around it.
REDIRECTED_SANDBOX = "allow-scripts allow-same-origin"


def sandbox_of(report_format: str, *, streamed: bool) -> str | None:
    """Return the frame's `sandbox`, None for a PDF, which must not have one."""
    if report_format == "PDF":
        return None
    return STREAMED_SANDBOX if streamed else REDIRECTED_SANDBOX


def ways_on(request: HttpRequest, may_see: ReportAccess, key: str, sandbox: str | None) -> dict[str, str]:
    """Return the links of a page in a report's place: those alone that work where it is shown.

    A sandboxed frame cannot lead the window away. One without an origin of ours cannot even ask us again: its request
    would carry no cookie, and count as another site's.
    """
    content = reverse("report-content", args=[may_see.student_uuid, key])
    if not framing.is_in_a_frame(request):
        return {"retry_url": content, "back_url": reverse("student-detail", args=[may_see.student_uuid])}
    if sandbox is None:
        return {
            "retry_url": content,
            "viewer_url": reverse("report-detail", args=[may_see.student_uuid, key]),
        }
    return {"retry_url": content} if sandbox == REDIRECTED_SANDBOX else {}


def refuse(request: HttpRequest, may_see: ReportAccess) -> HttpResponse:
    outcome = {
        "kind": "info",
        "title": _("Open this report from its own page"),
        "explanation": _("A page outside this site asked for it, so we did not open it. Nothing is wrong."),
        "next_step": _("Go to the list of reports and choose it there."),
    }
    back = reverse("student-detail", args=[may_see.student_uuid])
    page = {"access": may_see, "outcome": outcome, "back_url": back}
    return render(request, "scorereports/report_failed.html", page, status=403)


def too_often(request: HttpRequest, may_see: ReportAccess, error: TooOften) -> HttpResponse:
    wait = throttles.minutes(error)
    outcome = {
        "kind": "info",
        "title": _("Please wait a moment"),
        "explanation": _("Many reports were opened in a short time, so this site makes a pause."),
        "next_step": ngettext(
            "Wait one minute, then try again.", "Wait %(minutes)s minutes, then try again.", wait
        )
        % {"minutes": wait},
    }
    page: dict[str, Any] = {"access": may_see, "outcome": outcome}
    if not framing.is_in_a_frame(request):
        page["back_url"] = reverse("student-detail", args=[may_see.student_uuid])
    response = render(request, "scorereports/report_failed.html", page, status=429)
    response["Retry-After"] = str(error.retry_after)
    return response


def streamed(report: StreamedReport, *, save: bool) -> StreamingHttpResponse:
    """Answer with a report's bytes."""
    return framing.streamed(
        report.body,
        length=report.length,
        content_type=_CONTENT_TYPES[report.kind],
        policy=_POLICIES[report.kind],
        file_name=report.file_name,
        save=save,
    )


def redirected(report: RedirectedReport) -> HttpResponse:
    """Send the browser to the state's link, and tell the link's host nothing about us."""
    response = HttpResponse(status=HTTPStatus.SEE_OTHER)
    response["Location"] = report.link
    response["Content-Security-Policy"] = _NOTHING
    return framing.private(response)
