"""Real, ill-mannered HTTP servers on loopback, a clock that moves only when told, a breaker one can read."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

from integrations.http import INTERACTIVE, Budget, HostPolicy, VendorHttp
from integrations.http.client import IsAnswer
from integrations.http.sockets import ChargedAdapter

# Time enough for a loaded machine, little enough for a test.
QUICK = Budget(
    seconds=10, tries=1, call=0.4, connect=0.4, each_wait=0.4, first_pause=0.25, longest_pause=2, stream=0.4,
    stream_each_wait=0.4,
)  # fmt: skip
ONE_TRY = Budget(
    seconds=10, tries=1, call=5, connect=3, each_wait=5, first_pause=0.25, longest_pause=2, stream=5,
    stream_each_wait=5,
)  # fmt: skip

Talk = Callable[[socket.socket, bytes], object]


class Loopback:
    """Answers every request with `talk(connection, request)`, then hangs up; keeps the requests it saw."""

    def __init__(self, talk: Talk) -> None:
        self._talk = talk
        self.requests: list[bytes] = []
        self.gone = threading.Event()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._stopped = threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while not self._stopped.is_set():
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            request = b""
            while b"\r\n\r\n" not in request:
                more = connection.recv(65536)
                if not more:
                    return
                request += more
            self.requests.append(request)
            try:
                self._talk(connection, request)
            except OSError:
                self.gone.set()
                raise

    def stop(self) -> None:
        self._stopped.set()
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


@contextlib.contextmanager
def serving(*answers: bytes | Talk) -> Iterator[Loopback]:
    """Serve the answers in turn, the last one for ever."""
    turn = iter(range(10**9))

    def talk(connection: socket.socket, request: bytes) -> None:
        answer = answers[min(next(turn), len(answers) - 1)]
        if isinstance(answer, bytes):
            connection.sendall(answer)
        else:
            answer(connection, request)

    server = Loopback(talk)
    try:
        yield server
    finally:
        server.stop()


def http(status: int, body: bytes = b"", *headers: str, length: int | None = None) -> bytes:
    lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(body) if length is None else length}", *headers]
    return "\r\n".join([*lines, "Connection: close", "", ""]).encode() + body


def free_port() -> int:
    """A port where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port


class FakeClock:
    def __init__(self) -> None:
        self.moment = datetime(2026, 8, 1, 12, 0, tzinfo=UTC)
        self.ticks = 1000.0
        self.sleeps: list[float] = []

    def now(self) -> datetime:
        return self.moment

    def monotonic(self) -> float:
        return self.ticks

    def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        self.advance(seconds)

    def advance(self, seconds: float) -> None:
        self.ticks += seconds
        self.moment += timedelta(seconds=seconds)


class CountingBreaker:
    def __init__(self, *, opens_after: int = 10**9) -> None:
        self.asked = self.successes = self.failures = 0
        self._opens_after = opens_after

    def allow(self) -> bool:
        self.asked += 1
        return self.failures < self._opens_after

    def success(self) -> None:
        self.successes += 1

    def failure(self) -> None:
        self.failures += 1


LOOPBACK = HostPolicy(extra=("127.0.0.1", "localhost"))


def client(
    budget: Budget = INTERACTIVE,
    *,
    clock: FakeClock | None = None,
    breaker: CountingBreaker | None = None,
    policy: HostPolicy = LOOPBACK,
    largest_json: int = 100_000,
    largest_stream: int = 10_000_000,
    is_answer: IsAnswer | None = None,
    while_waiting: Callable[[], None] | None = None,
) -> VendorHttp:
    return VendorHttp(
        policy=policy,
        link_policy=policy,
        breaker=breaker or CountingBreaker(),
        clock=clock or FakeClock(),
        budget=budget,
        adapter=ChargedAdapter(),
        largest_json=largest_json,
        largest_stream=largest_stream,
        is_answer=is_answer,
        while_waiting=while_waiting,
    )
