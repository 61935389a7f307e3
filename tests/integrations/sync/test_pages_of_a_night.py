"""The staff pages over real nights: every kind by name, and approved by a person, exactly what was shown."""

from __future__ import annotations

import re
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from accounts.models import AccessChange, District, Guardianship
from accounts.rights import Role
from integrations.models import SyncRun, SyncState
from integrations.services import syncs
from tests import factories
from tests.cast import give_second_factor, sign_in
from tests.integrations.sync.feeds import Feed, a_family, link_of, night, settings_of


@pytest.fixture
def admin(district: District) -> Client:
    who = factories.staff(Role.DISTRICT_ADMIN, district)
    give_second_factor(who)
    return sign_in(who)


def titles(client: Client, run: SyncRun, part: str) -> list[str]:
    page = BeautifulSoup(client.get(f"/staff/syncs/{run.uuid}/preview/{part}/").content, "html.parser")
    return [re.sub(r" \(.*", "", heading.get_text(" ", strip=True)) for heading in page.select("main li h2")]


def counted(run: SyncRun) -> set[str]:
    return {part for part, ops in run.counts.items() if any(ops.values())}


def test_it_works(district: District, feed: Feed, admin: Client):
    """A first night as a preview: nobody in it is known here, and yet everybody has a name."""
    (child,), (mother,) = a_family(feed)
    teacher, counselor = feed.member("Teacher"), feed.member("Counselor")
    section = feed.section(teacher, child)
    feed.caseload(counselor, child)
    run = night(district, feed, dry_run=True)
    student = f"{child.first_name} {child.last_name}"

    assert run.state == SyncState.DONE
    shown = {part: sorted(titles(admin, run, part)) for part in counted(run)}
    assert shown == {
        "schools": ["School A", "School B"],
        "students": [student],
        "enrollments": [student],
        "guardians": [mother.name],
        "links": [mother.name],
        "accounts": sorted([teacher.name, counselor.name]),
        "roles": sorted([teacher.name, counselor.name]),
        "sections": [section.name],
        "teachers": [teacher.name],
        "places": [student],
        "caseloads": [student],
    }
    assert titles(admin, run, "gaining") == [mother.name]


@pytest.mark.promise("F1")
def test_what_a_person_approves_is_exactly_what_was_shown(district: District, feed: Feed, admin: Client):
    settings_of(district, links_least=3, school_least=3)
    rows: list[Any] = [a_family(feed)[1][0] for _ in range(10)]
    night(district, feed)
    for row in rows[:4]:
        feed.change(row, legal_guardian=False)
    run = night(district, feed)
    shown = titles(admin, run, "losing")
    admin.post(
        f"/staff/syncs/{run.uuid}/preview/", {"answer": "approve", "reason": "The vendor confirmed it."}
    )
    done = syncs.work_on(run=run, build=no_source)
    lost = Guardianship.objects.exclude(standing="counts")

    assert done.state == SyncState.DONE
    assert sorted(shown) == sorted(row.name for row in rows[:4])
    assert sorted(lost.values_list("guardian__name", flat=True)) == sorted(shown)
    assert AccessChange.objects.get(verb="sync.approved").reason == "The vendor confirmed it."


def test_who_loses_access_so_waits_for_review_with_the_reason(district: District, feed: Feed, admin: Client):
    rows = [a_family(feed)[1][0] for _ in range(2)]
    night(district, feed)
    feed.change(rows[0], legal_guardian=False)
    night(district, feed)
    text = admin.get("/staff/reviews/").content.decode()

    assert rows[0].name in text
    assert rows[1].name not in text
    assert "no longer says" in text
    assert link_of(rows[0]).standing == "review"


def no_source(run: SyncRun) -> Any:
    raise AssertionError(f"an approved run asks no vendor again: {run}")
