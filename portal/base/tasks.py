"""What the schedule runs on the ground floor; each task is three lines over a service."""

from __future__ import annotations

from celery import shared_task

from portal.base import sweeping


@shared_task(name="portal.base.sweep", ignore_result=True)
def sweep() -> None:
    """Delete what has expired."""
    sweeping.sweep()
