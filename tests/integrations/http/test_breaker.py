"""F5 with the breaker that all processes share, and a vendor that refuses connections."""

import pytest

from integrations.http import VendorHttp, VendorUnavailable
from integrations.http.sockets import ChargedAdapter
from portal.base.breakers import SharedBreaker
from tests.integrations.http.servers import LOOPBACK, FakeClock, free_port, http, serving

pytestmark = [pytest.mark.promise("F5"), pytest.mark.django_db]


def user(name: str, clock: FakeClock) -> VendorHttp:
    """As each request makes one: a client and a breaker object of its own."""
    return VendorHttp(policy=LOOPBACK, breaker=SharedBreaker(name), clock=clock, adapter=ChargedAdapter())


def test_fifty_users_in_turn_cost_a_dead_vendor_five_calls():
    clock = FakeClock()
    with serving(b"") as server:  # takes the connection and hangs up
        reasons = []
        for _ in range(50):
            with pytest.raises(VendorUnavailable) as caught:
                user("ets:one", clock).get_json(server.url)
            reasons.append(caught.value.reason)
    assert len(server.requests) == 5
    assert reasons[2:] == ["breaker-open"] * 48
    assert len(clock.sleeps) <= 5  # nobody waits once it is open


def test_a_refused_connection_counts_as_well():
    clock = FakeClock()
    url = f"http://127.0.0.1:{free_port()}"
    for _ in range(3):
        with pytest.raises(VendorUnavailable) as caught:
            user("ets:two", clock).get_json(url)
    assert caught.value.reason == "breaker-open"
    assert SharedBreaker("ets:two").state() == "open"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 429])
def test_no_4xx_ever_opens_it(status):
    with serving(http(status, b"{}")) as server:
        for _ in range(8):
            calling = user("ets:three", FakeClock())
            if status == 429:
                with pytest.raises(VendorUnavailable, match="rate-limited"):
                    calling.get_json(server.url)
            else:
                calling.get_json(server.url)
    assert SharedBreaker("ets:three").state() == "closed"
