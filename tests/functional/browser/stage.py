"""Chromium for tests and pictures: how it is started, on what displays, and who watches what it does.

Called by the fixtures of conftest.py and by tests/functional/pictures.py. Debian's Chromium by `CHROMIUM`, since
Playwright's own would be a download of 170 MB for each developer.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Page, Request, sync_playwright

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
DESKTOP: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}}
PHONE: dict[str, Any] = {
    "viewport": {"width": 320, "height": 640},
    "has_touch": True,
    "is_mobile": True,
    "device_scale_factor": 2,
}
DARK: dict[str, Any] = {**DESKTOP, "color_scheme": "dark"}
# Patience for a machine with other work; nothing here waits that long on a quiet one.
PATIENCE = 20_000
# What the browser's own PDF viewer loads is part of the browser.
_OWN_SCHEMES = {"data", "blob", "about", "chrome-extension", "chrome"}
_TELL_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) =>
  console.error(`policy violated: ${event.effectiveDirective} ${event.blockedURI}`));
"""


@contextlib.contextmanager
def chromium() -> Generator[Browser, None, None]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=list(FLAGS)
        )
        yield browser
        browser.close()


@dataclass
class Watch:
    """What a browser context did that somebody may object to."""

    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def hosts(self) -> set[str]:
        parts = (urlsplit(url) for url in self.requests)
        return {one.netloc for one in parts if one.scheme not in _OWN_SCHEMES}

    def policy_complaints(self) -> list[str]:
        """Return what the browser said about policies: violations, refused frames, refused scripts."""
        words = ("policy", "refused to", "violat")
        return [line for line in self.complaints if any(word in line.lower() for word in words)]

    def of(self, context: BrowserContext) -> None:
        context.on("request", self._note)
        context.on("console", lambda message: self.complaints.append(message.text))
        context.on("weberror", lambda error: self.complaints.append(f"script error: {error.error}"))

    def _note(self, request: Request) -> None:
        self.requests.append(request.url)


def context_for(browser: Browser, base_url: str, watch: Watch, **display: Any) -> BrowserContext:
    """Open a browser context of its own: cookies, cache and display of one person's device."""
    context = browser.new_context(base_url=base_url, **({"locale": "en-US"} | DESKTOP | display))
    context.set_default_timeout(PATIENCE)
    watch.of(context)
    if display.get("java_script_enabled", True):
        context.add_init_script(_TELL_VIOLATIONS)
    return context


def sideways_overflow(page: Page) -> list[str]:
    """Return the elements that reach beyond the window's edge; an empty list if the page needs no sideways scroll."""
    found: list[str] = page.evaluate(
        """() => {
          const width = document.documentElement.clientWidth;
          if (document.documentElement.scrollWidth <= width) return [];
          return [...document.querySelectorAll("body *")]
            .filter((one) => one.getBoundingClientRect().right > width + 1)
            .map((one) => one.tagName.toLowerCase() + "." + one.className);
        }"""
    )
    return found
