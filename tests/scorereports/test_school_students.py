"""The students behind a number of a school's page."""

from __future__ import annotations

import pytest

from accounts.models import AccessRecord
from tests import factories
from tests.cast import Cast, sign_in
from tests.scorereports import running
from tests.scorereports.overviews import listed, opened, overview
from tests.scorereports.reading import page, words

pytestmark = pytest.mark.django_db


def test_it_works(cast: Cast):
    factories.student(cast.school_a, first_name="Without", last_name="Number")
    answer = sign_in(cast.office).get(f"/staff/schools/{cast.school_a.uuid}/students/without-ssid/")
    said = words(answer)

    assert "Without Number" in said
    assert "1 student" in said
    assert "CALPADS" in said
    assert cast.child.full_name not in said


def test_each_list_holds_as_many_as_its_number_says(cast: Cast):
    factories.student(cast.school_a)
    running.found(cast.district_admin, cast.child, cast.classmate)
    opened(cast.child, cast.other_parent)
    client = sign_in(cast.office)
    numbers = overview(client, cast.school_a)

    assert len(numbers) >= 7
    for word, number in numbers.items():
        assert len(listed(client, cast.school_a, word)) == number, word


def test_whoever_may_do_something_about_it_is_led_there(cast: Cast):
    address = f"/staff/schools/{cast.school_a.uuid}/students/"
    office, custodian = sign_in(cast.office), sign_in(cast.records_custodian)

    assert page(office.get(f"{address}no-account/")).select("main a[href^='/staff/letters/']")
    assert not page(custodian.get(f"{address}no-account/")).select("main a[href^='/staff/letters/']")
    assert page(office.get(f"{address}not-asked/")).select("main a[href^='/staff/runs/new/']")


def test_a_long_list_has_pages_that_keep_grade_and_year(cast: Cast):
    for _ in range(60):
        factories.student(cast.school_a, grade="03")
    client = sign_in(cast.office)
    answer = client.get(f"/staff/schools/{cast.school_a.uuid}/students/without-ssid/?grade=03&page=2")

    assert "Page 2 of 2" in words(answer)
    assert len(page(answer).select("tbody tr")) == 10
    [back] = page(answer).select("a[rel=prev]")
    assert back["href"] == "?grade=03&page=1"


def test_an_empty_list_says_what_to_do(cast: Cast):
    said = words(sign_in(cast.office).get(f"/staff/schools/{cast.school_a.uuid}/students/without-ssid/"))

    assert "Nobody is here" in said
    assert "choose another grade or year" in said


@pytest.mark.promise("A7")
def test_a_student_of_another_school_is_on_no_list(cast: Cast):
    client = sign_in(cast.district_admin)
    everybody = listed(client, cast.school_a, "everybody")

    assert str(cast.sibling.uuid) not in everybody
    assert listed(client, cast.school_b, "everybody") == {str(cast.sibling.uuid)}
    assert (
        sign_in(cast.office).get(f"/staff/schools/{cast.school_b.uuid}/students/everybody/").status_code
        == 404
    )


def test_the_page_has_no_ssid_and_puts_nothing_on_record(cast: Cast):
    before = AccessRecord.objects.count()
    answer = sign_in(cast.office).get(f"/staff/schools/{cast.school_a.uuid}/students/everybody/")

    assert cast.child.ssid not in answer.content.decode()
    assert AccessRecord.objects.count() == before
