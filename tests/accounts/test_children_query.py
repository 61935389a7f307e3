"""How a parent's children are looked up: with 100,000 students every page of theirs waits for it."""

from __future__ import annotations

from accounts import access
from tests.cast import Cast


def test_the_family_rules_are_one_subquery_and_no_walk_over_all_students(cast: Cast):
    question = str(access.children_of(cast.parent_of_two).query)

    assert question.count("UNION ALL") == 2
    assert ") OR " not in question.partition("UNION ALL")[0].partition(" IN (")[0]
    assert {child.pk for child in access.children_of(cast.parent_of_two)} == {cast.child.pk, cast.sibling.pk}
