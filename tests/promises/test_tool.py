"""Tries the whole tool on a small tree of its own: a guard, tests of it, and patches good and bad."""

import contextlib
import difflib
import io
import textwrap
from pathlib import Path

import pytest

from tests.promises import breaking, proving
from tests.promises.runs import Lane

pytestmark = [
    pytest.mark.slow,
    pytest.mark.services,
    pytest.mark.xdist_group("promises-tool"),
]  # one worker: the fixture is dear
LANES = [Lane("ordinary", alone=False), Lane("services", missing="no server at DATABASE_URL")]
FILES = {
    "pyproject.toml": """
        [tool.pytest.ini_options]
        markers = ["promise(*ids): proves", "services: needs servers"]
        addopts = "-p no:django -m 'not services'"
    """,
    "guard.py": """
        def may_see(who):
            return who == "parent"


        def greeting():
            return "hello"
    """,
    "tests/test_guard.py": """
        import pytest
        from guard import may_see

        @pytest.mark.promise("A1")
        def test_a_stranger_sees_nothing():
            assert not may_see("stranger")

        @pytest.mark.promise("A1")
        def test_a_parent_sees():
            assert may_see("parent")

        @pytest.mark.promise("A2")
        def test_red():
            raise AssertionError

        @pytest.mark.promise("A4")
        @pytest.mark.services
        def test_with_servers():
            pass

        def test_unmarked():
            raise AssertionError("does not run")
    """,
    "docs/promises.md": """
        | A1 | Strangers see nothing. | built | |
        | A2 | Never kept. | built | |
        | A3 | Blocks. | not built | |
        | A4 | Needs a server. | built | |
    """,
}


def diff(before: str, after: str) -> str:
    """Write the patch that turns one piece of the guard into another."""
    old = textwrap.dedent(FILES["guard.py"]).lstrip()
    old_lines, new_lines = old.splitlines(keepends=True), old.replace(before, after).splitlines(keepends=True)
    return "".join(difflib.unified_diff(old_lines, new_lines, "a/guard.py", "b/guard.py"))


ALLOWS_ALL = diff('who == "parent"', "True")
PATCHES = {
    "A1-allows-all": ALLOWS_ALL,
    "A1-harmless": diff("hello", "good day"),
    "A1-outdated": ALLOWS_ALL.replace("parent", "guardian"),
    "A1-of-a-file-that-is-gone": ALLOWS_ALL.replace("guard.py", "gone.py"),
    "A1-breaks-the-import": diff('who == "parent"', "("),
    "A2-harmless": diff("hello", "good day"),
    "A3-waits": ALLOWS_ALL,
}


def grow(root: Path) -> Path:
    for name, text in FILES.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(textwrap.dedent(text).lstrip())
    return root


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory):
    """Break the small tree with every patch; return what was printed, the exit code and the tree."""
    folder = tmp_path_factory.mktemp("breaking")
    tree = grow(folder / "tree")
    (folder / "breaks").mkdir()
    for name, text in PATCHES.items():
        (folder / "breaks" / f"{name}.patch").write_text(text)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        status = breaking.break_all(tree, breaks=folder / "breaks", lanes=LANES)
    return status, printed.getvalue(), tree


def test_a_guard_taken_away_is_noticed(broken):
    _status, printed, tree = broken

    assert "A1 broken by A1-allows-all.patch: 1 of 2 tests fail" in printed
    assert 'who == "parent"' in (tree / "guard.py").read_text(), "the tree itself stays as it was"


@pytest.mark.parametrize(
    "line",
    [
        "A1 NOT BROKEN: A1-harmless.patch breaks nothing that the 2 tests of A1 notice",
        "A1 NOT BROKEN: A1-outdated.patch no longer applies",
        "A1 NOT BROKEN: A1-of-a-file-that-is-gone.patch no longer applies",
        "A1 NOT BROKEN: pytest ended with 2",
        "wrong: tests/test_guard.py::test_red does not pass in an untouched copy",
        "A2 NOT BROKEN: A2-harmless.patch breaks nothing",
        "wrong: A4 has no patch that breaks it",
    ],
)
def test_what_proves_nothing_is_an_error(broken, line):
    status, printed, _tree = broken

    assert status == 1
    assert line in printed


def test_a_patch_of_a_promise_that_is_not_built_waits(broken):
    assert "A3" not in broken[1]


def test_a_file_in_the_folder_that_is_not_named_like_a_break_is_refused(tmp_path):
    (tmp_path / "stray.patch").write_text("")

    with pytest.raises(breaking.BreakError, match="not named"):
        breaking.find(tmp_path)


def test_each_promise_gets_its_line(tmp_path, capsys):
    status = proving.prove(grow(tmp_path), lanes=LANES, ids=("A1", "A2", "A3", "A4"))

    printed = capsys.readouterr().out
    assert status == 1
    assert printed.splitlines()[-5:] == [
        "A1 proven 2 tests",
        "A2 FAILED 1 of 1 tests: tests/test_guard.py::test_red failed",
        "A3 not built",
        "A4 FAILED 1 of 1 tests: tests/test_guard.py::test_with_servers did not run",
        "1 proven, 2 not, 1 not built",
    ]
    assert "1 tests of the services lane did not run: no server at DATABASE_URL" in printed
