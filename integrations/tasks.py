"""What the schedule and the pages run for the vendors; each task is three lines over a service."""

from __future__ import annotations

from uuid import UUID

from celery import shared_task

from integrations.services import (
    checklists,
    enrollment_sealing,
    enrollments,
    expiry,
    roster_push,
    submissions,
    syncs,
)


@shared_task(name="integrations.send_expiry_notices", ignore_result=True)
def send_expiry_notices() -> None:
    """Tell administrators of credentials that expire soon."""
    expiry.send_due()


@shared_task(name="integrations.sync_due", ignore_result=True)
def sync_due() -> None:
    """Start nightly syncs, and send word again about those on which nobody works."""
    syncs.start_due()


@shared_task(name=syncs.TASK, ignore_result=True)
def run_sync(run_id: str) -> None:
    """Work on one run."""
    syncs.work_on_id(UUID(run_id))


@shared_task(name="integrations.enrollment_due", ignore_result=True)
def enrollment_due() -> None:
    """Look for approved registrations where it is time to."""
    enrollments.start_due()


@shared_task(name=enrollments.TASK, ignore_result=True)
def drain_target(target_id: str) -> None:
    """Look at one delivery target."""
    enrollments.drain_id(UUID(target_id))


@shared_task(name="integrations.purge_enrollments", ignore_result=True)
def purge_enrollments() -> None:
    """Forget what families wrote long ago."""
    enrollment_sealing.purge()


@shared_task(name="integrations.sync_checklists", ignore_result=True)
def sync_checklists() -> None:
    """Bring over what registrations still lack."""
    checklists.sync_all()


@shared_task(name=roster_push.TASK, ignore_result=True)
def push_roster(schema_id: str) -> None:
    """Announce the students of one import schema."""
    roster_push.push_id(UUID(schema_id))


@shared_task(name=submissions.TASK, ignore_result=True)
def list_submissions(action_id: str) -> None:
    """List what families sent in with one form."""
    submissions.bring_id(UUID(action_id))


@shared_task(name="integrations.submissions_due", ignore_result=True)
def submissions_due() -> None:
    """List what families sent in where it is time to."""
    submissions.start_due()


@shared_task(name="integrations.roster_due", ignore_result=True)
def roster_due() -> None:
    """Announce students where it is time to."""
    roster_push.start_due()
