from pathlib import Path

from tests.promises import book, proving
from tests.promises.book import Promise
from tests.promises.runs import Marked

PAGE = """
| id | promise | state | what is there |
| --- | --- | --- | --- |
| A1 | One rule decides. | built | |
| A2 | Either parent sees. | not built | the rule alone |
"""
MARKED = {"tests/test_x.py::test_one": Marked(("A1",), frozenset({"promise"}))}
A1 = Promise("A1", "One rule decides.", "built", "")


def test_rows_are_read_with_their_state(tmp_path: Path):
    page = tmp_path / "promises.md"
    page.write_text(PAGE)

    assert book.read(page) == [A1, Promise("A2", "Either parent sees.", "not built", "the rule alone")]


def test_a_whole_table_has_no_problems():
    assert book.problems([A1], ids=("A1",)) == []


def test_a_missing_a_double_an_unknown_and_a_stateless_row_are_problems():
    rows = [A1, A1, Promise("Z1", "What?", "nearly", "")]

    assert book.problems(rows, ids=("A1", "A2")) == [
        "A2 has no row",
        "Z1 is no promise that we know",
        "A1 has 2 rows",
        "Z1 is neither built nor not built",
    ]


def test_a_built_promise_without_a_test_and_a_test_of_no_promise_are_inconsistent():
    marked = {"tests/test_x.py::test_one": Marked(("Q9",), frozenset())}

    assert proving.inconsistencies([A1], marked) == [
        "A1 is built but no test carries it",
        "a test carries Q9, which docs/promises.md does not have",
    ]


def test_a_promise_is_proven_only_if_all_its_tests_passed():
    assert proving.verdict(A1, MARKED, {"tests/test_x.py::test_one": "passed"}) == (True, "A1 proven 1 test")


def test_a_skipped_a_failed_and_an_unrun_test_prove_nothing():
    for fate in ("skipped", "failed", "error"):
        good, line = proving.verdict(A1, MARKED, {"tests/test_x.py::test_one": fate})
        assert not good
        assert line == f"A1 FAILED 1 of 1 tests: tests/test_x.py::test_one {fate}"
    assert proving.verdict(A1, MARKED, {})[0] is False


def test_a_promise_that_is_not_built_says_so_and_fails_nothing():
    assert proving.verdict(Promise("A3", "Blocks.", "not built", ""), MARKED, {}) == (True, "A3 not built")
