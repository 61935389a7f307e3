"""What a request says about itself: how the person signed in, from where, which request, which address it proved."""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass
from typing import Any

import structlog
from allauth.account.adapter import get_adapter
from allauth.account.authentication import get_authentication_records
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

from accounts.models import User


class SignedInRequest(HttpRequest):
    """A request behind `login_required`: for the type checker, which cannot see the decorator."""

    user: User


# Where a session keeps the address that somebody without an account has just proved, and for how many seconds.
_PROVED, _PROVED_SECONDS = "proved_address", 30 * 60


@dataclass(frozen=True)
class RequestFacts:
    sign_in_method: str = ""
    purpose: str = ""
    request_id: str = ""
    address: str | None = None
    run: uuid.UUID | None = None


def way_back(request: HttpRequest, default: str = "home") -> str:
    """Return the address of this site that a form brought along as `next`, for a redirect; else `default`."""
    back = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(
        back, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    # `redirect` takes a word without a slash for a view's name.
    return back if is_ours and back.startswith("/") else default


def current_request_id() -> str:
    """Return the id of the request this thread is serving, empty in commands and tasks."""
    return str(structlog.contextvars.get_contextvars().get("request_id", ""))


def request_facts(
    request: SignedInRequest, *, purpose: str = "", run: uuid.UUID | None = None
) -> RequestFacts:
    methods = [
        record.get("type") or record.get("method", "")
        for record in get_authentication_records(request, request.user)
    ]
    return RequestFacts(
        sign_in_method="+".join(methods)[:60],
        purpose=purpose,
        request_id=current_request_id(),
        address=address_of(request),
        run=run,
    )


def remember_proved_address(request: HttpRequest, email: str) -> None:
    """Note in the session that whoever sits here reads the mail of this address, and nothing else about them."""
    request.session.cycle_key()
    request.session[_PROVED] = {"email": email, "at": time.time()}


def proved_address(request: HttpRequest) -> str:
    """Return the address that this browser proved within the last half hour, empty if none."""
    kept: dict[str, Any] = request.session.get(_PROVED) or {}
    fresh = time.time() - kept.get("at", 0) < _PROVED_SECONDS
    return str(kept["email"]) if fresh and "email" in kept else ""


def forget_proved_address(request: HttpRequest) -> None:
    request.session.pop(_PROVED, None)


def addresses_proved_by_code(request: HttpRequest, user: User) -> set[str]:
    """Return the addresses whose mailed code was typed in at this sign-in."""
    records = get_authentication_records(request, user)
    return {record["email"] for record in records if record.get("method") == "code" and record.get("email")}


def address_of(request: HttpRequest) -> str | None:
    """Return the visitor's address as seen past our own proxies, None where it cannot be read."""
    try:
        return str(get_adapter().get_client_ip(request))
    except PermissionDenied:  # allauth's answer to an address it cannot read
        return None
