"""Which contacts count, and what staff said of them (trust A2)."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from accounts.models import AccessChange, District, Guardian, Guardianship, User
from accounts.models.guardianship import Decision, Standing
from accounts.models.period import EndedBy
from accounts.services import guardianships
from integrations.models import SyncProblem
from integrations.sync.rows import Kind
from portal.base.clock import local_today
from tests import factories
from tests.integrations.sync.feeds import (
    BY,
    SCHOOL_B,
    Feed,
    a_family,
    account_of,
    link_of,
    night,
    sees,
    settings_of,
)

pytestmark = pytest.mark.slow  # several nights each
COUNTS, REVIEW, DECLINED = Standing.COUNTS, Standing.REVIEW, Standing.DECLINED


def standing(row: Any) -> str:
    """Say where a contact's link stands: its standing, `ended`, or `not here`."""
    link = Guardianship.objects.filter(
        guardian__source_id=row.contact_id, student__local_id=row.local_id
    ).first()
    if link is None:
        return "not here"
    return link.standing if link.until is None else "ended"


@pytest.mark.promise("A2")
@pytest.mark.parametrize(
    ("legal", "relationship", "lives_there", "expected"),
    [
        (True, "Mother", True, COUNTS),
        (True, "Father", False, COUNTS),
        (True, "Aunt", None, COUNTS),
        (True, "", False, COUNTS),
        (False, "Mother", True, REVIEW),
        (None, "mother", True, REVIEW),
        (None, "FOSTER PARENT", False, REVIEW),
        (False, "Neighbor", True, "not here"),
        (None, "Aunt", True, "not here"),
        (None, "", True, "not here"),
    ],
)
def test_a_new_contact(district: District, feed: Feed, *, legal, relationship, lives_there, expected):
    _, (row,) = a_family(feed, legal_guardian=legal, relationship=relationship, resides_with=lives_there)
    night(district, feed)

    assert standing(row) == expected
    assert Guardian.objects.count() == (expected != "not here")


@pytest.mark.promise("A2")
@pytest.mark.parametrize(
    ("before", "legal", "relationship", "expected"),
    [
        (True, False, "Mother", REVIEW),
        (True, False, "Aunt", "ended"),
        (True, None, "Mother", COUNTS),
        (True, None, "Aunt", COUNTS),
        (False, True, "Mother", COUNTS),
        (False, None, "Mother", REVIEW),
        (None, True, "Mother", COUNTS),
        (None, False, "Mother", REVIEW),
        (False, False, "Aunt", "ended"),
    ],
)
def test_a_legal_flag_that_changes_acts_at_once(
    district: District, feed: Feed, *, before, legal, relationship, expected
):
    first = "Mother" if before is not True else relationship
    _, (row,) = a_family(feed, legal_guardian=before, relationship=first)
    night(district, feed)
    feed.change(row, legal_guardian=legal, relationship=relationship)
    night(district, feed)

    assert standing(row) == expected
    assert link_of(row).ended_by == (EndedBy.SYNC if expected == "ended" else EndedBy.NOBODY)


def test_a_blank_flag_is_no_change_and_a_problem(district: District, feed: Feed):
    _, (row,) = a_family(feed)
    night(district, feed)
    feed.change(row, legal_guardian=None)
    run = night(district, feed)

    assert run.counts == {}
    assert link_of(row).legal_guardian is True
    assert run.problem_counts == {"contacts": {"legal-guardian-blank": 1}}
    assert SyncProblem.objects.get(run=run).source_id == row.contact_id


@pytest.mark.promise("A2")
@pytest.mark.parametrize("lives_there", [True, False, None])
def test_where_the_child_lives_changes_no_access(district: District, feed: Feed, lives_there):
    (child,), (row,) = a_family(feed)
    night(district, feed)
    parent = account_of(row)
    feed.change(row, resides_with=lives_there)
    night(district, feed)

    assert sees(parent) == {child.local_id}


@pytest.mark.parametrize("legal", [None, False])
def test_what_staff_accepted_stays_while_the_flag_stays(district: District, feed: Feed, legal):
    (child,), (row,) = a_family(feed, legal_guardian=legal)
    night(district, feed)
    guardianships.accept(guardianship=link_of(row), by=BY, reason="birth certificate seen")
    night(district, feed)

    assert standing(row) == COUNTS
    assert sees(account_of(row)) == {child.local_id}
    assert AccessChange.objects.filter(verb="guardianship.accepted").count() == 1


def test_what_staff_accepted_falls_when_the_flag_turns_to_no(district: District, feed: Feed):
    _, (row,) = a_family(feed, legal_guardian=None)
    night(district, feed)
    guardianships.accept(guardianship=link_of(row), by=BY, reason="seen")
    feed.change(row, legal_guardian=False)
    night(district, feed)

    assert standing(row) == REVIEW
    assert link_of(row).decision == Decision.ACCEPTED  # what was said is not forgotten


def test_what_staff_declined_stays_declined_and_waits_when_the_flag_turns_to_yes(
    district: District, feed: Feed
):
    _, (row,) = a_family(feed, legal_guardian=False)
    night(district, feed)
    guardianships.decline(guardianship=link_of(row), by=BY, reason="not the father")
    night(district, feed)
    assert standing(row) == DECLINED
    row = feed.change(row, legal_guardian=True)
    night(district, feed)
    assert standing(row) == REVIEW
    night(district, feed)
    assert standing(row) == REVIEW
    guardianships.accept(guardianship=link_of(row), by=BY, reason="order seen")
    night(district, feed)

    assert standing(row) == COUNTS


def test_a_decision_without_a_reason_is_none(district: District, feed: Feed):
    _, (row,) = a_family(feed, legal_guardian=None)
    night(district, feed)

    with pytest.raises(guardianships.NoReason):
        guardianships.accept(guardianship=link_of(row), by=BY, reason=" ")
    assert standing(row) == REVIEW


@pytest.mark.parametrize("shown", ["there", "absent", "flag-off-and-on"])
def test_what_a_person_ended_no_sync_brings_back(district: District, feed: Feed, shown: str):
    _, (row,) = a_family(feed)
    night(district, feed)
    yesterday = local_today() - datetime.timedelta(days=1)
    guardianships.end(guardianship=link_of(row), last_day=yesterday, by=BY, reason="order")
    if shown == "absent":
        feed.remove(row)
        night(district, feed)
        night(district, feed)
        feed.add(Kind.CONTACTS, row)
    if shown == "flag-off-and-on":
        feed.change(row, legal_guardian=False)
        night(district, feed)
        feed.rows[Kind.CONTACTS][:] = [row]
    night(district, feed)

    assert standing(row) == "ended"
    assert link_of(row).ended_by == EndedBy.PERSON


def test_what_counts_as_parent_like_is_a_setting(district: District, feed: Feed):
    settings_of(district, parent_like=["Auntie"])
    _, (aunt,) = a_family(feed, legal_guardian=None, relationship="auntie")
    _, (mother,) = a_family(feed, legal_guardian=None, relationship="Mother")
    night(district, feed)

    assert (standing(aunt), standing(mother)) == (REVIEW, "not here")


def test_two_adults_with_one_address_stay_two(district: District, feed: Feed):
    child = feed.student()
    mother = feed.contact(child, email="Family@Example.org")
    father = feed.contact(child, email="family@example.org", relationship="Father")
    night(district, feed)

    assert set(Guardian.objects.values_list("source_id", flat=True)) == {mother.contact_id, father.contact_id}
    assert set(Guardian.objects.values_list("email", flat=True)) == {"family@example.org"}
    assert not User.objects.filter(email="family@example.org").exists()
    assert not Guardian.objects.exclude(user=None).exists()


def test_siblings_at_two_schools_have_one_mother(district: District, feed: Feed):
    children, (row,) = a_family(feed)
    sibling = feed.student(SCHOOL_B)
    feed.contact(sibling, row.contact_id, name=row.name, email=row.email)
    night(district, feed)

    assert Guardian.objects.count() == 1
    assert sees(account_of(row)) == {children[0].local_id, sibling.local_id}


def test_twins_are_two_students(district: District, feed: Feed):
    values: dict[str, Any] = {"first_name": "Ana", "last_name": "Roe", "birth_date": factories.years_ago(9)}
    twins = [feed.student(**values), feed.student(**values)]
    row = feed.contact(twins[0])
    feed.contact(twins[1], row.contact_id)
    night(district, feed)

    assert sees(account_of(row)) == {twin.local_id for twin in twins}


def test_two_homes_are_one_link(district: District, feed: Feed):
    child = feed.student()
    row = feed.contact(child, legal_guardian=None, relationship="Mother")
    feed.contact(child, row.contact_id, legal_guardian=True, relationship="Other home")
    night(district, feed)

    assert Guardianship.objects.count() == 1
    assert standing(row) == COUNTS


def test_yes_and_no_for_one_pair_are_no_answer(district: District, feed: Feed):
    child = feed.student()
    row = feed.contact(child, legal_guardian=True)
    feed.contact(child, row.contact_id, legal_guardian=False)
    run = night(district, feed)

    assert standing(row) == REVIEW
    assert run.problem_counts["contacts"]["legal-guardian-contradicts"] == 1


def test_an_account_is_never_joined_renamed_or_touched(district: District, feed: Feed):
    user = factories.user(email="mother@example.org", name="As she wrote it")
    _, (row,) = a_family(feed, email="mother@example.org", name="As the office wrote it")
    night(district, feed)
    user.refresh_from_db()

    assert user.name == "As she wrote it"
    assert link_of(row).guardian.user is None


def test_a_guardian_s_new_name_and_address_are_taken_over(district: District, feed: Feed):
    _, (row,) = a_family(feed)
    for _ in range(3):
        a_family(feed)
    night(district, feed)
    feed.change(row, name="New Name", email="NEW@example.org", language="")
    run = night(district, feed)
    guardian = link_of(row).guardian

    assert run.counts == {"guardians": {"update": 1}}
    assert (guardian.name, guardian.email, guardian.language) == ("New Name", "new@example.org", "es")


def test_a_contact_of_an_unknown_student_is_a_problem(district: District, feed: Feed):
    _, (row,) = a_family(feed)
    feed.add(Kind.CONTACTS, row._replace(local_id="nobody"))
    run = night(district, feed)

    assert run.problem_counts == {"contacts": {"student-unknown": 1}}
    assert Guardianship.objects.count() == 1
