"""Brings about every outcome, through the sandbox's faults and people or the school's own data.

`PROVOKED[outcome](stage)` returns what asks for it: a function from a signed-in client to the page that says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import DatabaseError
from django.db import connection as database
from django.test import Client

from accounts.models import Hold
from integrations.models import Connection
from integrations.sandbox.server import SandboxServer
from portal.base import clock
from portal.base.breakers import SharedBreaker
from portal.base.clock import local_today
from scorereports.models import Configuration
from scorereports.outcomes import Outcome
from tests.cast import Cast, world
from tests.scorereports import reading

Ask = Callable[[Client], Any]


@dataclass
class Stage:
    cast: Cast
    connected: Connection
    sandbox: SandboxServer
    settings: Any

    @property
    def address(self) -> str:
        return f"/students/{self.cast.child.uuid}/"

    def listed(self) -> Ask:
        return lambda client: client.get(self.address)

    def chosen(self, **choice: str) -> Ask:
        return lambda client: client.post(self.address, choice)

    def opened(self, kind: str = "CAASPP", **more: Any) -> Ask:
        return lambda client: client.get(reading.content(self.cast.child, kind, **more))

    def known_to_ets_as(self, index: int) -> Ask:
        """Give the child the SSID of a student of the sandbox whose standing is known."""
        self.cast.child.ssid = world().student(index).ssid or ""
        self.cast.child.save()
        return self.listed()

    def connection(self, **fields: Any) -> Ask:
        Connection.objects.update(**fields)
        return self.listed()

    def fault(self, where: str, kind: str, **options: Any) -> Ask:
        self.sandbox.faults.add(where=where, kind=kind, **options)
        return self.opened() if where == "link" else self.listed()


def hold(stage: Stage) -> Ask:
    Hold.objects.create(
        student=stage.cast.child, kind="address", reason="order", starts=local_today() - timedelta(days=1)
    )
    return stage.listed()


def _no_ssid(stage: Stage) -> Ask:
    stage.cast.child.ssid = ""
    stage.cast.child.save()
    return stage.listed()


def _shared_ssid(stage: Stage) -> Ask:
    stage.cast.classmate.ssid = stage.cast.child.ssid
    stage.cast.classmate.save()
    return stage.listed()


def _changed_ssid(stage: Stage) -> Ask:
    stage.cast.child.ssid_changed_at = clock.now()
    stage.cast.child.save()
    return stage.listed()


def _expired_credentials(stage: Stage) -> Ask:
    stage.connection(expires=local_today() - timedelta(days=1))
    return stage.fault("token", "status", status=401)


def _not_set_up(stage: Stage) -> Ask:
    Configuration.objects.all().delete()
    return stage.listed()


def _open_breaker(stage: Stage) -> Ask:
    breaker = SharedBreaker(f"ets:{stage.connected.uuid}")
    for _ in range(5):
        breaker.failure()
    return stage.listed()


def _display_off(stage: Stage) -> Ask:
    stage.cast.school_a.shows_reports = False
    stage.cast.school_a.save()
    return stage.listed()


def _busy(stage: Stage) -> Ask:
    stage.settings.STREAM_SLOTS = 0
    return stage.opened()


def _own_tab(stage: Stage) -> Ask:
    stage.sandbox.faults.add(where="reports", kind="hostile_links", url="https://reports.ets.org/page.html")
    return lambda client: client.get(reading.html(stage.cast.child), headers={"Sec-Fetch-Dest": "iframe"})


@contextmanager
def no_record() -> Iterator[None]:
    """Let every insert into the record of access fail."""

    def fails(execute: Any, sql: str, params: Any, many: Any, context: Any) -> Any:
        if sql.startswith('INSERT INTO "accounts_accessrecord"'):
            raise DatabaseError
        return execute(sql, params, many, context)

    with database.execute_wrapper(fails):
        yield


def _not_recorded(stage: Stage) -> Ask:
    def ask(client: Client) -> Any:
        with no_record():
            return stage.opened()(client)

    return ask


_EXPIRED = "<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>"
PROVOKED: dict[Outcome, Callable[[Stage], Ask]] = {
    Outcome.NO_SSID: _no_ssid,
    Outcome.SSID_SHARED: _shared_ssid,
    Outcome.SSID_CHANGED: _changed_ssid,
    Outcome.UNKNOWN_TO_ETS: lambda stage: stage.known_to_ets_as(14),
    Outcome.ENROLLED_ELSEWHERE: lambda stage: stage.known_to_ets_as(40),
    Outcome.NONE_YET: lambda stage: stage.known_to_ets_as(16),
    Outcome.OTHER_LANGUAGES: lambda stage: stage.chosen(language="VI"),
    Outcome.TOO_OLD: lambda stage: stage.chosen(year="earlier"),
    Outcome.NONE_MATCH: lambda stage: stage.chosen(test="CSA", format="VIDEO"),
    Outcome.MALFORMED: lambda stage: stage.fault("reports", "status", status=400),
    Outcome.CREDENTIALS_EXPIRED: _expired_credentials,
    Outcome.CREDENTIALS_CHANGED: lambda stage: stage.fault("token", "status", status=401),
    Outcome.NOT_RELEASED: lambda stage: stage.fault("reports", "status", status=403, body="gateway"),
    Outcome.WRONG_ADDRESS: lambda stage: stage.connection(students_path="/v9/students/"),
    Outcome.SECRET_UNREADABLE: lambda stage: stage.connection(secret_id=None),
    Outcome.NOT_SET_UP: _not_set_up,
    Outcome.ETS_DOWN: lambda stage: stage.fault("reports", "garbage"),
    Outcome.BREAKER_OPEN: _open_breaker,
    Outcome.THROTTLED: lambda stage: stage.fault("reports", "status", status=429, retry_after=120),
    Outcome.HELD: hold,
    Outcome.DISPLAY_OFF: _display_off,
    Outcome.GONE: lambda stage: stage.opened("LEXQUAN"),
    Outcome.OWN_TAB: _own_tab,
    Outcome.LINK_EXPIRED: lambda stage: stage.fault("link", "status", status=403, text=_EXPIRED),
    Outcome.BAD_REPORT: lambda stage: stage.fault("link", "wrong_type"),
    Outcome.BUSY: _busy,
    Outcome.NOT_RECORDED: _not_recorded,
}
