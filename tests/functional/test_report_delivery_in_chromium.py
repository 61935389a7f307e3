"""Delivery in a browser: what a frame shows after our 303, what the link's host learns, what hostile HTML can do."""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Generator
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings as django_settings
from playwright.sync_api import Browser, Frame, Page, sync_playwright

from accounts.models import AccessRecord
from integrations.models import Connection
from integrations.sandbox.server import SandboxServer
from tests.cast import Cast, sign_in
from tests.functional.link_host import ATTEMPTS, LinkHost
from tests.scorereports import reading

pytestmark = pytest.mark.browser

REPORTS = {"PDF": ("report.pdf", "ELA,MA"), "HTML": ("report.html", "ELA"), "VIDEO": ("film.html", "ELA,MA")}


@pytest.fixture(scope="module")
def browser() -> Generator[Browser, None, None]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"),
            args=["--no-sandbox", "--disable-gpu"],
        )
        yield chromium
        chromium.close()


@pytest.fixture
def link_host(sandbox: SandboxServer) -> Generator[LinkHost, None, None]:
    with LinkHost(sandbox.vendors[0].sample_pdf()) as host:
        yield host


@pytest.fixture
def reader(
    browser: Browser, live_server: Any, cast: Cast, connected: Connection, link_host: LinkHost
) -> Generator[Page, None, None]:
    """A parent's browser on a wide screen, signed in; the portal is `localhost`, the link's host 127.0.0.1."""
    context = browser.new_context(base_url=live_server.url, viewport={"width": 1280, "height": 800})
    context.set_default_timeout(20_000)
    name = django_settings.SESSION_COOKIE_NAME
    value = sign_in(cast.parent_of_two).cookies[name].value
    context.add_cookies(
        [{"name": name, "value": value, "domain": urlsplit(live_server.url).hostname, "path": "/"}]
    )
    page = context.new_page()
    yield page
    context.close()


def leads_to(sandbox: SandboxServer, link: str) -> None:
    sandbox.faults.clear()
    sandbox.faults.add(where="reports", kind="hostile_links", url=link)


def framed(page: Page) -> Frame:
    handle = page.locator("iframe.viewer-frame").element_handle()
    frame = handle.content_frame() if handle else None
    assert frame
    return frame


def said_in(frame: Frame) -> str:
    """Return what the page in the frame says of itself once its script is done."""
    frame.wait_for_selector("html[data-report]", state="attached")
    return str(frame.evaluate("document.documentElement.dataset.report"))


def viewer(cast: Cast, form: str) -> str:
    return reading.report(cast.child, form=form, areas=REPORTS[form][1])


@pytest.mark.promise("S5", "S6")
def test_a_redirected_pdf_shows_in_the_frame(reader: Page, cast: Cast, sandbox, link_host: LinkHost):
    reading.configure(pdf_delivery="redirect")
    leads_to(sandbox, link_host.link("report.pdf"))
    reader.goto(viewer(cast, "PDF"))
    framed(reader).wait_for_url(f"http://{link_host.place}/**")
    for _ in range(100):  # the viewer is an extension: it tells nobody when it is there
        if any(one.url.startswith("chrome-extension:") for one in reader.frames):
            break
        reader.wait_for_timeout(100)

    assert any(one.url.startswith("chrome-extension:") for one in reader.frames), (
        "the PDF viewer is not at work"
    )
    assert link_host.documents()


@pytest.mark.promise("S5", "S6")
def test_a_redirected_page_shows_with_its_own_style_script_and_data(
    reader: Page, cast: Cast, sandbox, link_host: LinkHost
):
    leads_to(sandbox, link_host.link("report.html"))
    reader.goto(viewer(cast, "HTML"))
    frame = framed(reader)

    assert said_in(frame) == "ready true"
    assert frame.url.startswith(f"http://{link_host.place}/report.html")
    assert frame.evaluate("getComputedStyle(document.querySelector('h1')).color") == "rgb(1, 2, 3)"


@pytest.mark.promise("S5", "S6")
def test_a_redirected_video_plays_by_ranges(reader: Page, cast: Cast, sandbox, link_host: LinkHost):
    leads_to(sandbox, link_host.link("film.html"))
    reader.goto(viewer(cast, "VIDEO"))

    assert said_in(framed(reader)) == "206234"


@pytest.mark.promise("S5")
@pytest.mark.parametrize("way", list(itertools.product(REPORTS, ["embedded", "new_tab"])))
def test_the_links_host_learns_neither_where_the_reader_was_nor_who(
    reader: Page, cast: Cast, sandbox, link_host: LinkHost, way: tuple[str, str]
):
    form, display = way
    reading.configure(pdf_delivery="redirect", display=display)
    reader.goto(f"/students/{cast.child.uuid}/")
    leads_to(sandbox, link_host.link(REPORTS[form][0]))
    if display == "embedded":
        reader.locator(f"a.format-{form.lower()}").first.click()
        framed(reader).wait_for_url(f"http://{link_host.place}/**")
    else:
        with reader.context.expect_page() as opened:
            reader.locator(f"a.format-{form.lower()}").first.click()
        opened.value.wait_for_url(f"http://{link_host.place}/**")

    assert link_host.documents()
    for headers in link_host.documents():
        assert "Referer" not in headers
    for _path, headers in link_host.asked:
        assert "localhost" not in headers.get("Referer", "")
        assert "Cookie" not in headers
    assert (
        AccessRecord.objects.filter(action="opened").count()
        == AccessRecord.objects.filter(action="finished", outcome="redirected").count()
    )


@pytest.mark.promise("S6")
def test_the_viewer_frames_the_pinned_host_and_nothing_beside_it(
    reader: Page, cast: Cast, sandbox, link_host: LinkHost
):
    Connection.objects.update(link_host=link_host.place)
    leads_to(sandbox, link_host.link("report.html"))
    answer = reader.goto(viewer(cast, "HTML"))
    assert answer
    policy = answer.header_value("content-security-policy") or ""
    assert f"frame-src 'self' http://{link_host.place};" in f"{policy};"
    assert said_in(framed(reader)) == "ready true"

    refused = reader.evaluate(
        """() => new Promise((done) => {
          document.addEventListener("securitypolicyviolation", (event) => done(event.effectiveDirective));
          const frame = document.body.appendChild(document.createElement("iframe"));
          frame.src = "http://127.0.0.1:9/";
          setTimeout(() => done("nothing"), 3000);
        })"""
    )
    assert refused == "frame-src"


@pytest.mark.promise("S3")
def test_a_link_elsewhere_is_a_page_of_ours_in_the_frame(
    reader: Page, cast: Cast, sandbox, link_host: LinkHost
):
    leads_to(sandbox, "https://evil.example.net/report.html")
    reader.goto(viewer(cast, "HTML"))
    frame = framed(reader)
    frame.wait_for_selector("h1")

    assert "The report did not arrive whole" in frame.inner_text("main")
    assert urlsplit(frame.url).hostname == "localhost"
    assert link_host.asked == []


@pytest.mark.promise("S5")
def test_hostile_html_that_we_stream_reaches_nothing(reader: Page, cast: Cast, sandbox, link_host: LinkHost):
    reading.configure(html_delivery="stream")
    leads_to(sandbox, link_host.link("hostile.html"))
    reader.goto(viewer(cast, "HTML"))

    assert json.loads(said_in(framed(reader))) == dict.fromkeys(ATTEMPTS, "failed")
    assert reader.evaluate("document.body.dataset.hostile") is None
    assert "hostile" not in reader.url
    assert len(reader.context.pages) == 1


@pytest.mark.promise("S5")
def test_hostile_html_that_we_stream_into_a_tab_of_its_own_reaches_nothing(
    reader: Page, cast: Cast, sandbox, link_host: LinkHost
):
    reading.configure(html_delivery="stream", display="new_tab")
    leads_to(sandbox, link_host.link("hostile.html"))
    reader.goto(reading.html(cast.child))

    assert json.loads(said_in(reader.main_frame)) == dict.fromkeys(ATTEMPTS, "failed")
    assert len(reader.context.pages) == 1


def test_the_same_html_without_our_guards_reaches_all_of_it(browser: Browser, link_host: LinkHost):
    """The control: were these attempts harmless by themselves, the two tests above would prove nothing."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"http://{link_host.place}/around.html")
    frame = next(one for one in page.frames if one.url.endswith("/hostile.html"))

    assert json.loads(said_in(frame)) == dict.fromkeys(ATTEMPTS, "worked")
    assert page.evaluate("document.body.dataset.hostile") == "here"
    context.close()


# --- The sandbox's own pages: what a district sees that rehearses ----------------------------------------------------


@pytest.mark.promise("S5")
def test_the_sandboxs_web_page_runs_its_script_in_the_frame(reader: Page, cast: Cast, sandbox: SandboxServer):
    reader.goto(viewer(cast, "HTML"))
    framed(reader).wait_for_selector("html[data-script=ran]", state="attached")

    seen = sandbox.observed.link_requests()
    assert {"report.html", "report.css", "report.js"} <= {one["file"] for one in seen}
    assert "Referer" not in seen[0]["headers"]
    assert all("localhost" not in one["headers"].get("Referer", "") for one in seen)


@pytest.mark.promise("S5")
def test_the_sandboxs_film_gets_ready_in_the_frame(reader: Page, cast: Cast, sandbox: SandboxServer):
    reader.goto(viewer(cast, "VIDEO"))
    framed(reader).wait_for_selector("html[data-player=ready]", state="attached")

    assert any(one["headers"].get("Range") for one in sandbox.observed.link_requests())


@pytest.mark.promise("S5")
@pytest.mark.parametrize("delivery", ["stream", "redirect"])
def test_the_sandboxs_hostile_page_never_reaches_the_portal(
    reader: Page, cast: Cast, sandbox: SandboxServer, live_server: Any, delivery: str
):
    reading.configure(html_delivery=delivery)
    sandbox.faults.add(where="link", kind="hostile_html", portal=f"{live_server.url}/")
    reader.goto(viewer(cast, "HTML"))
    frame = framed(reader)
    frame.wait_for_selector("html[data-hostile=done]", state="attached")
    rows = "rows => Object.fromEntries(rows.map(row => [row.dataset.attempt, row.dataset.worked]))"
    worked = {
        name for name, did in frame.eval_on_selector_all("tr[data-attempt]", rows).items() if did == "yes"
    }

    # Behind a redirect its cookies and storage would be its own host's, not ours.
    assert worked <= (set() if delivery == "stream" else {"cookie", "local-storage"})
    assert reader.evaluate("document.documentElement.dataset.hostile") is None
    assert "/_hostile" not in reader.url
    assert len(reader.context.pages) == 1
