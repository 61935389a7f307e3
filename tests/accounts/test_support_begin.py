"""Looking as a family for support: with a reason, for a while, on record, and able to do nothing."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import time_machine
from django.test import Client

from accounts.models import AccessChange, AccessRecord, Guardianship, StaffRole, SupportView, User
from accounts.rights import Role
from accounts.services import support_views
from integrations.models import Connection
from integrations.sandbox.server import SandboxServer
from portal.base import clock
from portal.base.clock import local_today
from portal.support import ENDS, LEFT_ALONE, SHOWN
from tests import factories
from tests.access_rows_of_the_admin import ADMIN
from tests.accounts.doors import page_of, students_in
from tests.addresses import filled
from tests.cast import Cast, sign_in
from tests.scorereports import reading
from tests.scorereports.pages import asked
from tests.test_access_matrix import ROWS

pytestmark = pytest.mark.promise("A7")
REASON = "Rosa called: she sees one child only."


def looking(cast: Cast, family: User, by: User | None = None) -> Client:
    """Return a client whose person looks as the family."""
    client = sign_in(by or cast.district_admin)
    answer = client.post(f"/staff/people/{family.uuid}/look/", {"reason": REASON})
    assert (answer.status_code, answer["Location"]) == (302, "/")
    return client


def banner(client: Client, address: str = "/") -> str:
    found = reading.page(client.get(address)).select_one(".support-view")
    return " ".join(found.get_text(" ").split()) if found else ""


def test_it_works(cast: Cast):
    client = looking(cast, cast.parent_of_two)

    assert students_in(client) == {page_of(cast.child), page_of(cast.sibling)}
    assert f"You look as {cast.parent_of_two.name}" in banner(client)
    assert f"You are {cast.district_admin.name}" in banner(client)


@pytest.mark.promise("R5")
def test_its_begin_and_end_are_on_record_with_the_reason(cast: Cast):
    client = looking(cast, cast.parent_of_two)
    answer = client.post("/staff/look/end/")
    began, ended = AccessChange.objects.filter(verb__startswith="support_view.").order_by("pk")

    assert answer["Location"] == f"/staff/people/{cast.parent_of_two.uuid}/sees/"
    assert (began.verb, ended.verb) == ("support_view.began", "support_view.ended")
    for row in (began, ended):
        assert (row.actor, row.subject_id) == (str(cast.district_admin.uuid), cast.parent_of_two.uuid)
    assert began.reason == REASON
    assert banner(client) == ""


def test_without_a_reason_it_does_not_begin(cast: Cast):
    client = sign_in(cast.district_admin)
    answer = client.post(f"/staff/people/{cast.parent_of_two.uuid}/look/", {"reason": "  "})

    assert answer.status_code == 200
    assert not SupportView.objects.exists()


# --- What it shows ---------------------------------------------------------------------------------------------------


def test_children_outside_the_viewers_own_work_do_not_show(cast: Cast):
    record = factories.guardian(cast.other_district, cast.parent_of_two)
    factories.link(record, cast.stranger_child)
    assert page_of(cast.stranger_child) in students_in(sign_in(cast.parent_of_two))
    client = looking(cast, cast.parent_of_two)

    assert students_in(client) == {page_of(cast.child), page_of(cast.sibling)}
    assert client.get(page_of(cast.stranger_child)).status_code == 404
    assert client.get(f"{page_of(cast.stranger_child)}openings/").status_code == 404


def test_a_child_from_whom_the_viewer_is_blocked_does_not_show(cast: Cast):
    own = factories.guardian(cast.district, cast.district_admin)
    factories.block(factories.link(own, cast.sibling))
    client = looking(cast, cast.parent_of_two)

    assert students_in(client) == {page_of(cast.child)}


def test_a_child_the_family_does_not_see_does_not_show(cast: Cast):
    factories.block(Guardianship.objects.get(guardian__user=cast.parent_of_two, student=cast.child))
    client = looking(cast, cast.parent_of_two)

    assert students_in(client) == {page_of(cast.sibling)}
    assert client.get(page_of(cast.child)).status_code == 404


def test_no_report_is_listed_or_opened_and_ets_is_not_asked(
    cast: Cast, connected: Connection, sandbox: SandboxServer
):
    client = looking(cast, cast.parent_of_two)
    page = client.get(page_of(cast.child))
    viewer = client.get(reading.report(cast.child))
    content = client.get(reading.content(cast.child))
    framed = client.get(reading.content(cast.child), headers={"Sec-Fetch-Dest": "iframe"})

    assert "The reports stay closed in this view" in reading.words(page)
    assert [answer.status_code for answer in (page, viewer, content, framed)] == [200, 403, 403, 403]
    assert all("The reports stay closed" in reading.words(one) for one in (viewer, content, framed))
    assert not any(asked(sandbox).values())
    assert not AccessRecord.objects.filter(action="opened").exists()


@pytest.mark.promise("R1", "R2")
@pytest.mark.usefixtures("connected")
def test_a_report_asked_for_is_on_record_under_who_asked(cast: Cast):
    looking(cast, cast.parent_of_two).get(reading.content(cast.child))
    row = AccessRecord.objects.get()

    assert (row.action, row.outcome) == ("refused", "support-view")
    assert row.actor == cast.district_admin.uuid


# --- What it may not do ----------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.promise("A1")
def test_every_other_page_and_every_post_is_shut(cast: Cast, connected: Connection):
    """The access matrix of a view: what is not named in portal/support.py answers 403, whatever it is about."""
    client = looking(cast, cast.parent_of_two)
    addresses = {
        name: filled(rows[0].url, cast, connected)
        for name, rows in (ROWS | ADMIN).items()
        if name not in LEFT_ALONE | ENDS
    }
    before = AccessChange.objects.count()
    for name, address in addresses.items():
        got = client.get(address).status_code
        if name in SHOWN:
            assert got in ({200, 403} if "report" in name else {200}), name
        else:
            assert got == 403, name
        for method in ("post", "put", "delete"):
            assert getattr(client, method)(address).status_code == 403, name

    assert AccessChange.objects.count() == before
    assert banner(client)


def test_it_says_in_words_that_a_page_is_shut(cast: Cast):
    said = reading.words(looking(cast, cast.parent_of_two).get("/accounts/sessions/"))

    assert "This page stays closed" in said


def test_the_banner_is_on_every_page_also_on_one_that_is_not_there(cast: Cast, connected: Connection):
    client = looking(cast, cast.parent_of_two)
    child = page_of(cast.child)
    addresses = ["/", child, f"{child}openings/", reading.report(cast.child), reading.content(cast.child)]

    for address in [*addresses, "/accounts/email/", "/nowhere/", page_of(cast.classmate)]:
        assert "You look as" in banner(client, address), address


@pytest.mark.parametrize(
    "part", ["teacher", "superuser", "district_admin", "staff_elsewhere", "parent_elsewhere", "nobody"]
)
def test_staff_and_strangers_cannot_be_looked_as(cast: Cast, part: str):
    address = f"/staff/people/{getattr(cast, part).uuid}/look/"
    client = sign_in(cast.district_admin)

    assert client.get(address).status_code == client.post(address, {"reason": REASON}).status_code == 404
    assert not SupportView.objects.exists()


def test_a_parent_who_works_here_cannot_be_looked_as(cast: Cast):
    factories.grant(cast.other_parent, Role.OFFICE, cast.district, cast.school_b)
    address = f"/staff/people/{cast.other_parent.uuid}/look/"

    assert sign_in(cast.district_admin).get(address).status_code == 404
    page = sign_in(cast.district_admin).get(f"/staff/people/{cast.other_parent.uuid}/sees/")
    assert "/look/" not in page.content.decode()


# --- When it ends ----------------------------------------------------------------------------------------------------


def test_it_ends_after_15_minutes(cast: Cast, settings):
    settings.SESSION_IDLE_SECONDS = {"family": 3600, "staff": 3600}
    with time_machine.travel(clock.now(), tick=False) as now:
        client = looking(cast, cast.parent_of_two)
        now.shift(14 * 60 + 59)
        assert banner(client)
        now.shift(1)
        answer = client.get(page_of(cast.child))
        assert (answer.status_code, answer["Location"]) == (302, "/")
        assert "its time is over" in client.get("/").content.decode()
        assert banner(client) == ""
        row = AccessChange.objects.get(verb="support_view.ended")
        assert (row.actor, row.reason) == (str(cast.district_admin.uuid), "time is over")


def test_the_schedule_puts_the_end_on_record_of_one_that_nobody_looked_at_again(cast: Cast):
    with time_machine.travel(clock.now(), tick=False) as now:
        looking(cast, cast.parent_of_two)
        assert support_views.end_over() == 0
        now.shift(timedelta(hours=3).total_seconds())
        assert (support_views.end_over(), support_views.end_over()) == (1, 0)
        view = SupportView.objects.get()

    assert view.ended_at == view.ends_at
    assert AccessChange.objects.get(verb="support_view.ended").actor == "schedule"


def test_signing_out_ends_it(cast: Cast):
    client = looking(cast, cast.parent_of_two)
    answer = client.post("/accounts/logout/")

    assert urlsplit(answer["Location"]).path == "/accounts/login/"
    assert SupportView.objects.get().ended_at
    assert AccessChange.objects.get(verb="support_view.ended").reason == "signed out"


def lose_the_role(cast: Cast) -> None:
    StaffRole.objects.filter(user=cast.district_admin).update(until=local_today() - timedelta(days=1))


def make_staff(cast: Cast) -> None:
    factories.grant(cast.parent_of_two, Role.TEACHER, cast.district, cast.school_a)


def disable(cast: Cast) -> None:
    User.objects.filter(pk=cast.parent_of_two.pk).update(is_active=False)


@pytest.mark.promise("A10")
@pytest.mark.parametrize("change", [lose_the_role, make_staff, disable])
def test_it_ends_at_the_next_click_once_it_may_not_be_any_more(cast: Cast, change):
    client = looking(cast, cast.parent_of_two)
    change(cast)

    assert client.get(page_of(cast.child)).status_code == 302
    assert banner(client) == ""


def test_it_belongs_to_one_session(cast: Cast):
    looking(cast, cast.parent_of_two)

    assert banner(sign_in(cast.district_admin)) == ""


def test_another_begun_ends_the_first(cast: Cast):
    client = looking(cast, cast.parent_of_two)
    client.post("/staff/look/end/")
    client.post(f"/staff/people/{cast.other_parent.uuid}/look/", {"reason": REASON})

    assert SupportView.objects.filter(ended_at=None).count() == 1
    assert cast.other_parent.name in banner(client)


@pytest.mark.promise("F8")
def test_a_probe_with_such_a_session_touches_nothing(cast: Cast, django_assert_num_queries):
    client = looking(cast, cast.parent_of_two)
    with django_assert_num_queries(0):
        assert client.get("/healthz").status_code == 200


def test_the_foot_says_when_the_viewers_own_session_ends(cast: Cast):
    ending = reading.page(looking(cast, cast.parent_of_two).get("/")).select_one("[data-session-end]")
    assert ending
    assert int(str(ending["data-seconds-left"])) <= 15 * 60
    assert not re.search("Stay signed in", ending.get_text())
