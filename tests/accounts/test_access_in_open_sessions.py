"""What changes while somebody is signed in counts at the next request, and costs no call to ETS."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from accounts.models import Enrollment, Guardian, Guardianship, SectionPlace, StaffRole, User
from accounts.models.guardianship import Standing
from accounts.services import guardianships, staff_roles
from portal.base.clock import local_today
from tests import factories
from tests.accounts.doors import page_of
from tests.cast import Cast, sign_in
from tests.scorereports.pages import asked, first_report, opened

pytestmark = pytest.mark.promise("A10")


def end_link(cast: Cast) -> None:
    guardianships.end(
        guardianship=Guardianship.objects.get(guardian__user=cast.parent_of_two, student=cast.child),
        last_day=local_today() - timedelta(days=1),
        by=factories.BY,
        reason="a test",
    )


def send_link_to_review(cast: Cast) -> None:
    Guardianship.objects.filter(guardian__user=cast.parent_of_two).update(standing=Standing.REVIEW)


def take_account_from_guardian(cast: Cast) -> None:
    Guardian.objects.filter(user=cast.parent_of_two).update(user=None)


def end_role(user: User) -> None:
    staff_roles.end(
        role=StaffRole.objects.get(user=user),
        last_day=local_today() - timedelta(days=1),
        by=factories.BY,
        reason="a test",
    )


def end_place(cast: Cast) -> None:
    SectionPlace.objects.filter(student=cast.child).update(until=local_today() - timedelta(days=1))


def move_to_school_b(cast: Cast) -> None:
    Enrollment.objects.filter(student=cast.child).update(school=cast.school_b)


CHANGES: list[tuple[str, Callable[[Cast], None]]] = [
    ("parent_of_two", end_link),
    ("parent_of_two", send_link_to_review),
    ("parent_of_two", take_account_from_guardian),
    ("teacher", end_place),
    ("teacher", lambda cast: end_role(cast.teacher)),
    ("counselor", lambda cast: end_role(cast.counselor)),
    ("office", lambda cast: end_role(cast.office)),
    ("school_admin", move_to_school_b),
    ("district_admin", lambda cast: end_role(cast.district_admin)),
]


def everything_of(client: Client, cast: Cast, report: str) -> list[int]:
    addresses = (page_of(cast.child), report, f"{report}content/", f"{report}content/?save=1")
    return [client.get(address).status_code for address in addresses]


@pytest.mark.parametrize(("part", "change"), CHANGES)
def test_it_works(cast: Cast, connected, sandbox, part: str, change: Callable[[Cast], None]):
    client = sign_in(getattr(cast, part))
    report = first_report(client, cast.child)
    assert opened(client, report).status_code == 200
    before = asked(sandbox)
    change(cast)

    assert everything_of(client, cast, report) == [404, 404, 404, 404]
    assert asked(sandbox) == before


@pytest.mark.parametrize("part", ["parent_of_two", "teacher", "district_admin", "student"])
def test_a_disabled_user_is_sent_to_the_sign_in_page(cast: Cast, connected, sandbox, part: str):
    who = getattr(cast, part)
    student = cast.student_17 if part == "student" else cast.child
    client = sign_in(who)
    assert client.get(page_of(student)).status_code == 200
    before = asked(sandbox)
    who.is_active = False
    who.save()
    answer = client.get(page_of(student))

    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/")
    assert asked(sandbox) == before


def test_the_other_parent_is_left_alone(cast: Cast, connected, sandbox):
    client = sign_in(cast.other_parent)
    end_link(cast)

    assert client.get(page_of(cast.child)).status_code == 200


def test_the_parent_keeps_the_child_whose_link_did_not_end(cast: Cast, connected, sandbox):
    client = sign_in(cast.parent_of_two)
    client.get(page_of(cast.child))
    end_link(cast)

    assert client.get(page_of(cast.sibling)).status_code == 200


def test_a_new_link_counts_at_once_as_well(cast: Cast):
    client = sign_in(cast.nobody)
    assert client.get(page_of(cast.child)).status_code == 404
    factories.link(factories.guardian(cast.district, cast.nobody), cast.child)

    assert client.get(page_of(cast.child)).status_code == 200


@pytest.mark.promise("A1")
def test_the_id_of_another_child_in_the_address_opens_nothing(cast: Cast, connected, sandbox):
    client = sign_in(cast.parent_of_two)
    report = first_report(client, cast.child)
    calls = sandbox.calls["reports"]
    swapped = report.replace(str(cast.child.uuid), str(cast.classmate.uuid))

    assert everything_of(client, cast, swapped)[1:] == [404, 404, 404]
    assert sandbox.calls["reports"] == calls + 1  # the child's own page, the first of the four


@pytest.mark.promise("A1")
def test_the_key_of_one_child_opens_nothing_of_a_brother_or_sister(cast: Cast, connected, sandbox):
    client = sign_in(cast.parent_of_two)
    report = first_report(client, cast.child)
    calls = asked(sandbox)
    swapped = report.replace(str(cast.child.uuid), str(cast.sibling.uuid))

    assert client.get(swapped).status_code == 404
    assert client.get(f"{swapped}content/").status_code == 404
    assert asked(sandbox) == calls


@pytest.mark.promise("A1")
@pytest.mark.parametrize("address", ["/students/7/", "/students/not-a-uuid/", "/students/", "/students/%00/"])
def test_what_is_no_id_is_a_page_that_does_not_exist(cast: Cast, address: str):
    assert sign_in(cast.parent_of_two).get(address).status_code == 404
