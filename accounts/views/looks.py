"""A district's logo and style sheet: for everybody, since the sign-in page shows them, and named by what is in them."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from accounts.services import looks

# The name changes with the content, so a browser asks once.
_FOR_GOOD = "public, max-age=31536000, immutable"


@require_safe
def look_logo(_request: HttpRequest, digest: str) -> HttpResponse:
    png = looks.logo_png(digest)
    if png is None:
        raise Http404
    return HttpResponse(png, content_type="image/png", headers={"Cache-Control": _FOR_GOOD})


@require_safe
def look_sheet(_request: HttpRequest, name: str) -> HttpResponse:
    sheet = looks.sheet(name)
    if sheet is None:
        raise Http404
    # Like the other sheets: a page in a frame without an origin asks for it as a stranger (docs/adr/0006).
    headers = {"Cache-Control": _FOR_GOOD, "Access-Control-Allow-Origin": "*"}
    return HttpResponse(sheet, content_type="text/css; charset=utf-8", headers=headers)
