"""The pages of schools in numbers in every state that looks different: a part of staff_states.py."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page

from scorereports.models import PlaceState
from tests import factories
from tests.functional.browser.place import Place
from tests.functional.browser.scene import State, at
from tests.scorereports import running
from tests.scorereports.overviews import asked, opened

OFFICE, DISTRICT = "office", "district_admin"


def mixed(place: Place) -> None:
    """Somebody in each class: opened, not reached, none yet, unknown to the state, held, without an SSID."""
    cast = place.cast
    running.found(cast.district_admin, cast.child, cast.classmate)
    opened(cast.child, cast.other_parent)
    numbers = iter(range(9_000_000_001, 9_000_000_009))
    lost, waits, held = (factories.student(cast.school_a, ssid=str(next(numbers))) for _ in range(3))
    asked(cast.district_admin, lost, PlaceState.UNKNOWN)
    asked(cast.district_admin, waits, PlaceState.NONE_YET)
    factories.hold(held)
    factories.student(cast.school_a)


def of_school(rest: str) -> Callable[[Place, Page], object]:
    return lambda place, page: page.goto(f"/staff/schools/{place.cast.school_a.uuid}/{rest}")


def of_district(place: Place, page: Page) -> None:
    page.goto(f"/staff/districts/{place.cast.district.uuid}/students/no-account/")


OVERVIEW_STATES: dict[str, State] = {
    "schools": State(at("/staff/schools/"), DISTRICT, mixed, kind="schools"),
    "school": State(of_school("overview/"), OFFICE, mixed, kind="school"),
    "school-empty": State(of_school("overview/?grade=01"), OFFICE, kind="school"),
    "school-students": State(of_school("students/everybody/"), OFFICE, mixed, kind="school-students"),
    "district-students": State(of_district, DISTRICT, mixed, kind="school-students"),
    "school-students-none": State(of_school("students/opened/"), OFFICE, kind="school-students"),
}
