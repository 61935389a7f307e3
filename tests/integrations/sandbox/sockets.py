"""Plain clients for the tests of this folder."""

import contextlib
import http.client
import socket
import struct
import time
from urllib.parse import urlsplit


def until(condition, seconds=5.0):
    """Wait for what another thread is about to do."""
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.01)
    assert condition()


@contextlib.contextmanager
def raw(url, **headers):
    """An answer as http.client sees it, nothing unpacked or followed."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=5)
    try:
        connection.request("GET", f"{parts.path}?{parts.query}", headers=headers)
        with connection.getresponse() as reply:
            yield reply
    finally:
        connection.close()


def open_and_leave(url):
    """Ask for a link, read its first bytes, go."""
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname, parts.port), timeout=5) as client:
        client.sendall(f"GET {parts.path}?{parts.query} HTTP/1.1\r\nHost: {parts.netloc}\r\n\r\n".encode())
        until(lambda: client.recv(1, socket.MSG_PEEK) != b"")
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
