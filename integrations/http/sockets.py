"""Sockets that keep their promise about time and size, whatever the other side does.

`requests` and urllib3 have timeouts per read: a server that drips a byte a second holds a thread for ever,
in the headers as well as in the body. Here every wait (name look-up, connecting, TLS, each read) is charged
to an `Allowance`, and the next wait is never longer than what is left of it. Used by `VendorHttp` alone.

Built on requests' adapter without its `Session`: a session keeps cookies, reads .netrc and proxy variables,
and reads a redirect's whole body even when told not to follow it.
"""

import http.client
import io
import os
import queue
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, cast

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError
from urllib3.poolmanager import PoolManager
from urllib3.util.connection import create_connection

_POOLED_HOSTS = 16
_POOLED_CONNECTIONS = 32
_HEADER_ROOM = 1024 * 1024


class Allowance:
    """What one call may still cost: seconds of waiting on the other side, and bytes from it.

    Waiting alone is charged, so that a slow reader of ours costs nothing. `too_large` tells which of the
    two ran out.
    """

    def __init__(
        self,
        *,
        seconds: float,
        each_wait: float,
        connect: float,
        max_bytes: int,
        while_waiting: Callable[[], None] | None = None,
    ) -> None:
        self._while_waiting = while_waiting
        self._seconds = seconds
        self._each_wait = each_wait
        self._connect = connect
        self._bytes = max_bytes + _HEADER_ROOM
        self.too_large = False

    def renew(self, *, seconds: float, each_wait: float) -> None:
        """Begin anew for the body of a stream, once its headers are there."""
        self._seconds = seconds
        self._each_wait = each_wait

    def next_wait(self, *, connecting: bool = False) -> float:
        """Return the longest the next wait may take; TimeoutError if nothing is left."""
        if self._seconds <= 0:
            raise TimeoutError("the vendor took too long")
        return min(self._seconds, self._connect if connecting else self._each_wait)

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Charge the time spent inside."""
        begun = time.monotonic()
        try:
            yield
        finally:
            self._seconds -= time.monotonic() - begun

    def before_first_read(self) -> None:
        """Do what was to be done while the other side thinks: once, and at our cost, not at theirs."""
        work, self._while_waiting = self._while_waiting, None
        if work is not None:
            work()

    def received(self, size: int) -> None:
        """Charge bytes; TimeoutError once there are too many: http.client and urllib3 let all through."""
        self._bytes -= size
        if self._bytes < 0:
            self.too_large = True
            raise TimeoutError("the vendor sent too much")


_current = threading.local()


@contextmanager
def charged_to(allowance: Allowance) -> Iterator[None]:
    """Charge every connection and response that begins inside, in this thread, to `allowance`."""
    _current.allowance = allowance
    try:
        yield
    finally:
        _current.allowance = None


def _allowance() -> Allowance:
    allowance = getattr(_current, "allowance", None)
    if not isinstance(allowance, Allowance):
        # Without one the socket would wait for ever: better to fail loudly.
        raise RuntimeError("no allowance for this call")  # noqa: TRY004 - a missing context, not a wrong argument
    return allowance


class _ChargedReader(io.RawIOBase):
    """A socket's raw file that asks the allowance before each read."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket, allowance: Allowance) -> None:
        self._raw = raw
        self._sock = sock
        self._allowance = allowance

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._allowance.before_first_read()
        self._sock.settimeout(self._allowance.next_wait())
        with self._allowance.waiting():
            size = cast("int | None", self._raw.readinto(buffer))
        self._allowance.received(size or 0)
        return size

    def close(self) -> None:
        if not self.closed:
            self._raw.close()
        super().close()


class _ChargedResponse(http.client.HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        raw = self.fp.detach()
        self.fp = io.BufferedReader(_ChargedReader(raw, sock, _allowance()))


def _look_up(host: str, port: int, longest: float) -> list[Any]:
    """Resolve in a thread: getaddrinfo knows no timeout, and a dead name server costs half a minute."""
    answers: queue.SimpleQueue[list[Any] | Exception] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answers.put(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except Exception as error:  # noqa: BLE001 - raised again in the thread that asked
            answers.put(error)

    threading.Thread(target=ask, daemon=True, name="look-up").start()
    try:
        answer = answers.get(timeout=longest)
    except queue.Empty:
        raise TimeoutError("name look-up took too long") from None
    if isinstance(answer, Exception):
        raise answer
    return answer


def _connected(connection: HTTPConnection) -> socket.socket:
    """Open the TCP connection; the errors are urllib3's own kinds, without its texts."""
    allowance = _allowance()
    ends = time.monotonic() + allowance.next_wait(connecting=True)
    try:
        addresses = _look_up(connection.host.strip("[]"), connection.port, ends - time.monotonic())
        sock = _first_that_answers(addresses, ends)
    except TimeoutError:
        raise ConnectTimeoutError(connection, "connecting took too long") from None
    except OSError:
        raise NewConnectionError(connection, "cannot connect") from None
    # OpenSSL holds a whole handshake to the socket's timeout, so dripping through it gains nothing.
    sock.settimeout(allowance.next_wait(connecting=True))
    return sock


def _first_that_answers(addresses: list[Any], ends: float) -> socket.socket:
    problem: OSError = OSError("no address")
    for _family, _type, _protocol, _name, place in addresses:
        left = ends - time.monotonic()
        if left <= 0:
            raise TimeoutError("connecting took too long")
        try:
            return create_connection(place[:2], left, socket_options=HTTPConnection.default_socket_options)
        except OSError as error:
            problem = error
    raise problem


class _ChargedHTTP(HTTPConnection):
    response_class = _ChargedResponse

    def connect(self) -> None:
        with _allowance().waiting():
            super().connect()

    def _new_conn(self) -> socket.socket:
        return _connected(self)


class _ChargedHTTPS(HTTPSConnection):
    response_class = _ChargedResponse

    def connect(self) -> None:
        with _allowance().waiting():
            super().connect()

    def _new_conn(self) -> socket.socket:
        return _connected(self)


class _HTTPPool(HTTPConnectionPool):
    ConnectionCls = _ChargedHTTP


class _HTTPSPool(HTTPSConnectionPool):
    ConnectionCls = _ChargedHTTPS


class ChargedAdapter(HTTPAdapter):
    """requests' adapter over charged connections, pooled, without retries of its own. Safe for threads."""

    def __init__(self) -> None:
        super().__init__(pool_connections=_POOLED_HOSTS, pool_maxsize=_POOLED_CONNECTIONS, max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        manager: PoolManager = self.poolmanager
        manager.pool_classes_by_scheme = {"http": _HTTPPool, "https": _HTTPSPool}


_shared: dict[str, ChargedAdapter] = {}


def shared_adapter() -> ChargedAdapter:
    """Return this process's adapter, so that clients made per request still reuse connections."""
    # No lock: two threads may make one each the first time, and one of them is simply forgotten.
    return _shared.get("adapter") or _shared.setdefault("adapter", ChargedAdapter())


# A child must not speak on its parent's sockets.
os.register_at_fork(after_in_child=_shared.clear)
