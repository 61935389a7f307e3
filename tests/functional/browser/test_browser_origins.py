"""Pages of other origins get nothing: no frame, no picture, no fetch, and no forged row in the record of access."""

from __future__ import annotations

import threading
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Page, expect

from accounts.models import AccessRecord
from tests.functional.browser.conftest import OpenPage
from tests.functional.browser.place import PDF_LINK, Place, content_of, recorded
from tests.functional.browser.test_browser_reading import shows_a_report

pytestmark = pytest.mark.browser

# `localhost` with another port is another origin of the same site; 127.0.0.1 is another site.
SAME_SITE, CROSS_SITE = "localhost", "127.0.0.1"


@contextmanager
def stranger(host: str, page: str) -> Generator[str, None, None]:
    """Serve one page at another origin; give its address."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(page.encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://{host}:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()


def content_url(place: Place, page: Page) -> str:
    """Return the address of a report that nobody has opened yet."""
    page.goto(place.student_path)
    href = page.locator(PDF_LINK).first.get_attribute("href")
    return content_of(f"{place.url}{href}")


def asks_in_every_way(url: str) -> str:
    return f"""<!DOCTYPE html><title>A stranger</title>
      <iframe src="{url}" width="600" height="400"></iframe>
      <embed src="{url}" type="application/pdf" width="600" height="400">
      <img src="{url}" alt="">
      <script>
        window.fetched = Promise.all(["no-cors", "cors"].map((mode) =>
          fetch("{url}", {{mode, credentials: "include"}}).then((got) => got.type, () => "refused")));
      </script>"""


@pytest.mark.promise("S5", "S6", "R1")
@pytest.mark.parametrize("host", [SAME_SITE, CROSS_SITE])
def test_a_page_of_another_origin_opens_no_report(host: str, place: Place, open_page: OpenPage):
    page = open_page(place.cast.parent_of_two, objections=True)
    url = content_url(place, page)
    with stranger(host, asks_in_every_way(url)) as there:
        page.goto(there)
        assert page.evaluate("window.fetched") == ["refused", "refused"]
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.images[0].naturalWidth") == 0
        assert all(
            frame.url.startswith("chrome-error:") for frame in page.frames[1:] if frame.url != "about:blank"
        )

    assert recorded() == 0
    assert place.sandbox.calls["link"] == 0
    refused = AccessRecord.objects.filter(action="refused")
    assert {row.outcome for row in refused} <= {"cross-site"}
    # The control that the session did reach the view. To another site the browser sends no cookie with these; the next
    # test has a link, with which it does.
    assert refused.exists() == (host == SAME_SITE)

    page.goto(url.removesuffix("content/"))
    assert shows_a_report(page.locator("iframe.viewer-frame")), "the control: our own page opens it"
    assert recorded() == 1


@pytest.mark.promise("S6")
@pytest.mark.parametrize("path", ["/", "/accounts/login/", "{student}", "/nowhere/"])
def test_no_page_of_ours_stands_in_a_strangers_frame(path: str, place: Place, open_page: OpenPage):
    page = open_page(place.cast.parent_of_two, objections=True)
    address = place.url + path.format(student=place.student_path)
    with stranger(SAME_SITE, f'<!DOCTYPE html><title>x</title><iframe src="{address}"></iframe>') as there:
        page.goto(there)
        page.wait_for_load_state("networkidle")
        assert page.frames[1].url.startswith("chrome-error:")


@pytest.mark.promise("S6")
def test_a_link_from_elsewhere_leads_to_a_page_that_explains(place: Place, open_page: OpenPage):
    page = open_page(place.cast.parent_of_two, objections=True)
    url = content_url(place, page)
    with stranger(CROSS_SITE, f'<!DOCTYPE html><title>x</title><a href="{url}">a report</a>') as there:
        page.goto(there)
        page.get_by_role("link").click()
        expect(page.get_by_text("Open this report from its own page")).to_be_visible()
        assert (recorded(), recorded("refused")) == (0, 1)
        page.get_by_role("link", name="Back to all reports").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text(place.cast.child.full_name)


@pytest.mark.promise("S6")
def test_the_watch_of_these_tests_sees_what_a_policy_refuses(place: Place, open_page: OpenPage):
    """The control of every other test here: scripts and pictures from elsewhere are refused, and are noticed."""
    page = open_page(place.cast.parent_of_two, objections=True)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.goto("/")
    page.evaluate(
        """() => {
          const script = document.createElement("script");
          script.textContent = "window.ran = true";
          document.body.append(script, Object.assign(new Image(), {src: "http://127.0.0.1:9/x.png"}));
          document.body.insertAdjacentHTML("beforeend", "<p style='color: red'>x</p>");
        }"""
    )
    page.wait_for_load_state("networkidle")

    assert page.evaluate("window.ran") is None
    for directive in ("script-src", "img-src", "style-src"):
        assert any(line.startswith(f"policy violated: {directive}") for line in complaints), directive
