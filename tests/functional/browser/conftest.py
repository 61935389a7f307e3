"""Chromium before a running portal with the cast in it. Every context is watched: whatever a test is about, no page may
break its own policy or ask another host for anything."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, Protocol

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from accounts.models import User
from integrations.models import Connection
from integrations.sandbox.server import SandboxServer
from tests.cast import Cast
from tests.functional.browser import stage
from tests.functional.browser.place import Place


class OpenPage(Protocol):
    def __call__(
        self,
        who: User | None = None,
        *,
        objections: bool = False,
        redirects: bool = False,
        beside: str = "",
        **display: Any,
    ) -> Page: ...


@pytest.fixture(scope="module")
def chromium() -> Generator[Browser, None, None]:
    """A browser for the tests of one file: a thread has room for one Playwright, and other folders start their own."""
    with stage.chromium() as browser:
        yield browser


@pytest.fixture
def place(
    live_server: Any, cast: Cast, sandbox: SandboxServer, connected: Connection, settings: Any
) -> Place:
    return Place(live_server.url, cast, sandbox, connected, settings)


@pytest.fixture
def open_page(chromium: Browser, place: Place) -> Generator[OpenPage, None, None]:
    """Open a page on a device of its own, signed in as `who`. `objections`: the test itself provokes the browser;
    `redirects`: it opens a report that the browser fetches from the link's own host, and from no other; `beside`: it
    signs on at a provider on this host."""
    opened: list[tuple[BrowserContext, stage.Watch, set[str] | None]] = []

    def open_one(
        who: User | None = None,
        *,
        objections: bool = False,
        redirects: bool = False,
        beside: str = "",
        **display: Any,
    ) -> Page:
        watch = stage.Watch()
        context = stage.context_for(chromium, place.url, watch, **display)
        allowed = ({place.host, place.link_host} if redirects else {place.host}) | ({beside} - {""})
        opened.append((context, watch, None if objections else allowed))
        if who is not None:
            context.add_cookies([place.session_of(who)])
        return context.new_page()

    yield open_one
    for context, _watch, _allowed in opened:
        context.close()
    for _context, watch, allowed in opened:
        if allowed is not None:
            assert watch.policy_complaints() == []
            assert watch.hosts() <= allowed, "a page asked another host"
