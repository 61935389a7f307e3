"""Draws the ten main pages of families in three languages on two displays, to be looked at one by one: `make pictures`.

`python -m tests.functional.main_pages [FOLDER] [LANGUAGE …]`; var/pictures, and English, Arabic, Vietnamese by default.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page

from tests import live
from tests.functional.browser import stage
from tests.functional.pictures import parent_of_two, save, visit

FOLDER = live.ROOT / "var" / "pictures"
LANGUAGES = ("en", "ar", "vi")
DISPLAYS = {"desktop": stage.DESKTOP, "phone": stage.PHONE}
OPEN = {
    "sign-in": "/accounts/login/",
    "help": "/help/",
    "accessibility": "/accessibility/",
    "letter": "/claim/",
}
OF_A_PARENT = {"children": "/", "security": "/accounts/security/", "sessions": "/accounts/sessions/"}


def main(folder: Path, languages: list[str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as scratch,
        live.running(Path(scratch), people="world") as portal,
        stage.chromium() as browser,
    ):
        for language in languages:
            for display in DISPLAYS:
                _draw(portal, browser, folder, language, display)
    print(f"{len(list(folder.glob('*.png')))} pictures in {folder}")


def _draw(portal: live.Portal, browser: Browser, folder: Path, language: str, display: str) -> None:
    how = DISPLAYS[display] | {"locale": language}

    def drawn(page: Page, name: str) -> None:
        page.wait_for_load_state("networkidle")
        save(page, folder / f"{name}-{language}-{display}.png")

    stranger = stage.context_for(browser, portal.url, stage.Watch(), **how).new_page()
    for name, path in OPEN.items():
        stranger.goto(path)
        drawn(stranger, name)
    page = visit(portal, browser, parent_of_two(portal), **how)
    for name, path in OF_A_PARENT.items():
        page.goto(path)
        drawn(page, name)
    page.goto("/")
    page.locator("main a[href^='/students/']").first.click()
    drawn(page, "reports")
    child = page.url
    page.locator("main a[href*='/reports/']").first.click()
    drawn(page, "viewer")
    page.goto(f"{child}openings/")
    drawn(page, "openings")
    for context in (stranger.context, page.context):
        context.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER, sys.argv[2:] or list(LANGUAGES))
