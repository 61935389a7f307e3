"""Builds a vendor's client for a connection: its hosts, breaker, token store and secret put together.

Called by the services that talk to a vendor, and by `check_connections`. Views never import it. Key and secret are
fetched from their table only when a token has to be minted.
"""

from __future__ import annotations

import time
from dataclasses import replace
from functools import partial
from typing import Any

from django.conf import settings
from django.core.cache import cache

from integrations.ets.client import EtsClient, EtsEndpoint
from integrations.ets.hosts import ETS_API_POLICY, ETS_FRAMED_POLICY, ETS_LINK_POLICY, S3_ORIGINS
from integrations.http import (
    BATCH,
    INTERACTIVE,
    Budget,
    HostPolicy,
    VendorHttp,
    VendorMisconfigured,
    origin_of_extra,
    place_of,
)
from integrations.illuminate.client import IlluminateClient
from integrations.illuminate.hosts import ILLUMINATE_API_POLICY
from integrations.illuminate.oauth import Authorizer, OAuth1Authorizer, OAuth2Authorizer
from integrations.models import Connection, Vendor
from integrations.powerschool.client import PowerSchoolClient
from integrations.powerschool.client import is_answer as is_powerschool_answer
from integrations.powerschool.hosts import POWERSCHOOL_API_POLICY, POWERSCHOOL_LINK_POLICY
from integrations.tokens import SharedTokenStore
from portal.base import secrets
from portal.base.breakers import SharedBreaker
from portal.base.clock import SystemClock
from portal.base.meanwhile import Meanwhile
from portal.base.streaming import release_database

__all__ = [
    "Connection",
    "api_policy",
    "ets_breaker_is_closed",
    "ets_client",
    "illuminate_client",
    "illuminate_client_for_a_night",
    "link_origins",
    "link_policy",
    "may_be_framed",
    "pinned_link_policy",
    "powerschool_client",
    "powerschool_client_for_a_night",
    "token_store",
]


# A night's sync: one page may take an hour, so that an outage is sat out and a page that always fails is not all there
# was; all of them together four (trust F4). Pauses are short enough to notice in time that nobody waits any more.
ONE_PAGE = replace(BATCH, seconds=3600.0, longest_pause=60.0)
A_NIGHT = 4 * 3600.0
# One student of a run: nobody waits, but fifteen others do behind it. What outlasts this the run itself sits out.
ONE_OF_MANY = replace(BATCH, seconds=30.0, tries=2, call=20.0, longest_pause=4.0, outlasts_breaker=False)
# 2,000 students with all their fields are some three megabytes.
_LARGEST_PAGE = 64 * 1024 * 1024
# A batch that is given up on is handed over to nobody: better to wait long for it.
_ONE_BATCH = replace(ONE_PAGE, call=600.0, each_wait=300.0)
_API_POLICIES = {
    Vendor.ETS: ETS_API_POLICY,
    Vendor.ILLUMINATE: ILLUMINATE_API_POLICY,
    Vendor.POWERSCHOOL: POWERSCHOOL_API_POLICY,
}
# Illuminate hands out no links.
_LINK_POLICIES = {Vendor.ETS: ETS_LINK_POLICY, Vendor.POWERSCHOOL: POWERSCHOOL_LINK_POLICY}


class _LettingGo(SharedBreaker):
    """Asked right before each call, and then lets the database go.

    A thread that waits for a vendor must not hold a pooled connection: one slow vendor would empty the pool.
    """

    def allow(self) -> bool:
        allowed = super().allow()
        release_database()
        return allowed


def api_policy(vendor: str = Vendor.ETS) -> HostPolicy:
    """Return the hosts a connection may name: the vendor's own, and those the operator listed."""
    return _API_POLICIES[Vendor(vendor)].with_extra(settings.PORTAL_VENDOR_HOSTS)


def link_policy(vendor: str = Vendor.ETS) -> HostPolicy:
    """Return the hosts where links to reports or documents may lead, before one is pinned."""
    return _LINK_POLICIES[Vendor(vendor)].with_extra(settings.PORTAL_VENDOR_HOSTS)


def pinned_link_policy(connection: Connection) -> HostPolicy:
    """Return the hosts where a connection's links may lead: one alone, once the district has pinned it."""
    return link_policy(connection.vendor).pinned_to(connection.link_host)


def link_origins(connection: Connection) -> list[str]:
    """Return where links lead, as a page's policy names it, for a page that frames what is behind them."""
    if connection.link_host:
        # Https, but for loopback hosts.
        return [origin_of_extra(connection.link_host)]
    return [*S3_ORIGINS, *map(origin_of_extra, settings.PORTAL_VENDOR_HOSTS)]


def may_be_framed(connection: Connection, link: str) -> bool:
    """Say whether `link_origins` names this link's origin, so that a browser shows it inside our page."""
    if connection.link_host:
        return place_of(link) == connection.link_host
    try:
        ETS_FRAMED_POLICY.with_extra(settings.PORTAL_VENDOR_HOSTS).check(link)
    except VendorMisconfigured:
        return False
    return True


def ets_client(
    connection: Connection, *, budget: Budget = INTERACTIVE, while_waiting: Meanwhile[Any] | None = None
) -> EtsClient:
    """Return a client for one connection, for whoever waits for the answer; `while_waiting` is done meanwhile.

    Raises VendorMisconfigured when it has no key and secret yet; a call raises SecretUnreadable when a token has to be
    minted and they cannot be read.
    """
    if connection.key_id is None or connection.secret_id is None:
        raise VendorMisconfigured("no-secret")
    name = f"ets:{connection.uuid}"
    http = VendorHttp(
        policy=api_policy(),
        link_policy=pinned_link_policy(connection),
        breaker=_LettingGo(name),
        link_breaker=_LettingGo(f"{name}:links"),
        clock=SystemClock(),
        budget=budget,
        while_waiting=while_waiting,
    )
    return EtsClient(
        endpoint=EtsEndpoint(
            connection.base_url, connection.students_path, connection.reports_path, connection.token_path
        ),
        username=partial(secrets.reveal, connection.key_id, purpose=Connection.KEY_PURPOSE),
        api_token=partial(secrets.reveal, connection.secret_id, purpose=Connection.SECRET_PURPOSE),
        http=http,
        tokens=token_store(connection),
    )


def ets_breaker_is_closed(connection: Connection) -> bool:
    """Say whether the last calls left ETS looking alive: one student's failure is then about that student."""
    return SharedBreaker(f"ets:{connection.uuid}").state() == "closed"


def illuminate_client(connection: Connection, *, budget: Budget = INTERACTIVE) -> IlluminateClient:
    """Return a client for one connection, for whoever waits for the answer.

    Raises VendorMisconfigured when it has no key and secret yet, SecretUnreadable when they cannot be read.
    """
    return _illuminate(connection, budget, seconds=None)


def illuminate_client_for_a_night(
    connection: Connection, *, budget: Budget = ONE_PAGE, seconds: float = A_NIGHT
) -> IlluminateClient:
    """Return a client for a run that nobody waits for: `budget` is one page's, `seconds` from now are all pages'."""
    return _illuminate(connection, budget, seconds=seconds)


def _illuminate(connection: Connection, budget: Budget, *, seconds: float | None) -> IlluminateClient:
    http = VendorHttp(
        policy=api_policy(connection.vendor),
        breaker=_LettingGo(f"illuminate:{connection.uuid}"),
        clock=SystemClock(),
        budget=budget,
        largest_json=_LARGEST_PAGE,
    )
    ends = time.monotonic() + (seconds or 0.0)
    return IlluminateClient(
        base_url=connection.base_url,
        authorizer=_illuminate_authorizer(connection, http),
        http=http,
        let_go=release_database,
        seconds_left=None if seconds is None else lambda: ends - time.monotonic(),
    )


def _illuminate_authorizer(connection: Connection, http: VendorHttp) -> Authorizer:
    """Return OAuth 1 where there is a user token, else OAuth 2."""
    if connection.key_id is None or connection.secret_id is None:
        raise VendorMisconfigured("no-secret")
    key = secrets.reveal(connection.key_id, purpose=Connection.KEY_PURPOSE)
    reveal_secret = partial(secrets.reveal, connection.secret_id, purpose=Connection.SECRET_PURPOSE)
    if connection.token_id is None or connection.token_secret_id is None:
        return OAuth2Authorizer(
            base_url=connection.base_url,
            client_id=key,
            client_secret=reveal_secret,
            http=http,
            tokens=token_store(connection),
        )
    return OAuth1Authorizer(
        consumer_key=key,
        consumer_secret=reveal_secret(),
        token=secrets.reveal(connection.token_id, purpose=Connection.TOKEN_PURPOSE),
        token_secret=secrets.reveal(connection.token_secret_id, purpose=Connection.TOKEN_SECRET_PURPOSE),
    )


def powerschool_client(connection: Connection, *, budget: Budget = INTERACTIVE) -> PowerSchoolClient:
    """Return a client for one connection, for whoever waits for the answer.

    Raises VendorMisconfigured when it has no key yet; a call raises SecretUnreadable when it cannot be read.
    """
    return _powerschool(connection, budget, batch=budget, seconds=None)


def powerschool_client_for_a_night(
    connection: Connection, *, budget: Budget = ONE_PAGE, batch: Budget = _ONE_BATCH, seconds: float = A_NIGHT
) -> PowerSchoolClient:
    """Return a client for a job that nobody waits for.

    `budget` is one call's, `batch` that of the call that hands over a batch, `seconds` from now are all reads'.
    """
    return _powerschool(connection, budget, batch=batch, seconds=seconds)


def _powerschool(
    connection: Connection, budget: Budget, *, batch: Budget, seconds: float | None
) -> PowerSchoolClient:
    if connection.secret_id is None:
        raise VendorMisconfigured("no-secret")
    name = f"powerschool:{connection.uuid}"
    http_with = partial(
        VendorHttp,
        policy=api_policy(connection.vendor),
        link_policy=pinned_link_policy(connection),
        breaker=_LettingGo(name),
        link_breaker=_LettingGo(f"{name}:links"),
        clock=SystemClock(),
        largest_json=_LARGEST_PAGE,
        is_answer=is_powerschool_answer,
    )
    ends = time.monotonic() + (seconds or 0.0)
    return PowerSchoolClient(
        base_url=connection.base_url,
        api_key=partial(secrets.reveal, connection.secret_id, purpose=Connection.SECRET_PURPOSE),
        http=http_with(budget=budget),
        batch_http=http_with(budget=batch),
        seconds_left=None if seconds is None else lambda: ends - time.monotonic(),
    )


def token_store(connection: Connection) -> SharedTokenStore:
    """Return where the connection's token is kept for all processes; forget it when the credentials change."""
    return SharedTokenStore(str(connection.uuid), cache, vendor=connection.vendor)
