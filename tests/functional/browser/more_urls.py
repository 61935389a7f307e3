"""The portal's addresses with the demo's, and pages that fail on purpose, so that every error page can be looked at."""

from typing import NoReturn

from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpRequest
from django.urls import path

from portal.urls import urlpatterns as portals
from portal.views import demo


def refused(_request: HttpRequest) -> NoReturn:
    raise PermissionDenied


def unreadable(_request: HttpRequest) -> NoReturn:
    raise BadRequest


def broken(_request: HttpRequest) -> NoReturn:
    raise RuntimeError("This page fails so that its error page can be looked at.")


urlpatterns = [
    *portals,
    path("demo/", demo.demo, name="demo"),
    path("broken/400", unreadable),
    path("broken/403", refused),
    path("broken/500", broken),
]
