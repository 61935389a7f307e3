"""The cast's district, connected to the pretend PowerSchool, with one delivery target whose registrations come here."""

from __future__ import annotations

from typing import Any

from accounts.models import District, Guardian, Guardianship, Student
from accounts.models.guardianship import REGISTRATION
from integrations.models import Connection, DeliveryTarget, EnrollmentBatch, EnrollmentRecord, Vendor
from integrations.sandbox.powerschool.registry import PENDING, PORTAL_TARGET, Submission
from integrations.sandbox.server import DEFAULT_POWERSCHOOL_KEY, SandboxServer
from integrations.services import connections, enrollments
from integrations.services import enrollment_batches as batches
from integrations.services.enrollment_mapping import AS_DOCUMENTED
from integrations.services.enrollments import Looked
from portal.base import clock
from tests.cast import Cast

BY = "command:tests"


def connected(district: District, sandbox: SandboxServer, **fields: Any) -> Connection:
    made = Connection(
        district=district,
        vendor=Vendor.POWERSCHOOL,
        name="Registration",
        base_url=f"{sandbox.url}/powerschool/api/v1",
        **fields,
    )
    return connections.save(made, secret=DEFAULT_POWERSCHOOL_KEY, by=BY)


def target(cast: Cast, sandbox: SandboxServer, **fields: Any) -> DeliveryTarget:
    """Make an active target. What the pretend district has approved already is not approved any more."""
    registry = sandbox.powerschool.registry
    registry.set_status(list(registry.submissions), PENDING)
    values: dict[str, Any] = {
        "district": cast.district,
        "title": "Parent portal",
        "is_active": True,
        "mapping": AS_DOCUMENTED,
        "watched_from": clock.now(),
    }
    return DeliveryTarget.objects.create(
        connection=connected(cast.district, sandbox), vendor_id=str(PORTAL_TARGET), **(values | fields)
    )


def approve(sandbox: SandboxServer, local_id: str, **fields: Any) -> Submission:
    """Have the school approve a registration of the student with this id; a family that nobody knows yet."""
    return sandbox.powerschool.registry.add(child=child_of(local_id), **fields)[0]


def child_of(local_id: str) -> dict[str, str]:
    """Return what a form says of a student: the names that are here, if somebody has this id."""
    here = Student.unscoped.filter(local_id=local_id).first()
    named = {"first_name": here.first_name, "last_name": here.last_name} if here else {}
    return {"local_id": local_id} | named


def look(where: DeliveryTarget) -> Looked:
    where.refresh_from_db()
    return enrollments.drain(where, by=BY)


def lost(where: DeliveryTarget) -> list[EnrollmentBatch]:
    return list(EnrollmentBatch.objects.filter(batches.lost(), target=where).order_by("pk"))


def release(batch: EnrollmentBatch) -> None:
    batches.ask_to_release(batch=batch, by=BY, reason="The answer was lost.")


def record_of(submission: Submission) -> EnrollmentRecord:
    return EnrollmentRecord.objects.get(vendor_id=str(submission.record_id))


def families() -> list[tuple[str, str]]:
    """Return student and address of every link that a registration made, sorted; a double stands there twice."""
    links = Guardianship.objects.filter(source=REGISTRATION)
    return sorted(links.values_list("student__local_id", "guardian__email"))


def expected(*submissions: Submission) -> list[tuple[str, str]]:
    return sorted(
        (each.child.local_id, parent.email) for each in submissions for parent in each.child.parents
    )


def adults() -> int:
    return int(Guardian.objects.filter(source=REGISTRATION).count())
