"""A whole portal for tests: gunicorn, sandbox and, where asked for, a worker, as real processes with their own data.

`running(folder)` starts them with settings like production's on free ports and ends them; `Portal` is what it gives.
DATABASE_URL and REDIS_URL of the shell decide: PostgreSQL gets a fresh database on that server, else a SQLite file.
Every process writes its standard output and error to a file in the folder, so that a test can read all of it.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import re
import secrets
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import psycopg
import requests

ROOT = Path(__file__).resolve().parent.parent
HERE = "127.0.0.1"
PDF_REPORT = re.compile(r"format-pdf\"\s+href=\"(/students/[0-9a-f-]{36}/reports/[^\"/]+/)")
SERVICES = os.environ.get("DATABASE_URL", "").startswith("postgres")


def free_port() -> int:
    with socket.create_server((HERE, 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def wait_until(true: Callable[[], Any], *, seconds: float = 20, what: str = "") -> Any:
    """Return the first true answer; AssertionError after so many seconds."""
    ends = time.monotonic() + seconds
    while True:
        answer = true()
        if answer:
            return answer
        if time.monotonic() > ends:
            raise AssertionError(f"waited {seconds} s in vain {what}")
        time.sleep(0.05)


@contextlib.contextmanager
def fresh_database(folder: Path) -> Generator[str, None, None]:
    """Give the address of an empty database, PostgreSQL where DATABASE_URL is, and drop it afterwards."""
    if not SERVICES:
        yield f"sqlite:///{folder / 'portal.sqlite3'}"
        return
    server, _, _name = os.environ["DATABASE_URL"].rpartition("/")
    name = f"portal_live_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
        try:
            yield f"{server}/{name}"
        finally:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'.encode())


class Sandbox:
    """The controls of a sandbox process, as docs/sandbox.md has them."""

    def __init__(self, url: str) -> None:
        self.url = url

    def calls(self) -> dict[str, int]:
        found: dict[str, int] = requests.get(f"{self.url}/ets/_calls", timeout=10).json()
        return found

    def faults(self, *faults: dict[str, Any], vendor: str = "ets") -> None:
        self._post("faults", list(faults), vendor)

    def reset(self) -> None:
        self._post("reset", None)

    def settings(self, *, vendor: str = "ets", **values: Any) -> None:
        self._post("settings", values, vendor)

    def night(self, **parts: Any) -> None:
        """Change Illuminate's night."""
        self._post("night", parts, "illuminate")

    def advance(self, seconds: float) -> None:
        self._post("clock", {"advance_seconds": seconds})

    def _post(self, control: str, value: Any, vendor: str = "ets") -> None:
        requests.post(f"{self.url}/{vendor}/_{control}", json=value, timeout=10).raise_for_status()


@dataclass
class Portal:
    """Addresses, people and processes of one running portal."""

    folder: Path
    environment: dict[str, str]
    port: int
    sandbox: Sandbox
    staged: dict[str, Any] = field(default_factory=dict)
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://{HERE}:{self.port}"

    def person(self, part: str) -> dict[str, Any]:
        found: dict[str, Any] = self.staged["people"][part]
        return found

    def client(self, part: str | None = None) -> requests.Session:
        """Return a session with the part's cookie, sent over plain http whatever SITE_URL says."""
        client = requests.Session()
        client.trust_env = False
        if part:
            name = "__Host-session" if self.environment["SITE_URL"].startswith("https") else "sessionid"
            client.cookies.set(name, self.person(part)["session"])
        return client

    def get(self, part: str | None, path: str, **options: Any) -> requests.Response:
        """Ask once, on a connection of its own, without following redirects."""
        with self.client(part) as client:
            return client.get(self.url + path, **({"timeout": 60, "allow_redirects": False} | options))

    def start(self, name: str, *command: str, **environment: str) -> subprocess.Popen[bytes]:
        """Start another process of this portal, its output in `<name>.log`; it ends with the portal."""
        with (self.folder / f"{name}.log").open("ab") as out:
            process = subprocess.Popen(
                [sys.executable, *command],
                cwd=ROOT,
                env=self.environment | environment,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )
        self.processes[name] = process
        return process

    def run(self, *command: str, check: bool = True, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a Python command in the portal's environment to its end; its output joins `commands.log`."""
        done = subprocess.run(
            [sys.executable, *command],
            cwd=ROOT,
            env=self.environment | environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        with (self.folder / "commands.log").open("a") as out:
            out.write(done.stdout + done.stderr)
        if check and done.returncode:
            raise AssertionError(f"{command} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
        return done

    def sql(self, *statements: str) -> None:
        """Run statements on the portal's database, beside the portal."""
        url = self.environment["DATABASE_URL"]
        if url.startswith("postgres"):
            with psycopg.connect(url) as server:
                for statement in statements:
                    server.execute(statement.encode())
            return
        with contextlib.closing(sqlite3.connect(url.removeprefix("sqlite:///"), timeout=20)) as file:
            for statement in statements:
                file.execute(statement)
            file.commit()

    def rows(self, query: str, database: str = "") -> list[tuple[Any, ...]]:
        """Return what a query finds in the portal's database, or in another."""
        url = database or self.environment["DATABASE_URL"]
        if url.startswith("postgres"):
            with psycopg.connect(url) as server:
                return server.execute(query.encode()).fetchall()
        with contextlib.closing(sqlite3.connect(url.removeprefix("sqlite:///"), timeout=20)) as file:
            return file.execute(query).fetchall()

    def close_breakers(self) -> None:
        """Forget the vendors' failures so far, so that the next fault meets a portal that still asks."""
        self.sql("DELETE FROM base_breakerrow")

    def report_urls(self, part: str, student: str) -> list[str]:
        """Return the addresses of a student's PDF reports, which stream, as the student's page lists them."""
        page = self.get(part, f"/students/{student}/").text
        return sorted(set(PDF_REPORT.findall(page)))

    def serve(self, *options: str, **environment: str) -> None:
        """Start gunicorn and wait until it answers."""
        bind = ("--bind", f"{HERE}:{self.port}")
        process = self.start("gunicorn", "-m", "gunicorn", "portal.wsgi", *bind, *options, **environment)
        wait_until(lambda: self._answers(process), seconds=40, what=f"for gunicorn:\n{self.output()[-2000:]}")

    def stop(self, name: str) -> None:
        """End a process and all its children."""
        process = self.processes.pop(name, None)
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(15)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(5)

    def workers(self) -> list[psutil.Process]:
        """Return gunicorn's worker processes."""
        children: list[psutil.Process] = psutil.Process(self.processes["gunicorn"].pid).children()
        return children

    def output(self) -> str:
        """Return what all processes have written so far."""
        return "\n".join(file.read_text(errors="replace") for file in sorted(self.folder.glob("*.log")))

    def log_events(self) -> list[dict[str, Any]]:
        """Return the lines that are JSON objects."""
        lines = (line for line in self.output().splitlines() if line.startswith("{"))
        return [json.loads(line) for line in lines]

    def _answers(self, process: subprocess.Popen[bytes]) -> bool:
        if process.poll() is not None:
            raise AssertionError(f"gunicorn ended:\n{self.output()[-4000:]}")
        try:
            return self.get(None, "/healthz", timeout=2).status_code < 500
        except requests.RequestException:
            return False


def _environment(folder: Path, port: int, database: str, sandbox_port: int) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TZ") if name in os.environ}
    made = {
        "DJANGO_SETTINGS_MODULE": "tests.live_settings",
        "LIVE_FOLDER": str(folder),
        "LIVE_ETS": f"http://{HERE}:{sandbox_port}/ets",
        "LIVE_ETS_SECRET": f"canary:{secrets.token_urlsafe(24)}^00",
        "SECRET_KEY": secrets.token_urlsafe(48),
        "FIELD_KEYS": "live:" + base64.b64encode(secrets.token_bytes(32)).decode(),
        "SITE_URL": f"http://{HERE}:{port}",
        "ALLOWED_HOSTS": f"{HERE},localhost,portal.example.org,testserver",
        "EMAIL_URL": "memory://",
        "PORTAL_VENDOR_HOSTS": f"{HERE}:{sandbox_port}",
        "DATABASE_URL": database,
        "BROKER_FOLDER": str(folder / "broker"),
        "SERVER_PROCESSES": "1",
        "PYTHONUNBUFFERED": "1",
    }
    if SERVICES and os.environ.get("REDIS_URL"):
        made["REDIS_URL"] = os.environ["REDIS_URL"]
    return kept | made


@contextlib.contextmanager
def running(
    folder: Path,
    *,
    people: str = "cast",
    students: int = 200,
    environment: dict[str, str] | None = None,
    gunicorn: tuple[str, ...] | None = (),
) -> Iterator[Portal]:
    """Run a portal in `folder`. `people`: the tests' cast, the sandbox's whole "world" of so many students, or "empty".

    `environment` overrules; an empty value takes a variable away. `gunicorn` are options for it; None: no server yet.
    """
    with fresh_database(folder) as database:
        port, sandbox_port = free_port(), free_port()
        values = _environment(folder, port, database, sandbox_port) | (environment or {})
        values = {name: value for name, value in values.items() if value}
        portal = Portal(folder, values, port, Sandbox(f"http://{HERE}:{sandbox_port}"))
        try:
            _start_sandbox(portal, sandbox_port, students)
            out = folder / "staged.json"
            # Tests may point the portal at a vendor or a Redis of their own; people are brought in without them.
            portal.run("-m", "tests.live_stage", str(out), people, str(students))
            portal.staged = json.loads(out.read_text()) if out.exists() else {}
            if gunicorn is not None:
                portal.serve(*gunicorn)
            yield portal
        finally:
            for name in list(portal.processes):
                portal.stop(name)


def _start_sandbox(portal: Portal, port: int, students: int) -> None:
    secret = {"SANDBOX_ETS_SECRET": portal.environment["LIVE_ETS_SECRET"]}
    options = ("--port", str(port), "--students", str(students))
    process = portal.start("sandbox", "manage.py", "sandbox", *options, **secret)

    def answers() -> bool:
        if process.poll() is not None:
            raise AssertionError(f"the sandbox ended:\n{portal.output()[-4000:]}")
        try:
            return bool(portal.sandbox.calls())
        except requests.RequestException:
            return False

    wait_until(answers, seconds=30, what="for the sandbox")
