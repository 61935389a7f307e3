"""Pages for requests that cannot be served; none tells whether anything exists."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 - Django calls it with these arguments, needed here or not
    return render(request, "403_csrf.html", status=403)
