import concurrent.futures
import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import requests
from requests_oauthlib import OAuth1

from integrations.sandbox import control
from integrations.sandbox.server import SandboxServer
from integrations.sandbox.world import World
from tests.integrations.sandbox.sockets import until

ROOT = Path(__file__).parents[3]


def test_it_works(ets, child, sandbox):
    ets.token()
    ets.get("/v3/token/verify")
    requests.get(ets.link(child.ssid), timeout=5)
    until(lambda: sandbox.calls["link_open"] == 0)
    assert ets.control("calls").json() == {
        "token": 2,
        "verify": 1,
        "reports": 1,
        "link": 1,
        "asset": 0,
        "link_aborted": 0,
        "link_open": 0,
    }


def test_reset_puts_everything_back(ets, sandbox):
    ets.token()
    ets.control("clock", {"advance_seconds": 5000})
    ets.control("settings", {"token_seconds": 5, "latency_ms": 1, "username": "u", "api_token": "t"})
    ets.control("settings", {"v1": False, "video": "file"})
    assert ets.control("reset").json() == {"ok": True}
    assert not any(ets.control("calls").json().values())
    assert ets.token()
    assert sandbox.ets.token_seconds == 3600
    assert (sandbox.ets.has_v1, sandbox.ets.video) == (True, "page")


def test_it_binds_loopback_only(sandbox):
    assert sandbox.url == f"http://127.0.0.1:{sandbox.port}"
    assert sandbox._socket.getsockname()[0] == "127.0.0.1"


@pytest.mark.parametrize(
    ("address", "expected"),
    [("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("10.0.0.1", False), ("192.168.1.5", False)],
)
def test_only_this_machine_may_steer(address, expected):
    assert control.is_loopback(address) is expected


def test_a_web_page_may_not_steer(ets):
    reply = ets.session.post(f"{ets.base}/_reset", headers={"Origin": "https://example.org"}, timeout=5)
    assert reply.status_code == 403


def test_an_unknown_control_is_404(ets):
    assert ets.control("nothing").status_code == 404
    assert ets.session.get(f"{ets.base}/_reset", timeout=5).status_code == 404


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("clock", {}),
        ("clock", {"advance_seconds": "1"}),
        ("clock", {"advance_seconds": True}),
        ("settings", []),
        ("settings", {"colour": 1}),
        ("settings", {"latency_ms": "1"}),
        ("settings", {"latency_ms": -1}),
        ("settings", {"username": "alone"}),
        ("settings", {"v1": 1}),
        ("settings", {"video": "reel"}),
        ("faults", {}),
    ],
)
def test_a_control_that_is_not_understood_says_why(ets, name, value):
    reply = ets.control(name, value)
    assert reply.status_code == 400
    assert reply.json()["message"]


def test_a_body_that_is_not_json_is_400(ets):
    assert ets.session.post(f"{ets.base}/_faults", data=b"{", timeout=5).status_code == 400


def test_a_path_of_no_vendor_is_404(ets, sandbox):
    assert requests.get(f"{sandbox.url}/", timeout=5).status_code == 404
    assert requests.get(f"{sandbox.url}/etsx/v3/token", timeout=5).status_code == 404


def test_a_connection_serves_many_requests(ets, sandbox):
    with socket.create_connection(("127.0.0.1", sandbox.port), timeout=5) as client:
        for _ in range(3):
            client.sendall(b"GET /ets/v3/token/verify HTTP/1.1\r\nHost: x\r\n\r\n")
            assert client.recv(65536).startswith(b"HTTP/1.1 403 ")


def test_a_request_larger_than_a_megabyte_is_refused(ets, sandbox):
    with socket.create_connection(("127.0.0.1", sandbox.port), timeout=5) as client:
        client.sendall(b"POST /ets/_faults HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n")
        assert client.recv(65536).startswith(b"HTTP/1.1 413 ")


def test_200_clients_are_served_at_once(ets, child, sandbox):
    token = ets.token()
    ets.control("settings", {"latency_ms": 200})

    def ask(_):
        with socket.create_connection(("127.0.0.1", sandbox.port), timeout=10) as client:
            client.sendall(
                f"GET /ets/v3/token/verify HTTP/1.1\r\nHost: x\r\nAuthorization: {token}\r\n\r\n".encode()
            )
            return client.recv(65536)[9:12]

    with concurrent.futures.ThreadPoolExecutor(200) as pool:
        assert list(pool.map(ask, range(200))) == [b"200"] * 200


def test_nothing_is_printed_about_requests(ets, child, capfd):
    requests.get(ets.link(child.ssid), timeout=5)
    ets.reports("nonsense")
    assert capfd.readouterr() == ("", "")


def test_a_failure_of_its_own_names_no_student(ets, child, capfd, sandbox):
    sandbox.latency_ms = f"not a number {child.ssid}"
    with pytest.raises(requests.ConnectionError):
        ets.get("/v3/token/verify")
    shown = capfd.readouterr().err
    assert "The sandbox failed with TypeError" in shown
    assert child.ssid not in shown


def test_it_can_stop_while_clients_wait():
    server = SandboxServer(World(12)).start()
    server.faults.add(where="verify", kind="hang")
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as client:
        client.sendall(b"GET /ets/v3/token/verify HTTP/1.1\r\nHost: x\r\n\r\n")
        server.stop()
        with contextlib.suppress(ConnectionResetError):
            assert client.recv(10) == b""
    server.stop()


def test_a_port_in_use_is_an_error(sandbox):
    with pytest.raises(OSError, match="in use"):
        SandboxServer(World(12), port=sandbox.port)


@pytest.mark.slow
def test_the_sandbox_imports_nothing_of_the_portal():
    code = (
        "import sys, integrations.sandbox.server as s;"
        "others = ('django', 'portal', 'accounts', 'scorereports', 'requests');"
        "bad = [m for m in sys.modules if m.split('.')[0] in others"
        " or m.startswith(('integrations.http', 'integrations.ets', 'integrations.models'))];"
        "sys.exit(str(bad) if bad else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_command_serves_and_ends_cleanly(number):
    environment = {**os.environ, "SANDBOX_ETS_USERNAME": "someone", "SANDBOX_ETS_SECRET": "a:b^c"}
    environment |= {f"SANDBOX_ILLUMINATE_{name}": name for name in ("KEY", "SECRET", "TOKEN", "TOKEN_SECRET")}
    environment.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    signed = OAuth1("KEY", "SECRET", "TOKEN", "TOKEN_SECRET")
    process = subprocess.Popen(
        [sys.executable, "-m", "django", "sandbox", "--port", "0", "--students", "30", "--latency-ms", "1"],
        cwd=ROOT,
        env={**environment, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        base = process.stdout.readline().strip()
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/ets", base)
        assert requests.get(f"{base}/v3/token", auth=("someone", "a:b^c"), timeout=5).status_code == 200
        base = process.stdout.readline().strip()
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/illuminate/live/rest_server\.php", base)
        assert requests.get(f"{base}/Api/Sites/", auth=signed, timeout=5).status_code == 200
        base = process.stdout.readline().strip()
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/powerschool/api/v1", base)
        process.send_signal(number)
        out, err = process.communicate(timeout=10)
        assert (process.returncode, out, err) == (0, "", "")
    finally:
        process.kill()
        process.communicate()
