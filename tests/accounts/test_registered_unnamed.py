"""Adults who count by a registration alone and whom no sync names: staff find them, and may decide about them."""

from __future__ import annotations

import datetime

import pytest

from accounts.models import Guardianship
from accounts.models.guardianship import Standing
from accounts.services import guardianships, reviews
from portal.base import clock
from tests.accounts.claiming import ROSA, by_mail
from tests.accounts.doors import page_of, students_in
from tests.accounts.registering import BY, contact, registered
from tests.cast import Cast, sign_in

pytestmark = pytest.mark.promise("A8")
LIST = "/staff/reviews/registrations/"
SAYS = "by a registration alone"


def days_ago(monkeypatch: pytest.MonkeyPatch, cast: Cast, days: int) -> Guardianship:
    """Let a registration count that came so many days ago."""
    now = clock.now()
    with monkeypatch.context() as earlier:
        earlier.setattr(clock, "now", lambda: now - datetime.timedelta(days=days))
        return registered(cast.child, at_once=True)


def test_it_works(cast: Cast, monkeypatch: pytest.MonkeyPatch):
    link = days_ago(monkeypatch, cast, 31)
    family = by_mail(ROSA)
    client = sign_in(cast.school_admin)

    page = client.get(LIST).content.decode()
    assert f"1 adult sees a child {SAYS}" in page
    assert f"/staff/reviews/{link.uuid}/" in page
    assert students_in(family) == {page_of(cast.child)}

    form = {"seen": reviews.state_of(link), "answer": "decline", "reason": "Nobody knows her."}
    client.post(f"/staff/reviews/{link.uuid}/", form)

    assert students_in(family) == set()
    assert SAYS not in client.get(LIST).content.decode()


@pytest.mark.parametrize("case", ["new", "named", "waits", "declined"])
def test_nobody_else_is_listed(cast: Cast, monkeypatch: pytest.MonkeyPatch, case: str):
    link = days_ago(monkeypatch, cast, 29 if case == "new" else 31)
    if case == "named":
        link.delete()
        contact(cast.child)
    elif case == "waits":
        Guardianship.objects.filter(pk=link.pk).update(standing=Standing.PROVISIONAL)
    elif case == "declined":
        guardianships.decline(guardianship=link, by=BY, reason="Nobody knows her.")

    assert SAYS not in sign_in(cast.school_admin).get(LIST).content.decode()


@pytest.mark.promise("A7")
def test_staff_of_another_school_neither_find_them_nor_decide(cast: Cast, monkeypatch: pytest.MonkeyPatch):
    link = days_ago(monkeypatch, cast, 31)
    client = sign_in(cast.school_admin_b)

    assert SAYS not in client.get(LIST).content.decode()
    assert client.get(f"/staff/reviews/{link.uuid}/").status_code == 404
