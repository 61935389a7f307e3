from collections.abc import Callable, Iterator

import pytest

from integrations.ets.client import EtsClient, EtsEndpoint
from integrations.http import OneProcessTokenStore, VendorHttp
from integrations.http.sockets import ChargedAdapter
from integrations.sandbox.server import DEFAULT_API_TOKEN, DEFAULT_USERNAME, SandboxServer
from integrations.sandbox.world import World
from tests.integrations.http.servers import LOOPBACK, CountingBreaker, FakeClock

MakeClient = Callable[..., EtsClient]


@pytest.fixture(scope="module")
def running_sandbox() -> Iterator[SandboxServer]:
    with SandboxServer(World(students=200)) as server:
        yield server


@pytest.fixture
def sandbox(running_sandbox: SandboxServer) -> SandboxServer:
    running_sandbox.reset()
    return running_sandbox


@pytest.fixture
def breaker() -> CountingBreaker:
    return CountingBreaker()


@pytest.fixture
def make_client(sandbox: SandboxServer, breaker: CountingBreaker) -> MakeClient:
    """A client of the sandbox; every part may be replaced."""

    def make(
        base_url: str = "",
        *,
        username: str = DEFAULT_USERNAME,
        api_token: str = DEFAULT_API_TOKEN,
        **paths: str,
    ) -> EtsClient:
        clock = FakeClock()
        return EtsClient(
            endpoint=EtsEndpoint(base_url or f"{sandbox.url}/ets", **paths),
            username=lambda: username,
            api_token=lambda: api_token,
            http=VendorHttp(
                policy=LOOPBACK, link_policy=LOOPBACK, breaker=breaker, clock=clock, adapter=ChargedAdapter()
            ),
            tokens=OneProcessTokenStore(clock),
            clock=clock,
        )

    return make
