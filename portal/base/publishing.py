"""Sends a worker word of a job: the id of its row, once the transaction that wrote the row is over (trust F7).

The services whose rows are jobs call it. No broker is trusted: a message that gets lost is sent again by the schedule,
which reads the rows. Were one sent earlier, a worker would look for a row that is not there yet.
"""

from __future__ import annotations

import uuid

import structlog
from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

log = structlog.get_logger(__name__)


def publish(task: str, job: uuid.UUID) -> None:
    """Send `task` the id of a job after this transaction; with the broker down the row alone says what is due."""
    transaction.on_commit(lambda: _send(task, str(job)))


def _send(task: str, job: str) -> None:
    try:
        current_app.send_task(task, args=[job], retry=False)
    except (OperationalError, OSError) as problem:
        log.warning("job_not_published", task=task, job=job, error=type(problem).__name__)
