"""Draws the screenshots of README and docs: `python -m tests.functional.pictures [FOLDER]`, docs/images by default.

Starts a whole portal with the sandbox's people, visits it with Chromium (`CHROMIUM`) and writes small PNGs. Run it
after a change of templates or styles and look at what changed.
"""

from __future__ import annotations

import io
import sys
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from PIL import Image
from playwright.sync_api import Browser, Page

from integrations.sandbox.world import World
from tests import live
from tests.functional.browser import stage

FOLDER = live.ROOT / "docs" / "images"
COLOURS = 128  # flat surfaces and text: more than enough, and a quarter of the bytes
SESSION = "sessionid"


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as scratch,
        live.running(Path(scratch), people="world") as portal,
        stage.chromium() as browser,
    ):
        _parent_phone(portal, browser, folder)
        _viewer(portal, browser, folder)
        _staff_dark(portal, browser, folder)
    for file in sorted(folder.glob("*.png")):
        print(f"{file.name:24} {file.stat().st_size / 1024:6.1f} KB")


def _parent_phone(portal: live.Portal, browser: Browser, folder: Path) -> None:
    for name, language in {"parent-phone": "en-US", "parent-phone-arabic": "ar"}.items():
        display = stage.PHONE | {"viewport": {"width": 390, "height": 760}, "locale": language}
        page = visit(portal, browser, parent_of_two(portal), **display)
        page.goto("/")
        page.locator("main a").first.click()
        save(page, folder / f"{name}.png")


def _viewer(portal: live.Portal, browser: Browser, folder: Path) -> None:
    page = visit(portal, browser, parent_of_two(portal))
    page.goto("/")
    page.locator("main a").first.click()
    page.locator("main a.format-pdf").first.click()
    page.wait_for_timeout(3000)  # the PDF viewer draws after its last network call and tells nobody
    save(page, folder / "viewer.png")


def _staff_dark(portal: live.Portal, browser: Browser, folder: Path) -> None:
    page = visit(portal, browser, portal.person("teacher"), **stage.DARK)
    page.goto("/")
    save(page, folder / "staff-dark.png")


def parent_of_two(portal: live.Portal) -> dict[str, Any]:
    email = World(students=200).cast().parent_of_two.email.lower()
    people: list[dict[str, Any]] = list(portal.staged["people"].values())
    return next(person for person in people if person["email"] == email)


def visit(portal: live.Portal, browser: Browser, person: dict[str, Any], **display: Any) -> Page:
    context = stage.context_for(browser, portal.url, stage.Watch(), **display)
    host = urlsplit(portal.url).hostname
    context.add_cookies([{"name": SESSION, "value": person["session"], "domain": str(host), "path": "/"}])
    return context.new_page()


def save(page: Page, file: Path) -> None:
    shot = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    shot.quantize(COLOURS).save(file, optimize=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
