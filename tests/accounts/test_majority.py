"""Turning 18: word ahead to guardians and student, once each whatever dies, and nobody told who should not be (A5)."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend as LocmemBackend
from django.db import connections as databases
from django.test import override_settings

from accounts import ages
from accounts.models import Guardianship, MajorityNotice, Student, User
from accounts.services import majority
from accounts.tasks import send_majority_notices
from portal.base.clock import LOS_ANGELES
from tests import factories
from tests.cast import Cast, sign_in

pytestmark = pytest.mark.promise("A5")
TODAY = datetime.date(2026, 11, 22)


@pytest.fixture(autouse=True)
def now() -> Iterator[Any]:
    with time_machine.travel(datetime.datetime(2026, 11, 22, 9, 0, tzinfo=LOS_ANGELES), tick=False) as clock:
        yield clock


def turns_18_in(student: Student, days: int) -> None:
    day = TODAY + datetime.timedelta(days=days)
    student.birth_date = day.replace(year=day.year - 18)
    student.save()


def receivers() -> list[str]:
    return sorted(address for message in mail.outbox for address in message.to)


@pytest.fixture
def senior(cast: Cast) -> Student:
    """Return the child of two parents, with an account, who turns 18 in 25 days."""
    turns_18_in(cast.child, 25)
    cast.child.user = factories.user(email="senior@example.org")
    cast.child.save()
    return cast.child


def test_it_works(cast: Cast, senior: Student):
    sent = majority.send_due()

    assert receivers() == sorted([cast.parent_of_two.email, cast.other_parent.email, "senior@example.org"])
    assert sent == len(mail.outbox) == 3


def test_one_e_mail_to_each_at_each_mark_and_no_other(senior: Student, now: Any):
    turns_18_in(senior, 40)
    went_out = []
    for day in range(60):
        went_out += [40 - day] * majority.send_due()
        assert majority.send_due() == 0
        now.shift(datetime.timedelta(days=1))

    assert went_out == [30] * 3 + [7] * 3
    assert MajorityNotice.objects.exclude(sent_at=None).count() == 6


def test_after_days_without_a_server_only_the_most_urgent_goes_out(senior: Student, now: Any):
    with override_settings(EMAIL_BACKEND="tests.accounts.test_majority.NoServer"):
        assert majority.send_due() == 0
    now.shift(datetime.timedelta(days=20))

    assert majority.send_due() == 3
    assert {notice.days for notice in MajorityNotice.objects.exclude(sent_at=None)} == {7}


def test_on_the_birthday_it_is_too_late_for_word_ahead(senior: Student):
    turns_18_in(senior, 0)

    assert majority.send_due() == 0


@pytest.mark.parametrize(
    ("born", "day"),
    [("2008-02-29", "2026-03-01"), ("2008-03-01", "2026-03-01"), ("2008-12-31", "2026-12-31")],
)
def test_the_day_is_the_one_on_which_the_rule_turns(born: str, day: str):
    birthday = datetime.date.fromisoformat(born)
    turns = ages.reaches(ages.ADULT, birthday)

    assert turns == datetime.date.fromisoformat(day)
    assert ages.is_adult(birthday, turns)
    assert not ages.is_adult(birthday, turns - datetime.timedelta(days=1))


# --- Who is told nothing ---------------------------------------------------------------------------------------------


def test_a_blocked_adult_is_not_told_and_the_other_is(cast: Cast, senior: Student):
    factories.block(Guardianship.objects.get(guardian__user=cast.other_parent))
    majority.send_due()

    assert receivers() == sorted([cast.parent_of_two.email, "senior@example.org"])


def test_of_a_student_under_a_hold_nobody_is_told(senior: Student):
    factories.hold(senior)

    assert majority.send_due() == 0


@pytest.mark.parametrize("restrict", ["block", "hold"])
def test_a_restriction_since_the_first_try_counts(cast: Cast, senior: Student, restrict: str):
    """The rows are there and the mail was down: what goes out later is what is right then."""
    with override_settings(EMAIL_BACKEND="tests.accounts.test_majority.NoServer"):
        majority.send_due()
    assert MajorityNotice.objects.count() == 3
    if restrict == "hold":
        factories.hold(senior)
    else:
        factories.block(Guardianship.objects.get(guardian__user=cast.other_parent))
    majority.send_due()

    assert cast.other_parent.email not in receivers()


def test_whoever_has_a_consent_on_record_is_not_told_that_they_lose_sight(cast: Cast, senior: Student):
    factories.consent(Guardianship.objects.get(guardian__user=cast.other_parent))
    majority.send_due()

    assert cast.other_parent.email not in receivers()


def test_ended_and_waiting_links_and_closed_accounts_are_left_out(cast: Cast, senior: Student):
    User.objects.filter(pk=cast.other_parent.pk).update(is_active=False)
    User.objects.filter(email="senior@example.org").update(is_active=False)
    majority.send_due()

    assert receivers() == [cast.parent_of_two.email]


def test_staff_of_the_student_are_not_told(cast: Cast, senior: Student):
    majority.send_due()

    assert not {cast.teacher.email, cast.office.email, cast.district_admin.email} & set(receivers())


# --- Once each, whatever dies ----------------------------------------------------------------------------------------


class NoServer(LocmemBackend):
    """A mail server that refuses everything."""

    def send_messages(self, messages: Any) -> int:  # noqa: ARG002 - Django calls the method with this argument by its place
        raise ConnectionRefusedError


class DiesAfterSending(LocmemBackend):
    """The worker dies when the mail is out and before anybody wrote that down."""

    def send_messages(self, messages: Any) -> int:
        super().send_messages(messages)
        raise SystemExit


class DiesBeforeSending(LocmemBackend):
    def send_messages(self, messages: Any) -> int:  # noqa: ARG002 - Django calls the method with this argument by its place
        raise SystemExit


@pytest.mark.parametrize("death", ["DiesAfterSending", "DiesBeforeSending"])
def test_a_worker_that_dies_leaves_one_mail_for_each(senior: Student, now: Any, death: str):
    for _ in range(3):
        with (
            override_settings(EMAIL_BACKEND=f"tests.accounts.test_majority.{death}"),
            pytest.raises(SystemExit),
        ):
            majority.send_due()
        now.shift(datetime.timedelta(minutes=6))
    majority.send_due()
    ids = [(message.to[0], message.extra_headers["Message-ID"]) for message in mail.outbox]

    # One that went out twice is the same mail to a mail program; and nobody was left out.
    assert len(set(ids)) == len({to for to, _ in ids}) == 3
    assert MajorityNotice.objects.filter(sent_at=None).count() == 0
    assert majority.send_due() == 0


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_four_workers_send_one_mail_each(senior: Student):
    def work(_: int) -> None:
        try:
            send_majority_notices()
        finally:
            databases.close_all()

    with ThreadPoolExecutor(4) as workers:
        list(workers.map(work, range(4)))

    assert len(receivers()) == len(set(receivers())) == MajorityNotice.objects.count() == 3


def test_a_birthday_that_was_corrected_begins_anew(senior: Student):
    majority.send_due()
    turns_18_in(senior, 28)

    assert majority.send_due() == 3


def test_the_schedule_names_the_task():
    from portal.celery import app  # noqa: PLC0415 - importing it builds the Celery application, which only this test wants

    app.loader.import_default_modules()
    assert app.conf.beat_schedule["majority-notices"]["task"] == send_majority_notices.name
    assert send_majority_notices.name in app.tasks


# --- What it says ----------------------------------------------------------------------------------------------------


@pytest.mark.promise("S2")
def test_no_name_no_ssid_and_no_link_of_a_report_is_in_it(cast: Cast, senior: Student):
    majority.send_due()
    for message in mail.outbox:
        text = f"{message.subject}\n{message.body}"
        for word in (senior.first_name, senior.last_name, senior.ssid, senior.local_id, str(senior.uuid)):
            assert word not in text
        assert "/students/" not in text
        assert "\n" not in str(message.subject)


def test_each_is_told_what_changes_for_them_and_how_consent_works(cast: Cast, senior: Student):
    majority.send_due()
    body = {message.to[0]: " ".join(str(message.body).split()) for message in mail.outbox}

    assert "Dec. 16, 2026 is the last day on which you see these reports" in body[cast.other_parent.email]
    assert "turns 18 on Dec. 17, 2026" in body[cast.other_parent.email]
    assert "sign a consent" in body[cast.other_parent.email]
    assert "On Dec. 17, 2026 you turn 18" in body["senior@example.org"]
    assert "Your parents or guardians stop seeing them" in body["senior@example.org"]


def test_it_comes_in_the_language_of_the_account_where_the_portal_speaks_it(cast: Cast, senior: Student):
    User.objects.filter(pk=cast.other_parent.pk).update(language="es")
    User.objects.filter(pk=cast.parent_of_two.pk).update(language="xx")
    with override_settings(LANGUAGES=[("en", "English"), ("es", "Español")]):
        majority.send_due()
    body = {message.to[0]: str(message.body) for message in mail.outbox}

    # Django's own words for a month are in every language: enough to see which one was active.
    assert "diciembre" in body[cast.other_parent.email].lower()
    assert "Dec. 17, 2026" in body[cast.parent_of_two.email]


# --- The list for staff ----------------------------------------------------------------------------------------------


def test_staff_find_who_turns_18_soon_in_their_own_school(cast: Cast):
    turns_18_in(cast.child, 20)
    turns_18_in(cast.sibling, 20)
    turns_18_in(cast.classmate, 31)
    page = sign_in(cast.school_admin).get("/staff/reviews/students/turning-18/").content.decode()

    assert cast.child.full_name in page
    assert "Turns 18 on Dec. 12, 2026" in page
    assert f"/staff/students/{cast.child.uuid}/access/" in page
    assert cast.sibling.full_name not in page
    assert cast.classmate.full_name not in page
