"""The staff pages about students whose record is in doubt: SSIDs that changed or are shared, and no birth date."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils.html import escape

from accounts.models import AccessChange, Student
from portal.base import clock
from tests import factories
from tests.cast import Cast, sign_in

LISTS = "/staff/reviews/students/"


def change_ssid(student: Student) -> None:
    Student.unscoped.filter(pk=student.pk).update(ssid_changed_at=clock.now())


def text_of(cast: Cast, question: str, by: str = "school_admin") -> str:
    return sign_in(getattr(cast, by)).get(f"{LISTS}{question}/").content.decode()


def confirm(client: Any, student: Student, **fields: str) -> Any:
    address = f"/staff/reviews/ssid/{student.uuid}/"
    seen = client.get(address).context["form"].initial["seen"]
    return client.post(address, {"seen": seen, "reason": "As in CALPADS."} | fields, follow=True)


def test_it_works(cast: Cast):
    change_ssid(cast.child)

    assert escape(cast.child.full_name) in text_of(cast, "ssid-changed")


@pytest.mark.promise("A11", "R5")
def test_a_confirmed_ssid_is_in_question_no_longer(cast: Cast):
    change_ssid(cast.child)

    assert "confirmed" in confirm(sign_in(cast.school_admin), cast.child).content.decode()

    assert Student.unscoped.get(pk=cast.child.pk).ssid_changed_at is None
    assert AccessChange.objects.get(verb="student.ssid_confirmed").actor == str(cast.school_admin.uuid)


def test_an_ssid_that_changed_again_meanwhile_is_not_confirmed(cast: Cast):
    change_ssid(cast.child)

    page = confirm(sign_in(cast.school_admin), cast.child, seen="2020-01-01T00:00:00+00:00")

    assert "changed once more" in page.content.decode()
    assert Student.unscoped.get(pk=cast.child.pk).ssid_changed_at


def test_what_was_confirmed_already_leads_back_to_the_list(cast: Cast):
    page = sign_in(cast.school_admin).get(f"/staff/reviews/ssid/{cast.child.uuid}/", follow=True)

    assert "not in question any more" in page.content.decode()


@pytest.mark.promise("A7")
def test_a_student_of_another_school_is_not_listed_and_not_confirmed(cast: Cast):
    change_ssid(cast.child)
    Student.unscoped.filter(pk=cast.child.pk).update(birth_date=None)
    factories.student(cast.school_b, ssid=cast.child.ssid)

    for question in ("ssid-changed", "ssid-shared", "no-birth-date"):
        assert escape(cast.child.full_name) in text_of(cast, question), question
        assert escape(cast.child.full_name) not in text_of(cast, question, by="school_admin_b"), question
    post = sign_in(cast.school_admin_b).post(f"/staff/reviews/ssid/{cast.child.uuid}/", {"reason": "x"})
    assert post.status_code == 404


def test_two_with_one_ssid_stand_together(cast: Cast):
    twin = factories.student(cast.school_b, ssid=cast.child.ssid, last_name="Zz")
    text = text_of(cast, "ssid-shared", by="district_admin")

    assert text.count(cast.child.ssid) == 2
    assert escape(twin.full_name) in text
    assert escape(cast.classmate.full_name) not in text


def test_nobody_without_trouble_is_listed(cast: Cast):
    for question in ("ssid-changed", "ssid-shared", "no-birth-date"):
        assert "Nothing to do here" in text_of(cast, question), question
    assert sign_in(cast.school_admin).get(f"{LISTS}anything/").status_code == 404
