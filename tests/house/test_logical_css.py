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
    r"|(?<![\w-])(?:margin|padding|inset|border-width|border-radius):(?:\s+[^\s;]+){4}\s*;"
)


@pytest.mark.parametrize("sheet", sorted(tree.files(".css", under=("static",))), ids=lambda sheet: sheet.name)
def test_a_sheet_names_no_side(sheet):
    rules = re.sub(r"/\*.*?\*/", "", sheet.read_text(), flags=re.DOTALL)

    assert PHYSICAL.findall(rules) == []


def test_templates_bring_no_styles_of_their_own():
    styled = [
        tree.name_of(file)
        for file in tree.files(".html", under=("templates",))
        if " style=" in file.read_text()
    ]

    assert styled == []


@pytest.mark.parametrize(
    "rule",
    ["margin-left: 1px;", "text-align: right;", "left: 0;", "padding: 1px 2px 3px 4px;", "float: left;"],
)
def test_a_side_is_found(rule):
    assert PHYSICAL.search(rule)


@pytest.mark.parametrize(
    "rule", ["margin: 1px 2px;", "text-align: end;", "inset-inline-start: 0;", "--copyright: 1;"]
)
def test_what_names_none_is_left_alone(rule):
    assert not PHYSICAL.search(rule)
