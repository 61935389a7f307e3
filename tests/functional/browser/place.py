"""The portal that a browser test visits: its address, its people, its vendor, and what it wrote down."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.conf import settings as django_settings
from playwright.sync_api import Frame, Page

from accounts.models import AccessRecord, User
from integrations.models import Connection
from integrations.sandbox.server import SandboxServer
from tests import factories
from tests.cast import Cast, sign_in

REPORT_LINK = "main a[href*='/reports/']"
# A PDF comes through the portal; other formats send the browser on to the link's host.
PDF_LINK = "main a.format-pdf"
_VIEWER = re.compile(r"/reports/[^/]+/(\?also=[^/]+)?$")


@dataclass
class Place:
    url: str
    cast: Cast
    sandbox: SandboxServer
    connection: Connection
    settings: Any

    @property
    def host(self) -> str:
        return urlsplit(self.url).netloc

    @property
    def link_host(self) -> str:
        """Return where a redirected report comes from: the vendor's host, which is none of ours."""
        return urlsplit(self.sandbox.url).netloc

    @property
    def student_path(self) -> str:
        return f"/students/{self.cast.child.uuid}/"

    def session_of(self, who: User) -> Any:
        """Return a cookie of a session as sign-in leaves it."""
        name = django_settings.SESSION_COOKIE_NAME
        value = sign_in(who).cookies[name].value
        return {
            "name": name,
            "value": value,
            "domain": urlsplit(self.url).hostname,
            "path": "/",
            "sameSite": "Lax",
        }

    def make_proofs_old(self, page: Page, who: User) -> None:
        """Let the session of this page be one that began a while ago, by a code from the mail."""
        key = next(one["value"] for one in page.context.cookies() if one["name"] == "sessionid")
        session = import_module(django_settings.SESSION_ENGINE).SessionStore(key)
        session[AUTHENTICATION_METHODS_SESSION_KEY] = [
            {"method": "code", "email": who.email, "at": time.time() - 3600}
        ]
        session.save()

    def fill_in(self, page: Page, who: User, *, password: str = factories.PASSWORD) -> None:
        """Sign in by the form for passwords, as staff do."""
        page.goto("/accounts/login/?with=password")
        page.get_by_label("Email").fill(who.email)
        page.get_by_label("Password", exact=True).fill(password)
        page.get_by_role("main").get_by_role("button", name="Sign in").click()

    def open_report(self, page: Page, link: str = PDF_LINK) -> None:
        """Go to the viewer of the child's first report behind such a link, as a reader would."""
        page.goto(self.student_path)
        page.locator(link).first.click()
        wait_for_viewer(page)


def wait_for_viewer(page: Page) -> None:
    page.wait_for_url(_VIEWER)


def content_of(viewer: str) -> str:
    """Return where the content of a viewer's report is."""
    return viewer.partition("?")[0] + "content/"


def code_of(who: User) -> str:
    """Return what the person's phone shows now."""
    factor = Authenticator.objects.get(user=who, type=Authenticator.Type.TOTP)
    seed = get_adapter().decrypt(factor.data["secret"])
    code: str = format_hotp_value(hotp_value(seed, int(time.time()) // 30))
    return code


def recorded(action: str = "opened") -> int:
    return int(AccessRecord.objects.filter(action=action).count())


def report_frame(page: Page) -> Frame:
    """Return the frame of the viewer once its document is there."""
    handle = page.locator("iframe.viewer-frame").element_handle()
    frame = handle.content_frame()
    assert frame
    frame.wait_for_load_state()
    return frame


def has_pdf_viewer(page: Page) -> bool:
    """Say whether the browser's own PDF viewer, an extension of Chromium's, is at work somewhere in the page."""
    return any(frame.url.startswith("chrome-extension:") for frame in page.frames)
