import ast

import pytest

from tests.house import tree

FILE_LINES, FUNCTION_LINES, TEMPLATE_LINES = 400, 40, 150
WANTED = ("TO" + "DO", "FIX" + "ME", "XX" + "X:", "HA" + "CK:")  # in two pieces, so as not to find themselves
VAGUE = {"utils.py", "util.py", "helpers.py", "common.py", "misc.py", "signals.py"}


def test_no_file_is_longer_than_400_lines():
    counted = {
        tree.name_of(file): len(file.read_text().splitlines())
        for file in tree.files(".py", ".css", ".js", ".toml")
    }
    too_long = {name: lines for name, lines in counted.items() if lines > FILE_LINES}

    assert too_long == {}
    assert counted, "no file was read"


def test_no_template_is_longer_than_150_lines():
    counted = {
        tree.name_of(file): len(file.read_text().splitlines())
        for file in tree.files(".html", under=("templates",))
    }

    assert {name: lines for name, lines in counted.items() if lines > TEMPLATE_LINES} == {}
    assert counted, "no template was read"


@pytest.mark.slow
def test_no_function_is_longer_than_40_lines():
    too_long = {}
    for file in tree.files(".py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > FUNCTION_LINES:
                    too_long[f"{tree.name_of(file)}:{node.name}"] = lines

    assert too_long == {}


def test_nothing_is_left_for_later_in_a_comment():
    found = [
        f"{tree.name_of(file)}:{number}"
        for file in tree.files(".py", ".html", ".css", ".js")
        for number, line in enumerate(file.read_text().splitlines(), start=1)
        if any(word in line for word in WANTED)
    ]

    assert found == []


def test_no_module_is_named_for_nothing_in_particular():
    assert [tree.name_of(file) for file in tree.files(".py") if file.name in VAGUE] == []


def test_portal_itself_stays_empty():
    """An import there would run before settings, and would stand above and below every layer at once."""
    assert (tree.ROOT / "portal" / "__init__.py").read_text().strip() == ""
