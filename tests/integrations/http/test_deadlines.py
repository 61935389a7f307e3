"""What a hostile or broken server does to time and memory. Limits are short; the assertions leave tenfold room."""

import gzip
import socket
import threading
import time
import zlib

import pytest

from integrations.http import VendorUnavailable
from tests.integrations.http.servers import ONE_TRY, QUICK, CountingBreaker, client, free_port, http, serving

pytestmark = pytest.mark.promise("S3")

PLENTY = 4.0
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


def drip(data: bytes, *, every: float = 0.05):
    """Send so slowly that no single read times out."""

    def talk(connection: socket.socket, _request: bytes) -> None:
        for byte in data:
            connection.sendall(bytes([byte]))
            time.sleep(every)

    return talk


def endless(start: bytes, more: bytes):
    def talk(connection: socket.socket, _request: bytes) -> None:
        connection.sendall(start)
        while True:
            connection.sendall(more)

    return talk


def silent(connection: socket.socket, _request: bytes) -> None:
    connection.recv(1)


def outcome(call, *args) -> str:
    begun = time.monotonic()
    with pytest.raises(VendorUnavailable) as caught:
        call(*args)
    assert time.monotonic() - begun < PLENTY
    return caught.value.reason


SLOW = {
    "silence": silent,
    "dripping status line": drip(b"HTTP/1.1 200 OK" + b" " * 500),
    "dripping headers": drip(b"HTTP/1.1 200 OK\r\nX: " + b"y" * 500),
    "dripping body": drip(http(200, b"[" + b"1," * 500)),
    "dripping chunks": drip(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1\r\n1\r\n" * 200),
    "dripping chunk size": drip(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"0" * 500),
}


@pytest.mark.parametrize("name", SLOW)
def test_the_whole_call_has_a_deadline_however_slowly_bytes_come(name):
    breaker = CountingBreaker()
    with serving(SLOW[name]) as server:
        assert outcome(client(QUICK, breaker=breaker).get_json, server.url) == "too-slow"
    assert breaker.failures == 1


def test_what_is_done_while_waiting_is_done_once_the_request_is_out_and_costs_the_vendor_nothing():
    asked_before: list[bool] = []

    def work() -> None:
        time.sleep(QUICK.call * 1.5)
        asked_before.append(bool(server.requests))

    def answer_late(connection: socket.socket, _request: bytes) -> None:
        time.sleep(QUICK.call * 1.7)
        connection.sendall(http(200, b"[]"))

    with serving(answer_late) as server:
        assert client(QUICK, while_waiting=work).get_json(server.url).body == []
    assert asked_before == [True]


def test_it_gives_a_silent_vendor_no_more_time():
    with serving(silent) as server:
        assert outcome(client(QUICK, while_waiting=lambda: None).get_json, server.url) == "too-slow"


ENDLESS = {
    "body without length": endless(b"HTTP/1.1 200 OK\r\n\r\n", b"1" * 65536),
    "chunked body": endless(CHUNKED, b"1000\r\n" + b"1" * 4096 + b"\r\n"),
    "continue after continue": endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 500),
    "trailers": endless(CHUNKED + b"0\r\n", b"a: b\r\n" * 2000),
}  # fmt: skip


@pytest.mark.parametrize("name", ENDLESS)
def test_an_endless_answer_is_cut_by_size(name):
    with serving(ENDLESS[name]) as server:
        assert outcome(client(ONE_TRY).get_json, server.url) == "too-large"


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\n" + b"X-Many: y\r\n" * 200 + b"\r\n[]",
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 70_000 + b"\r\n\r\n[]",
        b"NOT HTTP AT ALL\r\n\r\n",
        b"HTTP/1.1 abc OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\nhello",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5, 6\r\n\r\n[1]",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnope",
    ],
)
def test_what_is_no_http_is_unavailable(answer):
    with serving(answer) as server:
        assert outcome(client(ONE_TRY).get_json, server.url) in {"hung-up", "truncated", "not-json"}


def test_a_body_larger_than_the_limit_is_refused():
    with serving(http(200, b"[" + b"1" * 200_000 + b"]")) as server:
        assert outcome(client(ONE_TRY, largest_json=100_000).get_json, server.url) == "too-large"


def test_a_gzip_bomb_is_refused_by_what_it_unfolds_to():
    bomb = gzip.compress(b"[" + b" " * 50_000_000 + b"]")
    with serving(http(200, bomb, "Content-Encoding: gzip")) as server:
        assert outcome(client(ONE_TRY, largest_json=100_000).get_json, server.url) == "too-large"


def test_a_bomb_inside_a_bomb_is_refused():
    twice = zlib.compress(zlib.compress(b" " * 50_000_000))
    with serving(http(200, twice, "Content-Encoding: deflate, deflate")) as server:
        assert outcome(client(ONE_TRY, largest_json=100_000).get_json, server.url) == "too-large"


def test_a_small_gzip_answer_is_read_although_not_asked_for():
    with serving(http(200, gzip.compress(b"[1]"), "Content-Encoding: gzip")) as server:
        assert client(ONE_TRY).get_json(server.url).body == [1]


def test_a_refused_connection_is_told_apart():
    assert outcome(client(QUICK).get_json, f"http://127.0.0.1:{free_port()}/") == "cannot-connect"


def test_a_server_that_takes_no_connection_meets_the_deadline():
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        port = full.getsockname()[1]
        waiting = [socket.socket() for _ in range(4)]
        try:
            for one in waiting:
                one.settimeout(0)
                one.connect_ex(("127.0.0.1", port))
            assert outcome(client(QUICK).get_json, f"http://127.0.0.1:{port}/") in {
                "connect-timeout",
                "too-slow",
            }
        finally:
            for one in waiting:
                one.close()


def test_a_tls_handshake_that_never_ends_meets_the_deadline():
    with socket.create_server(("127.0.0.1", 0)) as mute:
        port = mute.getsockname()[1]
        reason = outcome(client(QUICK).get_json, f"https://127.0.0.1:{port}/")
    assert reason in {"too-slow", "tls-failed", "connect-timeout"}


def test_a_redirect_with_an_endless_body_holds_nothing_up():
    hostile = endless(b"HTTP/1.1 302 Found\r\nLocation: /x\r\n\r\n", b"1" * 65536)
    with serving(hostile) as server:
        begun = time.monotonic()
        with pytest.raises(Exception, match="redirected"):
            client(ONE_TRY).get_json(server.url)
        assert time.monotonic() - begun < PLENTY
        assert server.gone.wait(PLENTY)


def test_no_cookie_is_kept_or_sent():
    answer = (
        b"HTTP/1.1 200 OK\r\nSet-Cookie: canary=1; Path=/\r\nConnection: close\r\nContent-Length: 2\r\n\r\n[]"
    )
    with serving(answer) as server:
        calling = client(ONE_TRY)
        for _ in range(3):
            calling.get_json(server.url)
            calling.open_stream(server.url).close()
    assert all(b"canary" not in request for request in server.requests)


def test_proxy_variables_and_netrc_are_ignored(monkeypatch, tmp_path):
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login canary password canary\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{free_port()}")
    monkeypatch.setenv("all_proxy", f"http://127.0.0.1:{free_port()}")
    with serving(http(200, b"[]")) as server:
        assert client(ONE_TRY).get_json(server.url).body == []
    assert b"Authorization" not in server.requests[0]


def test_many_threads_share_one_client():
    with serving(http(200, b"[1]")) as server:
        calling = client(ONE_TRY)
        answers: list[object] = []
        threads = [
            threading.Thread(target=lambda: answers.append(calling.get_json(server.url).body))
            for _ in range(40)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert answers == [[1]] * 40
