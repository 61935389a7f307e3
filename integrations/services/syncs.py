"""Syncs: asked for, worked on, approved and discarded here; and what a preview shows.

Called by staff pages, `manage.py sync` and the schedule. A run is a row first; the message that sets a worker on it may
get lost, since `sync_due` sends it again.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count, QuerySet

from accounts.models import District, Guardianship
from accounts.models.period import current
from accounts.services import changes
from accounts.services.changes import Actor, actor_text
from integrations.models import Connection, GuardianshipChange, SyncRun, SyncSettings, SyncState
from integrations.models.changes import Change
from integrations.services import enrollments
from integrations.sync import comparing, runs, sources
from integrations.sync.rows import Source
from integrations.sync.runs import Busy
from portal.base import clock, publishing
from portal.base.clock import LOS_ANGELES, local_today
from portal.base.models import Lease

SCHEDULE = "schedule"
TASK = "integrations.run_sync"


class NotHeld(ValueError):
    """Only a run that waits for a decision can be approved or discarded."""


@transaction.atomic
def start(
    *,
    district: District,
    source: str,
    by: Actor,
    connection: Connection | None = None,
    folder: str = "",
    dry_run: bool = False,
    publish: bool = True,
) -> SyncRun:
    """Ask for a run; one like it that is not finished is returned instead, to be gone on with. Raises Busy.

    `publish` sends a worker its id; the command works on it itself.
    """
    # Two who ask at once: the second waits here and finds the first one's run.
    District.objects.select_for_update().get(pk=district.pk)
    run = SyncRun.objects.unfinished().filter(district=district).first()
    if run is None:
        run = SyncRun.objects.create(
            district=district,
            source=source,
            connection=connection,
            folder=folder,
            dry_run=dry_run,
            started_by=actor_text(by),
            created_at=clock.now(),
        )
    elif (run.source, run.connection, run.folder, run.dry_run) != (source, connection, folder, dry_run):
        raise Busy
    if publish:
        publishing.publish(TASK, run.uuid)
    return run


def work_on(*, run: SyncRun, build: Callable[[SyncRun], Source] = sources.build) -> SyncRun:
    """Take a run to its next resting place, in this process. Raises Busy when another works for the district."""
    runs.work(run, build)
    run.refresh_from_db()
    if run.state == SyncState.DONE and not run.dry_run:
        # Students for whom registrations waited may have come.
        enrollments.settle(run.district, by=f"sync:{run.uuid}")
    return run


def work_on_id(run_id: UUID) -> None:
    """Work on a run that a message named. One that is gone or in other hands is left to them."""
    run = SyncRun.objects.filter(uuid=run_id).first()
    if run is None:
        return
    try:
        work_on(run=run)
    except (Busy, runs.LostLease):
        return


@transaction.atomic
def approve(*, run: SyncRun, by: Actor, reason: str, publish: bool = True) -> None:
    """Let a held run apply exactly what its preview shows. Raises NotHeld, and Busy while another run works."""
    if SyncRun.objects.unfinished().filter(district=run.district_id).exists():
        raise Busy
    _decide(run, SyncState.APPLYING, "sync.approved", by=by, reason=reason)
    if publish:
        publishing.publish(TASK, run.uuid)


@transaction.atomic
def discard(*, run: SyncRun, by: Actor, reason: str) -> None:
    """Put a held run away; nothing of it was or will be applied. Raises NotHeld."""
    _decide(run, SyncState.DISCARDED, "sync.discarded", by=by, reason=reason, finished_at=clock.now())


def _decide(run: SyncRun, state: SyncState, verb: str, *, by: Actor, reason: str, **more: Any) -> None:
    held = SyncRun.objects.filter(pk=run.pk, state=SyncState.HELD)
    decided = {"decided_by": actor_text(by), "decided_at": clock.now(), "decision_reason": reason[:500]}
    # One conditional write: of two people who decide at once one is told that it is decided.
    if not held.update(state=state, attempt=0, **decided, **more):
        raise NotHeld
    run.refresh_from_db()
    changes.record(
        verb,
        subject="sync_run",
        subject_id=run.uuid,
        by=by,
        before={"state": SyncState.HELD.value, "reasons": run.reasons},
        after={"state": str(state)},
        reason=reason,
    )


def start_due() -> None:
    """Start nightly runs that are due, and send word again about runs on which nobody works (trust F7)."""
    for settings in SyncSettings.objects.exclude(nightly_at=None).exclude(nightly_source=""):
        if _is_due(settings):
            try:
                start(
                    district=settings.district,
                    source=settings.nightly_source,
                    connection=settings.nightly_connection,
                    folder=settings.nightly_folder,
                    by=SCHEDULE,
                    publish=False,
                )
            except Busy:
                continue
    for run in SyncRun.objects.unfinished():
        name = runs.lease_name(run.district_id)
        if not Lease.objects.filter(name=name, expires_at__gt=clock.now()).exists():
            publishing.publish(TASK, run.uuid)


def _is_due(settings: SyncSettings) -> bool:
    """Say whether the last moment at which the night's run should begin has passed without one."""
    now = clock.now().astimezone(LOS_ANGELES)
    if settings.nightly_at is None:
        return False
    due = datetime.datetime.combine(now.date(), settings.nightly_at, tzinfo=LOS_ANGELES)
    if due > now:
        due = datetime.datetime.combine(
            now.date() - datetime.timedelta(days=1), settings.nightly_at, tzinfo=LOS_ANGELES
        )
    ours = SyncRun.objects.filter(district=settings.district_id, started_by=SCHEDULE)
    return not ours.filter(created_at__gte=due).exists()


# --- What pages show -----------------------------------------------------------------------------------------------


def change_set(run: SyncRun, name: str) -> QuerySet[Any]:
    """Return one part of a run's change set; `name` is a key of `run.counts` (links, students, roles …)."""
    model: type[Change] = comparing.CHANGES[name]
    rows: QuerySet[Any] = model.objects.filter(run=run).order_by("pk")
    return rows


def losing_links(run: SyncRun) -> QuerySet[Guardianship]:
    """Return the links whose adults would no longer see the student once this run is applied."""
    lost = GuardianshipChange.objects.filter(run=run, loses=True)
    rows: QuerySet[Guardianship] = Guardianship.objects.filter(pk__in=lost.values("target_id"))
    return rows.select_related("guardian", "student").order_by(
        "student__last_name", "student__first_name", "pk"
    )


def losing_by_school(run: SyncRun) -> list[dict[str, Any]]:
    """Return school_uuid, school_name and how many links it would lose; a student at two schools counts at both."""
    school = "student__enrollments__school__"
    rows = (
        losing_links(run)
        .filter(current(local_today(), "student__enrollments__"))
        .order_by()
        .values(f"{school}uuid", f"{school}name")
        .annotate(losing=Count("pk", distinct=True))
        .order_by("-losing", f"{school}name")
    )
    return [
        {"school_uuid": row[f"{school}uuid"], "school_name": row[f"{school}name"], "losing": row["losing"]}
        for row in rows
    ]
