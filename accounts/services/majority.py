"""Word ahead of a student's 18th birthday, 30 and 7 days: to the guardians with an account, and to the student (A5).

The schedule calls `send_due` several times a day (`accounts.tasks`). A notice is a row before it is a mail: `_plan`
makes the rows, once for each person, birthday and mark, and each unsent one goes out under a lease, if it is still
right by then. A worker that dies between the mail and the row's `sent_at` leaves one that goes out again under the same
Message-ID, by which mail programs show it once. If it told the wrong person, they would learn of a child.
"""

from __future__ import annotations

from datetime import date, timedelta
from smtplib import SMTPException
from urllib.parse import urlsplit

import structlog
from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from accounts import access_ages, ages
from accounts.models import MajorityNotice
from accounts.services import looks, tongues
from portal.base import clock, leases
from portal.base.clock import local_today

MARKS = (30, 7)  # days ahead
SOON = timedelta(days=MARKS[0])
_LEASE_SECONDS = 300

log = structlog.get_logger(__name__)
Due = set[tuple[int, int, date]]  # student, user, the day on which the student turns 18


def due_mark(turns_18: date, *, today: date) -> int | None:
    """Return the most urgent mark that has been reached, None before the first and from the birthday on."""
    days = (turns_18 - today).days
    return min((mark for mark in MARKS if days <= mark), default=None) if days > 0 else None


def send_due() -> int:
    """Send each notice that is due and has not gone out; return how many. One that fails waits for the next call."""
    today = local_today()
    due = _due(today)
    _plan(due, today)
    unsent = MajorityNotice.objects.filter(sent_at=None, turns_18__gt=today).order_by("pk")
    rows = unsent.values_list("pk", "student", "user", "turns_18", "days")
    # A block, a hold or a consent since the row was made: then nobody is told. After days without mail only the most
    # urgent goes out.
    wanted = [
        pk
        for pk, student, user, turns, mark in rows
        if (student, user, turns) in due and due_mark(turns, today=today) == mark
    ]
    return sum(_send_once(pk) for pk in wanted)


def _due(today: date) -> Due:
    passing = access_ages.rights_pass_soon(last_day=today + SOON)
    return {(student, user, ages.reaches(ages.ADULT, born)) for student, user, born in passing}


def _plan(due: Due, today: date) -> None:
    MajorityNotice.objects.bulk_create(
        (
            MajorityNotice(
                student_id=student, user_id=user, turns_18=turns, days=due_mark(turns, today=today) or 0
            )
            for student, user, turns in sorted(due)
        ),
        ignore_conflicts=True,
        batch_size=500,
    )


def _send_once(pk: int) -> bool:
    lease = leases.acquire(f"majority-notice:{pk}", seconds=_LEASE_SECONDS)
    if lease is None:
        return False
    try:
        notice = MajorityNotice.objects.select_related("student", "user").filter(pk=pk, sent_at=None).first()
        if notice is None or not _mail(notice):
            return False
        MajorityNotice.objects.filter(pk=pk).update(sent_at=clock.now())
        return True
    finally:
        leases.release(lease)


def _mail(notice: MajorityNotice) -> bool:
    with translation.override(tongues.of(notice.user)):
        facts = {
            "turns_18": notice.turns_18,
            "last_day": notice.turns_18 - timedelta(days=1),
            "is_student": notice.student.user_id == notice.user_id,
            "page": settings.SITE_URL + reverse("home"),
            "district": looks.district_of(notice.user),
        }
        subject = " ".join(render_to_string("emails/turning_18_subject.txt", facts).split())
        body = render_to_string("emails/turning_18.txt", facts)
    headers = {"Message-ID": f"<{notice.uuid}@{urlsplit(settings.SITE_URL).hostname}>"}
    try:
        EmailMessage(subject, body, to=[notice.user.email], headers=headers).send()
    except (SMTPException, OSError) as problem:
        # The mail server's words may hold addresses.
        log.warning("majority_notice_not_sent", notice=str(notice.uuid), error=type(problem).__name__)
        return False
    return True
