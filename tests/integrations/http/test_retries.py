from datetime import timedelta
from email.utils import format_datetime

import pytest

from integrations.http import BATCH, INTERACTIVE, VendorHttp, VendorMisconfigured, VendorUnavailable
from integrations.http.retries import pause_before_next, read_retry_after
from tests.integrations.http.servers import CountingBreaker, FakeClock, client, free_port, http, serving

OK = http(200, b"[1]")
POSTS = ("post_json", "post_raw")

pytestmark = pytest.mark.promise("F4")


def failing(call, *args) -> VendorUnavailable:
    with pytest.raises(VendorUnavailable) as caught:
        call(*args)
    return caught.value


def test_it_works():
    with serving(OK) as server:
        answer = client().get_json(f"{server.url}/x", params={"a": "b c"}, headers={"Authorization": "abc"})
    assert (answer.status, answer.body) == (200, [1])
    assert b"GET /x?a=b+c HTTP/1.1" in server.requests[0]
    assert b"Authorization: abc\r\n" in server.requests[0]
    assert b"Accept-Encoding: identity\r\n" in server.requests[0]


@pytest.mark.parametrize("status", [500, 502, 503, 504, 429])
def test_server_errors_and_429_are_tried_again(status):
    clock = FakeClock()
    with serving(http(status, b"<html>"), OK) as server:
        assert client(clock=clock).get_json(server.url).body == [1]
    assert len(server.requests) == 2
    assert len(clock.sleeps) == 1


def test_a_connection_that_breaks_is_tried_again():
    with serving(b"", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n[1]", OK) as server:
        assert client().get_json(server.url).body == [1]
    assert len(server.requests) == 3


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 422, 451])
def test_other_client_errors_are_answers_and_never_tried_again(status):
    breaker = CountingBreaker()
    with serving(http(status, b'{"error": "x"}')) as server:
        answer = client(breaker=breaker).get_json(server.url)
    assert (answer.status, answer.body) == (status, {"error": "x"})
    assert len(server.requests) == 1
    assert (breaker.successes, breaker.failures) == (1, 0)


def test_an_error_page_is_an_answer_without_json():
    with serving(http(403, b"<html>no</html>")) as server:
        answer = client().get_json(server.url)
    assert (answer.status, answer.body, answer.is_json) == (403, None, False)


def test_interactive_gives_up_after_three_tries_inside_ten_seconds():
    for _ in range(20):
        clock = FakeClock()
        with serving(http(503)) as server:
            assert failing(client(clock=clock).get_json, server.url).reason == "status-503"
        assert len(server.requests) == 3
        assert sum(clock.sleeps) <= 10
    assert (INTERACTIVE.tries, INTERACTIVE.seconds) == (3, 10)


def test_time_spent_in_tries_counts_against_the_budget():
    clock = FakeClock()

    def slow(connection, _request):
        clock.advance(6)
        connection.sendall(http(500))

    with serving(slow) as server:
        failing(client(clock=clock).get_json, server.url)
    assert len(server.requests) == 2


def test_batch_goes_on_for_four_hours_and_no_longer():
    clock = FakeClock()
    begun = clock.monotonic()
    port = free_port()
    breaker = CountingBreaker()
    assert failing(client(BATCH, clock=clock, breaker=breaker).get_json, f"http://127.0.0.1:{port}/")
    took = clock.monotonic() - begun
    assert 3 * 3600 < took <= 4 * 3600
    assert max(clock.sleeps) <= 300
    assert breaker.failures < BATCH.tries


def test_retry_after_in_seconds_is_honoured():
    clock = FakeClock()
    with serving(http(429, b"", "Retry-After: 4"), OK) as server:
        client(clock=clock).get_json(server.url)
    assert 4 <= clock.sleeps[0] < 4.3


def test_retry_after_as_a_date_is_honoured():
    clock = FakeClock()
    date = format_datetime(clock.now() + timedelta(seconds=5), usegmt=True)
    with serving(http(503, b"", f"Retry-After: {date}"), OK) as server:
        client(clock=clock).get_json(server.url)
    assert 5 <= clock.sleeps[0] < 5.3


def test_retry_after_beyond_the_budget_ends_the_call_at_once():
    clock = FakeClock()
    with serving(http(429, b"", "Retry-After: 3600")) as server:
        error = failing(client(clock=clock).get_json, server.url)
    assert (error.reason, error.retry_after) == ("rate-limited", 3600)
    assert (len(server.requests), clock.sleeps) == (1, [])


def test_batch_waits_out_a_retry_after_of_an_hour():
    clock = FakeClock()
    with serving(http(429, b"", "Retry-After: 3600"), OK) as server:
        assert client(BATCH, clock=clock).get_json(server.url).body == [1]
    assert clock.sleeps[0] >= 3600


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0), (" 7 ", 7), ("9" * 400, 999_999_999), ("-1", None), ("soon", None), ("", None), (None, None),
        ("1.5", None), ("٣", None), ("Mon, 99 Foo 2026", None), ("Sat, 01 Aug 2026 11:00:00 GMT", 0),
        ("Sat, 01 Aug 2026 12:00:09 GMT", 9), ("Sat, 01 Aug 2026 12:00:09", 9),
        ("Sat, 01 Aug 99999 12:00:09 GMT", None),
    ],
)  # fmt: skip
def test_retry_after_is_read_whatever_it_says(value, seconds):
    assert read_retry_after(value, FakeClock()) == seconds


def test_the_pause_is_full_jitter_under_a_doubling_ceiling():
    for tries, ceiling in [(1, 0.25), (2, 0.5), (3, 1.0), (30, 2.0)]:
        pauses = [pause_before_next(INTERACTIVE, tries_made=tries, retry_after=None) for _ in range(300)]
        assert 0 <= min(pauses) < ceiling * 0.2
        assert ceiling * 0.8 < max(pauses) <= ceiling


def test_there_are_two_ways_to_send_a_post():
    verbs = {name for name in vars(VendorHttp) if not name.startswith("_")}
    assert verbs == {"get_json", "get_raw", "open_stream", *POSTS}


@pytest.mark.parametrize("answer", [http(503), http(429, b"", "Retry-After: 0"), b"", http(500, b"{}")])
@pytest.mark.parametrize("budget", [INTERACTIVE, BATCH])
@pytest.mark.parametrize("post", POSTS)
def test_a_post_is_sent_once_whatever_comes_of_it(answer, budget, post):
    clock = FakeClock()
    with serving(answer) as server:
        with pytest.raises(VendorUnavailable):
            getattr(client(budget, clock=clock), post)(server.url, json_body={"a": 1})
        assert len(server.requests) == 1
    assert clock.sleeps == []


def test_a_post_carries_a_form_or_json():
    with serving(OK) as server:
        assert client().post_json(f"{server.url}/x?y", form={"grant": "a b"}).body == [1]
        assert client().post_json(f"{server.url}/x", json_body=[1]).body == [1]
    assert b"POST /x?y HTTP/1.1" in server.requests[0]
    assert b"application/x-www-form-urlencoded" in server.requests[0]
    assert b"application/json" in server.requests[1]


def test_each_try_is_signed_afresh():
    numbers = iter("123")

    def sign(request):
        request.headers["Signed"] = request.headers.get("Signed", "") + "x"
        request.headers["Authorization"] = next(numbers)
        return request

    with serving(http(503), http(429), OK) as server:
        assert client().get_json(server.url, sign=sign).body == [1]
    assert all(b"Signed: x\r\n" in request for request in server.requests)  # none has the last one's
    assert [b"Authorization: %d\r\n" % turn in server.requests[turn - 1] for turn in (1, 2, 3)] == [True] * 3


@pytest.mark.parametrize("elsewhere", ["https://evil.example.com/", None])
def test_a_signature_cannot_lead_elsewhere_and_its_own_failure_is_not_the_vendors(elsewhere):
    def sign(request):
        if elsewhere is None:
            raise ValueError("canary")
        request.url = elsewhere
        return request

    breaker = CountingBreaker()
    with serving(OK) as server:
        with pytest.raises(VendorMisconfigured) as caught:
            client(breaker=breaker).get_json(server.url, sign=sign)
        assert server.requests == []
    assert (caught.value.reason, caught.value.__context__, breaker.failures) == ("bad-request", None, 0)


@pytest.mark.promise("F5")
def test_a_batch_outlasts_an_open_breaker_and_a_page_does_not():
    class OpenTwice(CountingBreaker):
        def allow(self) -> bool:
            self.asked += 1
            return self.asked > 2

    with serving(OK) as server:
        clock = FakeClock()
        assert client(BATCH, clock=clock, breaker=OpenTwice()).get_json(server.url).body == [1]
        assert len(clock.sleeps) == 2
        assert failing(client(breaker=OpenTwice()).get_json, server.url).reason == "breaker-open"
    assert len(server.requests) == 1


def test_a_longer_work_that_is_out_of_time_makes_no_further_try():
    clock = FakeClock()
    ends = clock.monotonic() + 60

    def left():
        return ends - clock.monotonic()

    with serving(http(503)) as server:
        http_client = client(BATCH, clock=clock)
        with pytest.raises(VendorUnavailable):
            http_client.get_json(server.url, seconds_left=left)
        assert clock.monotonic() <= ends
        clock.advance(60)
        made = len(server.requests)
        with pytest.raises(VendorUnavailable) as caught:
            http_client.get_json(server.url, seconds_left=left)
        assert (caught.value.reason, len(server.requests)) == ("out-of-time", made)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>down</html>",
        b"[1",
        b"NaN",
        b"[" * 50_000,
        b"\xff\xfe\x00",
        b"9" * 5000,
        b'{"a": Infinity}',
    ],
)
def test_a_good_status_without_json_is_unavailable_and_not_tried_again(body):
    breaker = CountingBreaker()
    with serving(http(200, body)) as server:
        assert failing(client(breaker=breaker).get_json, server.url).reason == "not-json"
    assert len(server.requests) == 1
    assert breaker.failures == 0


@pytest.mark.promise("F5")
def test_every_try_asks_the_breaker_and_counts_its_result():
    breaker = CountingBreaker()
    with serving(http(500), http(429), OK) as server:
        client(breaker=breaker).get_json(server.url)
    assert (breaker.asked, breaker.failures, breaker.successes) == (3, 1, 2)


@pytest.mark.promise("F5")
def test_a_breaker_that_opens_between_tries_ends_the_call():
    breaker = CountingBreaker(opens_after=2)
    with serving(http(500)) as server:
        assert failing(client(breaker=breaker).get_json, server.url).reason == "breaker-open"
    assert len(server.requests) == 2


@pytest.mark.promise("F5")
def test_an_open_breaker_costs_no_call_and_no_wait():
    clock = FakeClock()
    breaker = CountingBreaker(opens_after=0)
    with serving(OK) as server:
        calling = client(breaker=breaker, clock=clock)
        assert failing(calling.get_json, server.url).reason == "breaker-open"
        assert failing(calling.open_stream, server.url).reason == "breaker-open"
    assert (server.requests, clock.sleeps) == ([], [])


def test_a_stream_is_tried_again_until_its_headers_come():
    with serving(http(503), b"", http(200, b"bytes")) as server:
        assert b"".join(client().open_stream(server.url).chunks()) == b"bytes"
    assert len(server.requests) == 3


def test_a_stream_is_not_tried_again_after_its_first_byte():
    with serving(http(200, b"some", length=100), http(200, b"whole")) as server:
        stream = client().open_stream(server.url)
        chunks = stream.chunks()
        assert next(chunks) == b"some"
        assert failing(next, chunks).reason == "truncated"
    assert len(server.requests) == 1
