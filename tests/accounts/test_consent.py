"""Past the 18th birthday an adult of the family sees reports only by the student's consent, or by a dependency."""

from __future__ import annotations

import datetime

import pytest
import time_machine

from accounts import access
from accounts.models import AccessChange, Consent, Guardianship, Student, User
from accounts.models.consent import ConsentKind
from accounts.models.guardianship import Standing
from portal.base.clock import LOS_ANGELES, local_today
from tests import factories
from tests.accounts.doors import a_school, children_on_home, opens, page_of
from tests.cast import Cast, sign_in

pytestmark = pytest.mark.promise("A5")
FORM = {"kind": ConsentKind.WRITTEN, "document": "Folder 7"}


@pytest.fixture
def adult(db: None) -> Student:
    return factories.student(a_school(), birth_date=factories.years_ago(18))


@pytest.fixture
def parent(adult: Student) -> User:
    return factories.parent(adult)


def link(student: Student) -> Guardianship:
    return Guardianship.objects.get(student=student)


def days(first: int | None, last: int | None) -> dict[str, datetime.date | None]:
    names = {"starts": first, "until": last}
    return {
        name: None if offset is None else local_today() + datetime.timedelta(offset)
        for name, offset in names.items()
    }


@pytest.mark.parametrize("kind", ConsentKind.values)
def test_it_works(adult: Student, parent: User, kind: str):
    assert opens(parent, adult) == 404
    factories.consent(link(adult), kind=kind)

    assert opens(parent, adult) == 200
    assert children_on_home(parent) == {page_of(adult)}
    may_see = access.open_student(parent, adult.uuid)
    assert (may_see.rule, may_see.is_family) == ("consent", True)
    assert "99.30" in may_see.legal_basis


@pytest.mark.parametrize(
    ("first", "last", "status"), [(None, 0, 200), (None, -1, 404), (0, None, 200), (1, None, 404)]
)
def test_it_holds_from_its_first_to_its_last_day(
    adult: Student, parent: User, first: int | None, last: int | None, status: int
):
    factories.consent(link(adult), **days(first, last))

    assert opens(parent, adult) == status


def test_it_speaks_for_one_adult_alone(adult: Student, parent: User):
    factories.consent(link(adult))
    other = factories.parent(adult)

    assert (opens(parent, adult), opens(other, adult)) == (200, 404)


def test_it_bridges_the_birthday_in_an_open_session(db: None):
    student = factories.student(a_school(), birth_date=datetime.date(2008, 5, 12))
    with_consent, without = factories.parent(student), factories.parent(student)
    factories.consent(Guardianship.objects.get(guardian__user=with_consent))
    last_moment = datetime.datetime(2026, 5, 11, 23, 59, 59, tzinfo=LOS_ANGELES)
    with time_machine.travel(last_moment, tick=False) as now:
        clients = [sign_in(with_consent), sign_in(without)]
        assert [client.get(page_of(student)).status_code for client in clients] == [200, 200]
        now.shift(1)
        assert [client.get(page_of(student)).status_code for client in clients] == [200, 404]


@pytest.mark.parametrize("fields", [{"standing": Standing.REVIEW}, {"until": datetime.date(2020, 1, 1)}])
def test_it_makes_no_link_count_that_does_not(adult: Student, fields: dict[str, object]):
    who = factories.parent(adult, **fields)
    factories.consent(link(adult))

    assert opens(who, adult) == 404


def test_without_a_birth_date_nobody_is_taken_for_18(db: None):
    student = factories.student(a_school(), birth_date=None)
    who = factories.parent(student)
    factories.consent(link(student))

    assert opens(who, student) == 404


def test_a_block_outranks_it(adult: Student, parent: User):
    factories.consent(link(adult))
    factories.block(link(adult))

    assert opens(parent, adult) == 404


def test_staff_record_it_on_the_page_of_who_sees_the_student_and_end_it_there(cast: Cast):
    cast.child.birth_date = factories.years_ago(18)
    cast.child.save()
    mine = Guardianship.objects.get(guardian__user=cast.other_parent)
    staff = sign_in(cast.school_admin)
    page = f"/staff/students/{cast.child.uuid}/access/"
    assert f"/staff/guardianships/{mine.uuid}/consent/" in staff.get(page).content.decode()

    staff.post(f"/staff/guardianships/{mine.uuid}/consent/", FORM)
    assert opens(cast.other_parent, cast.child) == 200
    end = f"/staff/consents/{Consent.objects.get().uuid}/end/"
    assert end in staff.get(page).content.decode()

    staff.post(end, {"reason": "The student took it back."})
    assert opens(cast.other_parent, cast.child) == 404
    verbs = AccessChange.objects.filter(subject="consent").order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["consent.recorded", "consent.ended"]


@pytest.mark.parametrize("missing", FORM)
def test_nothing_is_recorded_without_saying_what_lets_them(cast: Cast, missing: str):
    mine = Guardianship.objects.get(guardian__user=cast.other_parent)
    answer = sign_in(cast.school_admin).post(
        f"/staff/guardianships/{mine.uuid}/consent/", FORM | {missing: ""}
    )

    assert answer.status_code == 200
    assert not Consent.objects.exists()
