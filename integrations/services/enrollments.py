"""Looking for approved registrations: asked for, due by the clock, worked on, and previewed (trust F3, F7).

The schedule, the staff page and `manage.py sync powerschool` call it. A delivery target is the job: one process at a
time works on it, by a lease; a message carries its id and may get lost, since the schedule sends it again. What a death
leaves is in `enrollment_batches`.
"""

from __future__ import annotations

import datetime
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

import structlog
from django.db.models import F, Q, QuerySet

from accounts.models import District
from accounts.services import provisionals
from accounts.services.changes import Actor
from integrations import clients
from integrations.http import VendorError
from integrations.models import (
    BatchState,
    Connection,
    DeliveryTarget,
    EnrollmentBatch,
    EnrollmentRecord,
    RecordState,
    Vendor,
)
from integrations.powerschool.client import PowerSchoolClient
from integrations.services import enrollment_batches as batches
from integrations.services import enrollment_mapping as mapping
from integrations.services import enrollment_records as records
from integrations.services import enrollment_words
from integrations.sync import heartbeat, runs
from integrations.sync.runs import Busy
from portal.base import clock, leases, publishing
from portal.base.leases import Lease
from portal.base.secrets import SecretUnreadable

log = structlog.get_logger(__name__)

SCHEDULE = "schedule"
TASK = "integrations.drain_target"
# Batches of one look: the rest comes with the next one.
MOST_BATCHES = 50


@dataclass(frozen=True)
class Looked:
    """What one look at a target came to; `failure` is a machine word, empty when all is well."""

    batches: int
    new: int
    placed: int
    failure: str


def lease_name(target: DeliveryTarget) -> str:
    return f"enrollment:{target.pk}"


def active() -> QuerySet[DeliveryTarget]:
    """Return the targets whose registrations are to come here."""
    return DeliveryTarget.objects.filter(is_active=True, district__isnull=False).select_related(
        "district", "connection"
    )


# --- Asked for, or due -----------------------------------------------------------------------------------------------


def ask(target: DeliveryTarget) -> None:
    """Have a worker look now."""
    DeliveryTarget.objects.filter(pk=target.pk).update(asked_at=clock.now())
    publishing.publish(TASK, target.uuid)


def start_due() -> None:
    """Send word about the targets that are due, or that somebody asked for and nobody looked at (trust F7)."""
    now = clock.now()
    asked = Q(asked_at__isnull=False) & (Q(drained_at__isnull=True) | Q(asked_at__gt=F("drained_at")))
    for target in active():
        every = datetime.timedelta(minutes=target.every_minutes)
        is_due = target.drained_at is None or target.drained_at <= now - every
        if is_due or active().filter(asked, pk=target.pk).exists():
            publishing.publish(TASK, target.uuid)


# --- Looking ---------------------------------------------------------------------------------------------------------


def drain_id(target_uuid: UUID) -> None:
    """Look at a target that a message named; one that is gone, or in other hands, is left to them."""
    target = active().filter(uuid=target_uuid).first()
    if target is None:
        return
    try:
        drain(target, by=SCHEDULE)
    except (Busy, runs.LostLease):
        return


def drain(target: DeliveryTarget, *, by: Actor) -> Looked:
    """Take everything that PowerSchool hands over now to its students. Raises Busy, LostLease."""
    lease = _take(target)
    if lease is None:
        raise Busy
    try:
        DeliveryTarget.objects.filter(pk=target.pk).update(worker=runs.this_worker(), lease_token=lease.token)
        target.refresh_from_db()
        with heartbeat.beating(lease):
            return _drain(target, lease, by)
    finally:
        leases.release(lease)


def drain_all(connection: Connection, *, by: Actor) -> list[dict[str, Any]]:
    """Look at every active target of a connection; return plain values for the command. Raises Busy, LostLease."""
    return [
        {"target": target.vendor_id, "title": target.title}
        | asdict(drain(target, by=by))
        | {"waits": waiting(target)}
        for target in active().filter(connection=connection)
    ]


def _take(target: DeliveryTarget) -> Lease | None:
    name = lease_name(target)
    lease = leases.acquire(name, seconds=heartbeat.LEASE_SECONDS)
    if lease is None and target.lease_token and runs.is_dead(target.worker):
        leases.release(Lease(name, target.lease_token, clock.now()))
        lease = leases.acquire(name, seconds=heartbeat.LEASE_SECONDS)
    return lease


def _drain(target: DeliveryTarget, lease: Lease, by: Actor) -> Looked:
    began, before = clock.now(), _count(target)
    try:
        placed, failure = _look(target, lease, by)
    except runs.LostLease:
        raise  # whoever has it now says how the target stands
    except Exception:
        # A look that nobody sees the end of would begin anew every minute, and no page would say why nothing comes.
        _say(target, began, records.FAILED)
        raise
    _say(target, began, failure)
    after = _count(target)
    log.info("enrollment_looked", target=str(target.uuid), failure=failure, new=after[1] - before[1])
    return Looked(after[0] - before[0], after[1] - before[1], placed, failure)


def _say(target: DeliveryTarget, began: datetime.datetime, failure: str) -> None:
    DeliveryTarget.objects.filter(pk=target.pk).update(drained_at=began, failure=failure[:60])


def _look(target: DeliveryTarget, lease: Lease, by: Actor) -> tuple[int, str]:
    """Return how many were placed, and what went wrong with PowerSchool, which is no reason to stop."""
    placed, failure = 0, ""
    batches.mark_dead(target)
    try:
        placed += _finish(target)
        client = clients.powerschool_client_for_a_night(target.connection)
        batches.look_for_lost(target, client)
        batches.release_asked(target, client)
        placed += _fetch_all(target, client, lease, by)
    except (VendorError, SecretUnreadable) as problem:
        failure = problem.reason
    if target.district is not None:
        placed += settle(target.district, by=f"enrollment:{target.uuid}")
    return placed, failure


def _count(target: DeliveryTarget) -> tuple[int, int]:
    return target.batches.count(), records.of_target(target).count()


def _finish(target: DeliveryTarget) -> int:
    """Go on where a process died: with answers that were kept, then with records that were."""
    for batch in batches.unread(target):
        batches.take(batch)
    return _place(target)


def _fetch_all(target: DeliveryTarget, client: PowerSchoolClient, lease: Lease, by: Actor) -> int:
    placed = 0
    for _number in range(MOST_BATCHES):
        if not leases.renew(lease, seconds=heartbeat.LEASE_SECONDS):
            raise runs.LostLease
        batch = batches.fetch(target, client, by=by)
        placed += _place(target)
        if not batch.records_count:
            break
    return placed


def _place(target: DeliveryTarget) -> int:
    placed = records.place_new(target)
    target.batches.filter(state=BatchState.READ).update(state=BatchState.DONE, done_at=clock.now())
    return placed


def settle(district: District, *, by: Actor) -> int:
    """Bring waiting registrations to students who have come, and make adults and contacts one; return how many placed.

    After each look, and after each sync of the district.
    """
    placed = records.place_waiting(district)
    provisionals.unite(district=district, by=by)
    return placed


# --- Targets ---------------------------------------------------------------------------------------------------------


def list_targets(connection: Connection) -> list[DeliveryTarget]:
    """Ask PowerSchool for its targets and keep those that are new. Raises VendorError, SecretUnreadable."""
    for one in clients.powerschool_client(connection).delivery_targets():
        DeliveryTarget.objects.update_or_create(
            connection=connection,
            vendor_id=one.target_id,
            defaults={"title": one.title[:200]},
            create_defaults={"title": one.title[:200], "mapping": mapping.AS_DOCUMENTED},
        )
    return list(DeliveryTarget.objects.filter(connection=connection))


def refresh_targets(connection: Connection) -> str:
    """List the targets for somebody who waits; return what went wrong in words, empty if nothing did."""
    try:
        list_targets(connection)
    except (VendorError, SecretUnreadable) as problem:
        return " ".join(enrollment_words.failure(problem.reason))
    return ""


# --- What a look would find ------------------------------------------------------------------------------------------


def preview(connection: Connection) -> list[dict[str, Any]]:
    """Return targets, batches of earlier and what waits, as plain values; PowerSchool is asked by GET alone.

    Raises VendorError, SecretUnreadable.
    """
    client = clients.powerschool_client(connection)
    rows = {one.vendor_id: one for one in DeliveryTarget.objects.filter(connection=connection)}
    found = []
    for one in client.delivery_targets():
        earlier = client.batches(one.target_id)
        row = rows.get(one.target_id)
        known = set(row.batches.values_list("vendor_id", flat=True)) if row else set()
        found.append(
            {
                "target": one.target_id,
                "title": one.title,
                "active": bool(row and row.is_active and row.district_id),
                "district": row.district.cds_code if row and row.district else "",
                "earlier_batches": len(earlier),
                "of_them_not_here": sum(1 for each in earlier if each.batch_id not in known),
                **(waiting(row) if row else {}),
            }
        )
    return found


def waiting(target: DeliveryTarget) -> dict[str, int]:
    """Count what of a target waits for somebody or something."""
    rows: QuerySet[EnrollmentRecord] = records.of_target(target)
    lost = EnrollmentBatch.objects.filter(batches.lost(), target=target)
    return {
        "lost": lost.count(),
        "waiting": rows.filter(state=RecordState.WAITING).count(),
        "unreadable": rows.filter(state=RecordState.UNREADABLE).count(),
        "records": rows.count(),
    }


def connections_to_powerschool() -> QuerySet[Connection]:
    return Connection.objects.filter(vendor=Vendor.POWERSCHOOL).select_related("district")
