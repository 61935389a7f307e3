"""Credentials run out after a year and nobody's API says when: countdowns in words, and e-mails ahead of the day.

The schedule calls `send_due` once a day (`integrations.tasks`); screens and `check_connections` call `countdown`. A
notice is a row, written once its e-mail has gone out: one for each connection, day of expiry and mark. Two workers meet
at a lease. After days without a server only the most urgent notice goes out.
"""

from __future__ import annotations

from datetime import date
from smtplib import SMTPException

import structlog
from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import District, School, User
from accounts.rights import Right
from accounts.services import staff_roles
from integrations.models import Connection, ExpiryNotice
from integrations.services import scopes
from portal.base import clock, leases
from portal.base.clock import local_today

MARKS = (14, 7, 3, 1)  # days ahead, as TOMS writes to the coordinator
# Expired while no notice could go out: still worth a word, but not for credentials that nobody has used for a month.
_LATE_DAYS = 14
_LEASE_SECONDS = 300

log = structlog.get_logger(__name__)


def countdown(expires: date | None, *, today: date | None = None) -> str:
    """Return how long the credentials live, in words."""
    if expires is None:
        return _("no day of expiry entered")
    days = (expires - (today or local_today())).days
    if days < 0:
        return _("expired yesterday") if days == -1 else _("expired %(days)s days ago") % {"days": -days}
    if days == 0:
        return _("expires today")
    return _("expires tomorrow") if days == 1 else _("expires in %(days)s days") % {"days": days}


def due_mark(expires: date, *, today: date) -> int | None:
    """Return the most urgent mark that has been reached: 14, 7, 3 or 1, or None."""
    days = (expires - today).days
    if days < -_LATE_DAYS:
        return None
    return min((mark for mark in MARKS if days <= mark), default=None)


def recipients(connection: Connection) -> list[User]:
    """Return who is told: those named who may still change the connection, else everybody who may."""
    district = District.objects.filter(pk=connection.district_id)
    may = [
        user
        for user in staff_roles.who_sets_up(district, School.objects.filter(district__in=district)).order_by(
            "pk"
        )
        if scopes.looked_after_by(user, Right.CHANGE_SET_UP).filter(pk=connection.pk).exists()
    ]
    named = set(connection.notify.values_list("pk", flat=True))
    return [user for user in may if user.pk in named] or may


def nameable_by(user: User, connection: Connection | None = None) -> QuerySet[User]:
    """Return whom this person may name to be told: colleagues who set up a school or district that they set up too."""
    districts = staff_roles.districts_set_up_by(user, Right.CHANGE_SET_UP)
    schools = staff_roles.schools_set_up_by(user, Right.CHANGE_SET_UP)
    if connection is not None:
        districts = districts.filter(pk=connection.district_id)
        schools = schools.filter(district=connection.district_id)
    return staff_roles.who_sets_up(districts, schools).order_by("email")


def send_due(*, today: date | None = None) -> int:
    """Send each notice that is due and has not gone out; return how many. One that fails waits for the next call."""
    today = today or local_today()
    sent = 0
    for connection in Connection.objects.exclude(expires=None).select_related("district").order_by("pk"):
        mark = due_mark(connection.expires, today=today) if connection.expires else None
        if mark is not None and _send_once(connection, mark, today):
            sent += 1
    return sent


def _send_once(connection: Connection, mark: int, today: date) -> bool:
    lease = leases.acquire(f"expiry-notice:{connection.uuid}", seconds=_LEASE_SECONDS)
    if lease is None:
        return False
    try:
        row = {"connection": connection, "expires": connection.expires, "days": mark}
        if ExpiryNotice.objects.filter(**row).exists():
            return False
        people = recipients(connection)
        if not people or not _mail(connection, [user.email for user in people], today):
            return False
        ExpiryNotice.objects.create(**row, sent_at=clock.now())
        return True
    finally:
        leases.release(lease)


def _mail(connection: Connection, addresses: list[str], today: date) -> bool:
    facts = {
        "connection": connection,
        "countdown": countdown(connection.expires, today=today),
        "page": settings.SITE_URL + reverse("admin:integrations_connection_change", args=[connection.pk]),
    }
    subject = render_to_string("emails/credentials_expire_subject.txt", facts).strip()
    message = EmailMessage(subject, render_to_string("emails/credentials_expire.txt", facts), to=addresses)
    try:
        message.send()
    except (SMTPException, OSError) as problem:
        # The mail server's words may hold addresses.
        log.warning("expiry_notice_not_sent", connection=str(connection.uuid), error=type(problem).__name__)
        return False
    return True
