"""The sandbox's HTTP server: vendors under their prefixes, on loopback only.

It owns the listening socket, the threads and the counts. `manage.py sandbox` runs it for a district that
rehearses; tests run it inside their own process. It prints no request: addresses carry SSIDs and links. If it
breaks, the demo and every test that talks to a vendor break with it.
"""

import socket
import sys
import threading
import time
import traceback
from collections import Counter
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from integrations.sandbox import control
from integrations.sandbox.clock import SandboxClock
from integrations.sandbox.ets import EtsVendor
from integrations.sandbox.exchange import Reply, Request, Vendor, json_reply
from integrations.sandbox.faults import FaultList
from integrations.sandbox.illuminate.vendor import IlluminateVendor
from integrations.sandbox.misbehaviour import misbehave
from integrations.sandbox.observations import Observations
from integrations.sandbox.powerschool.vendor import PowerSchoolVendor
from integrations.sandbox.wire import Wire
from integrations.sandbox.world import World

HOST = "127.0.0.1"
DEFAULT_USERNAME = "sandbox"
DEFAULT_API_TOKEN = "sandbox:secret^00"  # noqa: S105 - printed in the documentation, opens nothing but made-up reports
# What a district's "API Management" would give out; it opens nothing but made-up people.
DEFAULT_ILLUMINATE = {
    "key": "sandbox-consumer",
    "secret": "sandbox-consumer-secret",
    "token": "sandbox-user",
    "token_secret": "sandbox-user-secret",
}
# What a solution specialist would give out; it opens nothing but made-up registrations.
DEFAULT_POWERSCHOOL_KEY = "sandbox-enrollment-key"
LARGEST_REQUEST = 1_000_000
ACCEPT_LOOK_SECONDS = 0.05
ANSWER_FIRST_SECONDS = 0.05
LOOPBACK_NAMES = frozenset(("127.0.0.1", "localhost", "[::1]"))


class Calls(Counter[str]):
    """Counts by endpoint, safe to change from many threads."""

    def __init__(self, *counts: Any) -> None:
        super().__init__(*counts)
        self._lock = threading.Lock()

    def add(self, name: str, by: int = 1) -> None:
        with self._lock:
            self[name] += by

    def forget(self) -> None:
        """Back to zero, but for the links open now."""
        with self._lock:
            still_open = self["link_open"]
            self.clear()
            self["link_open"] = still_open


class SandboxServer:
    """The sandbox's vendors over HTTP. `.url` is known as soon as it is made; it answers after `start()`.

    `port` 0 takes a free one. `latency_ms` is added to every call of an API, `link_latency_ms` to every link.
    `illuminate` has Illuminate's credentials, by the names of DEFAULT_ILLUMINATE; `powerschool_key` is the API key of
    PowerSchool Enrollment.
    """

    def __init__(
        self,
        world: World | None = None,
        *,
        port: int = 0,
        latency_ms: float = 0,
        link_latency_ms: float = 0,
        username: str = DEFAULT_USERNAME,
        api_token: str = DEFAULT_API_TOKEN,
        illuminate: Mapping[str, str] = DEFAULT_ILLUMINATE,
        powerschool_key: str = DEFAULT_POWERSCHOOL_KEY,
        clock: SandboxClock | None = None,
    ) -> None:
        self.world = world or World()
        self.clock = clock or SandboxClock()
        self.calls = Calls()
        self.faults = FaultList(self)
        self.observed = Observations()
        self.ets = EtsVendor(self.world, self.clock, username=username, api_token=api_token)
        self.illuminate = IlluminateVendor(self.world, self.clock, credentials=illuminate)
        self.powerschool = PowerSchoolVendor(self.world, self.clock, api_key=powerschool_key)
        self.vendors: tuple[Vendor, ...] = (self.ets, self.illuminate, self.powerschool)
        self.stopping = threading.Event()
        self._first_settings = {
            "latency_ms": latency_ms,
            "link_latency_ms": link_latency_ms,
            "token_seconds": self.ets.token_seconds,
            "username": username,
            "api_token": api_token,
            "v1": self.ets.has_v1,
            "video": self.ets.video,
        }
        self.latency_ms, self.link_latency_ms = latency_ms, link_latency_ms
        self._listener: _Listener | None = None
        self._started = False
        self._door = threading.Lock()
        self._connections: set[socket.socket] = set()
        self._socket = _bound_socket(port)
        self.port: int = self._socket.getsockname()[1]
        self.url = f"http://{HOST}:{self.port}"

    def start(self) -> Self:
        """Answer, in threads that end with the process."""
        self._started = True
        self.accept()
        return self

    def stop(self) -> None:
        """Close the door and every connection, for good."""
        self.stopping.set()
        self.refuse()
        self._socket.close()
        self.illuminate.kept.forget()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def refuse(self, seconds: float | None = None) -> None:
        """Refuse connections and close those open, until `accept()` or for so many real seconds."""
        with self._door:
            listener, self._listener = self._listener, None
            if listener is None:
                return
            listener.shutdown()
            listener.server_close()
            # Bound but not listening: clients are refused and nobody else can take the port.
            self._socket = _bound_socket(self.port)
            for connection in list(self._connections):
                _hang_up(connection)
        if seconds is not None:
            timer = threading.Timer(seconds, self.accept)
            timer.daemon = True
            timer.start()

    def accept(self) -> None:
        """Take connections again; nothing happens if it already does."""
        with self._door:
            if self._listener is not None or self.stopping.is_set():
                return
            self._listener = _Listener(self, self._socket)
            threading.Thread(
                target=self._listener.serve_forever,
                kwargs={"poll_interval": ACCEPT_LOOK_SECONDS},
                name="sandbox",
                daemon=True,
            ).start()

    def accept_if_started(self) -> None:
        """End a refusal; a server that was never started stays shut."""
        if self._started:
            self.accept()

    def refuse_soon(self, seconds: float) -> None:
        """Refuse for so many seconds, from just after the answer to whoever asked for it."""
        timer = threading.Timer(ANSWER_FIRST_SECONDS, self.refuse, (seconds,))
        timer.daemon = True
        timer.start()

    def reset(self) -> None:
        """Back to how it was started: no faults, nothing counted or seen, real time, first settings."""
        self.faults.clear()
        self.clock.reset()
        self.configure(self._first_settings)
        self.illuminate.reset()
        self.powerschool.reset()
        self.calls.forget()
        self.observed.forget()

    def configure(self, settings: dict[str, Any]) -> None:
        """Change what is set, by the names in docs/sandbox.md."""
        self.latency_ms = settings.get("latency_ms", self.latency_ms)
        self.link_latency_ms = settings.get("link_latency_ms", self.link_latency_ms)
        self.ets.token_seconds = settings.get("token_seconds", self.ets.token_seconds)
        self.ets.has_v1 = settings.get("v1", self.ets.has_v1)
        self.ets.video = settings.get("video", self.ets.video)
        if "username" in settings and "api_token" in settings:
            self.ets.use_credentials(settings["username"], settings["api_token"])
        if settings.get("revoke_tokens"):
            self.ets.revoke_tokens()

    def answer(self, request: Request, wire: Wire) -> None:
        """Answer one request, with the fault that waits for it if there is one."""
        vendor = self._vendor_of(request.path)
        if vendor is None:
            wire.send(json_reply(404, {"message": "Not Found"}))
        elif request.path.startswith(f"{vendor.prefix}/_"):
            wire.send(control.answer(self, vendor, request))
        else:
            self._answer_call(vendor, request, wire)

    def _answer_call(self, vendor: Vendor, request: Request, wire: Wire) -> None:
        call = vendor.route(request)
        if call is None:
            wire.send(vendor.nowhere())
            return
        self.calls.add(call.endpoint)
        is_link = call.endpoint == "link"
        if call.endpoint in ("link", "asset"):
            self.observed.saw_link_request(request, call)
        if is_link:
            self.calls.add("link_open")
        try:
            latency = self.link_latency_ms if is_link else self.latency_ms
            if latency:
                time.sleep(latency / 1000)
            fault = self.faults.take(vendor, call)
            if fault is None:
                wire.send(call.answer())
            else:
                misbehave(fault, call, vendor, wire)
        except ConnectionError:
            wire.client_left = True
            raise
        finally:
            if is_link:
                self.calls.add("link_open", -1)
                if wire.client_left and not self.stopping.is_set():
                    self.calls.add("link_aborted")

    def _vendor_of(self, path: str) -> Vendor | None:
        return next((vendor for vendor in self.vendors if path.startswith(f"{vendor.prefix}/")), None)

    def remember(self, connection: socket.socket) -> None:
        self._connections.add(connection)
        if self._listener is None:
            # Accepted in the moment in which the door closed.
            _hang_up(connection)

    def forget(self, connection: socket.socket) -> None:
        self._connections.discard(connection)


class _Listener(ThreadingHTTPServer):
    """Takes connections from a socket that is already bound."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 1024

    def __init__(self, sandbox: SandboxServer, bound: socket.socket) -> None:
        super().__init__((HOST, 0), _Connection, bind_and_activate=False)
        self.socket.close()
        self.socket = bound
        self.server_address = bound.getsockname()
        self.sandbox = sandbox
        self.server_activate()

    def handle_error(self, _request: object, _client_address: object) -> None:
        """Say where the sandbox itself failed, but not on what: that may hold an SSID."""
        kind, error, trace = sys.exc_info()
        if kind is None or issubclass(kind, ConnectionError | TimeoutError) or self.sandbox.stopping.is_set():
            return
        del error
        places = "".join(traceback.format_tb(trace))
        sys.stderr.write(f"The sandbox failed with {kind.__name__}:\n{places}")


class _Connection(BaseHTTPRequestHandler):
    """One client, for as many requests as it likes."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Listener

    def setup(self) -> None:
        super().setup()
        self.server.sandbox.remember(self.connection)

    def finish(self) -> None:
        self.server.sandbox.forget(self.connection)
        try:
            super().finish()
        except (OSError, ValueError):
            return

    def answer_request(self) -> None:
        length = self.headers.get("Content-Length", "0")
        if not length.isdigit() or int(length) > LARGEST_REQUEST or "Transfer-Encoding" in self.headers:
            self.close_connection = True
            self._wire().send(Reply(413))
            return
        path, _, query = self.path.partition("?")
        request = Request(
            method=self.command,
            path=path,
            query=query,
            headers=self.headers,
            body=self.rfile.read(int(length)) if length != "0" else b"",
            client_address=self.client_address[0],
            base_url=self._base_url(),
        )
        wire = self._wire()
        try:
            self.server.sandbox.answer(request, wire)
        except ConnectionError:
            self.close_connection = True
        self.close_connection = self.close_connection or wire.closing

    def __getattr__(self, name: str) -> Any:
        """Every method is answered in one place; the vendor decides which it has."""
        if name.startswith("do_"):
            return self.answer_request
        raise AttributeError(name)

    def _wire(self) -> Wire:
        wire = Wire(
            self.connection, self.wfile, self.server.sandbox.stopping, head_only=self.command == "HEAD"
        )
        wire.closing = self.close_connection
        return wire

    def _base_url(self) -> str:
        """The name that the client used for us, if it is one of loopback, so that links lead back the same way."""
        host = self.headers.get("Host", "")
        return f"http://{host}" if host.rpartition(":")[0] in LOOPBACK_NAMES else self.server.sandbox.url

    def log_message(self, *_: object) -> None:
        """Requests hold SSIDs and links: nothing is printed."""


def _bound_socket(port: int) -> socket.socket:
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((HOST, port))
    except OSError:
        bound.close()
        raise
    return bound


def _hang_up(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return
