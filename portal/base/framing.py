"""Somebody else's content under our address: who may frame it, who may ask for it, with which headers it goes out.

The views that stream reports and documents call it. If it let a page of another site ask, that site could write
openings into the record of access; if a header of the vendor's passed, it would decide what a browser does here.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from csp.constants import SELF
from csp.decorators import csp_replace
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse

View = Callable[..., HttpResponseBase]
Response = TypeVar("Response", bound=HttpResponseBase)

# A PDF never carries `sandbox`: WebKit then shows a blank page. It holds no script of ours and can reach nothing.
# The browser's own viewer may lay itself out in the PDF's place: WebKitGTK's stands in a corner else.
PDF_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"
# A picture is shown by a page that the browser makes of it; that page gets no origin.
PICTURE_POLICY = f"sandbox; {PDF_POLICY}"
PAGE_POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; frame-ancestors 'self'; base-uri 'none'"

# What browsers say of our own pages, and of an address somebody typed or kept. Old browsers say nothing.
_OWN = {"same-origin", "none"}


def shown_in_our_frames(view: View) -> View:
    """Let our own viewer frame every answer of this view, including its errors; nobody else may."""

    @functools.wraps(view)
    def framed(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        response["X-Frame-Options"] = "SAMEORIGIN"
        response.headers.setdefault("Content-Security-Policy", PAGE_POLICY)
        return response

    return framed


def may_frame(response: HttpResponse, request: HttpRequest, origins: Iterable[str] = ()) -> HttpResponseBase:
    """Let a page frame our own content and, where the browser is sent on, the origins it is sent to."""
    return csp_replace({"frame-src": [SELF, *origins]})(lambda _request: response)(request)


def comes_from_elsewhere(request: HttpRequest) -> bool:
    """Say whether another origin, or a browser guessing ahead, asks: either would forge an opening in the record.

    `same-site` is another origin too: a neighbour under the district's domain, whose requests carry our cookie.
    """
    purpose = request.headers.get("Sec-Purpose", "") + request.headers.get("Purpose", "")
    return request.headers.get("Sec-Fetch-Site", "none") not in _OWN or "prefetch" in purpose


def is_in_a_frame(request: HttpRequest) -> bool:
    return request.headers.get("Sec-Fetch-Dest") in {"iframe", "frame"}


def streamed(
    body: Iterator[bytes], *, length: int | None, content_type: str, policy: str, file_name: str, save: bool
) -> StreamingHttpResponse:
    """Dress a stream as our own: no header of the vendor's but the length passes. `length` is in bytes."""
    response = StreamingHttpResponse(body, content_type=content_type)
    if length is not None:
        response["Content-Length"] = str(length)
    disposition = "attachment" if save else "inline"
    response["Content-Disposition"] = f'{disposition}; filename="{file_name}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = policy
    return private(response)


def private(response: Response) -> Response:
    """Let nobody keep it, and tell no server where it was shown."""
    response["Cache-Control"] = "no-store, private"
    response["Referrer-Policy"] = "no-referrer"
    return response
