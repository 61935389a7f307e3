"""One sandbox for the folder, put back to how it was started before each test."""

from datetime import date

import pytest
import requests
from requests_oauthlib import OAuth1

from integrations.sandbox.server import (
    DEFAULT_API_TOKEN,
    DEFAULT_ILLUMINATE,
    DEFAULT_POWERSCHOOL_KEY,
    DEFAULT_USERNAME,
    SandboxServer,
)
from integrations.sandbox.world import World


class Ets:
    """What a careful reader of ETS's document would send, no more."""

    def __init__(self, server: SandboxServer) -> None:
        self.server = server
        self.base = f"{server.url}/ets"
        self.session = requests.Session()
        self.session.trust_env = False

    def get(self, path: str, **options):
        return self.session.get(f"{self.base}{path}", timeout=10, **options)

    def control(self, name: str, value=None):
        if value is None and name != "reset":
            return self.get(f"/_{name}")
        return self.session.post(f"{self.base}/_{name}", json=value, timeout=10)

    def faults(self, *faults) -> None:
        assert self.control("faults", list(faults)).status_code == 200

    def token(self):
        return self.get("/v3/token", auth=(DEFAULT_USERNAME, DEFAULT_API_TOKEN)).json()["token"]

    def reports(self, ssid: str, token: str | None = None, **parameters):
        return self.get(
            f"/v3/students/{ssid}/score-reports",
            headers={"Authorization": token or self.token()},
            params=parameters,
        )

    def link(self, ssid: str, **parameters):
        return self.reports(ssid, **{"format": "PDF", **parameters}).json()[0]["url"]


class Illuminate:
    """What a careful reader of Illuminate's document would send, no more."""

    def __init__(self, server: SandboxServer) -> None:
        self.server = server
        self.root = f"{server.url}/illuminate"
        self.base = f"{self.root}/live/rest_server.php/Api"
        self.session = requests.Session()
        self.session.trust_env = False

    def signed(self, **changed):
        pairs = DEFAULT_ILLUMINATE | changed
        return OAuth1(pairs["key"], pairs["secret"], pairs["token"], pairs["token_secret"])

    def get(self, path: str, **parameters):
        return self.session.get(f"{self.base}/{path}", params=parameters, auth=self.signed(), timeout=10)

    def rows(self, endpoint: str, **parameters):
        """All rows of all pages."""
        found, page = [], 1
        while True:
            answer = self.get(f"{endpoint}/", **{"limit": 1000, **parameters, "page": page}).json()
            if isinstance(answer, list):
                return answer
            found += answer["results"]
            if page >= answer["num_pages"]:
                return found
            page += 1

    def control(self, name: str, value=None):
        if value is None and name != "reset":
            return self.session.get(f"{self.root}/_{name}", timeout=10)
        return self.session.post(f"{self.root}/_{name}", json=value, timeout=10)

    def night(self, **parts) -> None:
        reply = self.control("night", parts)
        assert reply.status_code == 200, reply.text

    def edit(self, *edits) -> None:
        self.night(edits=list(edits))

    def fault(self, **fault) -> None:
        reply = self.control("faults", [fault])
        assert reply.status_code == 200, reply.text


class PowerSchool:
    """What a careful reader of PowerSchool Enrollment's document would send, no more."""

    def __init__(self, server: SandboxServer) -> None:
        self.server = server
        self.root = f"{server.url}/powerschool"
        self.base = f"{self.root}/api/v1"
        self.session = requests.Session()
        self.session.trust_env = False
        self.auth = (DEFAULT_POWERSCHOOL_KEY, "")

    def get(self, path: str, **parameters):
        return self.session.get(f"{self.base}{path}", params=parameters, auth=self.auth, timeout=10)

    def post(self, path: str, value=None):
        return self.session.post(f"{self.base}{path}", json=value, auth=self.auth, timeout=10)

    def control(self, name: str, value=None):
        if value is None and name != "reset":
            return self.session.get(f"{self.root}/_{name}", timeout=10)
        return self.session.post(f"{self.root}/_{name}", json=value, timeout=10)

    def steer(self, name: str, value):
        reply = self.control(name, value)
        assert reply.status_code == 200, reply.text
        return reply.json()


@pytest.fixture
def powerschool(district):
    district.accept()
    district.reset()
    client = PowerSchool(district)
    yield client
    client.session.close()


@pytest.fixture(scope="session")
def district():
    """A district on a day in March, with its vendors."""
    with SandboxServer(World(students=200, today=date(2026, 3, 2))) as server:
        yield server


@pytest.fixture
def illuminate(district):
    district.accept()
    district.reset()
    client = Illuminate(district)
    yield client
    client.session.close()


@pytest.fixture
def cases(illuminate):
    """Where the awkward families are."""
    return illuminate.control("cases").json()


@pytest.fixture(scope="session")
def sandbox():
    with SandboxServer(World(students=200)) as server:
        yield server


@pytest.fixture
def ets(sandbox):
    sandbox.accept()
    sandbox.reset()
    client = Ets(sandbox)
    yield client
    client.session.close()


@pytest.fixture
def child(sandbox):
    """The younger child of the parent of two."""
    return sandbox.world.children_of(sandbox.world.cast().parent_of_two)[0]


@pytest.fixture
def link(ets, child):
    """A fresh link to one of that child's PDFs."""
    return ets.link(child.ssid)
