"""The staff pages about one person, the purpose, and looking as a family, in every state: a part of states.py."""

from __future__ import annotations

from playwright.sync_api import Page

from accounts.models import Student
from accounts.models.guardianship import Standing
from portal.base.clock import local_today
from tests import factories
from tests.functional.browser.place import REPORT_LINK, Place
from tests.functional.browser.scene import Go, State, at

GUARD, DISTRICT, OFFICE = "school_admin", "district_admin", "office"
REASON = "Called the office: sees one child only."


def of_person(part: str, page_name: str = "sees") -> Go:
    return lambda place, page: page.goto(f"/staff/people/{getattr(place.cast, part).uuid}/{page_name}/")


def withheld(place: Place) -> None:
    """A parent with a child for each reason why it does not show."""
    who = factories.guardian(place.cast.district, place.cast.other_parent, name=place.cast.other_parent.name)
    ended = factories.student(place.cast.school_a)
    factories.link(who, ended, until=local_today().replace(year=local_today().year - 1))
    factories.link(who, factories.student(place.cast.school_a, birth_date=factories.years_ago(18)))
    factories.link(who, factories.student(place.cast.school_a, birth_date=None), standing=Standing.REVIEW)
    factories.hold(place.cast.child)
    blocked = factories.link(who, factories.student(place.cast.school_a))
    factories.block(blocked)


def without_account(place: Place, page: Page) -> None:
    adult = factories.guardian(place.cast.district, None)
    factories.link(adult, place.cast.child)
    page.goto(f"/staff/guardians/{adult.uuid}/sees/")


def asked_why(place: Place, page: Page) -> None:
    page.goto(place.student_path)
    page.locator(REPORT_LINK).first.click()
    page.get_by_role("heading", name="Why do you open").wait_for()


def asked_why_and_not_said(place: Place, page: Page) -> None:
    page.goto(f"{place.student_path}purpose/")
    page.locator("main form").evaluate("form => form.noValidate = true")
    page.get_by_role("main").get_by_role("button", name="Go on").click()
    page.locator(".errorlist").first.wait_for()


def looking(page_name: str) -> Go:
    """Begin a view as the parent of two, and go to a page of theirs."""

    def go(place: Place, page: Page) -> None:
        of_person("parent_of_two", "look")(place, page)
        page.get_by_label("Why").fill(REASON)
        page.get_by_role("main").get_by_role("button", name="Look as this person").click()
        page.get_by_text("You look as").wait_for()
        page.goto(page_name.format(child=place.cast.child.uuid))

    return go


def turning_18(place: Place) -> None:
    today = local_today()
    soon = today.replace(year=today.year - 18, day=min(today.day + 3, 28))
    Student.unscoped.filter(pk=place.cast.child.pk).update(birth_date=soon)


SUPPORT_STATES: dict[str, State] = {
    "person-family": State(of_person("parent_of_two"), DISTRICT, kind="person"),
    "person-withheld": State(of_person("other_parent"), GUARD, withheld, kind="person"),
    "person-work": State(of_person("teacher"), OFFICE, kind="person"),
    "person-without-account": State(without_account, OFFICE, kind="person"),
    "purpose": State(asked_why, OFFICE, kind="purpose"),
    "purpose-not-said": State(asked_why_and_not_said, OFFICE, kind="purpose"),
    "support-begin": State(of_person("parent_of_two", "look"), DISTRICT),
    "support-home": State(looking("/"), DISTRICT, kind="children"),
    "support-student": State(looking("/students/{child}/"), DISTRICT, kind="student"),
    "support-shut": State(looking("/accounts/email/"), DISTRICT),
    "turning-18": State(at("/staff/reviews/students/turning-18/"), GUARD, turning_18, kind="turning-18"),
    "turning-18-none": State(at("/staff/reviews/students/turning-18/"), GUARD, kind="turning-18"),
}
