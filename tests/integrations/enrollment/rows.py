"""Rows of registrations as the pages find them, made without PowerSchool."""

from __future__ import annotations

import datetime
from typing import Any

from accounts.models import Student
from integrations.models import (
    BatchState,
    Checklist,
    ChecklistItem,
    ChecklistMark,
    Connection,
    DeliveryTarget,
    EnrollmentBatch,
    EnrollmentRecord,
    RecordState,
    RosterSchema,
    Vendor,
)
from integrations.services import connections
from integrations.services import enrollment_sealing as sealing
from integrations.services.enrollment_mapping import AS_DOCUMENTED
from portal.base import clock
from tests.cast import Cast

BY = "command:tests"
# As PowerSchool's document prints it; the mother's address is the canary.
DATA: dict[str, Any] = {
    "student": {"studentID": "33765833", "firstName": "Alice", "lastName": "Sample"},
    "parent1": {
        "relationship": "Mother",
        "firstName": "Jane",
        "lastName": "Sample",
        "homePhone": "444-444-4444",
        "email": "jane.canary@example.org",
    },
}


def target(cast: Cast, **fields: Any) -> DeliveryTarget:
    connection = Connection.objects.filter(vendor=Vendor.POWERSCHOOL, district=cast.district).first()
    if connection is None:
        made = Connection(
            district=cast.district,
            vendor=Vendor.POWERSCHOOL,
            name="Registration",
            base_url="http://127.0.0.1:1/api/v1",
        )
        connection = connections.save(made, secret="a-key-of-twenty-letters", by=BY)
    values = {
        "district": cast.district,
        "title": "Parent portal",
        "is_active": True,
        "mapping": AS_DOCUMENTED,
        "watched_from": clock.now(),
    } | fields
    found, _new = DeliveryTarget.objects.get_or_create(
        connection=connection, vendor_id="501", defaults=values
    )
    return found


def batch(cast: Cast, **fields: Any) -> EnrollmentBatch:
    now = clock.now() - datetime.timedelta(hours=2)
    values = {
        "target": target(cast),
        "state": BatchState.DONE,
        "made_at": now,
        "intended_at": now,
        "answered_at": now,
        "done_at": now,
        "asked_by": BY,
        "records_count": 1,
        "new_count": 1,
    } | fields
    return EnrollmentBatch.objects.create(**values)


def lost(cast: Cast, **fields: Any) -> EnrollmentBatch:
    """A request without an answer, of which PowerSchool lists the batch; one for each target."""
    values = {
        "state": BatchState.INTENT,
        "failure": "no-answer",
        "answered_at": None,
        "done_at": None,
        "records_count": 0,
        "new_count": 0,
        "vendor_id": "11fdbe9d-801a-4b8e-bc12-a2d8f7ac8cdc",
    } | fields
    found = EnrollmentBatch.objects.filter(target=target(cast), vendor_id=values["vendor_id"]).first()
    return found or batch(cast, **values)


def record(cast: Cast, **fields: Any) -> EnrollmentRecord:
    """A registration of a student who is not here yet."""
    data, digest = sealing.seal_record(fields.pop("data", DATA))
    inside = fields.pop("batch", None) or batch(cast)
    values = {
        "connection": inside.target.connection,
        "vendor_id": str(EnrollmentRecord.objects.count() + 901),
        "batch": inside,
        "came_at": clock.now(),
        "data": data,
        "digest": digest,
        "state": RecordState.WAITING,
        "local_id": "33765833",
    } | fields
    return EnrollmentRecord.objects.create(**values)


def mark(cast: Cast, child: Student, **fields: Any) -> ChecklistMark:
    """An item that the child's registration still lacks, with a note for the family and one for staff."""
    checklist, _new = Checklist.objects.get_or_create(
        connection=target(cast).connection, vendor_id="801", defaults={"title": "New Student Registration"}
    )
    item, _new = ChecklistItem.objects.get_or_create(
        checklist=checklist, vendor_id="83838", defaults={"name": "Proof of address"}
    )
    values: dict[str, Any] = {
        "student": child,
        "local_id": child.local_id,
        "status": "Incomplete",
        "public_note": "Please bring the original.",
        "admin_note": sealing.seal_note("Landlord says they moved."),
    }
    found, _new = ChecklistMark.objects.get_or_create(
        item=item, entry_id=f"entry-{child.pk}", defaults=values | fields
    )
    return found


def schema(cast: Cast, **fields: Any) -> RosterSchema:
    values = {
        "title": "Roster from the portal",
        "action_title": "Returning Student Update",
        "fields": ["FirstName", "ExternalID"],
        "mapping": {"FirstName": "first_name", "ExternalID": "local_id"},
    } | fields
    found, _new = RosterSchema.objects.get_or_create(
        connection=target(cast).connection, action_id="41002", schema_id="71", defaults=values
    )
    return found
