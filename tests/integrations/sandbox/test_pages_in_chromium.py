"""The sandbox's pages in real Chromium: framed through a redirect they render and run; a hostile one shows each guard.

The "portal" here is a few lines on a port of its own: a page with a frame, a redirect to the link, and the report
streamed from its own origin, each with and without the guards that the portal owes (trust S5).
"""

import contextlib
import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import requests
from playwright.sync_api import sync_playwright

from integrations.sandbox.hostile import ATTEMPTS
from integrations.sandbox.server import SandboxServer
from integrations.sandbox.world import World
from tests.integrations.sandbox.conftest import Ets
from tests.integrations.sandbox.sockets import until

pytestmark = pytest.mark.browser

UNGUARDED = '<iframe src="/{way}"></iframe>'
GUARDED = '<iframe src="/{way}" sandbox="allow-scripts" referrerpolicy="no-referrer"></iframe>'
SANDBOXED = {"Content-Security-Policy": "sandbox allow-scripts"}


class StandIn:
    """Serves `/` with a frame, `/redirect` to the link, `/content` with the link's own bytes; counts POSTs."""

    def __init__(self) -> None:
        self.frame, self.link = "", ""
        self.headers: dict[str, str] = {}
        self.posts = 0
        stand_in = self

        class Answer(BaseHTTPRequestHandler):
            def do_GET(self):
                headers, status, body = {"Content-Type": "text/html"}, 200, stand_in.frame.encode()
                if self.path == "/redirect":
                    status, headers = 303, {"Location": stand_in.link}
                elif self.path == "/content":
                    body = requests.get(stand_in.link, timeout=5).content
                    headers |= stand_in.headers
                self._send(status, headers, body)

            def do_POST(self):
                stand_in.posts += 1
                self._send(200, {"Content-Type": "text/html"}, b"posted")

            def _send(self, status, headers, body):
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        # Another host name than the sandbox's, so that the two are two sites to the browser.
        self.url = f"http://localhost:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self):
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture(scope="module")
def chromium():
    with sync_playwright() as playwright:
        path = os.environ.get("CHROMIUM", "/usr/bin/chromium")
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def page(chromium):
    context = chromium.new_context()
    yield context.new_page()
    context.close()


@pytest.fixture(scope="module")
def server():
    with SandboxServer(World(students=30)) as running:
        yield running


@pytest.fixture
def ets(server):
    server.reset()
    return Ets(server)


@pytest.fixture
def ssid(server):
    return server.world.children_of(server.world.cast().parent_of_two)[0].ssid


@pytest.fixture
def portal():
    with contextlib.closing(StandIn()) as stand_in:
        yield stand_in


def framed(page, portal, frame, link, *, way="redirect", headers=None):
    """Show the link in the stand-in's frame, give the frame."""
    portal.frame, portal.link, portal.headers = frame.format(way=way), link, headers or {}
    page.goto(portal.url)
    until(lambda: len(page.frames) > 1)
    return page.frames[1]


@pytest.mark.parametrize("frame", [UNGUARDED, GUARDED])
def test_an_html_report_behind_a_redirect_renders_with_all_its_parts(page, portal, ets, ssid, frame):
    shown = framed(page, portal, frame, ets.link(ssid, format="HTML"))
    shown.wait_for_selector("html[data-script=ran] .steps i")
    picture = "() => document.querySelector('img').complete && document.querySelector('img').naturalWidth"
    shown.wait_for_function(picture)
    assert (
        shown.evaluate("getComputedStyle(document.querySelector('.sample')).backgroundColor")
        == "rgb(253, 240, 213)"
    )
    assert ets.server.calls["asset"] == 3


@pytest.mark.parametrize("frame", [UNGUARDED, GUARDED])
def test_a_film_behind_a_redirect_plays_and_jumps(page, portal, ets, ssid, frame):
    shown = framed(page, portal, frame, ets.link(ssid, format="VIDEO"))
    shown.wait_for_selector("html[data-player=ready]")
    shown.click("button")
    shown.wait_for_selector("html[data-player=playing]")
    shown.wait_for_function("() => document.querySelector('video').currentTime > 0.2")
    said = "() => document.querySelector('.caption').textContent.startsWith('A film about the results of')"
    shown.wait_for_function(said)
    shown.evaluate("document.querySelector('video').currentTime = 7.5")
    shown.wait_for_selector("html[data-player=ended]")
    assert shown.evaluate("document.querySelector('video').error") is None
    asked = [seen for seen in ets.server.observed.link_requests() if seen["file"] == "film.webm"]
    assert all("Range" in seen["headers"] for seen in asked)


def test_a_bare_film_behind_a_redirect_plays(page, portal, ets, ssid):
    ets.control("settings", {"video": "file"})
    shown = framed(page, portal, UNGUARDED, ets.link(ssid, format="VIDEO"))
    shown.wait_for_selector("video")
    shown.evaluate("document.querySelector('video').play()")
    shown.wait_for_function("() => document.querySelector('video').currentTime > 0.2")


def test_the_referer_is_absent_at_the_link_host_only_if_the_frame_says_so(page, portal, ets, ssid):
    for frame, expected in ((UNGUARDED, f"{portal.url}/"), (GUARDED, None)):
        ets.control("reset")
        framed(page, portal, frame, ets.link(ssid, format="HTML")).wait_for_selector("[data-script=ran]")
        (seen,) = [seen for seen in ets.server.observed.link_requests() if seen["endpoint"] == "link"]
        assert seen["headers"].get("Referer") == expected
        assert seen["headers"]["Sec-Fetch-Dest"] == "iframe"
        assert seen["headers"]["Sec-Fetch-Site"] == "cross-site"


@pytest.fixture
def attempted(page, portal, ets, ssid):
    """Let a hostile page try; give what it wrote of its attempts, and what the collector heard."""

    def attempt(frame, **options):
        ets.faults({"where": "link", "kind": "hostile_html", "portal": f"{portal.url}/"})
        shown = framed(page, portal, frame, ets.link(ssid, format="HTML"), **options)
        shown.wait_for_selector("[data-hostile=done]")
        rows = shown.query_selector_all("tr[data-attempt]")
        heard = {told["attempt"]: told["worked"] for told in ets.server.observed.attempts()}
        return {row.get_attribute("data-attempt"): row.get_attribute("data-worked") for row in rows}, heard

    return attempt


def test_without_guards_a_hostile_report_in_our_origin_gets_everything(attempted, page, portal, ets):
    written, _ = attempted(UNGUARDED, way="content")
    assert written == dict.fromkeys(ATTEMPTS, "yes") | {"top-navigation": "asked"}
    # The navigation of the page above is proven by its arrival alone.
    until(lambda: len(ets.server.observed.attempts()) == len(ATTEMPTS))
    assert all(told["worked"] for told in ets.server.observed.attempts())
    assert page.evaluate("document.documentElement.dataset.hostile") == "was here"
    assert portal.posts == 1


@pytest.mark.parametrize(
    ("frame", "options"),
    [
        (GUARDED, {"way": "content", "headers": SANDBOXED}),
        (UNGUARDED, {"way": "content", "headers": SANDBOXED}),
        (GUARDED, {"way": "content"}),
        (GUARDED, {"way": "redirect"}),
    ],
)
def test_with_either_guard_it_gets_nothing(attempted, page, portal, frame, options):
    written, heard = attempted(frame, **options)
    assert written == dict.fromkeys(ATTEMPTS, "no")
    assert heard == dict.fromkeys(ATTEMPTS, False)
    assert page.evaluate("document.documentElement.dataset.hostile") is None
    assert portal.posts == 0
