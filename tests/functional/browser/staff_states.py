"""The staff pages about people and syncs in every state that looks different: a part of states.py."""

from __future__ import annotations

from datetime import timedelta

from playwright.sync_api import FilePayload, Page

from accounts.models import Guardianship
from portal.base.clock import local_today
from tests import factories
from tests.functional.browser import people_in_question as doubt
from tests.functional.browser.overview_states import OVERVIEW_STATES
from tests.functional.browser.place import Place
from tests.functional.browser.registration_states import REGISTRATION_STATES
from tests.functional.browser.scene import Go, State, at, child
from tests.functional.browser.search_states import SEARCH_STATES
from tests.functional.browser.submission_states import SUBMISSION_STATES
from tests.functional.browser.whole_classes import RUN_STATES

GUARD, CUSTODIAN, DISTRICT = "school_admin", "records_custodian", "district_admin"


def csv_checked(_place: Place, page: Page) -> None:
    """A file with a good line, one too short and one whose flag cannot be read."""
    page.goto("/staff/syncs/csv/")
    lines = (
        "district_student_id,contact_id,contact_first_name,contact_last_name,email_address,relationship,legal_guardian,phone",
        "L1,C1,Rosa,Example,rosa@example.org,Mother,t,",
        "L2,C2,Ivan",
        "L3,C3,Ann,Example,,Mother,maybe,",
    )
    page.get_by_label("Which file").select_option("contacts")
    file = FilePayload(name="mine.csv", mimeType="text/csv", buffer="\n".join([*lines, ""]).encode())
    page.get_by_label("Your file").set_input_files(file)
    page.get_by_role("button", name="Check").click()
    page.get_by_text("2 problems").wait_for()


def restrictions(place: Place) -> None:
    """A block and a hold, one of which ends soon."""
    factories.block(_link(place, "other_parent"), until=local_today() + timedelta(days=9))
    factories.hold(place.cast.child)


def _link(place: Place, part: str) -> Guardianship:
    return Guardianship.objects.get(guardian__user=getattr(place.cast, part), student=place.cast.child)


def of_student(page_name: str) -> Go:
    """Go to a staff page about the child: `access` or `hold`."""
    return lambda place, page: page.goto(f"/staff/students/{place.cast.child.uuid}/{page_name}/")


def blocking(place: Place, page: Page) -> None:
    page.goto(f"/staff/guardianships/{_link(place, 'parent_of_two').uuid}/block/")


def blocking_wrongly(place: Place, page: Page) -> None:
    """Name a last day that lies before the first."""
    blocking(place, page)
    page.get_by_label("Document").fill("Case 21-1")
    page.get_by_label("Why").fill("An order.")
    page.get_by_label("Last day").fill("2020-01-01")
    page.get_by_role("main").get_by_role("button", name="Block").click()
    page.locator(".errorlist").first.wait_for()


def lifting_a_block(place: Place, page: Page) -> None:
    page.goto(f"/staff/blocks/{factories.block(_link(place, 'other_parent')).uuid}/lift/")


def of_age(place: Place) -> None:
    """The child is 18; one parent goes on by consent, the other not."""
    child(birth_date=factories.years_ago(18))(place)
    factories.consent(_link(place, "other_parent"))


def recording_a_consent(place: Place, page: Page) -> None:
    page.goto(f"/staff/guardianships/{_link(place, 'parent_of_two').uuid}/consent/")


def ending_a_consent(place: Place, page: Page) -> None:
    page.goto(f"/staff/consents/{factories.consent(_link(place, 'other_parent')).uuid}/end/")


def lifting_a_hold(place: Place, page: Page) -> None:
    page.goto(f"/staff/holds/{factories.hold(place.cast.child).uuid}/lift/")


STAFF_STATES: dict[str, State] = {
    **RUN_STATES,
    **SEARCH_STATES,
    **OVERVIEW_STATES,
    **REGISTRATION_STATES,
    **SUBMISSION_STATES,
    "who-sees": State(of_student("access"), GUARD, kind="who-sees"),
    "who-sees-restricted": State(of_student("access"), CUSTODIAN, restrictions, kind="who-sees"),
    "who-sees-of-age": State(of_student("access"), GUARD, of_age, kind="who-sees"),
    "log-export": State(of_student("log"), CUSTODIAN),
    "consent": State(recording_a_consent, GUARD),
    "consent-end": State(ending_a_consent, GUARD),
    "restrictions": State(at("/staff/restrictions/"), GUARD, restrictions, kind="restrictions"),
    "restrictions-none": State(at("/staff/restrictions/"), GUARD, kind="restrictions"),
    "csv-files": State(at("/staff/syncs/csv/"), DISTRICT, kind="csv-files"),
    "csv-files-checked": State(csv_checked, DISTRICT, kind="csv-files"),
    "block": State(blocking, GUARD, kind="block"),
    "block-wrong": State(blocking_wrongly, GUARD, kind="block"),
    "block-lift": State(lifting_a_block, GUARD),
    "hold": State(of_student("hold"), GUARD),
    "hold-lift": State(lifting_a_hold, CUSTODIAN),
    "reviews": State(at("/staff/reviews/"), DISTRICT, doubt.reviews, kind="reviews"),
    "reviews-none": State(at("/staff/reviews/"), GUARD, doubt.nobody_in_review, kind="reviews"),
    "review": State(doubt.deciding, GUARD, kind="review"),
    "review-wrong": State(doubt.deciding_without_reason, GUARD, kind="review"),
    "review-again": State(doubt.deciding, GUARD, doubt.decided, kind="review"),
    "ssid-changed": State(at("/staff/reviews/students/ssid-changed/"), GUARD, doubt.records_in_doubt),
    "ssid-shared": State(at("/staff/reviews/students/ssid-shared/"), CUSTODIAN, doubt.records_in_doubt),
    "no-birth-date": State(at("/staff/reviews/students/no-birth-date/"), GUARD, kind="no-birth-date"),
    "ssid-confirm": State(doubt.confirming, GUARD, doubt.records_in_doubt),
    "syncs": State(at("/staff/syncs/"), DISTRICT, doubt.syncs, kind="syncs"),
    "syncs-none": State(at("/staff/syncs/"), "integrations_admin", kind="syncs"),
    "sync-held": State(doubt.a_sync(), DISTRICT, doubt.held, kind="sync"),
    "sync-working": State(doubt.a_sync(), DISTRICT, doubt.working, kind="sync"),
    "sync-failed": State(doubt.a_sync(), DISTRICT, doubt.failed, kind="sync"),
    "sync-problems": State(doubt.a_sync("problems/role-unmapped/"), DISTRICT, doubt.held),
    "sync-preview": State(doubt.a_sync("preview/"), DISTRICT, doubt.held, kind="sync-preview"),
    "sync-preview-empty": State(doubt.a_sync("preview/"), DISTRICT, doubt.empty, kind="sync-preview"),
    "sync-losing": State(doubt.a_sync("preview/losing/"), DISTRICT, doubt.held, kind="sync-changes"),
    "sync-students": State(doubt.a_sync("preview/students/"), DISTRICT, doubt.held, kind="sync-changes"),
    "sync-nothing": State(doubt.a_sync("preview/caseloads/"), DISTRICT, doubt.held, kind="sync-changes"),
}
