"""A server between us and Redis that can refuse, hang or pass everything on."""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import Literal

Mood = Literal["pass", "refuse", "hang"]


class Between:
    """`url` is what the cache is given; `mood` decides what happens to connections, open ones included."""

    def __init__(self, target: tuple[str, int] | None = None, database: str = "0") -> None:
        self._target = target
        self._open: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._port = self._listener.getsockname()[1]
        self.url = f"redis://127.0.0.1:{self._port}/{database}"
        self.connections = 0
        self.mood: Mood = "pass"
        self._server = threading.Thread(target=self._serve, daemon=True)
        self._server.start()

    def become(self, mood: Mood) -> None:
        """Change, and cut what is open (a hanging server keeps it open and falls silent)."""
        self.mood = mood
        if mood == "refuse":
            self.cut()

    def cut(self) -> None:
        while self._open:
            one = self._open.pop()
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def stop(self) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._server.join(5)
        self._listener.close()
        self.cut()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._open.append(client)
            if self.mood == "refuse":
                self.cut()
                continue
            server = socket.create_connection(self._target) if self._target else None
            if server:
                self._open.append(server)
                threading.Thread(target=self._pump, args=(client, server), daemon=True).start()
                threading.Thread(target=self._pump, args=(server, client), daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                if self.mood == "pass":
                    sink.sendall(data)
            sink.shutdown(socket.SHUT_RDWR)


def closed_port() -> str:
    """Return the address of a server that is not there."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    return f"redis://127.0.0.1:{port}/0"
