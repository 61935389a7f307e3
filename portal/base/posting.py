"""Sends a mail without letting the reader wait for a mail server that is down or hangs (trust F6).

Sign-in hands its mails over here. The page goes on after `_PATIENCE` seconds whatever the server does; the sending
itself ends by `EMAIL_TIMEOUT`. A mail that fails is lost and logged without its address: the page offers to send again,
and a code that came an hour late would be no use. What must arrive belongs into a job's row instead.
"""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor, wait

import structlog
from django.core.mail import EmailMessage, get_connection

_PATIENCE = 2.0
_SENDERS = 4
# More than these waiting, and the server is down anyway: what is not remembered needs no memory.
_MOST_WAITING = 64

log = structlog.get_logger(__name__)
_senders = ThreadPoolExecutor(_SENDERS, thread_name_prefix="mail")
_places = threading.BoundedSemaphore(_MOST_WAITING)


def post(message: EmailMessage) -> None:
    """Send soon; return when it is sent or after two seconds. Never raises for what the mail server does."""
    if not _places.acquire(blocking=False):
        log.warning("mail_not_sent", error="too many are waiting")
        return
    wait([_senders.submit(_send, message)], timeout=_PATIENCE)


def _send(message: EmailMessage) -> None:
    try:
        server = message.connection = get_connection()
        try:
            message.send()
        finally:
            # A refusal before the first mail (no STARTTLS, a strange certificate) would leave it open.
            server.close()
    except Exception as error:  # noqa: BLE001 - whatever goes wrong, there is nobody left to tell but the log
        # The kind alone: a mail server's own words repeat the address.
        log.warning("mail_not_sent", error=type(error).__name__)
    finally:
        _places.release()
