"""Nights' syncs of a live portal: its district connected to the sandbox's Illuminate, each sync a process of its own.

Kill tests, benchmarks and the soak use it. Every first night gets a copy of the connected, still empty database.
"""

from __future__ import annotations

import contextlib
import json
import re
import shutil
import subprocess
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from integrations.sandbox.server import DEFAULT_ILLUMINATE
from tests import live
from tests.live import Portal

CDS = "99900010000000"
_PEAK = re.compile(r"^VmHWM:\s+(\d+) kB", re.MULTILINE)
ROLES = {
    "Teacher": "teacher",
    "Counselor": "counselor",
    "Office Staff": "office",
    "Site Administrator": "school_admin",
    "District Administrator": "district_admin",
}


@dataclass(frozen=True)
class Night:
    """What a sync took and said. `peak` is the most memory the process ever held, in bytes; `status` its exit code."""

    seconds: float
    peak: int
    status: int
    said: dict[str, Any]


@contextlib.contextmanager
def connected(folder: Path, *, students: int, environment: dict[str, str] | None = None) -> Iterator[Portal]:
    """Run the sandbox and a portal without people or server, connected to its Illuminate."""
    values = {"LOG_LEVEL": "WARNING"} | (environment or {})
    with live.running(folder, people="empty", students=students, environment=values, gunicorn=None) as portal:
        words = {
            "--district": CDS,
            "--district-name": "Sandbox Unified",
            "--name": "Nightly",
            "--base-url": f"{portal.sandbox.url}/illuminate/live/rest_server.php",
            "--consumer-key": DEFAULT_ILLUMINATE["key"],
            "--secret-env": "NIGHTLY_SECRET",
            "--token": DEFAULT_ILLUMINATE["token"],
            "--token-secret-env": "NIGHTLY_TOKEN_SECRET",
        }
        portal.run(
            "manage.py",
            "connect",
            "illuminate",
            *(word for pair in words.items() for word in pair),
            NIGHTLY_SECRET=DEFAULT_ILLUMINATE["secret"],
            NIGHTLY_TOKEN_SECRET=DEFAULT_ILLUMINATE["token_secret"],
        )
        insert = (
            "INSERT INTO integrations_rolemapping (district_id, role_name, role) "
            "SELECT id, '{}', '{}' FROM accounts_district"
        )
        portal.sql(*(insert.format(name, role) for name, role in ROLES.items()))
        yield portal


@contextlib.contextmanager
def empty_database(portal: Portal, *, like: str = "") -> Iterator[str]:
    """Give a copy of the portal's still empty database, or of another, and drop it afterwards.

    Nobody may use the original meanwhile.
    """
    url = like or portal.environment["DATABASE_URL"]
    server, _, original = url.rpartition("/")
    if url.startswith("sqlite"):
        file = portal.folder / f"{uuid.uuid4().hex}.sqlite3"
        shutil.copy(url.removeprefix("sqlite:///"), file)
        yield f"sqlite:///{file}"
        return
    name = f"portal_night_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{original}"'.encode())
        try:
            yield f"{server}/{name}"
        finally:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'.encode())


def start(portal: Portal, database: str, *options: str) -> subprocess.Popen[bytes]:
    return portal.start("sync", "manage.py", "sync", "illuminate", *options, DATABASE_URL=database)


def sync(portal: Portal, database: str, *options: str) -> Night:
    """Run a sync to its end."""
    began = time.perf_counter()
    process = start(portal, database, *options)
    peak = _peak_until_its_end(process)
    took = time.perf_counter() - began
    portal.processes.pop("sync", None)
    last = (portal.folder / "sync.log").read_text().splitlines()[-1]
    said = json.loads(last) if last.startswith("{") else {"said": last}
    return Night(took, peak, process.returncode, said)


def _peak_until_its_end(process: subprocess.Popen[bytes]) -> int:
    """Return the most memory it held, in bytes, by the kernel's own high-water mark.

    Not by what the system says of a process that ended: that begins with the memory of whoever started it.
    """
    status, peak = Path(f"/proc/{process.pid}/status"), 0
    while process.poll() is None:
        with contextlib.suppress(OSError):
            if found := _PEAK.search(status.read_text()):
                peak = int(found[1]) * 1024
        time.sleep(0.05)
    return peak
