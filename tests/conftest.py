"""What holds for every test: no socket beyond this machine, nothing slow without saying so, nothing left behind."""

from __future__ import annotations

import functools
import gc
import ipaddress
import os
import shutil
import sys
import time
import zlib
from collections.abc import Generator
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from accounts.services import looks
from integrations.models import Connection
from integrations.sandbox.server import DEFAULT_API_TOKEN, SandboxServer
from portal.base import streaming
from scorereports.services import configurations
from tests import cast_copies, factories
from tests.cast import Cast, world

SLOW_SECONDS = 2.0
# What `_slowness` counts takes so long where the limit was set; a slower processor gets as much longer.
ORDINARY_COUNT_SECONDS = 0.05
# Lanes with their own time limits; an ordinary test must be quick or say `slow`.
BROWSER_MARKS = {"browser", "axe"}
MAY_TAKE_LONGER = {"slow", "services", "browser", "axe", "soak", "bench", "alone"}


class NotThisMachineError(AssertionError):
    """A test tried to reach another machine."""


def _is_loopback(host: object) -> bool:
    name = host.decode() if isinstance(host, bytes) else str(host)
    if name in {"", "localhost", "None"}:
        return True
    try:
        return ipaddress.ip_address(name.partition("%")[0]).is_loopback or name in {"0.0.0.0", "::"}  # noqa: S104 - the address is compared with, nothing listens on it
    except ValueError:
        return False


def _shut_sockets(event: str, args: tuple[Any, ...]) -> None:
    """Refuse addresses and names beyond loopback. An audit hook sees every library that uses Python's sockets."""
    if event == "socket.connect" and isinstance(args[1], tuple):
        host = args[1][0]
    elif event == "socket.getaddrinfo":
        host = args[0]
    else:
        return
    if not _is_loopback(host):
        raise NotThisMachineError("Tests talk to this machine alone (tests/conftest.py).")


def pytest_configure(config: pytest.Config) -> None:
    del config
    sys.addaudithook(_shut_sockets)
    # How long examples take to make says how busy the machine is, and nothing of the code.
    hypothesis.settings.register_profile(
        "house", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
    )
    hypothesis.settings.load_profile("house")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep the part that TEST_PART names, `2/3` the second of three: a slow machine's way through a long lane."""
    which, _, parts = os.environ.get("TEST_PART", "").partition("/")
    if not parts:
        return
    kept: list[pytest.Item] = []
    left: list[pytest.Item] = []
    for item in items:
        mine = zlib.crc32(item.nodeid.encode()) % int(parts) == int(which) - 1
        (kept if mine else left).append(item)
    items[:] = kept
    config.hook.pytest_deselected(items=left)


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Call it a success if `--last-failed` or a part has nothing to run: a lane may have more than one session."""
    may_be_empty = session.config.getoption("lf", default=False) or os.environ.get("TEST_PART")
    if exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED and may_be_empty:
        session.exitstatus = pytest.ExitCode.OK


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Let browser tests use the ORM: Playwright keeps an event loop in their thread, and no code of ours runs in it."""
    if BROWSER_MARKS & {marker.name for marker in item.iter_markers()}:
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"


@functools.cache
def _slowness() -> float:
    """Return how many times slower than ordinary this processor is just now; 1 if it is quicker."""
    took = []
    for _ in range(5):
        began, total = time.thread_time(), 0
        for number in range(1_000_000):
            total += number
        took.append(time.thread_time() - began)
    return max(1.0, min(took) / ORDINARY_COUNT_SECONDS)


def _waited_for_a_processor() -> float:
    """Return the seconds this thread was ready but had no core: a busy machine is not the test's fault."""
    try:
        return int(Path("/proc/thread-self/schedstat").read_text().split()[1]) / 1e9
    except (OSError, IndexError, ValueError):
        return 0.0


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    began, waited = time.perf_counter(), _waited_for_a_processor()
    answer = yield
    took = time.perf_counter() - began - (_waited_for_a_processor() - waited)
    if took > SLOW_SECONDS:
        marks = {marker.name for marker in item.iter_markers()}
        is_many = getattr(getattr(item, "obj", None), "is_hypothesis_test", False)  # one test, many examples
        limit = SLOW_SECONDS * _slowness()
        if took > limit and not marks & MAY_TAKE_LONGER and not is_many:
            pytest.fail(f"took {took:.1f} s: make it quicker or mark it slow (limit {limit:.1f} s here)")
    return answer


def pytest_unconfigure(config: pytest.Config) -> None:
    if hasattr(config, "workerinput"):
        return
    settings = sys.modules.get("tests.settings")
    if settings is not None:
        shutil.rmtree(settings.SCRATCH, ignore_errors=True)


@pytest.fixture(autouse=True)
def _no_stream_outlives_its_test() -> Generator[None, None, None]:
    """End the streams a test left unread: a later test would find their `finished` rows among its own."""
    yield
    if streaming.taken():
        gc.collect()


@pytest.fixture(autouse=True)
def _strangers_see_no_district() -> None:
    """Have this process remember none: each test has districts of its own, and many pages for strangers no database."""
    looks.remember(looks.NEUTRAL)


@pytest.fixture
def cast(db: None) -> Cast:
    """The people of tests/cast.py, without any connection to ETS."""
    return cast_copies.cast()


@pytest.fixture(scope="session")
def _sandbox() -> Generator[SandboxServer, None, None]:
    with SandboxServer(world=world()) as server:
        yield server


@pytest.fixture
def sandbox(_sandbox: SandboxServer) -> SandboxServer:
    """The sandbox vendors over real HTTP in this process, without faults or counts of earlier tests."""
    _sandbox.reset()
    return _sandbox


@pytest.fixture
def connected(cast: Cast, sandbox: SandboxServer) -> Connection:
    """The cast's district, connected to the sandbox's ETS by its default configuration."""
    made = factories.connection(cast.district, f"{sandbox.url}/ets", secret=DEFAULT_API_TOKEN)
    configurations.ensure_default(connection=made, by=factories.BY)
    return made
