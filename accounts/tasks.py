"""What the schedule runs about people; each task is three lines over a service."""

from __future__ import annotations

from celery import shared_task

from accounts.services import majority, support_views
from accounts.sessions import SessionStore


@shared_task(name="accounts.clear_sessions", ignore_result=True)
def clear_sessions() -> None:
    """Delete sessions that are over; they load no more anyway."""
    SessionStore.clear_expired()


@shared_task(name="accounts.end_support_views", ignore_result=True)
def end_support_views() -> None:
    """Put the end on record of views whose time is up; they show nothing more anyway."""
    support_views.end_over()


@shared_task(name="accounts.send_majority_notices", ignore_result=True)
def send_majority_notices() -> None:
    """Tell guardians and students whose rights pass soon."""
    majority.send_due()
