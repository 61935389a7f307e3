"""When a report does not come, the frame holds a small page of ours in its place, and the ways out around it work."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from portal.base.models import BreakerRow
from tests.functional.browser import stage
from tests.functional.browser.conftest import OpenPage
from tests.functional.browser.place import Place, content_of, recorded, report_frame
from tests.functional.browser.scene import Prepare
from tests.functional.browser.states import fault, no_places
from tests.functional.browser.test_browser_reading import shows_a_report
from tests.scorereports import reading

pytestmark = [pytest.mark.browser, pytest.mark.promise("L4")]


def mend_vendor(place: Place) -> None:
    place.sandbox.reset()


def mend_places(place: Place) -> None:
    place.settings.STREAM_SLOTS = 4


each_failure = pytest.mark.parametrize(
    ("spoil", "mend", "words"),
    [
        (fault(where="link", kind="status", status=503), mend_vendor, "The state's service is not answering"),
        (fault(where="link", kind="wrong_type"), mend_vendor, "The report did not arrive whole"),
        (no_places, mend_places, "Many families are reading reports right now"),
    ],
    ids=["down", "bad", "busy"],
)


@each_failure
def test_a_failure_in_the_frame_can_be_read_and_tried_again(
    spoil: Prepare, mend: Callable[[Place], None], words: str, place: Place, open_page: OpenPage
):
    page = open_page(place.cast.parent_of_two)
    spoil(place)
    place.open_report(page)
    viewer = page.url
    frame = report_frame(page)

    expect(frame.get_by_role("heading", level=1)).to_have_text("The report did not open")
    expect(frame.get_by_text(words)).to_be_visible()
    size = frame.evaluate("parseFloat(getComputedStyle(document.body).fontSize)")
    assert size >= 16, "the frame's page has our styles"
    assert recorded() == 0

    assert recorded() == 0
    mend(place)
    frame.get_by_role("link", name="Try again").click()
    assert shows_a_report(page.locator("iframe.viewer-frame"))
    assert page.url == viewer
    assert recorded() == 1
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Open the PDF").click()
    assert shows_a_report(opened.value)
    assert opened.value.url == content_of(viewer)
    assert recorded() == 2


def test_the_frame_can_load_the_whole_page_again(place: Place, open_page: OpenPage):
    fault(where="link", kind="wrong_type")(place)
    page = open_page(place.cast.parent_of_two)
    place.open_report(page)
    whole = page.url
    out = report_frame(page).get_by_role("link", name="Load the whole page again")
    expect(out).to_be_visible()
    mend_vendor(place)
    out.click()
    page.wait_for_url(whole.partition("?")[0])

    assert shows_a_report(page.locator("iframe.viewer-frame"))


def test_a_web_pages_frame_tries_again_inside_its_sandbox(place: Place, open_page: OpenPage):
    fault(where="reports", kind="status", status=503)(place)
    page = open_page(place.cast.parent_of_two, redirects=True)
    page.goto(reading.report(place.cast.child, form="HTML", areas="ELA"))
    frame = report_frame(page)
    expect(frame.get_by_role("heading", level=1)).to_have_text("The report did not open")
    assert recorded() == 0
    mend_vendor(place)
    BreakerRow.objects.all().delete()
    frame.get_by_role("link", name="Try again").click()
    frame.wait_for_url(f"http://{place.link_host}/**")

    assert recorded() == 1


def test_a_link_that_cannot_be_framed_leads_to_a_tab_of_its_own(place: Place, open_page: OpenPage):
    """ETS's own hosts: nothing answers there for a test, so it is the asking that counts."""
    fault(where="reports", kind="hostile_links", url="https://reports.ets.org/page.html")(place)
    page = open_page(place.cast.parent_of_two, objections=True)
    page.goto(reading.report(place.cast.child, form="HTML", areas="ELA"))
    expect(report_frame(page).get_by_text("This report opens in a tab of its own")).to_be_visible()
    assert recorded() == 0

    page.reload()
    expect(page.get_by_text("This report opens in a tab of its own")).to_be_visible()
    assert page.locator("iframe").count() == 0
    with page.context.expect_event(
        "request", lambda one: urlsplit(one.url).hostname == "reports.ets.org"
    ) as asked:
        page.get_by_role("link", name="Open the report").click()
    assert "referer" not in asked.value.headers
    assert recorded() == 1


@each_failure
def test_a_failure_in_a_tab_can_be_read_and_tried_again(
    spoil: Prepare, mend: Callable[[Place], None], words: str, place: Place, open_page: OpenPage
):
    page = open_page(place.cast.parent_of_two, **stage.PHONE)
    spoil(place)
    place.open_report(page)
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Open the PDF").tap()
    report = opened.value
    expect(report.get_by_text(words)).to_be_visible()
    assert recorded() == 0

    mend(place)
    report.get_by_role("link", name="Try again").tap()
    assert shows_a_report(report)
    assert report.url == content_of(page.url)
    assert recorded() == 1


def test_the_way_back_is_above_a_frame_that_failed(place: Place, open_page: OpenPage):
    fault(where="link", kind="wrong_type")(place)
    page = open_page(place.cast.parent_of_two)
    place.open_report(page)
    expect(report_frame(page).get_by_role("heading", level=1)).to_have_text("The report did not open")
    page.get_by_role("link", name=place.cast.child.full_name).click()

    expect(page.get_by_role("heading", level=1)).to_contain_text(place.cast.child.full_name)
    assert page.locator("iframe").count() == 0


def test_on_a_phone_a_failure_is_a_page_with_a_way_back(place: Place, open_page: OpenPage):
    fault(where="link", kind="wrong_type")(place)
    page = open_page(place.cast.parent_of_two, **stage.PHONE)
    place.open_report(page)
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Open the PDF").tap()
    report = opened.value

    expect(report.get_by_role("heading", level=1)).to_have_text("The report did not open")
    assert stage.sideways_overflow(report) == []
    report.get_by_role("link", name="Back to all reports").tap()
    expect(report.get_by_role("heading", level=1)).to_contain_text(place.cast.child.full_name)
