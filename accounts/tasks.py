"""What the schedule runs about people; each task is three lines over a service."""

from __future__ import annotations

from celery import shared_task

from accounts.sessions import SessionStore


@shared_task(name="accounts.clear_sessions", ignore_result=True)
def clear_sessions() -> None:
    """Delete sessions that are over; they load no more anyway."""
    SessionStore.clear_expired()
