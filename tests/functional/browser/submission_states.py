"""The pages about what families sent in, in every state that looks different: a part of states.py."""

from __future__ import annotations

from playwright.sync_api import Page

from integrations.services import submissions
from tests.functional.browser.place import Place
from tests.functional.browser.scene import Go, State, at
from tests.integrations.submissions import sent

OFFICE, DISTRICT = "office", "district_admin"
LIST = "/staff/submissions/"
NOTE = "We moved here in May and live with my sister until our own place is ready. " * 4


def sent_in(place: Place) -> None:
    """A family of each school, and one that nobody knows."""
    action = sent.form(place.cast.district, place.sandbox.url)
    place.sandbox.powerschool.registry.submissions.clear()
    sent.send(place.sandbox.url, place.cast.child, grade="2")
    sent.send(place.sandbox.url, place.cast.sibling, status="PendingApproval")
    sent.send(place.sandbox.url, None, first_name="Zoë", last_name="Newcomer")
    for made in place.sandbox.powerschool.registry.submissions.values():
        made.items = {"note": NOTE}
    submissions.bring(action)


def without_powerschool(place: Place) -> None:
    sent_in(place)
    place.sandbox.faults.add(vendor="powerschool", kind="garbage")


def nothing_fits(_place: Place, page: Page) -> None:
    page.goto(LIST)
    page.get_by_label("Name, school, grade or id").fill("nobody")
    page.get_by_role("main").get_by_role("button", name="Search").click()
    page.get_by_text("No submission fits").wait_for()


def the_child_s(place: Place, page: Page) -> None:
    page.goto(f"{LIST}{sent.of(place.cast, place.cast.child, place.sandbox.url).uuid}/")


def of_somebody_new(_place: Place, page: Page) -> None:
    page.goto(LIST)
    page.get_by_role("link", name="Zoë Newcomer").click()
    page.get_by_role("heading", level=1, name="Zoë Newcomer").wait_for()


def say_why(place: Place, page: Page) -> None:
    page.goto(f"/students/{place.cast.child.uuid}/purpose/")
    page.get_by_label("Why do you open them?").select_option("record_check")
    page.get_by_role("main").get_by_role("button", name="Go on").click()


def a_document(item: str = sent.ADDRESS, *, content: bool = False) -> Go:
    def go(place: Place, page: Page) -> None:
        say_why(place, page)
        submission = sent.of(place.cast, place.cast.child, place.sandbox.url)
        page.goto(sent.address(submission, item) + ("content/" if content else ""))

    return go


SUBMISSION_STATES: dict[str, State] = {
    "submissions": State(at(LIST), DISTRICT, sent_in, kind="submissions"),
    "submissions-none": State(at(LIST), OFFICE, kind="submissions"),
    "submissions-none-fits": State(nothing_fits, DISTRICT, sent_in, kind="submissions"),
    "submission": State(the_child_s, OFFICE, sent_in, kind="submission"),
    "submission-not-here": State(of_somebody_new, DISTRICT, sent_in, kind="submission"),
    "submission-down": State(the_child_s, OFFICE, without_powerschool, kind="submission"),
    "submission-forms": State(at(f"{LIST}forms/"), DISTRICT, sent_in, kind="submission-forms"),
    "submission-forms-none": State(at(f"{LIST}forms/"), DISTRICT, kind="submission-forms"),
    "document": State(a_document(), OFFICE, sent_in, kind="document"),
    "document-failed": State(a_document(sent.CUSTODY, content=True), OFFICE, sent_in, kind="document-failed"),
}
