"""What a request says about itself, for the record of access: how the person signed in, from where, which request."""

from __future__ import annotations

from dataclasses import dataclass

import structlog
from allauth.account.adapter import get_adapter
from allauth.account.authentication import get_authentication_records
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from accounts.models import User


class SignedInRequest(HttpRequest):
    """A request behind `login_required`: for the type checker, which cannot see the decorator."""

    user: User


@dataclass(frozen=True)
class RequestFacts:
    sign_in_method: str = ""
    purpose: str = ""
    request_id: str = ""
    address: str | None = None


def current_request_id() -> str:
    """Return the id of the request this thread is serving, empty in commands and tasks."""
    return str(structlog.contextvars.get_contextvars().get("request_id", ""))


def request_facts(request: SignedInRequest, *, purpose: str = "") -> RequestFacts:
    methods = [
        record.get("type") or record.get("method", "")
        for record in get_authentication_records(request, request.user)
    ]
    return RequestFacts(
        sign_in_method="+".join(methods)[:60],
        purpose=purpose,
        request_id=current_request_id(),
        address=address_of(request),
    )


def address_of(request: HttpRequest) -> str | None:
    """Return the visitor's address as seen past our own proxies, None where it cannot be read."""
    try:
        return str(get_adapter().get_client_ip(request))
    except PermissionDenied:  # allauth's answer to an address it cannot read
        return None
