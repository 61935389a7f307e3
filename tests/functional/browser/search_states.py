"""The search for a student in every state that looks different: a part of staff_states.py."""

from __future__ import annotations

from playwright.sync_api import Page

from tests import factories
from tests.functional.browser.place import Place
from tests.functional.browser.scene import Go, State, at

OFFICE, DISTRICT = "office", "district_admin"


def namesakes(place: Place) -> None:
    """Two of one name, a double name, and more than a page of others."""
    for years in (10, 11):
        factories.student(
            place.cast.school_a, first_name="Lupe", last_name="Ríos", birth_date=factories.years_ago(years)
        )
    factories.student(place.cast.school_a, first_name="Ana María", last_name="Ríos-Villanueva de la Peña")
    for number in range(26):
        factories.student(place.cast.school_a, first_name=f"Given{number}", last_name="Quill")


def searching(text: str, **chosen: str) -> Go:
    def go(_place: Place, page: Page) -> None:
        page.goto("/staff/students/")
        page.get_by_label("Name, local id or SSID").fill(text)
        for label, words in chosen.items():
            page.get_by_label(label).select_option(label=words)
        page.get_by_role("button", name="Search").click()
        page.get_by_role("link", name="Start over").wait_for()

    return go


SEARCH_STATES: dict[str, State] = {
    "search": State(at("/staff/students/"), OFFICE, kind="search"),
    "search-of-district": State(at("/staff/students/"), DISTRICT, kind="search"),
    "search-found": State(searching("rios"), OFFICE, namesakes, kind="search"),
    "search-pages": State(searching("quill"), DISTRICT, namesakes, kind="search"),
    "search-nobody": State(searching("zzzz"), OFFICE, kind="search"),
    "search-nothing-typed": State(searching(""), OFFICE, kind="search"),
    "search-narrowed": State(searching("last", Grade="Grade 5"), OFFICE, kind="search"),
}
