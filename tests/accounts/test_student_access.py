"""The staff page "Who can see this student?": the same answer as the one rule, with its reasons and no report."""

from __future__ import annotations

import datetime
import re

import pytest
from django.utils.html import escape

from accounts import access
from accounts.models import User
from integrations.sandbox.server import SandboxServer
from portal.base.clock import local_today
from tests import factories
from tests.cast import Cast, sign_in
from tests.scorereports.pages import asked


def page(cast: Cast, by: str = "school_admin") -> str:
    return sign_in(getattr(cast, by)).get(f"/staff/students/{cast.child.uuid}/access/").content.decode()


def test_it_works(cast: Cast):
    text = page(cast)

    assert escape(cast.parent_of_two.name) in text
    assert "Who can see the reports of" in text


def test_it_names_exactly_those_whom_the_one_rule_lets_in(cast: Cast):
    table = re.search(r"<tbody.*?</tbody>", page(cast), re.DOTALL)
    assert table
    named = {user for user in User.objects.all() if f"<bdi>{escape(user.get_full_name())}</bdi>" in table[0]}

    assert named == {user for user in User.objects.all() if access.best_grant(user, cast.child)}


def test_staff_find_it_from_the_students_own_page_if_it_is_theirs(cast: Cast):
    for part, leads in {"office": True, "teacher": False, "parent_of_two": False}.items():
        text = sign_in(getattr(cast, part)).get(f"/students/{cast.child.uuid}/").content.decode()
        assert (f"/staff/students/{cast.child.uuid}/access/" in text) is leads, part


@pytest.mark.usefixtures("connected")
def test_it_asks_no_vendor(cast: Cast, sandbox: SandboxServer):
    page(cast)

    assert not any(asked(sandbox).values())


def test_an_ended_link_and_one_in_review_are_shown_as_such(cast: Cast):
    text = page(cast)

    assert "Last day of the link:" in text
    assert "Waits for review" in text


def test_the_office_reads_it_and_finds_no_button_to_block(cast: Cast):
    assert "/block/" in page(cast)
    assert "/block/" not in page(cast, by="office")


def test_the_list_of_blocks_and_holds_shows_what_ends_first_and_nothing_of_other_schools(cast: Cast):
    soon = local_today() + datetime.timedelta(days=5)
    factories.hold(cast.child, until=soon)
    factories.hold(cast.sibling)
    factories.hold(cast.classmate)
    text = sign_in(cast.school_admin).get("/staff/restrictions/").content.decode()

    assert text.count("Ends soon") == 1
    assert text.index(escape(cast.child.full_name)) < text.index(escape(cast.classmate.full_name))
    assert escape(cast.sibling.full_name) not in text


@pytest.mark.promise("A4")
def test_a_school_places_a_hold_and_only_a_custodian_lifts_it(cast: Cast):
    form = {"kind": "do_not_release", "reason": "The family asked."}
    sign_in(cast.school_admin).post(f"/staff/students/{cast.child.uuid}/hold/", form)
    hold = cast.child.holds.get()
    lift = f"/staff/holds/{hold.uuid}/lift/"

    assert access.open_student(cast.parent_of_two, cast.child.uuid).held
    assert sign_in(cast.school_admin).post(lift, {"reason": "x"}).status_code == 404
    assert sign_in(cast.records_custodian).post(lift, {"reason": "x"}).status_code == 302
    assert not access.open_student(cast.parent_of_two, cast.child.uuid).held
