"""The schools of a district in numbers, a line each."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Enrollment
from accounts.rights import Role
from tests import factories
from tests.cast import Cast, give_second_factor, sign_in
from tests.scorereports import running
from tests.scorereports.overviews import opened
from tests.scorereports.reading import page, words

pytestmark = pytest.mark.django_db


def lines(answer: Any) -> dict[str, list[int]]:
    """Return the numbers of each line of the table by its name."""
    return {
        " ".join(row.select("th")[0].get_text().split()): [
            int(cell.get_text().split()[0]) for cell in row.select("td")
        ]
        for row in page(answer).select("tbody tr")
    }


def test_it_works(cast: Cast):
    factories.student(cast.school_b)
    running.found(cast.district_admin, cast.child, cast.classmate)
    opened(cast.child, cast.other_parent)
    shown = lines(sign_in(cast.district_admin).get("/staff/schools/"))

    # Students, without an SSID, nobody has an account, available, opened, not reached.
    assert shown == {
        f"All of {cast.district.name}": [5, 1, 2, 2, 1, 1],
        cast.school_a.name: [3, 0, 1, 2, 1, 1],
        cast.school_b.name: [2, 1, 1, 0, 0, 0],
    }


def test_who_is_at_two_schools_is_one_student_of_the_district(cast: Cast):
    Enrollment.objects.create(student=cast.child, school=cast.school_b)
    client = sign_in(cast.district_admin)
    shown = lines(client.get("/staff/schools/"))

    numbers = [shown[one.name][0] for one in (cast.school_a, cast.school_b)]
    assert sum(numbers) == shown[f"All of {cast.district.name}"][0] + 1
    listed = page(client.get(f"/staff/districts/{cast.district.uuid}/students/everybody/")).select("tbody tr")
    assert len(listed) == shown[f"All of {cast.district.name}"][0]


def test_each_number_of_the_district_leads_to_its_list(cast: Cast):
    factories.student(cast.school_b)
    running.found(cast.district_admin, cast.child, cast.classmate)
    opened(cast.child, cast.other_parent)
    client = sign_in(cast.district_admin)
    links = page(client.get("/staff/schools/?grade=")).select("tbody a[href^='/staff/districts/']")

    assert len(links) >= 5
    for link in links:
        rows = page(client.get(str(link["href"]))).select("main tbody tr")
        assert len(rows) == int(link.get_text().split()[0]), link["href"]


@pytest.mark.promise("A4")
def test_the_district_counts_a_student_under_a_hold_as_held(cast: Cast):
    running.found(cast.district_admin, cast.child, cast.classmate)
    name = f"All of {cast.district.name}"
    assert lines(sign_in(cast.district_admin).get("/staff/schools/"))[name][3] == 2
    factories.hold(cast.child)

    assert lines(sign_in(cast.district_admin).get("/staff/schools/"))[name][3] == 1
    available = f"/staff/districts/{cast.district.uuid}/students/available/"
    assert cast.child.full_name not in words(sign_in(cast.district_admin).get(available))
    assert cast.child.full_name in words(sign_in(cast.records_custodian).get(available)), "who passes holds"


@pytest.mark.promise("A7")
def test_roles_at_schools_make_no_district(cast: Cast):
    factories.grant(cast.office, Role.OFFICE, cast.district, cast.school_b)

    assert "All of" not in words(sign_in(cast.office).get("/staff/schools/"))


def test_whoever_has_one_school_is_led_to_it(cast: Cast):
    answer = sign_in(cast.office).get("/staff/schools/")

    assert answer["Location"] == f"/staff/schools/{cast.school_a.uuid}/overview/"


def test_roles_at_two_schools_make_a_list_of_two(cast: Cast):
    factories.grant(cast.office, Role.OFFICE, cast.district, cast.school_b)
    said = words(sign_in(cast.office).get("/staff/schools/"))

    assert cast.school_a.name in said
    assert cast.school_b.name in said


def test_a_role_without_the_right_adds_no_school(cast: Cast):
    factories.grant(cast.office, Role.TEACHER, cast.district, cast.school_b)
    factories.grant(cast.office, Role.INTEGRATIONS_ADMIN, cast.district)

    assert sign_in(cast.office).get("/staff/schools/").status_code == 302


def test_a_district_without_schools_is_told_what_to_do(cast: Cast):
    nowhere = factories.district()
    who = factories.staff(Role.DISTRICT_ADMIN, nowhere)
    give_second_factor(who)
    assert "first sync" in words(sign_in(who).get("/staff/schools/"))


def test_it_narrows_and_links_keep_that(cast: Cast):
    links = page(sign_in(cast.district_admin).get("/staff/schools/?grade=12")).select("tbody a")

    assert links
    assert all(str(link["href"]).endswith("?grade=12") for link in links)


def test_more_schools_are_pages_and_not_more_questions(cast: Cast):
    client, counted = sign_in(cast.district_admin), []
    for _ in range(2):
        with CaptureQueriesContext(connection) as asked:
            answer = client.get("/staff/schools/")
        counted.append(len(asked))
        for _ in range(30):
            factories.student(factories.school(cast.district))

    assert counted[1] <= counted[0]
    assert "Page 1 of 2" in words(answer)
    assert len(page(answer).select("tbody tr")) == 20
    # Of so many, the whole district is counted once somebody asks for it.
    [asking] = page(answer).select("main a[href$='total=1']")
    assert f"All of {cast.district.name}" in lines(client.get(f"/staff/schools/{asking['href']}"))
