"""A PDF in the viewer's frame in Firefox and WebKit: no policy or header of ours keeps their own viewers from it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from PIL import Image

from tests.cast import sign_in
from tests.functional.browser import engines
from tests.functional.browser.place import Place
from tests.live import wait_until
from tests.scorereports import reading

NAVY = (20, 55, 94)  # of the band across the top of the sandbox's report
pytestmark = [
    pytest.mark.browser,
    pytest.mark.promise("S5"),
    pytest.mark.skipif(bool(engines.missing()), reason=f"not installed: {', '.join(engines.missing())}"),
]


def share_of_the_band(picture: Image.Image) -> float:
    """Return how much of a picture has the colour of the report's band."""
    area = picture.width * picture.height
    counted: list[tuple[int, Any]] = picture.getcolors(area) or []  # Pillow's type also covers grey pictures
    return sum(count for count, colour in counted if colour == NAVY) / area


@pytest.mark.parametrize("name", ["firefox", "webkit"])
def test_a_pdf_fills_the_frame(name: str, place: Place, tmp_path: Path):
    cookie = sign_in(place.cast.parent_of_two).cookies[django_settings.SESSION_COOKIE_NAME].value
    with getattr(engines, name)(tmp_path) as browser:
        browser.open(f"{place.url}/healthz")
        browser.add_cookie(django_settings.SESSION_COOKIE_NAME, cookie)
        browser.open(place.url + "/")
        assert share_of_the_band(browser.picture()) < 0.01, "the control: no page of ours has it"

        browser.open(place.url + reading.report(place.cast.child))

        # In a corner of the frame, as WebKit's viewer stands when it may not style itself, it would be a hundredth.
        wait_until(lambda: share_of_the_band(browser.picture()) > 0.05, seconds=40, what="for the report")
