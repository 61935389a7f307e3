"""The pages about registrations in every state that looks different: a part of states.py."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Page

from accounts.models.guardianship import Standing
from integrations.models import RecordState, RosterPlace
from portal.base import clock
from tests import factories
from tests.accounts.registering import contact, registered
from tests.functional.browser.place import Place
from tests.functional.browser.scene import State, at
from tests.integrations.enrollment import rows

GUARD, CUSTODIAN = "school_admin", "records_custodian"
LIST = "/staff/registrations/"


def come_and_lost(place: Place) -> None:
    """A batch that came, one that got lost, and a target whose last look failed."""
    target = rows.target(place.cast, failure="credentials-refused")
    rows.record(place.cast)
    rows.lost(place.cast)
    target.refresh_from_db()


def waiting(place: Place) -> None:
    rows.record(place.cast)
    rows.record(place.cast, state=RecordState.UNREADABLE, problem="no-such-field")


def without_an_id(place: Place, page: Page) -> None:
    page.goto(f"{LIST}records/{rows.record(place.cast, problem='no-student-id', local_id='').uuid}/")


def searched(place: Place, page: Page) -> None:
    without_an_id(place, page)
    page.get_by_label("Name, local id or SSID").last.fill(place.cast.child.last_name)
    page.get_by_role("button", name="Search").click()
    page.get_by_role("table").wait_for()


def searched_in_vain(place: Place, page: Page) -> None:
    without_an_id(place, page)
    page.get_by_label("Name, local id or SSID").last.fill("Nobodyhere")
    page.get_by_role("button", name="Search").click()
    page.get_by_text("Nobody found").wait_for()


def about_to_tie(place: Place, page: Page) -> None:
    searched(place, page)
    page.get_by_role("table").get_by_role("link", name=place.cast.child.full_name).click()
    page.get_by_label("Why").wait_for()


def tied(place: Place, page: Page) -> None:
    about_to_tie(place, page)
    page.get_by_label("Why").fill("The paper registration names this child.")
    page.get_by_role("button", name="Tie", exact=True).click()
    page.get_by_role("link", name="Take the tie back").wait_for()


def about_to_untie(place: Place, page: Page) -> None:
    tied(place, page)
    page.get_by_role("link", name="Take the tie back").click()
    page.get_by_role("button", name="Take back").wait_for()


def a_batch(place: Place, page: Page) -> None:
    page.goto(f"{LIST}{rows.record(place.cast).batch.uuid}/")


def a_lost_batch(place: Place, page: Page) -> None:
    page.goto(f"{LIST}{rows.lost(place.cast).uuid}/lost/")


def a_request_of_nothing(place: Place, page: Page) -> None:
    page.goto(f"{LIST}{rows.lost(place.cast, vendor_id='').uuid}/lost/")


def adults(place: Place) -> None:
    """One adult without a doubt, and one whose name somebody has who is blocked from the other child."""
    registered(place.cast.child)
    factories.block(contact(place.cast.classmate, name="Luis Example", email="luis@example.org"))
    contact(
        place.cast.classmate, name="Bob Example", email="", legal_guardian=False, standing=Standing.REVIEW
    )
    registered(place.cast.classmate, place="1:901:2", name="Luis Example", email="new@example.org")


def unnamed(place: Place) -> None:
    """One who waits, and one who has counted for 40 days without a name in the student information system."""
    adults(place)
    now = clock.now()
    with pytest.MonkeyPatch.context() as earlier:
        earlier.setattr(clock, "now", lambda: now - timedelta(days=40))
        registered(
            place.cast.child, place="1:903:1", at_once=True, name="Ann Example", email="ann@example.org"
        )


def blocking_one_of_two(place: Place, page: Page) -> None:
    """Block a contact beside whom a registration writes the same adult otherwise."""
    registered(place.cast.child, name="Rosa M. Example", relationship="Mom")
    contact(place.cast.child, name="Luis Example", email="luis@example.org", relationship="Father")
    page.goto(f"/staff/guardianships/{contact(place.cast.child, email='').uuid}/block/")


def without_a_mark(place: Place, page: Page) -> None:
    page.goto("/staff/reviews/registrations/")
    page.get_by_label("Why").fill("On paper.")
    page.get_by_role("button", name="Accept those marked").click()
    page.get_by_text("Mark at least one adult").wait_for()


def lacking(place: Place) -> None:
    rows.mark(place.cast, place.cast.child)


def an_item(place: Place, page: Page) -> None:
    page.goto(f"/staff/checklists/{rows.mark(place.cast, place.cast.child).item.uuid}/")


def of_the_child(place: Place, page: Page) -> None:
    page.goto(f"/students/{place.cast.child.uuid}/registration/")


def announced(place: Place) -> None:
    """A schema that announces, and a student whom PowerSchool did not take."""
    RosterPlace.objects.create(
        schema=rows.schema(place.cast, is_active=True),
        student=place.cast.child,
        digest="x",
        errors=["FirstName is required."],
        sent_at=clock.now(),
    )


def not_taken(place: Place, page: Page) -> None:
    announced(place)
    page.goto(f"/staff/rosters/{rows.schema(place.cast).uuid}/")


REGISTRATION_STATES: dict[str, State] = {
    "registrations": State(at(LIST), CUSTODIAN, come_and_lost, kind="registrations"),
    "registrations-none": State(at(LIST), "integrations_admin", kind="registrations"),
    "registrations-waiting": State(at(f"{LIST}waiting/"), CUSTODIAN, waiting, kind="registrations-waiting"),
    "registrations-none-wait": State(at(f"{LIST}waiting/"), CUSTODIAN, kind="registrations-waiting"),
    "registration-batch": State(a_batch, CUSTODIAN),
    "registration-lost": State(a_lost_batch, CUSTODIAN, kind="registration-lost"),
    "registration-not-listed": State(a_request_of_nothing, CUSTODIAN, kind="registration-lost"),
    "registration-found": State(searched, CUSTODIAN, kind="registration-record"),
    "registration-not-found": State(searched_in_vain, CUSTODIAN, kind="registration-record"),
    "registration-tied": State(tied, CUSTODIAN, kind="registration-record"),
    "registration-tie": State(about_to_tie, CUSTODIAN),
    "registration-untie": State(about_to_untie, CUSTODIAN),
    "registered-adults": State(at("/staff/reviews/registrations/"), GUARD, adults, kind="registered-adults"),
    "registered-adults-unnamed": State(
        at("/staff/reviews/registrations/"), GUARD, unnamed, kind="registered-adults"
    ),
    "registered-adults-none": State(at("/staff/reviews/registrations/"), GUARD, kind="registered-adults"),
    "registered-adults-wrong": State(without_a_mark, GUARD, adults, kind="registered-adults"),
    "block-one-of-two": State(blocking_one_of_two, GUARD, kind="block"),
    "checklists": State(at("/staff/checklists/"), CUSTODIAN, lacking),
    "checklist-item": State(an_item, CUSTODIAN),
    "announced": State(at("/staff/rosters/"), CUSTODIAN, announced, kind="announced"),
    "announced-none": State(at("/staff/rosters/"), CUSTODIAN, kind="announced"),
    "not-announced": State(not_taken, CUSTODIAN),
    "registration": State(of_the_child, "parent_of_two", lacking, kind="registration"),
    "registration-none": State(of_the_child, "parent_of_two", kind="registration"),
}
