"""Many slow readers in one thread: raw sockets that ask for a report and take so many bytes a second."""

from __future__ import annotations

import contextlib
import selectors
import socket
import threading
import time
from collections import Counter
from dataclasses import dataclass
from urllib.parse import urlsplit

_LOOKS_A_SECOND = 10
_RECEIVE_BUFFER = 32_768


@dataclass
class Reader:
    """`status` is 0 until the answer has begun; `received` counts bytes, headers included."""

    connection: socket.socket
    status: int = 0
    received: int = 0
    ended: bool = False


class Readers:
    """Opens them all at once; `leave()` hangs up on everybody."""

    def __init__(self, requests: list[tuple[str, str]], *, bytes_a_second: int) -> None:
        """`requests` are (url, cookie header)."""
        self._share = bytes_a_second // _LOOKS_A_SECOND
        self._stopping = threading.Event()
        self.readers = [self._ask(url, cookie) for url, cookie in requests]
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def statuses(self) -> Counter[int]:
        return Counter(reader.status for reader in self.readers)

    def leave(self) -> None:
        self._stopping.set()
        self._thread.join(10)
        for reader in self.readers:
            with contextlib.suppress(OSError):
                reader.connection.close()

    @staticmethod
    def _ask(url: str, cookie: str) -> Reader:
        parts = urlsplit(url)
        connection = socket.socket()
        # A phone on a slow line has little room either: the server must feel that nobody takes its bytes.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER)
        connection.settimeout(10)
        connection.connect((parts.hostname, parts.port))
        head = f"GET {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nCookie: {cookie}\r\n\r\n"
        connection.sendall(head.encode())
        connection.setblocking(False)  # noqa: FBT003 - the standard library's signature
        return Reader(connection)

    def _read(self) -> None:
        with selectors.DefaultSelector() as waiting:
            for reader in self.readers:
                waiting.register(reader.connection, selectors.EVENT_READ, reader)
            while not self._stopping.is_set():
                began = time.monotonic()
                for key, _events in waiting.select(0):
                    self._take(key.data)
                    if key.data.ended:
                        waiting.unregister(key.fileobj)
                self._stopping.wait(max(0.0, 1 / _LOOKS_A_SECOND - (time.monotonic() - began)))

    def _take(self, reader: Reader) -> None:
        try:
            data = reader.connection.recv(self._share)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not reader.status and data.startswith(b"HTTP/1.1 "):
            reader.status = int(data[9:12])
        reader.received += len(data)
        reader.ended = not data
