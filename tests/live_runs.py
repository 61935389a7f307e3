"""Runs of a live portal: started by a command, worked on by a real worker, on Redis or on the embedded default."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import redis

from tests import live
from tests.live import Portal

_START = """
import uuid
import portal.celery
from accounts.models import User
from scorereports.services import runs, runs_choosing
from scorereports.services.filtering import Choice
user = User.objects.get(uuid={user!r})
ids = runs_choosing.students_of(user).order_by("pk").values_list("local_id", flat=True)[:{students}]
order = runs.Order(uuid.uuid4(), runs_choosing.Wanted(pasted="\\n".join(ids)), Choice(format={format!r}), "teaching")
print("RUN", runs.start(order=order, by=user).uuid)
"""
_DUE = "from portal.celery import app; app.send_task('scorereports.runs_due')"


@contextlib.contextmanager
def portal_of(
    folder: Path,
    *,
    students: int,
    embedded: bool = False,
    gunicorn: tuple[str, ...] | None = None,
    more: dict[str, str] | None = None,
) -> Iterator[Portal]:
    """Run a portal with the sandbox's district. `embedded`: SQLite and messages in a folder, whatever the shell has."""
    environment = {"LOG_LEVEL": "WARNING"} | (more or {})
    if embedded:
        environment |= {"DATABASE_URL": f"sqlite:///{folder / 'embedded.sqlite3'}", "REDIS_URL": ""}
    with live.running(
        folder, people="world", students=students, environment=environment, gunicorn=gunicorn
    ) as portal:
        lose_messages(portal)
        yield portal


def worker(portal: Portal) -> None:
    """Start a worker as `make run` and operations.md do, but for the schedule: tests say when it is due."""
    portal.start(
        "worker", "-m", "celery", "-A", "portal", "worker", "-P", "threads", "-c", "2", "-l", "WARNING"
    )


def start(portal: Portal, *, students: int, by: str = "district_admin", report_format: str = "") -> str:
    """Start a run and return its uuid as its tables have it."""
    code = _START.format(user=portal.person(by)["uuid"], students=students, format=report_format)
    said = portal.run("manage.py", "shell", "-v0", "-c", code).stdout
    return said.rpartition("RUN ")[2].strip()


def send_due(portal: Portal) -> None:
    """Do what the schedule does every minute."""
    portal.run("manage.py", "shell", "-v0", "-c", _DUE)


def lose_messages(portal: Portal) -> None:
    if url := portal.environment.get("REDIS_URL"):
        with redis.Redis.from_url(url) as server:
            server.flushdb()
        return
    shutil.rmtree(Path(portal.environment["BROKER_FOLDER"]) / "messages", ignore_errors=True)


def state(portal: Portal, run: str) -> str:
    [(found,)] = portal.rows(f"SELECT state FROM scorereports_reportrun WHERE {_is(run)}")  # noqa: S608 - no input: names and values of this test
    return str(found)


def places(portal: Portal, run: str) -> dict[str, int]:
    """Count the run's students by what came of them."""
    return dict(
        portal.rows(
            "SELECT p.state, count(*) FROM scorereports_reportrunplace p JOIN scorereports_reportrun r "  # noqa: S608 - no input: names and values of this test
            f"ON r.id = p.run_id WHERE {_is(run, 'r.')} GROUP BY p.state"
        )
    )


def reports(portal: Portal, run: str) -> list[tuple[Any, ...]]:
    """Return every report that the run found, with its student."""
    return sorted(
        portal.rows(
            "SELECT p.student_id, e.type, e.year, e.language, e.format, e.content_area, e.ordinal "  # noqa: S608 - no input: names and values of this test
            "FROM scorereports_reportrunreport e JOIN scorereports_reportrunplace p ON p.id = e.place_id "
            f"JOIN scorereports_reportrun r ON r.id = p.run_id WHERE {_is(run, 'r.')}"
        )
    )


def end_leases(portal: Portal) -> None:
    """Let the time of a dead worker's lease pass."""
    portal.sql("UPDATE base_lease SET expires_at = '2020-01-01 00:00:00+00:00' WHERE name LIKE 'runs:%'")


def _is(run: str, table: str = "") -> str:
    return f"replace(cast({table}uuid as text), '-', '') = '{run.replace('-', '')}'"
