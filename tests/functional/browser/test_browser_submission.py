"""Somebody of the office finds a family's submission in a browser and opens its documents; the family reads of it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from accounts.models import AccessRecord
from tests.functional.browser import submission_states as states
from tests.functional.browser.conftest import OpenPage
from tests.functional.browser.place import Place, has_pdf_viewer
from tests.integrations.submissions import sent
from tests.live import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.promise("A7", "R1", "S5")]


def find(office: Page, name: str) -> None:
    office.goto("/")
    office.get_by_role("link", name="What families sent in").click()
    office.get_by_label("Name, school, grade or id").fill(name)
    office.get_by_role("main").get_by_role("button", name="Search").click()
    office.get_by_role("table").get_by_role("link").first.click()


def shown_picture(office: Page) -> bool:
    frame = office.locator("iframe.viewer-frame").element_handle().content_frame()
    picture = frame.query_selector("img") if frame else None
    return bool(picture and picture.evaluate("one => one.complete && one.naturalWidth > 0"))


def shown_pdf(office: Page) -> bool:
    office.wait_for_timeout(200)  # the page tells of its frames only while it is waited for
    return has_pdf_viewer(office)


@pytest.mark.timeout(180)
@pytest.mark.parametrize("scripts", [True, False])
def test_from_the_list_to_the_documents(place: Place, open_page: OpenPage, scripts: bool):
    states.sent_in(place)
    office = open_page(place.cast.office, java_script_enabled=scripts)
    find(office, place.cast.child.first_name)
    expect(office.get_by_role("heading", level=1)).to_contain_text(place.cast.child.full_name)
    office.get_by_role("link", name="Proof of address").click()
    office.get_by_label("Why do you open them?").select_option("record_check")
    office.get_by_role("main").get_by_role("button", name="Go on").click()

    expect(office.get_by_role("heading", level=1)).to_have_text("Proof of address")
    wait_until(lambda: shown_picture(office), what="for the picture")
    office.get_by_role("link", name="Submission").click()
    office.get_by_role("link", name="Birth certificate").click()
    wait_until(lambda: shown_pdf(office), what="for the PDF")

    opened = AccessRecord.objects.filter(action="opened").values_list("document", "purpose")
    assert set(opened) == {("Proof of address", "record_check"), ("Birth certificate", "record_check")}
    parent = open_page(place.cast.parent_of_two)
    parent.goto(f"{place.student_path}openings/")
    expect(parent.get_by_text("Document from the registration")).to_have_count(2)
    assert place.cast.child.last_name not in office.url


def test_a_photo_that_no_browser_shows_is_saved(place: Place, open_page: OpenPage):
    states.sent_in(place)
    office = open_page(place.cast.office)
    with office.expect_download() as download:
        states.a_document(sent.PHOTO)(place, office)

    assert download.value.suggested_filename == "document.heic"
