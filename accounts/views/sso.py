"""Staff sign on with their district's accounts (OpenID Connect): off to the provider, and back.

Whatever goes wrong looks the same, so that nobody learns who works here; a provider that is down has words of its own.
"""

from __future__ import annotations

import time
from typing import Any

import structlog
from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts import sso
from accounts.models import User
from accounts.services import sign_ons
from accounts.sso import Pending, Person, Provider, ProviderDown, SignOnFailed

_WAITING = "sso"
_MOST_SECONDS = 10 * 60
log = structlog.get_logger(__name__)


@require_POST
@never_cache
def sso_begin(request: HttpRequest, provider: str) -> HttpResponse:
    """Answer with a page that leads on by itself: a form may not end at another site (`form-action`)."""
    at = _known(provider)
    if request.user.is_authenticated:
        return redirect("home")
    try:
        place, pending = sso.begin(
            at, redirect_uri=_return_uri(at), back=_back(request.POST.get("next", "")), now=time.time()
        )
    except SignOnFailed as problem:
        return _failed(request, at, problem)
    request.session[_WAITING] = pending.kept()
    return render(request, "accounts/sso_begin.html", {"place": place, "provider": at})


@require_GET
@never_cache
def sso_return(request: HttpRequest, provider: str) -> HttpResponseBase:
    at = _known(provider)
    if request.user.is_authenticated:
        return redirect("home")
    try:
        pending = _waited_for(request)
        person = sso.finish(at, pending=pending, answer=request.GET.dict(), redirect_uri=_return_uri(at))
        user = sign_ons.account_of(person, label=at.label)
    except SignOnFailed as problem:
        return _failed(request, at, problem)
    return _sign_in(request, user, person, at, pending.back)


def _sign_in(request: HttpRequest, user: User, person: Person, at: Provider, back: str) -> HttpResponseBase:
    record_authentication(request, user, method="sso", provider=at.name)
    if person.second_factor:
        record_authentication(request, user, method="mfa", type=sso.BY_PROVIDER)
    answer: HttpResponseBase = perform_login(request, Login(user=user, redirect_url=back or None))
    return answer


def _known(name: str) -> Provider:
    at = sso.provider(name)
    if at is None:
        raise Http404("No such provider.")
    return at


def _return_uri(at: Provider) -> str:
    # By the setting and not by what a request calls us: it must be the one registered with the provider.
    return f"{settings.SITE_URL}{reverse('sso-return', args=[at.name])}"


def _back(wanted: str) -> str:
    host = settings.SITE_URL.partition("://")[2]
    return wanted if url_has_allowed_host_and_scheme(wanted, {host}, require_https=settings.HTTPS) else ""


def _waited_for(request: HttpRequest) -> Pending:
    """Return what this browser went away with; it counts once."""
    kept: dict[str, Any] | None = request.session.pop(_WAITING, None)
    if kept is None or time.time() - kept["went_at"] > _MOST_SECONDS:
        raise SignOnFailed("nobody-waited")
    return Pending(**kept)


def _failed(request: HttpRequest, at: Provider, problem: SignOnFailed) -> HttpResponse:
    log.warning("sso_failed", provider=at.name, reason=problem.reason)
    down = isinstance(problem, ProviderDown)
    return render(
        request, "accounts/sso_failed.html", {"provider": at, "down": down}, status=503 if down else 404
    )
