"""One token for all processes: real processes, real threads, the sandbox counts the calls."""

import json
import os
import subprocess
import sys
import threading
import time
import uuid
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection, connections

from integrations.ets.errors import CredentialsRefused
from integrations.http import MintedToken, VendorUnavailable
from integrations.tokens import SharedTokenStore
from portal.base import leases
from portal.base.secrets import seal
from tests.integrations.http.servers import FakeClock

PROCESSES, THREADS = 4, 50
ROOT = Path(__file__).resolve().parents[3]


def database_url() -> str:
    """The test's own database, for other processes."""
    settings = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{settings['NAME']}"
    user, password = settings["USER"], settings["PASSWORD"]
    owner = f"{user}:{password}" if password else user
    return f"postgres://{owner}@{settings['HOST']}:{settings['PORT']}/{settings['NAME']}"


class Crowd:
    """Processes that wait for the word, each with so many threads."""

    def __init__(
        self, sandbox, key: str, *, sizes: list[int], dies: bool = False, lease_seconds: float = 12
    ) -> None:
        order = {
            "base_url": f"{sandbox.url}/ets",
            "ssid": sandbox.world.student(0).ssid,
            "key": key,
            "dies": dies,
            "lease_seconds": lease_seconds,
        }
        environment = {**os.environ, "DATABASE_URL": database_url()}
        self._processes = [
            subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "tests.integrations.ets.token_process",
                    json.dumps({**order, "threads": size}),
                ],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            for size in sizes
        ]
        for process in self._processes:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"

    def go(self) -> Counter[str]:
        for process in self._processes:
            assert process.stdin is not None
            process.stdin.write("go\n")
            process.stdin.flush()
        outcomes: Counter[str] = Counter()
        for process in self._processes:
            said, _ = process.communicate(timeout=60)
            outcomes.update(json.loads(said) if said else {f"died by {-process.returncode}": 1})
        return outcomes


@pytest.fixture
def key() -> str:
    return uuid.uuid4().hex


@pytest.fixture
def store(key: str) -> SharedTokenStore:
    return SharedTokenStore(key, cache)


def everybody(sandbox, key: str, **options: Any) -> Crowd:
    return Crowd(sandbox, key, sizes=[THREADS] * PROCESSES, **options)


def one_mint_at_expiry(sandbox, key: str) -> None:
    crowd = everybody(sandbox, key)
    SharedTokenStore(key, cache).get(lambda: MintedToken("ends.in.a-second", 1))
    time.sleep(1)  # it ends while everybody stands ready
    assert crowd.go() == {"listed": PROCESSES * THREADS}
    assert sandbox.calls["token"] == 1
    assert sandbox.calls["reports"] == PROCESSES * THREADS


def two_mints_if_the_holder_dies(sandbox, key: str) -> None:
    dying = Crowd(sandbox, key, sizes=[1], dies=True, lease_seconds=3)
    crowd = everybody(sandbox, key, lease_seconds=3)
    assert dying.go() == {"died by 9": 1}
    assert sandbox.calls["token"] == 1
    assert crowd.go() == {"listed": PROCESSES * THREADS}
    assert sandbox.calls["token"] == 2


def one_mint_when_refused(sandbox, key: str) -> None:
    assert Crowd(sandbox, key, sizes=[1]).go() == {"listed": 1}
    crowd = everybody(sandbox, key)
    sandbox.ets.revoke_tokens()
    assert crowd.go() == {"listed": PROCESSES * THREADS}
    assert sandbox.calls["token"] == 2


ACROSS_PROCESSES = [one_mint_at_expiry, two_mints_if_the_holder_dies, one_mint_when_refused]


@pytest.mark.promise("F5")
@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
# The hardest of the three; all of them run on PostgreSQL and Redis.
@pytest.mark.parametrize("rule", [two_mints_if_the_holder_dies])
def test_four_processes_of_fifty_threads_share_a_token(sandbox, key, rule):
    rule(sandbox, key)


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("rule", ACROSS_PROCESSES)
def test_four_processes_of_fifty_threads_share_a_token_on_postgresql_and_redis(sandbox, key, rule):
    assert connection.vendor == "postgresql"
    assert os.environ.get("REDIS_URL")
    rule(sandbox, key)


class Minter:
    """Mints t0, t1, …; an error in `errors` is raised instead, once."""

    def __init__(self, lifetime: float = 3600) -> None:
        self.count = 0
        self.errors: list[Exception] = []
        self.lifetime = lifetime

    def __call__(self) -> MintedToken:
        self.count += 1
        if self.errors:
            raise self.errors.pop(0)
        return MintedToken(f"t{self.count - 1}", self.lifetime)


@pytest.mark.django_db
def test_it_mints_once_and_keeps_the_token_for_other_stores_of_the_connection(key, store):
    mint = Minter()
    assert [store.get(mint) for _ in range(5)] == ["t0"] * 5
    assert SharedTokenStore(key, cache).get(mint) == "t0"
    assert SharedTokenStore("another", cache).get(mint) == "t1"


@pytest.mark.django_db
@pytest.mark.promise("S1", "S2")
def test_the_cache_holds_the_token_sealed(key, store):
    store.get(lambda: MintedToken("canary.canary.canary", 3600))
    sealed = cache.get(f"ets-token:{key}")
    assert isinstance(sealed, str)
    assert "canary" not in sealed


@pytest.mark.django_db
@pytest.mark.parametrize("rubbish", ["", "rubbish", 7, None, [1], {"value": "x"}])
def test_a_cache_entry_that_cannot_be_read_is_none(key, store, rubbish):
    cache.set(f"ets-token:{key}", rubbish)
    assert store.get(Minter()) == "t0"


@pytest.mark.django_db
def test_a_token_sealed_for_another_purpose_is_none(key, store):
    cache.set(
        f"ets-token:{key}", seal('{"value": "x", "renew_at": 9e12, "ends_at": 9e12}', purpose="another")
    )
    assert store.get(Minter()) == "t0"


Kept = tuple[FakeClock, SharedTokenStore, Minter]


@pytest.fixture
def kept(db: None, key: str) -> Kept:
    """A token minted just now, kept for an hour by the clock."""
    clock, mint = FakeClock(), Minter()
    store = SharedTokenStore(key, cache, clock=clock)
    store.get(mint)
    return clock, store, mint


def test_it_is_renewed_before_its_end(kept: Kept):
    clock, store, mint = kept
    clock.advance(3600 * 0.79)
    assert store.get(mint) == "t0"
    clock.advance(3600 * 0.12)
    assert store.get(mint) == "t1"
    assert mint.count == 2


def test_while_somebody_renews_early_the_others_go_on_with_the_old_token(kept: Kept, key: str):
    clock, store, mint = kept
    clock.advance(3600 * 0.95)
    lease = leases.acquire(f"ets-token:{key}", seconds=60)
    assert lease
    assert store.get(mint) == "t0"
    assert mint.count == 1


def test_an_early_renewal_that_fails_goes_unnoticed_and_is_not_tried_by_everybody(kept: Kept):
    clock, store, mint = kept
    clock.advance(3600 * 0.95)
    mint.errors = [VendorUnavailable("too-slow")]
    assert [store.get(mint) for _ in range(10)] == ["t0"] * 10
    assert mint.count == 2


def test_it_is_not_used_in_its_last_seconds(kept: Kept, key: str):
    clock, store, mint = kept
    clock.advance(3595)
    lease = leases.acquire(f"ets-token:{key}", seconds=60)
    assert lease
    with pytest.raises(VendorUnavailable, match="token-wait"):
        store.get(mint)  # somebody else holds the lease, and never brings one
    leases.release(lease)
    assert store.get(mint) == "t1"


@pytest.mark.django_db
def test_a_refused_token_is_dropped_only_while_it_is_the_kept_one(store):
    mint = Minter()
    assert store.get(mint) == "t0"
    assert store.get(mint, refused="t0") == "t1"
    assert store.get(mint, refused="t0") == "t1"  # late news of the old one
    assert mint.count == 2


@pytest.mark.django_db
def test_forget_drops_it(store):
    mint = Minter()
    store.get(mint)
    store.forget()
    assert store.get(mint) == "t1"


@pytest.mark.django_db
def test_a_failure_to_mint_is_raised_and_leaves_the_lease_free(store):
    mint = Minter()
    mint.errors = [CredentialsRefused("credentials-refused")]
    with pytest.raises(CredentialsRefused):
        store.get(mint)
    assert store.get(mint) == "t1"


@pytest.mark.django_db(transaction=True)
@pytest.mark.promise("F5")
def test_threads_that_wait_for_one_mint_share_its_failure_too(store):
    asked, answer = threading.Event(), threading.Event()
    seen: list[str] = []

    def mint() -> MintedToken:
        seen.append("mint")
        asked.set()
        answer.wait(10)
        raise CredentialsRefused("credentials-refused")

    def one_user() -> None:
        try:
            store.get(mint)
        except CredentialsRefused as error:
            seen.append(error.reason)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=one_user) for _ in range(20)]
    for thread in threads:
        thread.start()
    assert asked.wait(10)
    time.sleep(0.5)  # everybody has arrived
    answer.set()
    for thread in threads:
        thread.join()
    assert Counter(seen) == {"mint": 1, "credentials-refused": 20}
