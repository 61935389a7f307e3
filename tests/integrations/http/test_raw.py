"""Answers kept as they came: half ones, refusals, and a 5xx that is an answer all the same."""

import socket

import pytest

from integrations.http import BATCH, INTERACTIVE, VendorMisconfigured, VendorUnavailable
from tests.integrations.http.servers import (
    ONE_TRY,
    CountingBreaker,
    FakeClock,
    client,
    free_port,
    http,
    serving,
)

pytestmark = pytest.mark.promise("F3", "F4")

BODY = b'{"id": "7", "records": ['


def is_unauthorized(status: int, body: object) -> bool:
    return status == 500 and isinstance(body, dict) and "authorized" in str(body.get("message"))


def reason_of(call, *args, **options) -> str:
    with pytest.raises(VendorUnavailable) as caught:
        call(*args, **options)
    return caught.value.reason


def test_it_works():
    with serving(http(200, BODY)) as server:
        answer = client().post_raw(f"{server.url}/x", headers={"Authorization": "abc"}, json_body={"a": 1})
    assert (answer.status, answer.body, answer.broke_off) == (200, BODY, "")
    assert b"POST /x HTTP/1.1" in server.requests[0]
    assert b"Authorization: abc\r\n" in server.requests[0]
    assert BODY.decode() not in repr(answer)


def test_without_a_body_none_is_sent():
    with serving(http(204)) as server:
        answer = client().post_raw(server.url)
    assert (answer.status, answer.body) == (204, b"")
    assert b"Content-Length: 0\r\n" in server.requests[0]


def test_half_an_answer_to_a_post_is_handed_over_and_counts_against_the_vendor():
    breaker = CountingBreaker()
    with serving(http(200, BODY, length=1000)) as server:
        answer = client(ONE_TRY, breaker=breaker).post_raw(server.url)
    assert (answer.body, answer.broke_off) == (BODY, "truncated")
    assert (breaker.failures, breaker.successes) == (1, 0)


def test_too_large_an_answer_is_cut_and_said_to_be():
    with serving(http(200, b"x" * 5000)) as server:
        answer = client(ONE_TRY, largest_json=1000).post_raw(server.url)
    assert answer.broke_off == "too-large"


def test_half_an_answer_to_a_get_is_asked_for_again():
    with serving(http(200, BODY, length=1000), http(200, b"whole")) as server:
        answer = client(INTERACTIVE, clock=FakeClock()).get_raw(server.url, params={"a": "b"})
    assert (answer.body, len(server.requests)) == (b"whole", 2)


@pytest.mark.parametrize("status", [400, 401, 404])
def test_a_refusal_is_an_answer(status):
    with serving(http(status, b"<h1>no</h1>")) as server:
        answer = client().post_raw(server.url)
    assert (answer.status, answer.body) == (status, b"<h1>no</h1>")


def test_a_redirect_is_not_followed():
    with (
        serving(http(302, b"", "Location: http://127.0.0.1:9/")) as server,
        pytest.raises(VendorMisconfigured),
    ):
        client().post_raw(server.url)
    assert len(server.requests) == 1


UNAUTHORIZED = http(500, b'{"message": "You are not authorized to access this resource."}')


@pytest.mark.parametrize("verb", ["get_json", "get_raw", "post_json", "post_raw"])
def test_a_5xx_may_be_an_answer_if_the_client_says_so(verb):
    breaker = CountingBreaker()
    with serving(UNAUTHORIZED) as server:
        ours = client(BATCH, clock=FakeClock(), breaker=breaker, is_answer=is_unauthorized)
        answer = getattr(ours, verb)(server.url)
    assert answer.status == 500
    assert (len(server.requests), breaker.failures, breaker.successes) == (1, 0, 1)


@pytest.mark.parametrize(
    "other",
    [http(500, b'{"message": "Out of memory"}'), http(503, b"x"), http(500, b"{", length=900), http(500)],
    ids=["other words", "no JSON", "half", "nothing"],
)
def test_any_other_5xx_stays_a_failure(other):
    breaker = CountingBreaker()
    with serving(other) as server:
        ours = client(INTERACTIVE, clock=FakeClock(), breaker=breaker, is_answer=is_unauthorized)
        assert reason_of(ours.get_json, server.url).startswith("status-50")
    assert len(server.requests) == breaker.failures == INTERACTIVE.tries


def test_without_the_word_of_a_client_every_5xx_is_a_failure():
    with serving(UNAUTHORIZED) as server:
        assert reason_of(client(ONE_TRY).post_raw, server.url) == "status-500"


def hang_up(connection: socket.socket, _request: bytes) -> None:
    connection.shutdown(socket.SHUT_RDWR)


def test_a_connection_that_was_never_made_is_told_from_one_that_was_lost():
    with serving(hang_up) as server:
        assert reason_of(client(ONE_TRY).post_raw, server.url) == "hung-up"
    assert reason_of(client(ONE_TRY).post_raw, f"http://127.0.0.1:{free_port()}/") == "cannot-connect"
    assert reason_of(client(ONE_TRY).post_raw, "http://localhost:1/") == "cannot-connect"
