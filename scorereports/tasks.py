"""What messages and the schedule run for score reports; each task is three lines over a service."""

from __future__ import annotations

from uuid import UUID

from celery import shared_task

from scorereports.services import runs, runs_asking


@shared_task(name=runs.TASK, ignore_result=True)
def take_turn(run_id: str) -> None:
    """Ask about the students of runs for a while."""
    runs_asking.take_turn(UUID(run_id))


@shared_task(name="scorereports.runs_due", ignore_result=True)
def runs_due() -> None:
    """Send word again about runs on which nobody works."""
    runs.send_due()
