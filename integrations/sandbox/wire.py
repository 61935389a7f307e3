"""One client's connection, as replies and faults see it: bytes out, and ways to misbehave.

`server.py` makes one for each request. Everything that touches a socket directly stands here.
"""

import http.client
import select
import socket
import struct
import threading
import time
from io import BufferedIOBase

from integrations.sandbox.exchange import Reply

_LOOK_EVERY_SECONDS = 0.2
_GONE = select.POLLHUP | select.POLLERR | select.POLLRDHUP


class Wire:
    """`closing` asks the server to end the connection after this reply; `client_left` that the client ended it."""

    def __init__(
        self, connection: socket.socket, output: BufferedIOBase, stopping: threading.Event, *, head_only: bool
    ) -> None:
        self._connection = connection
        self._output = output
        self._stopping = stopping
        self._head_only = head_only
        self.closing = False
        self.client_left = False

    def send(self, reply: Reply) -> None:
        """Send a whole reply; ConnectionError when the client has left."""
        length = len(reply.body) if reply.stream is None else reply.length
        if length is None:
            self.closing = True
        head = self.head(reply, length)
        if reply.stream is None or self._head_only:
            self.write(head if self._head_only else head + reply.body)
            return
        self.write(head)
        for piece in reply.stream:
            self.write(piece)

    def head(self, reply: Reply, length: int | None) -> bytes:
        """Status line and headers of a reply whose body has so many bytes."""
        lines = [
            f"HTTP/1.1 {reply.status} {http.client.responses.get(reply.status, '')}",
            f"Content-Type: {reply.content_type}",
        ]
        if length is not None:
            lines.append(f"Content-Length: {length}")
        if self.closing:
            lines.append("Connection: close")
        lines += [f"{name}: {value}" for name, value in reply.headers]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")

    def write(self, data: bytes | memoryview) -> None:
        """Write bytes as they are."""
        self._output.write(data)

    def drip(self, data: bytes, milliseconds: float) -> None:
        """Write one byte every so many milliseconds; ConnectionError when the client has left."""
        self.closing = True
        for position in range(len(data)):
            self.write(data[position : position + 1])
            if self.wait(milliseconds / 1000):
                raise ConnectionResetError

    def wait(self, seconds: float) -> bool:
        """Pause; True as soon as the client has left or the server stops."""
        return self._idle(time.monotonic() + seconds)

    def hang(self, seconds: float | None) -> None:
        """Say nothing until the client leaves, or so many seconds, then close."""
        self.closing = True
        if (
            self._idle(None if seconds is None else time.monotonic() + seconds)
            and not self._stopping.is_set()
        ):
            self.client_left = True

    def reset(self) -> None:
        """Break the connection so that the client sees it reset, not closed."""
        self.closing = True
        self._connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._connection.close()

    def _idle(self, until: float | None) -> bool:
        poll = select.poll()
        poll.register(self._connection, select.POLLRDHUP)
        while not self._stopping.is_set():
            left = _LOOK_EVERY_SECONDS if until is None else until - time.monotonic()
            if left <= 0:
                return False
            for _, event in poll.poll(min(left, _LOOK_EVERY_SECONDS) * 1000):
                if event & _GONE:
                    return True
        return True
