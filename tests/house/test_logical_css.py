"""Styles speak of start and end, so that Arabic needs no second sheet (L5)."""

import re

import pytest

from tests.house import tree

pytestmark = pytest.mark.promise("L5")
PHYSICAL = re.compile(
    r"(?<![\w-])(?:left|right)(?![\w-])"  # as a property or a value
    r"|(?:margin|padding|border|inset|scroll-margin|scroll-padding)-(?:left|right)"
    r"|border-(?:top|bottom)-(?:left|right)-radius"
    # Four values go clockwise, whichever way the text runs.
    r"|(?<![\w-])(?:(?:scroll-)?(?:margin|padding)|inset|border-(?:width|color|style|radius)):(?:\s+[^\s;]+){4}\s*;"
    # A way along the x axis has a sign, and the sign a side.
    r"|translate(?:X|3d)?\(|(?<![\w-])translate:|background-position(?:-x)?:\s*[\d-]|(?<![\w-])\d+deg(?![\w-])"
    r"|(?:box|text)-shadow:\s*(?:inset\s+)?-?(?!0[\s;p])[\d.]"
)
# Styles that stand in a page, and what HTML itself once had for a side.
OWN_STYLE = re.compile(r"<style|\sstyle=|\s(?:align|valign|text-anchor|background)=")
# What a script would set on one element. `left` as a word of its own may be a number: what is left of the time.
SCRIPTED = re.compile(r"\.style\b|\.cssText|scrollLeft|offsetLeft|clientX|setAttribute\(\s*[\"']style")
# Drawn from one side to the other, so Arabic wants it the other way round.
POINTING = {"icon.html": "icon-flip", "charts.py": "chart-bar"}


@pytest.mark.parametrize("sheet", sorted(tree.files(".css", under=("static",))), ids=lambda sheet: sheet.name)
def test_a_sheet_names_no_side(sheet):
    rules = re.sub(r"/\*.*?\*/", "", sheet.read_text(), flags=re.DOTALL)

    assert PHYSICAL.findall(rules) == []


def test_pages_bring_no_styles_of_their_own():
    """Neither templates nor the code that writes HTML itself, such as bars of a chart; the sandbox is another site."""
    files = [
        *tree.files(".html", ".svg", under=("templates", "static")),
        *tree.files(".py", under=tree.PRODUCT),
    ]
    styled = {
        tree.name_of(file): found
        for file in files
        if "sandbox" not in file.parts and (found := OWN_STYLE.findall(file.read_text()))
    }

    assert styled == {}


def test_scripts_set_no_styles():
    scripts = {
        tree.name_of(file): SCRIPTED.findall(file.read_text())
        for file in tree.files(".js", under=("static",))
    }

    assert len(scripts) > 1
    assert not any(scripts.values()), scripts


@pytest.mark.parametrize(("drawer", "css"), POINTING.items())
def test_what_is_drawn_towards_one_side_turns_round(drawer: str, css: str):
    """A picture has no start and end: each that points, or grows, is mirrored where the text runs the other way."""
    [source] = [
        file for file in tree.files(".html", ".py", under=("templates", "portal")) if file.name == drawer
    ]
    sheets = "".join(file.read_text() for file in tree.files(".css", under=("static",)))
    [mirrored] = re.findall(rf'\[dir="rtl"\] \.{css} {{([^}}]*)}}', sheets)

    assert css in source.read_text()
    assert "scaleX(-1)" in mirrored


@pytest.mark.parametrize(
    "rule",
    [
        "margin-left: 1px;",
        "text-align: right;",
        "left: 0;",
        "padding: 1px 2px 3px 4px;",
        "float: left;",
        "transform: translateX(3px);",
        "box-shadow: inset 3px 0 red;",
        "background: linear-gradient(90deg, red, blue);",
    ],
)
def test_a_side_is_found(rule):
    assert PHYSICAL.search(rule)


@pytest.mark.parametrize(
    "rule",
    [
        "margin: 1px 2px;",
        "text-align: end;",
        "inset-inline-start: 0;",
        "--copyright: 1;",
        "box-shadow: inset 0 -3px red;",
        "box-shadow: var(--shadow);",
    ],
)
def test_what_names_none_is_left_alone(rule):
    assert not PHYSICAL.search(rule)
