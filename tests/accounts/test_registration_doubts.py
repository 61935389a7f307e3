"""Whom staff, a court or the record keep from a child does not come back by a registration, however it writes them."""

from __future__ import annotations

import datetime

import pytest

from accounts.models import Guardianship, Student
from accounts.models.guardianship import Standing
from accounts.services import guardianships, registration_doubts
from accounts.services.registration_doubts import Doubt
from portal.base.clock import local_today
from tests import factories
from tests.accounts.claiming import by_mail
from tests.accounts.doors import page_of, students_in
from tests.accounts.registering import BY, contact, registered
from tests.cast import Cast, sign_in

pytestmark = pytest.mark.promise("A3", "A8")
NEW = "new@example.org"
# Two words, an initial, a suffix, the last name first, a Cyrillic letter, a soft hyphen, another first name.
WRITTEN = [
    "Rosa Example",
    "Rosa M. Example",
    "Rosa Example Jr",
    "Example, Rosa",
    "R\u043esa Example",
    "Ro\u00adsa Example",
    "Rosie Example",
]


def doubts_of(link: Guardianship) -> set[Doubt]:
    return registration_doubts.of_links([Guardianship.objects.select_related("guardian").get(pk=link.pk)])[0]


def standing(link: Guardianship) -> str:
    return str(Guardianship.objects.get(pk=link.pk).standing)


def test_it_works(cast: Cast):
    link = registered(cast.child, at_once=True, email=NEW)

    assert (standing(link), doubts_of(link)) == (Standing.COUNTS, set())
    assert students_in(by_mail(NEW)) == {page_of(cast.child)}


@pytest.mark.parametrize("name", [*WRITTEN, "Somebody Else"])
def test_nobody_new_counts_at_once_beside_a_child_from_whom_somebody_is_blocked(cast: Cast, name: str):
    factories.block(contact(cast.child, email="other@example.org"))

    link = registered(cast.child, at_once=True, name=name, email=NEW)

    assert standing(link) == Standing.PROVISIONAL
    assert doubts_of(link) & {Doubt.BLOCKED_NAMESAKE, Doubt.BLOCKED_CHILD}


@pytest.mark.parametrize(
    ("starts", "until", "expected"), [(5, None, True), (None, 0, True), (None, -1, False)]
)
def test_a_block_to_come_is_a_doubt_and_one_that_is_over_is_none(
    cast: Cast, starts: int | None, until: int | None, expected: bool
):
    days = [None if day is None else local_today() + datetime.timedelta(day) for day in (starts, until)]
    factories.block(
        contact(cast.child, name="Bob Other", email="bob@example.org"), starts=days[0], until=days[1]
    )

    link = registered(cast.child, at_once=True, email=NEW)

    assert (standing(link) == Standing.PROVISIONAL) is expected


@pytest.mark.parametrize("name", WRITTEN)
@pytest.mark.parametrize(
    "how", ["declined", "ended", "declined contact", "contact of whom the record says no"]
)
def test_whom_staff_or_the_record_turned_away_waits_under_another_address(cast: Cast, name: str, how: str):
    if how == "contact of whom the record says no":
        contact(cast.child, legal_guardian=False, standing=Standing.REVIEW)
    elif how == "declined contact":
        guardianships.decline(guardianship=contact(cast.child), by=BY, reason="Not hers.")
    elif how == "declined":
        guardianships.decline(guardianship=registered(cast.child), by=BY, reason="Not hers.")
    else:
        last = datetime.date(2020, 1, 1)
        guardianships.end(guardianship=registered(cast.child), last_day=last, by=BY, reason="Not hers.")

    again = registered(cast.child, at_once=True, name=name, email=NEW, place="1:902:1")

    assert standing(again) == Standing.PROVISIONAL
    assert Doubt.TURNED_AWAY in doubts_of(again)


@pytest.mark.parametrize("name", ["Rosa Example", "Rosa M. Example"])
def test_a_second_registration_with_a_like_name_waits(cast: Cast, name: str):
    registered(cast.child, at_once=True)

    again = registered(cast.child, at_once=True, name=name, email=NEW, place="1:902:1")

    assert standing(again) == Standing.PROVISIONAL
    assert doubts_of(again) == {Doubt.NAMESAKE}


def test_two_parents_of_one_last_name_are_no_doubt(cast: Cast):
    links = [
        registered(cast.child, at_once=True),
        registered(cast.child, at_once=True, name="Luis Example", email=NEW, place="1:901:2"),
    ]

    assert [standing(link) for link in links] == [Standing.COUNTS] * 2


@pytest.mark.promise("A6")
@pytest.mark.parametrize("child", ["child", "classmate"])
def test_a_students_own_mailbox_is_no_parents(cast: Cast, child: str):
    student = getattr(cast, child)
    Student.unscoped.filter(pk=student.pk).update(email="Kid@school.example.org")

    link = registered(cast.child, at_once=True, email="kid@school.example.org")

    assert standing(link) == Standing.PROVISIONAL
    assert doubts_of(link) == {Doubt.SHARED_ADDRESS}


def test_the_page_says_each_doubt_and_offers_no_mark(cast: Cast):
    factories.block(contact(cast.child, name="Bob Other", email="bob@example.org"))
    contact(cast.child, legal_guardian=False, standing=Standing.REVIEW)
    link = registered(cast.child, at_once=True, email=NEW)

    page = sign_in(cast.school_admin).get("/staff/reviews/registrations/").content.decode()

    assert "Somebody is blocked from this child" in page
    assert "said no to somebody with a name like this" in page
    assert f'value="{link.uuid}"' not in page
