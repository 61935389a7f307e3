from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from integrations.http import BATCH, Budget, VendorHttp
from integrations.http.sockets import ChargedAdapter
from integrations.powerschool.client import PowerSchoolClient, is_answer
from integrations.sandbox.server import DEFAULT_POWERSCHOOL_KEY, SandboxServer
from portal.base.clock import SystemClock
from tests.integrations.http.servers import LOOPBACK, CountingBreaker

MakeClient = Callable[..., PowerSchoolClient]

NEW, RETURNING, TARGET, SCHEMA = "41001", "41002", "501", "71"
STUDENT = {"FirstName": "Susan", "LastName": "Smith", "ExternalID": "190292", "DateOfBirth": "04/20/2007"}
At = Callable[[str], PowerSchoolClient]
POSTS: dict[str, Callable[[PowerSchoolClient], Any]] = {
    "create_batch": lambda client: client.create_batch(TARGET),
    "reset_batch": lambda client: client.reset_batch(TARGET, "11fdbe9d"),
    "import_roster_record": lambda client: client.import_roster_record(NEW, SCHEMA, STUDENT),
    "create_submission": lambda client: client.create_submission(NEW, {"stu_FirstName": "Jane"}),
}

# A night's patience in a test's time.
SHORT = replace(BATCH, seconds=5.0, tries=3, first_pause=0.01, longest_pause=0.05)


@pytest.fixture
def breaker() -> CountingBreaker:
    return CountingBreaker()


@pytest.fixture
def make_client(sandbox: SandboxServer, breaker: CountingBreaker) -> MakeClient:
    """A client of the sandbox's PowerSchool Enrollment, or of another server."""

    def make(
        base_url: str = "", *, api_key: str = DEFAULT_POWERSCHOOL_KEY, budget: Budget = SHORT, **parts: object
    ) -> PowerSchoolClient:
        http = VendorHttp(
            policy=LOOPBACK,
            link_policy=LOOPBACK,
            breaker=breaker,
            clock=SystemClock(),
            budget=budget,
            adapter=ChargedAdapter(),
            largest_json=64 * 1024 * 1024,
            is_answer=is_answer,
        )
        return PowerSchoolClient(
            base_url=base_url or sandbox.url + sandbox.powerschool.base_path,
            api_key=lambda: api_key,
            http=http,
            **parts,  # type: ignore[arg-type] # a test replaces parts of several types by their names
        )

    return make


@pytest.fixture
def client(make_client: MakeClient) -> PowerSchoolClient:
    return make_client()


@pytest.fixture
def at(make_client: MakeClient) -> At:
    """A client of the server at an address."""
    return lambda url: make_client(f"{url}/api/v1", api_key="canary")
