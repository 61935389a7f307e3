"""Firefox and WebKit for one look at a page: started, driven and ended with the standard library alone.

Firefox speaks Marionette by itself, WebKit WebDriver through Debian's `webkit2gtk-driver`; neither needs a library or a
download of ours. WebKit wants a display: `Xvfb` gives it one.
"""

from __future__ import annotations

import base64
import contextlib
import io
import json
import os
import shutil
import socket
import struct
import subprocess
from collections.abc import Generator
from pathlib import Path
from typing import Any, Protocol
from urllib.request import Request, urlopen

from PIL import Image

from tests.live import free_port, wait_until

PATIENCE = 60  # seconds until an answer; a browser's first start on a busy machine takes some
_SIZE = {"width": 1280, "height": 900}


class Engine(Protocol):
    def open(self, url: str) -> None: ...

    def add_cookie(self, name: str, value: str) -> None: ...

    def picture(self) -> Image.Image: ...


class Marionette:
    """Firefox's own remote control: messages as `length:[0, id, command, parameters]`."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        self._last = 0
        self._receive()
        self._ask("WebDriver:NewSession", {"capabilities": {}})
        self._ask("WebDriver:SetWindowRect", _SIZE)

    def open(self, url: str) -> None:
        self._ask("WebDriver:Navigate", {"url": url})

    def add_cookie(self, name: str, value: str) -> None:
        self._ask("WebDriver:AddCookie", {"cookie": {"name": name, "value": value, "path": "/"}})

    def picture(self) -> Image.Image:
        shot = self._ask("WebDriver:TakeScreenshot", {"full": False})["value"]
        return Image.open(io.BytesIO(base64.b64decode(shot))).convert("RGB")

    def close(self) -> None:
        self._socket.close()

    def _ask(self, command: str, parameters: dict[str, Any]) -> Any:
        self._last += 1
        message = json.dumps([0, self._last, command, parameters])
        self._socket.sendall(f"{len(message)}:{message}".encode())
        _kind, _id, error, answer = self._receive()
        assert error is None, f"{command}: {error}"
        return answer

    def _receive(self) -> Any:
        head = b""
        while not head.endswith(b":"):
            head += self._some(1)
        return json.loads(self._some(int(head[:-1])))

    def _some(self, length: int) -> bytes:
        found = b""
        while len(found) < length:
            part = self._socket.recv(length - len(found))
            assert part, "Firefox has gone"
            found += part
        return found


class WebDriver:
    def __init__(self, port: int, screen: Path) -> None:
        self._screen = screen
        self._base = f"http://127.0.0.1:{port}/session"
        answer = self._ask("", {"capabilities": {}})
        self._base += f"/{answer['sessionId']}"
        self._ask("/window/rect", _SIZE)

    def open(self, url: str) -> None:
        self._ask("/url", {"url": url})

    def add_cookie(self, name: str, value: str) -> None:
        self._ask("/cookie", {"cookie": {"name": name, "value": value, "path": "/"}})

    def picture(self) -> Image.Image:
        """Return what is on the display: the driver's own pictures never come once there is nothing new to draw."""
        return _of_display(self._screen)

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._ask("", method="DELETE")

    def _ask(self, path: str, body: Any = None, method: str = "") -> Any:
        request = Request(  # noqa: S310 - always http, to the browser driver that the test started
            self._base + path,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
            method=method or ("GET" if body is None else "POST"),
        )
        with urlopen(request, timeout=PATIENCE) as answer:  # noqa: S310 - always http to this machine's own driver
            return json.load(answer)["value"]


@contextlib.contextmanager
def firefox(folder: Path) -> Generator[Engine, None, None]:
    port = free_port()
    (folder / "user.js").write_text(
        f'user_pref("marionette.port", {port});\n'
        'user_pref("browser.shell.checkDefaultBrowser", false);\n'
        # A mouse, which a browser without a window has not: the frame is for wide screens with one.
        'user_pref("ui.primaryPointerCapabilities", 6);\n'
        'user_pref("ui.allPointerCapabilities", 6);\n'
        'user_pref("datareporting.policy.dataSubmissionEnabled", false);\n'
        'user_pref("network.captive-portal-service.enabled", false);\n'
        'user_pref("network.connectivity-service.enabled", false);\n'
    )
    command = ["firefox-esr", "--headless", "--marionette", "--no-remote", "--profile", str(folder)]
    with _running(command, folder, {"HOME": str(folder), "MOZ_DISABLE_CONTENT_SANDBOX": "1"}):
        driver = wait_until(lambda: _marionette(port), seconds=PATIENCE, what="for Firefox")
        yield driver
        driver.close()


@contextlib.contextmanager
def webkit(folder: Path) -> Generator[Engine, None, None]:
    port = free_port()
    with _display(folder) as display:
        environment = {
            "DISPLAY": display,
            "HOME": str(folder),
            "XDG_RUNTIME_DIR": str(folder),
            "GDK_BACKEND": "x11",
            "WEBKIT_DISABLE_COMPOSITING_MODE": "1",
            "WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS": "1",
            "LIBGL_ALWAYS_SOFTWARE": "1",
            "NO_AT_BRIDGE": "1",
        }
        with _running(["WebKitWebDriver", f"--port={port}"], folder, environment):
            wait_until(lambda: _listens(port), seconds=PATIENCE, what="for WebKit's driver")
            driver = WebDriver(port, folder / "Xvfb_screen0")
            yield driver
            driver.close()


def missing() -> list[str]:
    """Return which of the programs this machine lacks."""
    return [name for name in ("firefox-esr", "WebKitWebDriver", "Xvfb") if shutil.which(name) is None]


@contextlib.contextmanager
def _running(command: list[str], folder: Path, environment: dict[str, str]) -> Generator[Any, None, None]:
    with (folder / "browser.log").open("ab") as out:
        process = subprocess.Popen(
            command, env=os.environ | environment, stdout=out, stderr=out, start_new_session=True
        )
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, 15)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, 9)
            process.wait(5)


@contextlib.contextmanager
def _display(folder: Path) -> Generator[str, None, None]:
    """Start Xvfb on the first display that is free: it writes which."""
    reading, writing = os.pipe()
    command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1400x1000x24", "-nolisten", "tcp"]
    command += ["-fbdir", str(folder)]  # its picture, as a file
    with (folder / "display.log").open("ab") as out:
        process = subprocess.Popen(command, pass_fds=[writing], stdout=out, stderr=out)
    os.close(writing)
    try:
        with os.fdopen(reading) as told:
            yield f":{told.readline().strip()}"
    finally:
        process.terminate()
        process.wait(15)


def _of_display(screen: Path) -> Image.Image:
    """Read an XWD file of 32 bits a pixel, least byte first, as Xvfb keeps it: 25 numbers, colours, then the rows."""
    raw = screen.read_bytes()
    numbers = struct.unpack(">25I", raw[:100])
    header, width, height, line, colours = (numbers[at] for at in (0, 4, 5, 12, 19))
    pixels = raw[header + 12 * colours :]
    return Image.frombytes("RGB", (width, height), pixels, "raw", "BGRX", line)


def _marionette(port: int) -> Marionette | None:
    try:
        return Marionette(port)
    except ConnectionRefusedError:
        return None


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=2).close()
    except OSError:
        return False
    return True
