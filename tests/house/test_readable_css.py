"""What the styles owe to eyes and fingers, read from the sheets: contrast, focus that shows, targets of a size (L2).

axe measures the same on each page, in a browser; here a change of one value is noticed at once, in both colour schemes.
"""

from __future__ import annotations

import re

import pytest

from tests.house import tree

pytestmark = pytest.mark.promise("L2")
SHEETS = {file.name: file.read_text() for file in tree.files(".css", under=("static",))}
RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
ON_GROUND = [
    (ink, ground)
    for ink in ("ink", "soft", "accent", "accent-strong", "info", "good", "warning", "problem")
    for ground in ("paper", "surface")
]
ON_TINT = [
    ("accent-strong", "tint"),
    *((one, f"{one}-tint") for one in ("info", "good", "warning", "problem")),
]
INK_ON_TINT = [("ink", tint) for tint in ("tint", "good-tint", "warning-tint", "problem-tint")]
TEXT = [*ON_GROUND, *ON_TINT, *INK_ON_TINT, ("on-accent", "accent")]
_DARK, _MORE = "prefers-color-scheme: dark", "prefers-contrast: more"
SCHEMES = {"light": {""}, "dark": {_DARK}, "more contrast": {_MORE}, "more contrast, dark": {_DARK, _MORE}}
# What surrounds a field, and the outline of the focus (WCAG 1.4.11).
EDGES = [("edge", "surface"), ("edge", "paper"), ("accent", "surface"), ("accent", "paper")]
# Another part draws it, or nothing is there to be done: the main part takes the focus from the link that skips.
DRAWN_ELSEWHERE = {".card-link a:focus-visible", "main:focus"}
# What stands alone and is tapped, and how high it is at least.
TARGETS = {".button": 2.75, ".link-button": 2.75, ".wide-table td > a": 1.5}


def rules() -> list[tuple[str, str]]:
    """Return selector and body of each rule, comments left out, those inside media queries too."""
    text = re.sub(r"/\*.*?\*/", "", "".join(SHEETS.values()), flags=re.DOTALL)
    text = re.sub(r"@(?:media|container|supports)[^{]*\{", "", text)
    return [(" ".join(selector.split(";")[-1].split()), body) for selector, body in RULE.findall(text)]


def values(scheme: str) -> dict[str, str]:
    """Return the colours as a device has them that asks for so much; the blocks stand one after the other."""
    found: dict[str, str] = {}
    for asked, block in re.findall(r"(@media [^{]*)?(?:\{\s*)?:root \{([^}]*)\}", SHEETS["tokens.css"]):
        # What is for print names no scheme.
        wanted = set(re.findall(r"\(([^)]*)\)", asked)) or {asked}
        if wanted <= SCHEMES[scheme] | {""}:
            found |= dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", block))
    return found


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Return the ratio of WCAG, from 1 to 21."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_black_on_white_is_21_to_1():
    assert round(contrast("#000000", "#ffffff")) == 21
    assert round(contrast("#767676", "#ffffff"), 1) == 4.5


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(("least", "pairs"), [(4.5, TEXT), (3, EDGES)], ids=["text", "edges"])
def test_colours_stand_out(scheme: str, least: float, pairs: list[tuple[str, str]]):
    colours = values(scheme)
    weak = {pair: round(contrast(*(colours[one] for one in pair)), 2) for pair in pairs}

    assert {pair: ratio for pair, ratio in weak.items() if ratio < least} == {}


def test_focus_shows_wherever_it_is():
    """One rule draws it for all, and none takes it away that does not draw it elsewhere."""
    [everywhere] = [body for selector, body in rules() if selector == ":focus-visible"]
    width = re.search(r"outline: (\d)px solid var\(--accent\)", everywhere)
    taken = {selector for selector, body in rules() if re.search(r"outline(?:-width)?:\s*(?:none|0)", body)}

    assert width
    assert int(width[1]) >= 2
    assert taken == DRAWN_ELSEWHERE


@pytest.mark.parametrize(("selector", "least"), TARGETS.items())
def test_a_target_is_large_enough(selector: str, least: float):
    """24 px are 1.5 of a rem that is at least 16 px (WCAG 2.5.8); a thumb wants more."""
    bodies = [body for found, body in rules() if selector in found.split(", ")]
    heights = [float(one) for body in bodies for one in re.findall(r"min-block-size: ([\d.]+)rem", body)]

    assert heights
    assert min(heights) >= least
