"""What a device asks for: more contrast, own colours, wide letters, no motion, paper. As Chromium computes it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page

from accounts import colours
from tests.functional.browser import stage
from tests.functional.browser.conftest import OpenPage
from tests.functional.browser.place import Place

pytestmark = [pytest.mark.browser, pytest.mark.promise("L2")]
GALLERY = "/staff/gallery/"
# WCAG 1.4.6, level AAA: what more contrast is for.
STRONG = 7.0
ACCENT = "#8a1538"
_STYLE = """(all, name) => all.map((one) => getComputedStyle(one)[name])"""
# 1.4.12: nobody's text may be lost when they set it so.
_WIDE = """() => {
  const wide = new CSSStyleSheet();
  wide.replaceSync(`* { line-height: 1.5 !important; letter-spacing: 0.12em !important; }
    * { word-spacing: 0.16em !important; }
    p { margin-block-end: 2em !important; }`);
  document.adoptedStyleSheets = [wide];
}"""
_CUT = """() => [...document.querySelectorAll("main *, header *, footer *")]
  .filter((one) => !one.closest(".hidden-text, .skip, svg") && getComputedStyle(one).overflow === "hidden")
  .filter((one) => one.clientWidth > 1) // what is for screen readers alone has one pixel
  .filter((one) => one.scrollHeight > one.clientHeight + 1 || one.scrollWidth > one.clientWidth + 1)
  .map((one) => one.className)"""
# What tells by a shade, a shadow or a tint alone unless something more is said.
SHADED = (
    ".alert",
    ".badge",
    ".card",
    ".picture",
    ".tabs a[aria-current]",
    "input[type=text][aria-invalid]",
    ".button",
)


def styles(page: Page, selector: str, name: str) -> list[str]:
    found: list[str] = page.locator(selector).evaluate_all(_STYLE, name)
    assert found, f"nothing is {selector}"
    return found


def as_hex(colour: str) -> str:
    return "#" + "".join(f"{int(part):02x}" for part in re.findall(r"\d+", colour)[:3])


def ratio(page: Page, selector: str) -> float:
    [ink] = set(styles(page, selector, "color"))
    return colours.contrast(as_hex(ink), as_hex(styles(page, "html", "backgroundColor")[0]))


def dressed(place: Place) -> None:
    place.cast.district.accent = ACCENT
    place.cast.district.save()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_more_contrast_is_given_and_takes_a_districts_colour_away(
    scheme: str, place: Place, open_page: OpenPage
):
    dressed(place)
    plain = open_page(place.cast.parent_of_two, color_scheme=scheme)
    strong = open_page(place.cast.parent_of_two, color_scheme=scheme, contrast="more")
    for page in (plain, strong):
        page.goto("/")

    shade = ACCENT if scheme == "light" else colours.nearest(ACCENT, colours.DARK)
    assert as_hex(styles(plain, "main h2 a", "color")[0]) == shade
    assert as_hex(styles(strong, "main h2 a", "color")[0]) != shade
    for selector in ("h1", "main p.soft", ".site-nav a", "main h2 a", "footer a"):
        assert ratio(strong, selector) >= STRONG, selector
    ground = as_hex(styles(strong, "html", "backgroundColor")[0])
    for selector in (".card", ".picture"):
        for line in styles(strong, selector, "borderBlockStartColor"):
            assert colours.contrast(as_hex(line), ground) >= STRONG, selector


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_in_forced_colours_nothing_is_told_by_a_shade_alone(scheme: str, place: Place, open_page: OpenPage):
    dressed(place)
    page = open_page(place.cast.teacher, forced_colors="active", color_scheme=scheme)
    page.goto(GALLERY)
    ground = styles(page, "html", "backgroundColor")[0]

    for selector in SHADED:
        assert set(styles(page, selector, "borderBlockEndStyle")) == {"solid"}, selector
        assert ground not in styles(page, selector, "borderBlockEndColor"), selector
        assert "0px" not in styles(page, selector, "borderBlockEndWidth"), selector
    # Bars keep colours of the system, and a line around the whole.
    part, whole = (set(styles(page, f".gallery-light .chart-{name}", "fill")) for name in ("part", "whole"))
    assert part.isdisjoint(whole)
    assert set(styles(page, ".gallery-light .chart-whole", "stroke")) == part
    assert ACCENT not in {as_hex(colour) for colour in styles(page, "main a", "color")}


@pytest.mark.parametrize(
    "path", ["/", "/students/{child}/", "/students/{child}/openings/", "/accounts/security/"]
)
def test_wide_letters_lose_nothing(path: str, place: Place, open_page: OpenPage):
    page = open_page(place.cast.parent_of_two, **stage.PHONE)
    page.goto(path.format(child=place.cast.child.uuid))
    page.evaluate(_WIDE)

    assert stage.sideways_overflow(page) == []
    assert page.evaluate(_CUT) == []


def test_nothing_moves_for_who_asked_for_rest(place: Place, open_page: OpenPage):
    moving, still = (
        open_page(place.cast.teacher, reduced_motion=wish) for wish in ("no-preference", "reduce")
    )
    for page in (moving, still):
        page.goto(GALLERY)

    assert set(styles(moving, ".button", "transitionDuration")) != {"0s"}
    assert set(styles(still, "main *", "transitionDuration")) == {"0s"}
    assert set(styles(still, "main *", "animationName")) == {"none"}


PAPER: dict[str, tuple[str, str]] = {
    "list": ("parent_of_two", "/students/{child}/"),
    "history": ("parent_of_two", "/students/{child}/openings/"),
    "overview": ("school_admin", "/staff/schools/{school}/"),
}


@pytest.mark.parametrize("name", PAPER)
def test_a_page_prints_as_ink_on_paper(name: str, place: Place, open_page: OpenPage):
    who, path = PAPER[name]
    page: Any = open_page(getattr(place.cast, who), color_scheme="dark")
    page.goto(path.format(child=place.cast.child.uuid, school=place.cast.school_a.uuid))
    page.emulate_media(media="print")

    for selector in (".site-header", ".site-footer", ".crumbs"):
        assert page.locator(selector).evaluate_all("(all) => all.every((one) => !one.checkVisibility())")
    assert as_hex(styles(page, "html", "backgroundColor")[0]) == "#ffffff"
    assert as_hex(styles(page, "h1", "color")[0]) == "#000000"
    assert page.locator("h1").is_visible()
    assert len(page.pdf(format="Letter")) > 1000
