"""A district's colours: their contrast as WCAG 2 counts it, the nearest shade that reads, and the style sheet of both.

The form of a district's look asks `faults` before it saves, the address of the style sheet is `sheet_name`. The grounds
are those of `static/tokens.css`, and `tests/accounts/test_colours.py` holds the two together: if they drifted apart, a
colour would be let through that nobody with weak eyes can read.
"""

from __future__ import annotations

import colorsys
import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache

# WCAG 2.2: 1.4.3 for text, 1.4.11 for what is no text but says something.
TEXT, CONTROLS = 4.5, 3.0
COLOUR = re.compile(r"\A#[0-9a-f]{6}\Z")
_STEPS = 256
# Where sRGB's curve begins; below it is a line.
_CURVE = 0.04045


@dataclass(frozen=True)
class Ground:
    """One of the two schemes: what colours stand on, what they are mixed with, and what is written on a button."""

    paper: str
    surface: str
    hairline: str
    alerts: tuple[str, ...]
    stronger: str  # the accent under a finger is so much of this
    much: float
    on_accent: str
    step: int  # which way a shade gets more contrast: darker or lighter


LIGHT = Ground(
    paper="#f6f5f1",
    surface="#ffffff",
    hairline="#dfdcd4",
    alerts=("#e3f0f1", "#e6f3e9", "#fcf1d9", "#fbeae7"),
    stronger="#000000",
    much=0.25,
    on_accent="#ffffff",
    step=-1,
)
DARK = Ground(
    paper="#12171d",
    surface="#1b222b",
    hairline="#303a46",
    alerts=("#16333a", "#17301f", "#352a12", "#3d1e1a"),
    stronger="#ffffff",
    much=0.35,
    on_accent="#12171d",
    step=+1,
)
_TINT = 0.1


@dataclass(frozen=True)
class Shades:
    """What the sheet says of one scheme, under the names of its custom properties."""

    accent: str
    strong: str
    on_accent: str
    tint: str


@dataclass(frozen=True)
class Fault:
    """`where`: page, card, alert, tint, button or bar. `found` and `needed` are ratios to 1."""

    where: str
    found: float
    needed: float


def contrast(one: str, other: str) -> float:
    """Return the ratio of two colours, 1 to 21."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def shades(accent: str, ground: Ground) -> Shades:
    """Return the accent with what is made from it."""
    strong = _mixed(accent, ground.stronger, ground.much)
    return Shades(accent, strong, ground.on_accent, _mixed(ground.surface, accent, _TINT))


def faults(accent: str, ground: Ground) -> list[Fault]:
    """Return where this accent could not be read, the worst first. Empty: it may be used."""
    made = shades(accent, ground)
    pairs = (
        ("page", made.accent, ground.paper, TEXT),
        ("card", made.accent, ground.surface, TEXT),
        ("tint", made.accent, made.tint, TEXT),
        ("tint", made.strong, made.tint, TEXT),
        ("button", made.on_accent, made.accent, TEXT),
        ("button", made.on_accent, made.strong, TEXT),
        ("bar", made.accent, ground.hairline, CONTROLS),
        *(("alert", made.accent, tint, TEXT) for tint in ground.alerts),
    )
    found = [
        Fault(where, ratio, needed)
        for where, one, other, needed in pairs
        if (ratio := contrast(one, other)) < needed
    ]
    return sorted(found, key=lambda fault: fault.found / fault.needed)


@lru_cache(maxsize=64)
def nearest(accent: str, ground: Ground) -> str:
    """Return the shade of the same hue nearest to this one that has no fault on the ground; itself if it has none."""
    hue, lightness, saturation = colorsys.rgb_to_hls(*(part / 255 for part in _parts(accent)))
    shade = accent
    for step in range(1, _STEPS + 1):
        if not faults(shade, ground):
            break
        moved = min(1.0, max(0.0, lightness + ground.step * step / _STEPS))
        shade = _written(*(part * 255 for part in colorsys.hls_to_rgb(hue, moved, saturation)))
    return shade


@lru_cache(maxsize=64)
def sheet(accent: str, on_dark: str) -> str:
    """Return the style sheet that gives both schemes these colours.

    Whoever asked their device for more contrast, or chose its colours themselves, keeps what they asked for.
    """
    light, dark = (
        ":root{"
        f"--accent:{made.accent};--accent-strong:{made.strong};--on-accent:{made.on_accent};--tint:{made.tint}"
        "}"
        for made in (shades(accent, LIGHT), shades(on_dark, DARK))
    )
    return (
        "@media not all and (forced-colors:active){@media not all and (prefers-contrast:more){"
        f"{light}@media (prefers-color-scheme:dark){{{dark}}}"
        "}}\n"
    )


def sheet_name(accent: str, on_dark: str) -> str:
    """Return the sheet's file name: both colours and a hash of the text, so that browsers may keep it for good."""
    digest = hashlib.sha256(sheet(accent, on_dark).encode()).hexdigest()[:12]
    return f"{accent[1:]}-{on_dark[1:]}-{digest}"


def _luminance(colour: str) -> float:
    red, green, blue = (
        part / 12.92 if (part := eight / 255) <= _CURVE else ((part + 0.055) / 1.055) ** 2.4
        for eight in _parts(colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _mixed(one: str, other: str, much: float) -> str:
    """Return the first colour with so much of the other in it."""
    pairs = zip(_parts(one), _parts(other), strict=True)
    return _written(*(mine + (theirs - mine) * much for mine, theirs in pairs))


def _parts(colour: str) -> tuple[int, int, int]:
    if not COLOUR.match(colour):
        raise ValueError("A colour is # and six digits of 0 to f.")
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _written(*parts: float) -> str:
    return "#" + "".join(f"{round(part):02x}" for part in parts)
