"""Announces the district's students to PowerSchool Enrollment: only what changed, one by one, safe to repeat.

The schedule, the staff page and the admin call it. PowerSchool creates or updates by the student's id, so a push that
dies costs one record sent twice. What it does not take stands beside the student, and is not sent again before it
changes or staff ask for it.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import Count, F, Q, QuerySet

from accounts import access
from accounts.models import User
from accounts.rights import Right
from accounts.services import changes, students
from accounts.services.changes import Actor
from integrations import clients
from integrations.http import VendorError
from integrations.models import Connection, RosterPlace, RosterSchema
from integrations.services import enrollment_pages, roster_values
from integrations.sync import heartbeat
from portal.base import clock, leases, publishing
from portal.base.secrets import SecretUnreadable

TASK = "integrations.push_roster"
EVERY = datetime.timedelta(days=1)
LOST_LEASE = "lease-lost"
_LOOKS_AT_LEASE = 20

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Pushed:
    """What one push came to; `failure` is a machine word, empty when it reached the end."""

    sent: int
    refused: int
    failure: str


def list_schemas(connection: Connection) -> None:
    """Ask PowerSchool for its forms' import schemas and keep them. Raises VendorError, SecretUnreadable."""
    client = clients.powerschool_client(connection)
    for action in client.published_actions():
        for schema in client.import_schemas(action.action_id):
            names = {
                "title": schema.title[:200],
                "action_title": action.title[:200],
                "fields": list(schema.fields),
            }
            RosterSchema.objects.update_or_create(
                connection=connection,
                action_id=action.action_id,
                schema_id=schema.schema_id,
                defaults=names,
                create_defaults=names | {"mapping": roster_values.guessed(list(schema.fields))},
            )


@transaction.atomic
def save(schema: RosterSchema, *, by: Actor) -> None:
    """Save what goes into which field, with its change on record, and announce where that is on."""
    found = RosterSchema.objects.get(pk=schema.pk)
    before, after = ({"is_active": one.is_active, "mapping": one.mapping} for one in (found, schema))
    schema.save(update_fields=["is_active", "mapping"])
    if before == after:
        return
    changes.record(
        "roster_schema.changed",
        subject="roster_schema",
        subject_id=schema.uuid,
        by=by,
        before=before,
        after=after,
    )
    if schema.is_active:
        ask(schema)


def ask(schema: RosterSchema, *, again: bool = False) -> None:
    """Have a worker announce now; `again`: also those whom PowerSchool did not take."""
    if again:
        schema.places.exclude(errors=[]).update(digest="")
    RosterSchema.objects.filter(pk=schema.pk).update(asked_at=clock.now())
    publishing.publish(TASK, schema.uuid)


def start_due() -> None:
    """Send word about the schemas that are due, or that somebody asked for and nobody announced (trust F7)."""
    asked = Q(asked_at__isnull=False) & (Q(pushed_at__isnull=True) | Q(asked_at__gt=F("pushed_at")))
    late = Q(pushed_at__isnull=True) | Q(pushed_at__lte=clock.now() - EVERY)
    for schema in RosterSchema.objects.filter(asked | late, is_active=True):
        publishing.publish(TASK, schema.uuid)


def push_id(schema_uuid: UUID) -> None:
    """Announce for a schema that a message named; in other hands it is left to them."""
    schema = (
        RosterSchema.objects.filter(uuid=schema_uuid, is_active=True).select_related("connection").first()
    )
    if schema is not None:
        push(schema)


def push(schema: RosterSchema) -> Pushed | None:
    """Announce every student who changed. None while somebody else does it."""
    lease = leases.acquire(f"roster:{schema.pk}", seconds=heartbeat.LEASE_SECONDS)
    if lease is None:
        return None
    try:
        with heartbeat.beating(lease):
            done = _push(schema, lambda: leases.renew(lease, seconds=heartbeat.LEASE_SECONDS))
    finally:
        leases.release(lease)
    log.info(
        "roster_pushed", schema=str(schema.uuid), sent=done.sent, refused=done.refused, failure=done.failure
    )
    return done


def _push(schema: RosterSchema, may_go_on: Any) -> Pushed:
    began, sent, refused, failure = clock.now(), 0, 0, ""
    known = dict(schema.places.values_list("student", "digest"))
    try:
        client = clients.powerschool_client_for_a_night(schema.connection)
        for student, school in list(students.announced_in(schema.connection.district)):
            values = roster_values.values(schema.mapping, student, school)
            mark = roster_values.digest(values)
            if known.get(student.pk) == mark:
                continue
            if sent % _LOOKS_AT_LEASE == 0 and not may_go_on():
                failure = LOST_LEASE
                break
            result = client.import_roster_record(schema.action_id, schema.schema_id, values)
            errors = [] if result.succeeded else [word[:300] for word in result.errors] or ["?"]
            RosterPlace.objects.update_or_create(
                schema=schema,
                student=student,
                defaults={"digest": mark, "errors": errors, "sent_at": clock.now()},
            )
            sent, refused = sent + 1, refused + bool(errors)
    except (VendorError, SecretUnreadable) as problem:
        failure = problem.reason
    RosterSchema.objects.filter(pk=schema.pk).update(pushed_at=began, failure=failure[:60])
    return Pushed(sent, refused, failure)


# --- For the pages ---------------------------------------------------------------------------------------------------


def schemas_of(user: User) -> QuerySet[RosterSchema]:
    """Return the schemas of this person's districts, with how many students each announced and how many it refused."""
    mine = RosterSchema.objects.filter(connection__in=enrollment_pages.connections_of(user))
    return mine.annotate(announced=Count("places"), refused=Count("places", filter=~Q(places__errors=[])))


def refused_by(schema: RosterSchema, user: User) -> QuerySet[RosterPlace]:
    """Return the students whom PowerSchool did not take, as far as this person looks after them, by name."""
    mine = access.students_looked_after(user, Right.RUN_ENROLLMENT)
    rows = schema.places.exclude(errors=[]).filter(student__in=mine.values("pk")).select_related("student")
    return rows.order_by("student__last_name", "student__first_name", "pk")
