"""Which syncs a person looks after, what they may start, and how a run is told on its page.

The staff pages about syncs call it; it reads rows and writes none. Were its scope wrong, one district's staff would
read whom another is about to lock out.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.timesince import timesince
from django.utils.translation import gettext as _

from accounts.models import District, School, User
from accounts.rights import Right
from accounts.services import staff_roles
from integrations.models import Connection, SyncRun, SyncSettings, SyncState
from integrations.services import sync_words, syncs
from integrations.services.sync_words import Told
from portal.base import clock

WORKING = frozenset({SyncState.WAITING, SyncState.FETCHING, SyncState.COMPARING, SyncState.APPLYING})
# Connections of these vendors give people. A folder of files needs no connection.
FEEDS = ("illuminate",)
FILES = "csv"
# By then the schedule has sent word to a worker again.
QUIET = datetime.timedelta(minutes=20)


@dataclass(frozen=True)
class Way:
    """One thing a district can sync from."""

    key: str
    label: str
    district: District
    source: str
    connection: Connection | None = None
    folder: str = ""


@dataclass(frozen=True)
class Counted:
    """How much of one part, in words: "3 new, 2 ended"."""

    name: str
    label: str
    words: str
    total: int


@dataclass(frozen=True)
class Received:
    label: str
    received: int
    expected: int | None
    complete: bool
    trouble: str


@dataclass(frozen=True)
class Found:
    """A kind of problem: how often, what it is, what to do. `reason` is its machine word."""

    reason: str
    label: str
    kind: str
    count: int
    what_to_do: str


def districts_of(user: User) -> QuerySet[District]:
    return staff_roles.districts_with(user, Right.RUN_SYNC).order_by("name")


def runs_of(user: User) -> QuerySet[SyncRun]:
    """Return the runs of the districts this person looks after, newest first."""
    return (
        SyncRun.objects.filter(district__in=districts_of(user).order_by())
        .select_related("district")
        .order_by("-pk")
    )


def ways_of(district: District) -> list[Way]:
    """Return what can be started: each connection to a source of people, and the folder of the settings."""
    found = [
        Way(str(one.uuid), f"{sync_words.source_name(one.vendor)}: {one.name}", district, one.vendor, one)
        for one in Connection.objects.filter(district=district, vendor__in=FEEDS).order_by("name")
    ]
    settings = SyncSettings.objects.filter(district=district).first()
    if settings is not None and settings.nightly_folder:
        label = sync_words.source_name(FILES)
        found.append(Way(f"{district.uuid}:{FILES}", label, district, FILES, folder=settings.nightly_folder))
    return found


def is_working(run: SyncRun) -> bool:
    return run.state in WORKING


def is_quiet(run: SyncRun) -> bool:
    """Say whether a run that should be worked on has shown no sign of life for longer than the schedule waits."""
    last = run.heartbeat_at or run.started_at or run.created_at
    return is_working(run) and clock.now() - last > QUIET


def headline(run: SyncRun) -> tuple[str, str]:
    """Return the state in words and the kind of alert it is."""
    if run.state == SyncState.DONE and run.dry_run:
        return _("Preview only: nothing was changed"), "info"
    if run.state == SyncState.FAILED and run.applied:
        return _("Failed on the way: a part of the changes is in"), "problem"
    words, kind = sync_words.STATES[SyncState(run.state)]
    return str(words), kind


def who(by: str) -> str:
    """Return who started or decided: a person's name, or the schedule or command in words."""
    if by == syncs.SCHEDULE:
        return _("the nightly schedule")
    if by.startswith("command:"):
        return _("the command line")
    if by.startswith("sync:"):
        return _("a later sync")
    try:
        person = User.objects.filter(uuid=UUID(by)).first()
    except (ValueError, ValidationError):
        person = None
    return person.get_full_name() if person else by


def duration(run: SyncRun) -> str:
    if run.started_at is None or run.finished_at is None:
        return ""
    if (run.finished_at - run.started_at).total_seconds() < 60:  # noqa: PLR2004 - seconds in the minute below which seconds are told
        return _("less than a minute")
    return timesince(run.started_at, run.finished_at)


def counted(run: SyncRun) -> list[Counted]:
    """Return what the change set holds, part by part, without what is empty."""
    found = []
    for name, ops in run.counts.items():
        if not isinstance(ops, dict) or not any(ops.values()):
            continue
        parts = [
            f"{sync_words.grouped(number)} {sync_words.word(sync_words.OPS, op)}"
            for op, number in ops.items()
            if number
        ]
        label = sync_words.kind(name)
        found.append(Counted(name, label, ", ".join(parts), sum(ops.values()) - ops.get("skipped", 0)))
    return found


def received(run: SyncRun) -> list[Received]:
    """Return how far each kind of rows has come; what is missing or wrong only once its end is there."""
    return [
        Received(
            label=sync_words.kind(kind),
            received=told.get("received", 0),
            expected=told.get("expected"),
            complete=bool(told.get("complete")),
            trouble=sync_words.word(sync_words.INCOMPLETE, told.get("reason", "")),
        )
        for kind, told in run.received.items()
    ]


def problems(run: SyncRun) -> list[Found]:
    """Return the problems by kind and reason, the most frequent first."""
    found = []
    for kind, reasons in run.problem_counts.items():
        for reason, count in reasons.items():
            label, what_to_do = sync_words.problem(reason)
            kind_label = sync_words.kind(kind)
            found.append(Found(reason, label, kind_label, count, what_to_do))
    return sorted(found, key=lambda one: -one.count)


def why_held(run: SyncRun) -> list[Told]:
    uuids = {reason["school"] for reason in run.reasons if reason.get("school")}
    names = School.objects.filter(uuid__in=uuids, district=run.district_id).values_list("uuid", "name")
    schools = {str(uuid): name for uuid, name in names}
    return [sync_words.brake(reason, schools) for reason in run.reasons]


def told(run: SyncRun) -> dict[str, Any]:
    """Return one line of the history, and the top of the run's own page."""
    title, kind = headline(run)
    changes, found = counted(run), problems(run)
    return {
        "run": run,
        "title": title,
        "kind": kind,
        "source": sync_words.source_name(run.source),
        "duration": duration(run),
        "changes": changes,
        "changes_total": sum(part.total for part in changes),
        "problems": found,
        "problems_total": sum(one.count for one in found),
        "started_by": who(run.started_by),
        "decided_by": who(run.decided_by) if run.decided_by else "",
        "working": is_working(run),
    }
