"""Staff who look at a family's pages as the family sees them: whose pages a request shows, and what it may do.

A person of the staff began it with a reason (`accounts.services.support_views`). While it lasts, `request.user` is the
family's account with `viewed_by` set, `accounts.access` keeps to the viewer's own students and no report, and this
middleware shuts every page but the few named here, and every post but the two that end it. A page that nobody named is
shut: one too many open would be a parent's account in the hands of staff.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from accounts.models import SupportView, User
from accounts.services import support_views
from accounts.sessions import SUPPORT_VIEW, SessionStore

GetResponse = Callable[[HttpRequest], HttpResponseBase]

# What a family reads. The two pages of a report are among them to say that none opens, and to put on record who asked.
SHOWN = frozenset({"home", "student-detail", "opening-list", "report-detail", "report-content"})
ENDS = frozenset({"support-end", "account_logout"})
# Probes must not touch the database, whatever cookies they bring.
LEFT_ALONE = frozenset({"healthz", "readyz", "look-logo", "look-sheet"})


class SupportViews:
    """Last of all middleware: what comes before it knows the person who signed in."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        signed_in = request.user
        # Asked only by who needs to know the person: a probe does not.
        request.user = cast("Any", SimpleLazyObject(lambda: _looked_as(request, signed_in)))
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: object) -> HttpResponseBase | None:
        match = request.resolver_match
        if match is None or match.view_name in LEFT_ALONE or not isinstance(request.user, User):
            return None
        viewer = request.user.viewed_by
        if viewer is None:
            return _after_its_time(request)
        if match.view_name == "account_logout" and request.method == "POST":
            _end(request, "signed out")
            request.user = viewer
            return None
        if match.view_name in ENDS and request.method == "POST":
            return None
        if match.view_name in SHOWN and request.method in {"GET", "HEAD"}:
            return None
        return render(request, "accounts/support_refused.html", status=403)


def _looked_as(request: HttpRequest, signed_in: User | AnonymousUser) -> User | AnonymousUser:
    """Return whose pages this request shows: the family's while a view lasts, else those of who signed in."""
    view = _view_of(request)
    if view is None or not isinstance(signed_in, User) or view.viewer_id != signed_in.pk:
        return signed_in
    if support_views.is_over(view):
        return signed_in
    account = view.account
    account.viewed_by = view.viewer
    request.support_view = view  # type: ignore[attr-defined] # a request carries what was looked up
    return account


def _view_of(request: HttpRequest) -> SupportView | None:
    named = request.session.get(SUPPORT_VIEW)
    return support_views.current(named, session_key=request.session.session_key) if named else None


def _end(request: HttpRequest, reason: str) -> None:
    view = _view_of(request)
    request.session.pop(SUPPORT_VIEW, None)
    if view is not None:
        support_views.end(view=view, by=view.viewer, reason=reason)


def _after_its_time(request: HttpRequest) -> HttpResponseBase | None:
    """Lead somebody whose view has run out back to themselves: the page asked for would be another one now."""
    if SUPPORT_VIEW not in cast("SessionStore", request.session):
        return None
    _end(request, support_views.TIME_IS_OVER)
    messages.info(
        request, _("The view as somebody else has ended: its time is over. You look as yourself again.")
    )
    return redirect("home")
