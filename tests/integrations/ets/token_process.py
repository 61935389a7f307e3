"""One of several processes that share a token: `python -m tests.integrations.ets.token_process '{json}'`.

Says "ready", waits for a line, lets its threads list reports (or dies after asking for a token), prints the counts.
"""

import json
import os
import signal
import sys
import threading
from collections import Counter

import django

django.setup()

from django.core.cache import cache  # noqa: E402 - what is imported needs the settings that the lines above prepare
from django.db import connections  # noqa: E402 - what is imported needs the settings that the lines above prepare

from integrations.ets.client import EtsClient, EtsEndpoint  # noqa: E402 - what is imported needs the settings that the lines above prepare
from integrations.http import HostPolicy, VendorHttp  # noqa: E402 - what is imported needs the settings that the lines above prepare
from integrations.tokens import SharedTokenStore  # noqa: E402 - what is imported needs the settings that the lines above prepare
from portal.base.breakers import SharedBreaker  # noqa: E402 - what is imported needs the settings that the lines above prepare
from portal.base.clock import SystemClock  # noqa: E402 - what is imported needs the settings that the lines above prepare


def client(order: dict, kept: SharedTokenStore) -> EtsClient:
    policy = HostPolicy(extra=("127.0.0.1",))
    return EtsClient(
        endpoint=EtsEndpoint(order["base_url"]),
        username=lambda: "sandbox",
        api_token=lambda: "sandbox:secret^00",
        http=VendorHttp(policy=policy, breaker=SharedBreaker(order["key"]), clock=SystemClock()),
        tokens=kept,
    )


class DiesAfterAsking(SharedTokenStore):
    """Is killed when ETS has answered and nothing is kept yet."""

    def get(self, mint, *, refused=None):
        def mint_and_die():
            mint()
            os.kill(os.getpid(), signal.SIGKILL)
            raise AssertionError

        return super().get(mint_and_die, refused=refused)


def main() -> None:
    order = json.loads(sys.argv[1])
    store_class = DiesAfterAsking if order["dies"] else SharedTokenStore
    kept = store_class(order["key"], cache, lease_seconds=order["lease_seconds"])
    outcomes: list[str] = []  # appending is safe among threads; adding to a counter is not
    start = threading.Event()

    def one_user() -> None:
        start.wait()
        try:
            client(order, kept).score_reports(order["ssid"])
            outcomes.append("listed")
        except Exception as error:  # noqa: BLE001 - counted, and the test says which
            outcomes.append(f"{type(error).__name__}: {error}")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=one_user) for _ in range(order["threads"])]
    for thread in threads:
        thread.start()
    print("ready", flush=True)
    sys.stdin.readline()
    start.set()
    for thread in threads:
        thread.join()
    print(json.dumps(Counter(outcomes)), flush=True)


if __name__ == "__main__":
    main()
