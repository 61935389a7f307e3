"""A registration that gives a parent's name, through whole nights of the sync: the record's parent stays theirs."""

from __future__ import annotations

import pytest

from accounts.models import District, Guardian
from accounts.models.guardianship import REGISTRATION
from tests.accounts.claiming import account, by_mail
from tests.accounts.registering import registered
from tests.integrations.sync.feeds import Feed, a_family, night, sees, student_of

pytestmark = [pytest.mark.slow, pytest.mark.promise("A8")]
NEW = "new@example.org"


def test_no_night_gives_a_parent_of_the_record_to_an_account_that_waits(district: District, feed: Feed):
    children, _ties = a_family(feed, children=2, name="Rosa Example", email="")
    night(district, feed)
    registered(student_of(children[0]), email=NEW)
    who = account(by_mail(NEW))
    assert who
    assert sees(who) == set()

    assert night(district, feed).state == "done"

    assert sees(who) == set()
    assert Guardian.objects.filter(user=who, source=REGISTRATION).count() == 1
    assert Guardian.objects.filter(user__isnull=True, name="Rosa Example").count() == 1
