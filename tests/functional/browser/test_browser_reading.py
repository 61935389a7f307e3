"""A parent reads a report in real Chromium: at a desk, on a phone, without JavaScript, and saved to the device."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from PIL import Image
from playwright.sync_api import Download, Error, Locator, Page, Response, expect
from pypdf import PdfReader

from tests.functional.browser import stage
from tests.functional.browser.conftest import OpenPage
from tests.functional.browser.place import (
    PDF_LINK,
    REPORT_LINK,
    Place,
    content_of,
    has_pdf_viewer,
    recorded,
    report_frame,
    wait_for_viewer,
)
from tests.live import wait_until

pytestmark = pytest.mark.browser


TOOLBAR = (60, 60, 60)  # of Chromium's PDF viewer


def looks_printed(shot: bytes) -> bool:
    """Say whether a picture shows the PDF viewer with a page in it: its toolbar, paper, and colour on the paper."""
    picture = Image.open(io.BytesIO(shot)).convert("RGB")
    area = picture.width * picture.height
    counted: list[tuple[int, Any]] = picture.getcolors(area) or []  # Pillow's type also covers grey pictures
    colours = [(count / area, colour) for count, colour in counted]
    toolbar = sum(share for share, colour in colours if colour == TOOLBAR)
    paper = sum(share for share, colour in colours if min(colour) > 250)
    print_of_colour = sum(share for share, colour in colours if max(colour) - min(colour) > 40)
    return toolbar > 0.01 and paper > 0.1 and print_of_colour > 0.01


def shows_a_report(where: Page | Locator) -> bool:
    """Wait until the browser's PDF viewer has drawn; it does so after its last message to anybody."""

    def drawn() -> bool:
        try:
            return looks_printed(where.screenshot())
        except Error:  # no picture can be taken while the viewer takes the frame over
            return False

    return bool(wait_until(drawn, seconds=20, what="for the report to show"))


def pdfs_of(page: Page) -> list[Response]:
    found: list[Response] = []

    def note(response: Response) -> None:
        # The viewer reads the answer again, at an address of its own.
        if response.url.startswith("http") and response.headers.get("content-type") == "application/pdf":
            found.append(response)

    page.context.on("response", note)
    return found


def pages_of(download: Download) -> int:
    return len(PdfReader(Path(download.path())).pages)


def test_neither_a_blank_nor_a_page_of_ours_passes_for_a_report(place: Place, open_page: OpenPage):
    page = open_page(place.cast.parent_of_two, color_scheme="dark")
    assert not looks_printed(page.screenshot())
    for path in ("/accounts/login/", "/", place.student_path):
        for colours in ("light", "dark"):
            page.emulate_media(color_scheme=colours)
            page.goto(path)
            assert not looks_printed(page.screenshot())


def test_a_parent_signs_in_and_the_report_shows_in_its_frame(place: Place, open_page: OpenPage):
    page = open_page()
    pdfs = pdfs_of(page)
    place.fill_in(page, place.cast.parent_of_two)
    page.get_by_role("link", name=place.cast.child.full_name).click()
    page.locator(PDF_LINK).first.click()
    wait_for_viewer(page)

    frame = report_frame(page)
    assert shows_a_report(page.locator("iframe.viewer-frame"))
    assert frame.evaluate("document.contentType") == "application/pdf"
    assert has_pdf_viewer(page)
    assert [response.url for response in pdfs] == [content_of(page.url)]
    assert pdfs[0].request.frame == frame
    assert recorded() == 1
    assert place.sandbox.calls["link"] == 1


def test_a_phone_loads_no_frame_and_opens_the_report_by_its_button(place: Place, open_page: OpenPage):
    page = open_page(place.cast.parent_of_two, **stage.PHONE)
    pdfs = pdfs_of(page)
    place.open_report(page)
    asked = place.sandbox.calls["reports"]
    page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    page.wait_for_load_state("networkidle")

    expect(page.locator("iframe.viewer-frame")).to_be_hidden()
    assert recorded() == 0
    assert (place.sandbox.calls["reports"], place.sandbox.calls["link"]) == (asked, 0)
    assert pdfs == []

    button = page.get_by_role("link", name="Open the PDF")
    box = button.bounding_box()
    assert box
    assert box["height"] >= 48
    assert box["width"] >= 250
    with page.context.expect_page() as opened:
        button.tap()
    report = opened.value
    assert shows_a_report(report)
    assert report.url == content_of(page.url)
    assert recorded() == 1


def test_save_brings_a_whole_pdf_to_the_device(place: Place, open_page: OpenPage):
    page = open_page(place.cast.parent_of_two, **stage.PHONE)
    place.open_report(page)
    with page.expect_download() as saved:
        page.get_by_role("link", name="Save").tap()

    assert saved.value.suggested_filename.startswith("score-report-20")
    assert pages_of(saved.value) >= 1
    assert recorded() == 1


@pytest.mark.promise("L5")
def test_the_whole_journey_works_without_javascript(place: Place, open_page: OpenPage):
    page = open_page(java_script_enabled=False)
    pdfs = pdfs_of(page)
    place.fill_in(page, place.cast.parent_of_two)
    page.get_by_role("link", name=place.cast.child.full_name).click()
    page.locator(PDF_LINK).first.click()
    wait_for_viewer(page)
    page.wait_for_load_state("networkidle")
    assert [response.url for response in pdfs] == [content_of(page.url)]

    with page.expect_download() as saved:
        page.get_by_role("link", name="Save").click()
    assert pages_of(saved.value) >= 1
    page.get_by_role("link", name="Children").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_a_web_page_report_comes_from_its_own_host_into_its_frame(place: Place, open_page: OpenPage):
    page = open_page(place.cast.parent_of_two, redirects=True)
    place.open_report(page, "main a.format-html")
    frame = report_frame(page)
    frame.wait_for_selector("html[data-script=ran]", state="attached")

    assert urlsplit(frame.url).netloc == place.link_host
    assert recorded() == 1


def test_the_reports_of_one_test_stand_together_with_a_button_a_format_and_language(
    place: Place, open_page: OpenPage
):
    page = open_page(place.cast.parent_of_two, **stage.PHONE)
    page.goto(place.student_path)

    links = page.locator(REPORT_LINK)
    tests = page.locator("main section article.test")
    assert links.count() > tests.count() >= 2
    names = [link.inner_text() for link in links.all()]
    assert len(set(names)) >= 2
    spoken = [link.get_attribute("href") for link in links.all()]
    assert len(set(spoken)) == len(spoken)
    folded = tests.filter(has=page.locator("details")).first
    spanish = folded.locator("details a.format-pdf[hreflang=es]").first
    expect(spanish).to_be_hidden()
    folded.locator("summary").tap()
    expect(spanish).to_have_accessible_name(re.compile("Español"))
    spanish.tap()
    expect(page.locator("dd [lang=es]")).to_have_text("Español")
