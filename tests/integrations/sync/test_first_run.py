"""What a first night brings in, and that a second one like it changes nothing."""

from __future__ import annotations

import pytest
from django.db import connection

from accounts.models import (
    AccessChange,
    Caseload,
    District,
    Enrollment,
    Guardian,
    Guardianship,
    School,
    Section,
    SectionPlace,
    SectionTeacher,
    StaffRole,
    Student,
    User,
)
from accounts.models.guardianship import Standing
from accounts.rights import Role
from integrations.models import Absence, SyncState
from integrations.sync.rows import Kind
from tests.integrations.sync.feeds import (
    OFFICE,
    SCHOOL_B,
    Feed,
    a_family,
    account_of,
    link_of,
    night,
    sees,
    student_of,
)

TABLES = (
    School,
    Student,
    Enrollment,
    Guardian,
    Guardianship,
    User,
    StaffRole,
    Section,
    SectionTeacher,
    SectionPlace,
    Caseload,
    AccessChange,
)


def everything() -> dict[str, list[tuple]]:
    rows = {model.__name__: list(model._default_manager.order_by("pk").values_list()) for model in TABLES}
    return rows | {"Absence": list(Absence.objects.values_list())}


@pytest.fixture
def full(feed: Feed) -> Feed:
    """One of everything: a family of two, a teacher with a class, a counselor, a principal, a superintendent."""
    (first, second), _ties = a_family(feed, children=2)
    feed.section(feed.member(), first, second)
    feed.caseload(feed.member("Counselor"), first)
    feed.member("Principal", SCHOOL_B)
    feed.member("Superintendent", OFFICE)
    return feed


def test_it_works(district: District, full: Feed):
    run = night(district, full)

    assert (run.state, run.failure, run.reasons) == (SyncState.DONE, "", [])
    assert run.first
    assert School.objects.filter(district=district).count() == 2
    assert Enrollment.objects.filter(source="illuminate").count() == 2
    first, second = full.rows[Kind.STUDENTS]
    child = student_of(first)
    assert (child.ssid, child.first_name, child.birth_date) == (
        first.ssid,
        first.first_name,
        first.birth_date,
    )
    assert child.grade == "05"
    link = link_of(full.rows[Kind.CONTACTS][0])
    assert (link.standing, link.source, link.guardian.language) == (Standing.COUNTS, "illuminate", "es")
    assert sees(account_of(full.rows[Kind.CONTACTS][0])) == {first.local_id, second.local_id}
    assert run.counts["links"] == {"insert": 2}


def test_staff_see_their_own(district: District, full: Feed):
    night(district, full)
    first, second = (row.local_id for row in full.rows[Kind.STUDENTS])
    teacher, counselor, principal, superintendent = (
        User.objects.get(email=row.email) for row in full.rows[Kind.STAFF]
    )

    assert sees(teacher) == {first, second}
    assert sees(counselor) == {first}
    assert sees(principal) == set()
    assert sees(superintendent) == {first, second}
    assert not teacher.has_usable_password()
    assert teacher.name == full.rows[Kind.STAFF][0].name
    assert StaffRole.objects.get(user=superintendent).role == Role.DISTRICT_ADMIN
    assert StaffRole.objects.get(user=superintendent).school is None


def test_each_link_and_role_is_on_record(district: District, full: Feed):
    run = night(district, full)
    linked = AccessChange.objects.filter(verb="guardianship.linked")

    assert linked.count() == 2
    assert AccessChange.objects.filter(verb="staff_role.granted").count() == 4
    assert AccessChange.objects.filter(verb="caseload.added").count() == 1
    link = link_of(full.rows[Kind.CONTACTS][0])
    change = linked.get(subject_id=link.uuid)
    assert change.actor == f"sync:{run.uuid}"
    assert change.before == {}
    assert change.after == {
        "guardian": str(link.guardian.uuid),
        "student": str(link.student.uuid),
        "standing": "counts",
        "starts": None,
        "until": None,
        "decision": "",
    }


def test_the_same_again_writes_nothing(district: District, full: Feed):
    night(district, full)
    before = everything()
    run = night(district, full)

    assert (run.state, run.counts) == (SyncState.DONE, {})
    assert not run.first
    assert everything() == before


def test_a_grown_feed_in_other_pages_brings_the_rest_alone(district: District, full: Feed):
    night(district, full)
    full.page = 1
    new, _ = a_family(full)
    run = night(district, full)

    assert run.counts["students"] == {"insert": 1}
    assert run.counts["links"] == {"insert": 1}
    assert student_of(new[0]).first_name == new[0].first_name


def test_another_district_is_untouched(district: District, full: Feed, cast):
    before = everything()
    night(district, full)
    after = everything()

    for name, rows in before.items():
        assert [row for row in after[name] if row in rows] == rows, name


def test_a_dry_run_shows_and_applies_nothing(district: District, full: Feed):
    before = everything()
    run = night(district, full, dry_run=True)

    assert (run.state, run.dry_run) == (SyncState.DONE, True)
    assert run.counts["links"] == {"insert": 2}
    assert everything() == before
    assert night(district, full).first


def test_nothing_is_left_of_the_temporary_tables(district: District, full: Feed):
    night(district, full)
    table = "sqlite_temp_master" if connection.vendor == "sqlite" else "pg_class"
    where = "type = 'table'" if connection.vendor == "sqlite" else "relpersistence = 't' AND relkind = 'r'"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table} WHERE {where}")  # noqa: S608 - no input: names and values of this test
        left = cursor.fetchone()[0]

    assert left == 0
