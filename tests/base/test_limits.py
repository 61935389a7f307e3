from datetime import UTC, datetime

import pytest
import time_machine
from django.db import transaction

from portal.base import limits
from tests.base.crowd import in_processes, in_threads

MONDAY = datetime(2026, 11, 2, 12, tzinfo=UTC)


@pytest.mark.django_db
@pytest.mark.promise("S8")
def test_it_works():
    with time_machine.travel(MONDAY, tick=False) as traveller:
        assert [limits.hit("open:1", limit=2, seconds=60).allowed for _ in range(3)] == [True, True, False]
        traveller.shift(60)
        assert limits.hit("open:1", limit=2, seconds=60).allowed


@pytest.mark.django_db
@pytest.mark.promise("S8")
def test_the_verdict_says_how_long_to_wait():
    with time_machine.travel(MONDAY, tick=False) as traveller:
        first = limits.hit("claims", limit=1, seconds=60)
        traveller.shift(14.5)
        second = limits.hit("claims", limit=1, seconds=60)
    assert first == limits.Verdict(allowed=True, count=1, retry_after=0)
    assert second == limits.Verdict(allowed=False, count=2, retry_after=46)


@pytest.mark.django_db
def test_hits_beyond_the_limit_do_not_push_the_end_of_the_window_away():
    with time_machine.travel(MONDAY, tick=False) as traveller:
        for _ in range(4):
            limits.hit("search", limit=1, seconds=60)
            traveller.shift(15)
        assert limits.hit("search", limit=1, seconds=60).allowed


@pytest.mark.django_db
def test_names_have_limits_of_their_own():
    assert limits.hit("a", limit=1, seconds=60).allowed
    assert limits.hit("b", limit=1, seconds=60).allowed


@pytest.mark.django_db
def test_a_counter_counts_for_ever_and_a_limit_within_its_window():
    with time_machine.travel(MONDAY, tick=False) as traveller:
        assert limits.value("calls") == 0
        assert [limits.increment("calls"), limits.increment("calls", 5)] == [1, 6]
        limits.hit("window", limit=9, seconds=60)
        assert limits.value("window") == 1
        traveller.shift(3600)
        assert limits.value("calls") == 6
        assert limits.value("window") == 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.promise("S8")
def test_two_hundred_concurrent_increments_lose_none_and_no_two_callers_get_the_same_number():
    found = in_threads(50, lambda: [limits.increment("calls") for _ in range(4)])
    assert sorted(number for numbers in found for number in numbers) == list(range(1, 201))
    assert limits.value("calls") == 200


@pytest.mark.django_db(transaction=True)
@pytest.mark.promise("S8")
def test_increments_of_several_processes_lose_none():
    in_processes(4, lambda: in_threads(5, lambda: [limits.increment("calls") for _ in range(10)]))
    assert limits.value("calls") == 200


@pytest.mark.django_db(transaction=True)
@pytest.mark.promise("S8")
def test_of_many_callers_at_once_exactly_the_limit_is_allowed():
    verdicts = in_threads(40, lambda: limits.hit("burst", limit=7, seconds=60))
    assert sum(verdict.allowed for verdict in verdicts) == 7


@pytest.mark.django_db(transaction=True)
def test_it_works_inside_a_transaction_and_rolls_back_with_it():
    with transaction.atomic():
        limits.increment("inside")
        transaction.set_rollback(True)
    assert limits.value("inside") == 0
