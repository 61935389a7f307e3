"""The headers around a report's content: who may frame it, who may ask for it, what the browser may do with it."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TypeVar

from csp.constants import SELF
from csp.decorators import csp_replace
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import throttles
from accounts.throttles import TooOften

if TYPE_CHECKING:
    from accounts.access import ReportAccess
    from scorereports.services.opening import RedirectedReport, StreamedReport

View = Callable[..., HttpResponseBase]
Response = TypeVar("Response", bound=HttpResponseBase)

_NOTHING = "default-src 'none'; frame-ancestors 'self'"
# A PDF never carries `sandbox`: WebKit then shows a blank page. It holds no script of ours and can reach nothing.
# A report's own page runs its scripts and styles in an origin of its own (no allow-same-origin: not ours), without
# forms, pop-ups or the window above it, and reaches no server, ours included.
_POLICIES = {
    # The browser's own viewer may lay itself out in the PDF's place: WebKitGTK's stands in a corner else.
    "PDF": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'",
    "HTML": (
        "sandbox allow-scripts; default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; "
        "img-src data:; font-src data:; media-src data:; form-action 'none'; base-uri 'none'; frame-ancestors 'self'"
    ),
}
_CONTENT_TYPES = {"PDF": "application/pdf", "HTML": "text/html; charset=utf-8"}
_PAGE_POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; frame-ancestors 'self'; base-uri 'none'"

STREAMED_SANDBOX = "allow-scripts"
# The frame begins at our address and ends at the link host's, which is another origin than ours: allow-same-origin
# gives the page its own origin back, so that it loads its own parts and a player seeks in its own film. It could lift
# its sandbox only if it had the origin of the page around it.
REDIRECTED_SANDBOX = "allow-scripts allow-same-origin"


# What browsers say of our own pages, and of an address somebody typed or kept. Old browsers say nothing.
_OWN = {"same-origin", "none"}


def shown_in_our_frames(view: View) -> View:
    """Let our own viewer frame every answer of this view, including its errors; nobody else may."""

    @functools.wraps(view)
    def framed(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        response["X-Frame-Options"] = "SAMEORIGIN"
        response.headers.setdefault("Content-Security-Policy", _PAGE_POLICY)
        return response

    return framed


def may_frame(response: HttpResponse, request: HttpRequest, origins: Iterable[str]) -> HttpResponseBase:
    """Let a page frame our own content and, where the browser is sent on, the origins it is sent to."""
    return csp_replace({"frame-src": [SELF, *origins]})(lambda _request: response)(request)


def sandbox_of(report_format: str, *, streamed: bool) -> str | None:
    """Return the frame's `sandbox`, None for a PDF, which must not have one."""
    if report_format == "PDF":
        return None
    return STREAMED_SANDBOX if streamed else REDIRECTED_SANDBOX


def comes_from_elsewhere(request: HttpRequest) -> bool:
    """Say whether another origin, or a browser guessing ahead, asks: either would forge an opening in the record.

    `same-site` is another origin too: a neighbour under the district's domain, whose requests carry our cookie.
    """
    purpose = request.headers.get("Sec-Purpose", "") + request.headers.get("Purpose", "")
    return request.headers.get("Sec-Fetch-Site", "none") not in _OWN or "prefetch" in purpose


def is_in_a_frame(request: HttpRequest) -> bool:
    return request.headers.get("Sec-Fetch-Dest") in {"iframe", "frame"}


def ways_on(request: HttpRequest, may_see: ReportAccess, key: str, sandbox: str | None) -> dict[str, str]:
    """Return the links of a page in a report's place: those alone that work where it is shown.

    A sandboxed frame cannot lead the window away. One without an origin of ours cannot even ask us again: its request
    would carry no cookie, and count as another site's.
    """
    content = reverse("report-content", args=[may_see.student_uuid, key])
    if not is_in_a_frame(request):
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
    if not is_in_a_frame(request):
        page["back_url"] = reverse("student-detail", args=[may_see.student_uuid])
    response = render(request, "scorereports/report_failed.html", page, status=429)
    response["Retry-After"] = str(error.retry_after)
    return response


def streamed(report: StreamedReport, *, save: bool) -> StreamingHttpResponse:
    """Dress a stream as our own: no header of the vendor's but the length passes."""
    response = StreamingHttpResponse(report.body, content_type=_CONTENT_TYPES[report.kind])
    if report.length is not None:
        response["Content-Length"] = str(report.length)
    disposition = "attachment" if save else "inline"
    response["Content-Disposition"] = f'{disposition}; filename="{report.file_name}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = _POLICIES[report.kind]
    return _private(response)


def redirected(report: RedirectedReport) -> HttpResponse:
    """Send the browser to the state's link, and tell the link's host nothing about us."""
    response = HttpResponse(status=HTTPStatus.SEE_OTHER)
    response["Location"] = report.link
    response["Content-Security-Policy"] = _NOTHING
    return _private(response)


def _private(response: Response) -> Response:
    response["Cache-Control"] = "no-store, private"
    response["Referrer-Policy"] = "no-referrer"
    return response
