"""What is missing ends only after two complete runs, and never between school years (trust F2)."""

from __future__ import annotations

import datetime

import pytest
import time_machine

from accounts.models import (
    AccessChange,
    Caseload,
    District,
    Enrollment,
    SectionPlace,
    SectionTeacher,
    StaffRole,
)
from accounts.models.period import EndedBy
from integrations.models import Absence, SyncState
from integrations.sync.rows import Kind
from portal.base.clock import local_today
from tests.integrations.sync.feeds import Feed, a_family, account_of, link_of, night, sees

pytestmark = pytest.mark.slow  # several nights each

KINDS = {
    Kind.ENROLLMENTS: Enrollment,
    Kind.ROLES: StaffRole,
    Kind.TEACHERS: SectionTeacher,
    Kind.PLACES: SectionPlace,
    Kind.CASELOADS: Caseload,
}


@pytest.fixture
def full(feed: Feed) -> Feed:
    (first, second), _ties = a_family(feed, children=2)
    feed.section(feed.member(), first, second)
    feed.caseload(feed.member("Counselor"), first)
    return feed


@pytest.mark.promise("F2")
def test_a_link_ends_on_the_second_night_without_it(district: District, feed: Feed):
    (child,), (row,) = a_family(feed)
    night(district, feed)
    parent = account_of(row)
    feed.remove(row)
    first = night(district, feed)
    assert sees(parent) == {child.local_id}
    assert first.counts == {"absences": {"miss": 1}}
    second = night(district, feed)

    assert sees(parent) == set()
    assert second.counts == {"links": {"end": 1}}
    link = link_of(row)
    assert link.until == local_today() - datetime.timedelta(days=1)
    assert link.ended_by == EndedBy.SYNC
    assert AccessChange.objects.get(verb="guardianship.ended").subject_id == link.uuid
    assert not Absence.objects.exists()
    assert night(district, feed).counts == {}


@pytest.mark.promise("F2")
def test_a_link_that_is_back_on_the_second_night_starts_afresh(district: District, feed: Feed):
    (child,), (row,) = a_family(feed)
    night(district, feed)
    parent = account_of(row)
    feed.remove(row)
    night(district, feed)
    feed.add(Kind.CONTACTS, row)
    assert night(district, feed).counts == {"absences": {"back": 1}}
    feed.remove(row)
    night(district, feed)

    assert sees(parent) == {child.local_id}


@pytest.mark.promise("F2")
def test_what_we_ended_comes_back_with_its_row(district: District, feed: Feed):
    (child,), (row,) = a_family(feed)
    night(district, feed)
    parent = account_of(row)
    feed.remove(row)
    night(district, feed)
    night(district, feed)
    feed.add(Kind.CONTACTS, row)
    run = night(district, feed)

    assert run.counts == {"links": {"revive": 1}}
    assert sees(parent) == {child.local_id}
    assert link_of(row).ended_by == EndedBy.NOBODY


@pytest.mark.promise("F2")
def test_what_came_back_blank_waits_for_review(district: District, feed: Feed):
    _, (row,) = a_family(feed)
    night(district, feed)
    parent = account_of(row)
    feed.remove(row)
    night(district, feed)
    night(district, feed)
    feed.add(Kind.CONTACTS, row)
    feed.change(row, legal_guardian=None)
    night(district, feed)

    assert sees(parent) == set()
    assert link_of(row).standing == "review"


@pytest.mark.promise("F2")
@pytest.mark.parametrize("broken", [Kind.CONTACTS, Kind.STUDENTS])
@pytest.mark.parametrize("how", ["broken", "absent"])
def test_an_incomplete_answer_ends_and_counts_for_nothing(
    district: District, feed: Feed, broken: Kind, how: str
):
    (child,), (row,) = a_family(feed)
    _, (other,) = a_family(feed)
    night(district, feed)
    parent = account_of(row)
    feed.remove(row)
    getattr(feed, how).add(broken)
    for _ in range(3):
        assert night(district, feed).state == SyncState.DONE
    assert not Absence.objects.exists()
    getattr(feed, how).clear()
    night(district, feed)
    assert sees(parent) == {child.local_id}
    assert link_of(other).until is None
    getattr(feed, how).add(broken)
    night(district, feed)
    assert sees(parent) == {child.local_id}
    getattr(feed, how).clear()
    night(district, feed)

    assert sees(parent) == set()


@pytest.mark.promise("F2")
def test_an_incomplete_answer_still_adds_and_updates(district: District, feed: Feed):
    night(district, feed)
    feed.broken = set(Kind)
    (child,), (row,) = a_family(feed)
    night(district, feed)

    assert sees(account_of(row)) == {child.local_id}


@pytest.mark.promise("F2")
@pytest.mark.parametrize("kind", KINDS)
def test_every_other_kind_waits_two_nights_too(district: District, full: Feed, kind: Kind):
    night(district, full)
    kept = list(full.rows[kind])
    rows = KINDS[kind].objects
    full.rows[kind] = []
    night(district, full)
    assert not rows.exclude(until=None).exists()
    run = night(district, full)
    assert rows.exclude(until=None).count() == len(kept)
    assert run.counts[str(kind)]["end"] == len(kept)
    full.rows[kind] = kept
    run = night(district, full)

    assert run.counts[str(kind)] == {"revive": len(kept)}
    assert not rows.exclude(until=None).exists()


@pytest.mark.promise("F2")
@pytest.mark.parametrize("day", [datetime.date(2027, 7, 15), datetime.date(2027, 8, 15)])
def test_an_empty_answer_between_school_years_ends_nothing(
    district: District, full: Feed, autumn: time_machine.Traveller, day: datetime.date
):
    night(district, full)
    parent = account_of(full.rows[Kind.CONTACTS][0])
    autumn.move_to(datetime.datetime.combine(day, datetime.time(10), tzinfo=datetime.UTC))
    before = sees(parent)
    for kind in (
        Kind.ENROLLMENTS,
        Kind.ROLES,
        Kind.SECTIONS,
        Kind.TEACHERS,
        Kind.PLACES,
        Kind.CASELOADS,
        Kind.CONTACTS,
    ):
        full.rows[kind] = []
    for _ in range(3):
        run = night(district, full)
        assert (run.state, run.roll_over, run.counts) == (SyncState.DONE, True, {})

    assert sees(parent) == before
    assert not Absence.objects.exists()
    for model in KINDS.values():
        assert not model.objects.exclude(until=None).exists()


@pytest.mark.promise("F2")
def test_between_school_years_a_flag_turned_off_still_acts(
    district: District, feed: Feed, autumn: time_machine.Traveller
):
    _, (row,) = a_family(feed)
    night(district, feed)
    parent = account_of(row)
    autumn.move_to(datetime.datetime(2027, 7, 15, 10, tzinfo=datetime.UTC))
    feed.change(row, legal_guardian=False)
    night(district, feed)

    assert sees(parent) == set()


@pytest.mark.parametrize(
    ("day", "expected"),
    [("06-14", False), ("06-15", True), ("08-31", True), ("09-01", False), ("01-10", False)],
)
def test_the_days_between_school_years_are_a_setting(
    district: District, feed: Feed, autumn: time_machine.Traveller, day: str, expected
):
    autumn.move_to(datetime.datetime.fromisoformat(f"2027-{day}T20:00:00+00:00"))

    assert night(district, feed).roll_over is expected
