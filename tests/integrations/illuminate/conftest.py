from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from integrations.http import BATCH, OneProcessTokenStore, VendorHttp
from integrations.http.sockets import ChargedAdapter
from integrations.illuminate.client import IlluminateClient
from integrations.illuminate.oauth import Authorizer, OAuth1Authorizer, OAuth2Authorizer
from integrations.sandbox.server import DEFAULT_ILLUMINATE, SandboxServer
from portal.base.clock import SystemClock
from tests.integrations.http.servers import LOOPBACK, CountingBreaker

MakeClient = Callable[..., IlluminateClient]

# A night's patience in a test's time.
SHORT = replace(BATCH, seconds=5.0, tries=3, first_pause=0.01, longest_pause=0.05)


def by_signature(**changed: str) -> OAuth1Authorizer:
    pair = DEFAULT_ILLUMINATE | changed
    return OAuth1Authorizer(
        consumer_key=pair["key"],
        consumer_secret=pair["secret"],
        token=pair["token"],
        token_secret=pair["token_secret"],
    )


@pytest.fixture
def breaker() -> CountingBreaker:
    return CountingBreaker()


@pytest.fixture
def make_client(sandbox: SandboxServer, breaker: CountingBreaker) -> MakeClient:
    """A client of the sandbox's Illuminate, or of another server; every part may be replaced."""

    def make(
        base_url: str = "",
        *,
        authorizer: Authorizer | None = None,
        oauth2: bool = False,
        secret: str = DEFAULT_ILLUMINATE["secret"],
        **parts: object,
    ) -> IlluminateClient:
        base_url = base_url or sandbox.url + sandbox.illuminate.base_path
        http = VendorHttp(
            policy=LOOPBACK,
            breaker=breaker,
            clock=SystemClock(),
            budget=SHORT,
            adapter=ChargedAdapter(),
            largest_json=64 * 1024 * 1024,
        )
        if oauth2:
            authorizer = OAuth2Authorizer(
                base_url=base_url,
                client_id=DEFAULT_ILLUMINATE["key"],
                client_secret=lambda: secret,
                http=http,
                tokens=OneProcessTokenStore(SystemClock()),
            )
        return IlluminateClient(
            base_url=base_url,
            authorizer=authorizer or by_signature(),
            http=http,
            **parts,  # type: ignore[arg-type] # a test replaces parts of several types by their names
        )

    return make
