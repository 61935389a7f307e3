"""How often one account, one address and the whole site may try something (trust S8).

Pages call `count` before the work: sign-in and codes in `portal.throttling`, openings, claims and search in
their views. The allowances are `settings.THROTTLES`; the hits are rows (`portal.base.limits`), so a dead
Redis forgives nobody. If a count were missing, passwords, codes and letters could be guessed at leisure.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from enum import StrEnum

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.crypto import salted_hmac

from accounts.models import User
from accounts.requests import address_of
from portal.base import limits

# Whoever has one IPv6 address has the 2^64 around it.
_IPV6_NEIGHBOURS = 64


class Act(StrEnum):
    """What is counted; `settings.THROTTLES` has a line for each."""

    SIGN_IN = "sign-in"
    CODE = "code"
    MAIL = "mail"
    PASSWORD = "password"  # noqa: S105 - the name of an act that is counted, no password
    OPENING = "opening"
    CLAIM = "claim"
    RUN = "run"
    SEARCH = "search"


class TooOften(Exception):
    """An allowance is used up. `retry_after` is whole seconds until the next try counts."""

    def __init__(self, act: Act, retry_after: int) -> None:
        super().__init__(f"{act} was tried too often.")
        self.retry_after = retry_after


def count(request: HttpRequest, act: Act, *, account: User | str = "") -> None:
    """Count one try of this account (a person, or the address typed) from this request's address. Raises `TooOften`.

    Every scope is counted, also when one is used up already: who hammers one account from many addresses, or many
    accounts from one, meets the other limit too.
    """
    waits = [
        limits.hit(name, limit=most, seconds=seconds).retry_after
        for name, most, seconds in _allowances(request, act, account)
    ]
    if any(waits):
        raise TooOften(act, max(waits))


def page(request: HttpRequest, error: TooOften) -> HttpResponse:
    """Return the plain page that says how long to wait."""
    response = render(request, "429.html", {"minutes": minutes(error)}, status=429)
    response["Retry-After"] = str(error.retry_after)
    return response


def minutes(error: TooOften) -> int:
    """Return the wait in whole minutes, rounded up, as people are told it."""
    return -(-error.retry_after // 60)


def _allowances(request: HttpRequest, act: Act, account: User | str) -> Iterator[tuple[str, int, float]]:
    who = str(account.uuid) if isinstance(account, User) else account.strip().lower()
    keys = {"address": _neighbourhood(request), "account": who, "site": "site"}
    for scope, (most, seconds) in settings.THROTTLES[act.value].items():
        if keys[scope]:
            # Hashed with the site's key: the table is no list of who lives where.
            digest = salted_hmac("accounts.throttles", keys[scope], algorithm="sha256").hexdigest()[:32]
            yield f"throttle:{act.value}:{scope}:{digest}", most, seconds


def _neighbourhood(request: HttpRequest) -> str:
    address = address_of(request)
    if address is None:
        return "unknown"
    if ":" in address:
        return str(ipaddress.ip_network((address, _IPV6_NEIGHBOURS), strict=False))
    return address
