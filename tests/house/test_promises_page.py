import pytest

from tests.house import tree
from tests.promises import book, breaking, proving, runs

PAGE = tree.ROOT / "docs" / "promises.md"


def test_every_promise_has_one_row_and_a_state():
    assert book.problems(book.read(PAGE)) == []


@pytest.mark.slow
def test_every_built_promise_has_a_test_and_every_marked_test_a_promise():
    assert proving.inconsistencies(book.read(PAGE), runs.collect(tree.ROOT)) == []


def test_every_built_promise_has_a_patch_that_breaks_it():
    built = {promise.id for promise in book.read(PAGE) if promise.built}
    broken = {one.promise for one in breaking.find(tree.ROOT / "tests" / "promises" / "breaks")}

    assert built - broken == set()
    assert broken - set(book.IDS) == set()
