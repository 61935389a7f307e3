"""The calls to providers of sign-on, with every guard that calls to vendors have (trust S3, F5).

Wiring, since it joins two rooms: `accounts` must not know `integrations`, so `portal.apps` hands this over at start.
The allow-list is the issuer's host, what Google and Microsoft need beside it, and `PORTAL_VENDOR_HOSTS`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from accounts.sso import Provider, ProviderDown, SignOnFailed
from integrations.http import INTERACTIVE, Answer, HostPolicy, VendorError, VendorHttp
from portal.base.breakers import SharedBreaker
from portal.base.clock import SystemClock
from portal.base.streaming import release_database

# Four calls a sign-on: none may use up what somebody waits.
_PATIENCE = replace(INTERACTIVE, seconds=4.0, tries=2, call=3.0, connect=2.0, each_wait=3.0)
_LARGEST = 256 * 1024
_BESIDE = {
    "accounts.google.com": ("oauth2.googleapis.com", "openidconnect.googleapis.com", "www.googleapis.com"),
    "login.microsoftonline.com": ("graph.microsoft.com",),
}


class _LettingGo(SharedBreaker):
    """Lets the database go right before each call: a slow provider must not empty the pool."""

    def allow(self) -> bool:
        allowed = super().allow()
        release_database()
        return allowed


class ProviderCalls:
    """What `accounts.sso.Calls` asks for, over `VendorHttp`."""

    def __init__(self, http: VendorHttp) -> None:
        self._http = http

    def get(self, url: str, *, bearer: str = "") -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
        try:
            answer = self._http.get_json(url, headers=headers)
        except VendorError as error:
            raise ProviderDown(error.reason) from None
        if answer.status != HTTPStatus.OK:
            raise ProviderDown(f"status-{answer.status}")
        return _object(answer)

    def post(self, url: str, *, form: Mapping[str, str], headers: Mapping[str, str]) -> dict[str, Any]:
        try:
            answer = self._http.post_json(url, form=form, headers=headers)
        except VendorError as error:
            raise ProviderDown(error.reason) from None
        if answer.status != HTTPStatus.OK:
            raise SignOnFailed(f"status-{answer.status}")
        return _object(answer)


def calls_to(provider: Provider) -> ProviderCalls:
    host = urlsplit(provider.issuer).hostname or ""
    policy = HostPolicy(exact=(host, *_BESIDE.get(host, ()))).with_extra(settings.PORTAL_VENDOR_HOSTS)
    http = VendorHttp(
        policy=policy,
        breaker=_LettingGo(f"sso:{provider.name}"),
        clock=SystemClock(),
        budget=_PATIENCE,
        largest_json=_LARGEST,
    )
    return ProviderCalls(http)


def _object(answer: Answer) -> dict[str, Any]:
    if not isinstance(answer.body, dict):
        raise ProviderDown("not-an-object")
    return answer.body
