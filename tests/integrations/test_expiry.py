"""E-mails ahead of the day on which credentials end: to whom, when, once each."""

from __future__ import annotations

import datetime
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core import mail
from django.db import connections as databases

from accounts.rights import Role
from accounts.services import staff_roles
from integrations.models import Connection, ExpiryNotice
from integrations.services import addresses, expiry
from integrations.tasks import send_expiry_notices
from portal.base.clock import local_today
from tests import factories
from tests.cast import Cast

TODAY = datetime.date(2026, 11, 22)
SECRET = "canary secret 4711"


@pytest.fixture
def connection(cast: Cast) -> Connection:
    return factories.connection(
        cast.district, addresses.SHIPPED[0], secret=SECRET, user_name="canary-key-1", name="CAASPP"
    )


def expires_in(connection: Connection, days: int, *, today: datetime.date = TODAY) -> None:
    Connection.objects.filter(pk=connection.pk).update(expires=today + datetime.timedelta(days=days))


def receivers() -> set[str]:
    return {address for message in mail.outbox for address in message.to}


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (13, "expires in 13 days"),
        (1, "expires tomorrow"),
        (0, "expires today"),
        (-1, "expired yesterday"),
        (-2, "expired 2 days ago"),
    ],
)
def test_countdown_in_words(days: int, words: str):
    assert expiry.countdown(TODAY + datetime.timedelta(days=days), today=TODAY) == words


def test_one_e_mail_at_each_mark_and_no_other(connection: Connection):
    expires_in(connection, 20)

    went_out = [
        20 - day
        for day in range(25)
        for _ in range(2)
        if expiry.send_due(today=TODAY + datetime.timedelta(days=day))
    ]

    assert went_out == [14, 7, 3, 1]
    assert ExpiryNotice.objects.count() == len(mail.outbox) == 4


def test_after_days_without_a_server_only_the_most_urgent_goes_out(connection: Connection):
    expires_in(connection, 2)

    assert expiry.send_due(today=TODAY) == 1
    assert [notice.days for notice in ExpiryNotice.objects.all()] == [3]
    assert expiry.send_due(today=TODAY) == 0


def test_a_new_day_of_expiry_begins_anew(connection: Connection):
    expires_in(connection, 1)
    expiry.send_due(today=TODAY)
    expires_in(connection, 14)

    assert expiry.send_due(today=TODAY) == 1


def test_nobody_named_means_everyone_who_may_change_it(cast: Cast, connection: Connection):
    expires_in(connection, 7)
    expiry.send_due(today=TODAY)

    assert receivers() == {cast.district_admin.email, cast.integrations_admin.email}


def test_only_the_named_are_told_while_they_may_change_it(cast: Cast, connection: Connection):
    connection.notify.set([cast.integrations_admin])
    expires_in(connection, 7)
    expiry.send_due(today=TODAY)
    assert receivers() == {cast.integrations_admin.email}

    role = staff_roles.current_roles(cast.integrations_admin).get()
    staff_roles.end(
        role=role, last_day=local_today() - datetime.timedelta(days=1), by=factories.BY, reason="left"
    )
    mail.outbox.clear()
    expiry.send_due(today=TODAY + datetime.timedelta(days=4))
    assert receivers() == {cast.district_admin.email}


def test_a_schools_own_connection_tells_its_administrators_too(cast: Cast):
    own = factories.connection(cast.district, addresses.SHIPPED[0], secret=SECRET, school=cast.school_a)
    factories.staff(Role.TEACHER, cast.district, cast.school_a)
    expires_in(own, 7)
    expiry.send_due(today=TODAY)

    assert cast.school_admin.email in receivers()
    assert cast.school_admin_b.email not in receivers()
    assert cast.office.email not in receivers()


@pytest.mark.promise("S2")
def test_no_secret_and_no_students_name_is_in_the_e_mail(cast: Cast, connection: Connection):
    expires_in(connection, 7)
    expiry.send_due(today=TODAY)

    message = mail.outbox[0]
    text = f"{message.subject}\n{message.body}"
    assert "canary" not in text
    assert cast.child.last_name not in text
    assert "\n" not in str(message.subject)
    assert "expires in 7 days" in text
    assert f"/admin/integrations/connection/{connection.pk}/change/" in text


def test_mail_that_is_down_is_tried_again(connection: Connection, settings):
    expires_in(connection, 7)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    assert expiry.send_due(today=TODAY) == 0

    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert expiry.send_due(today=TODAY) == 1


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_workers_send_one_e_mail(connection: Connection):
    expires_in(connection, 7, today=local_today())

    def work(_: int) -> None:
        try:
            send_expiry_notices()
        finally:
            databases.close_all()

    with ThreadPoolExecutor(4) as workers:
        list(workers.map(work, range(4)))

    assert len(mail.outbox) == ExpiryNotice.objects.count() == 1


def test_the_schedule_names_the_task():
    from portal.celery import app  # noqa: PLC0415 - importing it builds the Celery application, which only this test wants

    app.loader.import_default_modules()
    assert app.conf.beat_schedule["expiry-notices"]["task"] == send_expiry_notices.name
    assert send_expiry_notices.name in app.tasks
