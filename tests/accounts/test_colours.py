"""The contrast of colours as WCAG counts it, and the nearest shade that reads."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts import colours
from accounts.colours import DARK, LIGHT, Ground
from tests.house import tree

any_colour = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [("#000000", "#ffffff", 21.0), ("#777777", "#ffffff", 4.48), ("#0000ff", "#ffffff", 8.59)],
)
def test_the_ratio_is_that_of_the_guidelines(one: str, other: str, ratio: float):
    assert colours.contrast(one, other) == pytest.approx(ratio, abs=0.005)
    assert colours.contrast(other, one) == colours.contrast(one, other)


@given(any_colour, st.sampled_from([LIGHT, DARK]))
def test_every_colour_has_a_shade_that_reads(colour: str, ground: Ground):
    shade = colours.nearest(colour, ground)

    assert colours.faults(shade, ground) == []
    if not colours.faults(colour, ground):
        assert shade == colour


def test_the_nearest_shade_is_no_further_than_it_must():
    shade = colours.nearest("#1a9fd4", LIGHT)

    red, green, blue = (int(shade[at : at + 2], 16) for at in (1, 3, 5))
    assert colours.contrast(shade, LIGHT.paper) < 5.5
    assert red < green < blue, "another hue"


@given(any_colour)
def test_a_sheet_leaves_alone_who_asked_for_more_contrast(colour: str):
    text = colours.sheet(colour, colours.nearest(colour, DARK))

    assert text.startswith(
        "@media not all and (forced-colors:active){@media not all and (prefers-contrast:more){"
    )
    assert text.count("{") == text.count("}")
    assert text.endswith("}}}}\n"), "something stands outside of them"


def _tokens(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6});", block))


def test_the_grounds_are_those_of_the_style_sheet():
    sheet = (tree.ROOT / "static" / "tokens.css").read_text()
    light, dark = re.findall(r":root \{(.*?)\n *\}", sheet, flags=re.DOTALL)[:2]

    for ground, block in ((LIGHT, light), (DARK, dark)):
        said = _tokens(block)
        assert (said["paper"], said["surface"], said["hairline"]) == (
            ground.paper,
            ground.surface,
            ground.hairline,
        )
        assert tuple(said[f"{kind}-tint"] for kind in ("info", "good", "warning", "problem")) == ground.alerts
        assert colours.faults(said["accent"], ground) == []
