"""The brake holds what is too much, and approving applies exactly what was shown (trust F1)."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from accounts.models import AccessChange, District, Guardianship, StaffRole
from accounts.services import guardianships
from integrations.models import SyncState
from integrations.services import syncs
from integrations.sync.rows import Kind
from portal.base.clock import local_today
from tests.integrations.sync.feeds import (
    BY,
    SCHOOL_B,
    Feed,
    a_family,
    account_of,
    approved,
    link_of,
    night,
    sees,
    settings_of,
    student_of,
)

pytestmark = pytest.mark.slow  # several nights each


def families(feed: Feed, count: int, **values: Any) -> list[Any]:
    return [a_family(feed, **values)[1][0] for _ in range(count)]


def two_nights_without(district: District, feed: Feed, *rows: Any) -> Any:
    """Run twice without these rows; the second would end what they made."""
    feed.remove(*rows)
    assert night(district, feed).state == SyncState.DONE
    return night(district, feed)


def held_for(run: Any) -> list[tuple[str, str]]:
    return [(reason["rule"], reason["what"]) for reason in run.reasons]


@pytest.mark.promise("F1")
@pytest.mark.parametrize(("ended", "state"), [(3, SyncState.DONE), (4, SyncState.HELD)])
def test_more_ended_links_than_the_least_hold(district: District, feed: Feed, ended: int, state: str):
    settings_of(district, links_least=3, school_least=1000, rows_percent=0)
    rows = families(feed, 10)
    night(district, feed)
    run = two_nights_without(district, feed, *rows[:ended])

    assert run.state == state
    assert Guardianship.objects.exclude(until=None).count() == (ended if state == SyncState.DONE else 0)


@pytest.mark.promise("F1")
@pytest.mark.parametrize(("ended", "state"), [(5, SyncState.DONE), (6, SyncState.HELD)])
def test_or_a_larger_share_of_the_district(district: District, feed: Feed, ended: int, state: str):
    settings_of(district, links_least=1, links_percent=50, school_least=1000, rows_percent=0)
    rows = families(feed, 10)
    night(district, feed)
    run = two_nights_without(district, feed, *rows[:ended])

    assert run.state == state
    assert held_for(run) == ([("ended", "links")] if state == SyncState.HELD else [])


@pytest.mark.promise("F1")
@pytest.mark.parametrize(("ended", "state"), [(2, SyncState.DONE), (3, SyncState.HELD)])
def test_or_of_one_school(district: District, feed: Feed, ended: int, state: str):
    settings_of(district, links_least=1000, school_least=1, school_percent=50, rows_percent=0)
    families(feed, 10)
    there = [feed.contact(feed.student(SCHOOL_B)) for _ in range(4)]
    night(district, feed)
    run = two_nights_without(district, feed, *there[:ended])

    assert run.state == state
    if state == SyncState.HELD:
        (reason,) = run.reasons
        assert (reason["rule"], reason["count"], reason["limit"], reason["of"]) == (
            "ended-at-school",
            3,
            2,
            4,
        )
        (school,) = syncs.losing_by_school(run)
        assert (str(school["school_uuid"]), school["losing"]) == (reason["school"], 3)
        assert school["school_name"] == "School B"


@pytest.mark.promise("F1")
@pytest.mark.parametrize(("count", "state"), [(20, SyncState.DONE), (21, SyncState.HELD)])
def test_the_default_lets_twenty_links_go(district: District, feed: Feed, count: int, state: str):
    feed.page = 7
    rows = families(feed, 30)
    night(district, feed)
    for row in rows[:count]:
        feed.change(row, legal_guardian=False)

    assert night(district, feed).state == state


@pytest.mark.promise("F1")
@pytest.mark.parametrize("what", ["name", "email", "first_name", "last_name", "ssid", "birth_date"])
@pytest.mark.parametrize(("changed", "state"), [(3, SyncState.DONE), (4, SyncState.HELD)])
def test_changes_of_more_than_three_quarters_of_the_people_hold(
    district: District, feed: Feed, what: str, *, changed: int, state: str
):
    families(feed, 4)
    night(district, feed)
    kind = Kind.CONTACTS if what in {"name", "email"} else Kind.STUDENTS
    value = {"email": "new{}@example.org", "ssid": "888888888{}"}.get(what, "New {}")
    for number, row in enumerate(feed.rows[kind][:changed]):
        new: Any = datetime.date(2015, 5, number + 1) if what == "birth_date" else value.format(number)
        feed.change(row, **{what: new})
    run = night(district, feed)

    assert run.state == state
    people = "guardians" if kind == Kind.CONTACTS else "students"
    assert held_for(run) == ([("people", people)] if state == SyncState.HELD else [])


@pytest.mark.promise("F1")
@pytest.mark.parametrize(("missing", "state"), [(3, SyncState.DONE), (4, SyncState.HELD)])
@pytest.mark.parametrize("kind", [Kind.STUDENTS, Kind.CONTACTS, Kind.ENROLLMENTS, Kind.STAFF, Kind.ROLES])
def test_many_fewer_rows_than_the_last_good_run_hold(
    district: District, feed: Feed, kind: Kind, *, missing: int, state: str
):
    settings_of(district, rows_least=3)
    families(feed, 10)
    for _ in range(10):
        feed.member()
    night(district, feed)
    feed.rows[kind] = feed.rows[kind][missing:]
    run = night(district, feed)

    assert run.state == state
    assert held_for(run) == ([("rows", str(kind))] if state == SyncState.HELD else [])


@pytest.mark.promise("F1")
@pytest.mark.parametrize(("missing", "state"), [(4, SyncState.DONE), (5, SyncState.HELD)])
def test_or_a_share_below_the_setting(district: District, feed: Feed, missing: int, state: str):
    settings_of(district, rows_least=0, rows_percent=60)
    families(feed, 10)
    night(district, feed)
    feed.rows[Kind.CONTACTS] = feed.rows[Kind.CONTACTS][missing:]

    assert night(district, feed).state == state


@pytest.mark.promise("F1")
@pytest.mark.parametrize("relationship", ["Mother", "Aunt"])
def test_a_night_of_all_no_is_held(district: District, feed: Feed, relationship: str):
    rows = families(feed, 25, relationship=relationship)
    night(district, feed)
    parent = account_of(rows[0])
    for row in rows:
        feed.change(row, legal_guardian=False)
    run = night(district, feed)

    assert run.state == SyncState.HELD
    assert ("ended", "links") in held_for(run)
    assert sees(parent)
    assert syncs.losing_links(run).count() == 25


@pytest.mark.promise("F1")
def test_a_night_of_all_blank_changes_nobody_s_access(district: District, feed: Feed):
    rows = families(feed, 25)
    night(district, feed)
    parent = account_of(rows[0])
    for row in rows:
        feed.change(row, legal_guardian=None, name="", email="", relationship="", language="")
    run = night(district, feed)

    assert run.state == SyncState.HELD  # every address gone is more than three quarters of the people
    assert sees(parent)
    assert link_of(rows[0]).guardian.email


@pytest.mark.promise("F1")
def test_a_night_of_all_blank_flags_alone_changes_nothing(district: District, feed: Feed):
    rows = families(feed, 25)
    night(district, feed)
    for row in rows:
        feed.change(row, legal_guardian=None)
    run = night(district, feed)

    assert (run.state, run.counts) == (SyncState.DONE, {})
    assert run.problem_counts == {"contacts": {"legal-guardian-blank": 25}}


@pytest.mark.promise("F1")
def test_an_empty_vendor_is_held_and_ends_nothing(district: District, feed: Feed):
    families(feed, 25)
    feed.member("Principal")
    night(district, feed)
    empty = Feed()
    for _ in range(3):
        assert night(district, empty).state == SyncState.HELD

    assert not Guardianship.objects.exclude(until=None).exists()
    assert not StaffRole.objects.exclude(until=None).exists()


@pytest.mark.promise("F1")
def test_staff_who_all_left_are_held_too(district: District, feed: Feed):
    for _ in range(25):
        feed.member()
    night(district, feed)
    feed.rows[Kind.STAFF] = [row._replace(active=False) for row in feed.rows[Kind.STAFF]]
    run = night(district, feed)

    assert held_for(run) == [("ended", "roles")]
    assert not StaffRole.objects.exclude(until=None).exists()


@pytest.fixture
def held(district: District, feed: Feed) -> Any:
    """A run that would end four links, change a name and add a family: held."""
    settings_of(district, links_least=3, school_least=3)
    rows = families(feed, 10)
    night(district, feed)
    for row in rows[:4]:
        feed.change(row, legal_guardian=False)
    feed.change(rows[5], name="New Name")
    families(feed, 1)
    run = night(district, feed)
    assert run.state == SyncState.HELD
    return run, rows, feed


@pytest.mark.promise("F1")
def test_held_is_held_whole(district: District, held: Any):
    _, rows, _feed = held

    assert Guardianship.objects.filter(standing="counts").count() == 10
    assert link_of(rows[5]).guardian.name == rows[5].name
    assert Guardianship.objects.count() == 10


@pytest.mark.promise("F1")
def test_approving_applies_exactly_what_was_shown(district: District, held: Any):
    run, rows, feed = held
    shown = set(syncs.losing_links(run).values_list("pk", flat=True))
    feed.change(
        feed.rows[Kind.CONTACTS][7], legal_guardian=False
    )  # what the vendor says now is another night's matter
    done = approved(run)

    assert done.state == SyncState.DONE
    assert set(Guardianship.objects.filter(standing="review").values_list("pk", flat=True)) == shown
    assert link_of(rows[5]).guardian.name == "New Name"
    assert Guardianship.objects.count() == 11
    record = AccessChange.objects.get(verb="sync.approved")
    assert (record.subject_id, record.actor, record.reason) == (run.uuid, BY, "looked at")


@pytest.mark.promise("F1")
def test_what_a_person_changed_since_is_left_to_them(district: District, held: Any):
    run, rows, _ = held
    yesterday = local_today() - datetime.timedelta(days=1)
    guardianships.end(guardianship=link_of(rows[0]), last_day=yesterday, by=BY, reason="order")
    guardianships.accept(guardianship=link_of(rows[1]), by=BY, reason="seen")
    done = approved(run)

    assert link_of(rows[0]).standing == "counts"
    assert link_of(rows[0]).until == yesterday
    assert link_of(rows[1]).standing == "counts"
    assert link_of(rows[2]).standing == "review"
    assert done.counts["links"]["skipped"] == 2
    assert done.problems.filter(reason="changed-meanwhile").count() == 2


@pytest.mark.promise("F1")
def test_what_is_discarded_is_never_applied(district: District, held: Any):
    run, _rows, _feed = held
    syncs.discard(run=run, by=BY, reason="vendor's mistake")

    with pytest.raises(syncs.NotHeld):
        syncs.approve(run=run, by=BY, reason="after all")
    assert Guardianship.objects.filter(standing="review").count() == 0
    assert AccessChange.objects.filter(verb="sync.discarded").count() == 1


@pytest.mark.promise("F1")
def test_a_later_run_puts_a_held_one_away(district: District, held: Any):
    run, rows, feed = held
    feed.rows[Kind.CONTACTS][:10] = rows
    assert night(district, feed).state == SyncState.DONE
    run.refresh_from_db()

    assert (run.state, run.decision_reason) == (SyncState.DISCARDED, "superseded")
    with pytest.raises(syncs.NotHeld):
        syncs.approve(run=run, by=BY, reason="too late")


@pytest.mark.promise("F1")
def test_a_held_run_marks_no_absence(district: District, held: Any):
    _, rows, feed = held
    feed.remove(feed.rows[Kind.CONTACTS][8])
    night(district, feed)
    night(district, feed)

    assert student_of(rows[8])
    assert link_of(rows[8]).until is None
