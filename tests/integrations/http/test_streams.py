import socket
import threading
import time

import pytest

from integrations.http import Budget, VendorHttp, VendorUnavailable
from tests.integrations.http.servers import (
    LOOPBACK,
    ONE_TRY,
    QUICK,
    CountingBreaker,
    FakeClock,
    client,
    http,
    serving,
)

PATIENT_READER = Budget(
    seconds=10, tries=1, call=5, connect=3, each_wait=5, first_pause=0.25, longest_pause=2, stream=0.5,
    stream_each_wait=0.5,
)  # fmt: skip


def failing(call, *args) -> str:
    with pytest.raises(VendorUnavailable) as caught:
        call(*args)
    return caught.value.reason


@pytest.mark.promise("S4")
def test_it_streams_and_says_what_came():
    body = bytes(range(256)) * 4000
    with serving(http(200, body, "Content-Type: application/pdf")) as server:
        stream = client(ONE_TRY).open_stream(f"{server.url}/report?X-Amz-Signature=abc")
        assert (stream.status, stream.content_type, stream.content_length) == (
            200,
            "application/pdf",
            len(body),
        )
        assert b"".join(stream.chunks()) == body
    assert b"GET /report?X-Amz-Signature=abc HTTP/1.1" in server.requests[0]


@pytest.mark.promise("S4")
def test_no_header_names_us_because_the_link_is_the_credential():
    with serving(http(200, b"x")) as server:
        client(ONE_TRY).open_stream(server.url).close()
    names = {line.split(b":")[0].lower() for line in server.requests[0].split(b"\r\n")[1:] if line}
    assert names == {b"host", b"user-agent", b"accept", b"accept-encoding"}
    assert b"Accept-Encoding: identity" in server.requests[0]


def test_an_expired_link_is_an_answer():
    with serving(http(403, b"<Error/>", "Content-Type: application/xml")) as server:
        stream = client(ONE_TRY).open_stream(server.url)
        assert (stream.status, stream.content_type) == (403, "application/xml")
        stream.close()


@pytest.mark.promise("S4")
@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "identity, gzip", "x"])
def test_a_compressed_report_is_refused(encoding):
    with serving(http(200, b"x", f"Content-Encoding: {encoding}")) as server:
        assert failing(client(ONE_TRY).open_stream, server.url) == "encoded-body"


@pytest.mark.promise("S4")
def test_a_report_announced_too_large_is_not_begun():
    with serving(http(200, b"x", length=10_000_000_000)) as server:
        assert failing(client(ONE_TRY).open_stream, server.url) == "too-large"


@pytest.mark.promise("S4")
def test_a_report_of_unknown_length_is_cut_at_the_limit():
    def flood(connection: socket.socket, _request: bytes) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            connection.sendall(b"x" * 65536)

    with serving(flood) as server:
        stream = client(ONE_TRY, largest_stream=1_000_000).open_stream(server.url)
        seen: list[int] = []
        assert failing(lambda: seen.extend(len(chunk) for chunk in stream.chunks())) == "too-large"
        assert 0 < sum(seen) <= 1_000_000
        assert server.gone.wait(5)


@pytest.mark.promise("S4")
@pytest.mark.parametrize(
    "answer",
    [
        http(200, b"half", length=8),
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n8\r\nhalf",
    ],
    ids=["length", "between chunks", "inside a chunk"],
)
def test_a_body_that_breaks_off_is_told_apart_from_its_end(answer):
    with serving(answer) as server:
        chunks = client(ONE_TRY).open_stream(server.url).chunks()
        assert next(chunks) == b"half"
        assert failing(next, chunks) == "truncated"


@pytest.mark.promise("S4")
def test_a_dripping_report_meets_the_deadline():
    def drip(connection: socket.socket, _request: bytes) -> None:
        connection.sendall(http(200, b"", length=1000))
        while True:
            connection.sendall(b"x")
            time.sleep(0.05)

    with serving(drip) as server:
        begun = time.monotonic()
        stream = client(QUICK).open_stream(server.url)
        assert failing(lambda: list(stream.chunks())) == "too-slow"
        assert time.monotonic() - begun < 4
        assert server.gone.wait(5)


@pytest.mark.promise("S4")
def test_only_waiting_on_upstream_counts_not_the_readers_own_time():
    with serving(http(200, b"x" * 1_000_000)) as server:
        seen = 0
        for chunk in client(PATIENT_READER).open_stream(server.url).chunks():
            seen += len(chunk)
            if seen < 400_000:
                time.sleep(0.2)
    assert seen == 1_000_000


@pytest.mark.promise("S4")
def test_bytes_come_through_as_soon_as_they_arrive():
    first_was_read = threading.Event()

    def two_parts(connection: socket.socket, _request: bytes) -> None:
        connection.sendall(http(200, b"first", length=10))
        assert first_was_read.wait(5)
        connection.sendall(b"later")

    with serving(two_parts) as server:
        chunks = client(ONE_TRY).open_stream(server.url).chunks()
        assert next(chunks) == b"first"
        first_was_read.set()
        assert b"".join(chunks) == b"later"


@pytest.mark.promise("S4")
@pytest.mark.parametrize("begun", [False, True])
def test_closing_early_hangs_up_on_upstream_and_may_be_repeated(begun):
    def flood(connection: socket.socket, _request: bytes) -> None:
        connection.sendall(http(200, b"", length=5_000_000))
        while True:
            connection.sendall(b"x" * 65536)

    with serving(flood) as server:
        stream = client(ONE_TRY).open_stream(server.url)
        chunks = stream.chunks()
        if begun:
            next(chunks)
        stream.close()
        stream.close()
        assert server.gone.wait(5)
        assert b"".join(chunks) == b""


@pytest.mark.promise("S4")
def test_leaving_the_generator_hangs_up_on_upstream():
    def flood(connection: socket.socket, _request: bytes) -> None:
        connection.sendall(http(200, b"", length=5_000_000))
        while True:
            connection.sendall(b"x" * 65536)

    with serving(flood) as server:
        chunks = client(ONE_TRY).open_stream(server.url).chunks()
        next(chunks)
        chunks.close()
        assert server.gone.wait(5)


def test_closing_from_another_thread_ends_a_read_that_waits():
    def stall(connection: socket.socket, _request: bytes) -> None:
        connection.sendall(http(200, b"first", length=10))
        connection.recv(1)

    with serving(stall) as server:
        stream = client(ONE_TRY).open_stream(server.url)
        chunks = stream.chunks()
        assert next(chunks) == b"first"
        begun = time.monotonic()
        threading.Timer(0.2, stream.close).start()
        assert failing(next, chunks) == "truncated"
        assert time.monotonic() - begun < 4


def test_a_stream_read_to_its_end_gives_its_connection_back():
    kept: list[socket.socket] = []

    def keep_alive(connection: socket.socket, _request: bytes) -> None:
        kept.append(connection)
        for _ in range(3):
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody")
            if not connection.recv(65536):
                return

    with serving(keep_alive) as server:
        calling = client(ONE_TRY)
        for _ in range(3):
            stream = calling.open_stream(server.url)
            assert list(stream.chunks()) == [b"body"]
            stream.close()
    assert len(kept) == 1


def test_links_may_have_a_breaker_of_their_own():
    api, links = CountingBreaker(), CountingBreaker()
    calling = VendorHttp(
        policy=LOOPBACK,
        link_policy=LOOPBACK,
        breaker=api,
        link_breaker=links,
        clock=FakeClock(),
        budget=QUICK,
    )
    with serving(http(500)) as server:
        failing(calling.open_stream, server.url)
    assert (api.asked, links.failures) == (0, 1)
