from datetime import UTC, datetime

import pytest
import time_machine
from django.db import connection, transaction

from portal.base.breakers import SharedBreaker
from tests.base.crowd import in_processes, in_threads

MONDAY = datetime(2026, 11, 2, 12, tzinfo=UTC)


@pytest.fixture
def traveller():
    with time_machine.travel(MONDAY, tick=False) as coordinates:
        yield coordinates


def opened(name: str = "ets") -> SharedBreaker:
    breaker = SharedBreaker(name)
    for _ in range(5):
        breaker.failure()
    return breaker


@pytest.mark.django_db
@pytest.mark.promise("F5")
def test_it_works(traveller):
    breaker = SharedBreaker("ets", failures=5, window=60, open_for=30)
    for _ in range(4):
        breaker.failure()
        assert breaker.allow()
    breaker.failure()
    assert breaker.state() == "open"
    assert not breaker.allow()
    traveller.shift(30)
    assert breaker.state() == "half-open"
    assert breaker.allow()
    assert not breaker.allow()
    breaker.success()
    assert breaker.state() == "closed"
    assert breaker.allow()


@pytest.mark.django_db
@pytest.mark.promise("F5")
def test_five_failures_within_any_sixty_seconds_open_it_and_five_in_sixty_one_do_not(traveller):
    breaker = SharedBreaker("ets")
    for _ in range(4):
        breaker.failure()
    traveller.shift(60)
    breaker.failure()
    assert breaker.allow()
    traveller.shift(59)
    for _ in range(3):
        breaker.failure()
    assert breaker.allow()
    breaker.failure()
    assert not breaker.allow()


@pytest.mark.django_db
@pytest.mark.promise("F5")
def test_the_failure_of_the_probe_opens_it_again(traveller):
    breaker = opened()
    traveller.shift(30)
    assert breaker.allow()
    breaker.failure()
    assert breaker.state() == "open"
    traveller.shift(29)
    assert not breaker.allow()
    traveller.shift(1)
    assert breaker.allow()


@pytest.mark.django_db
def test_a_probe_that_dies_is_replaced_after_a_while(traveller):
    opened()
    traveller.shift(30)
    assert SharedBreaker("ets").allow()
    traveller.shift(30)
    assert SharedBreaker("ets").allow()
    assert not SharedBreaker("ets").allow()


@pytest.mark.django_db
@pytest.mark.promise("F5")
def test_a_breaker_opened_by_one_object_holds_in_every_other(traveller):
    opened()
    assert not SharedBreaker("ets").allow()
    assert SharedBreaker("illuminate").allow()


@pytest.mark.django_db
def test_an_answer_to_a_call_from_before_it_opened_does_not_close_it(traveller):
    straggler = SharedBreaker("ets")
    assert straggler.allow()
    opened()
    straggler.success()
    assert not SharedBreaker("ets").allow()


@pytest.mark.django_db(transaction=True)
@pytest.mark.promise("F5")
def test_while_closed_a_call_costs_one_read_and_its_success_nothing(django_assert_num_queries):
    breaker = SharedBreaker("ets")
    breaker.failure()
    with django_assert_num_queries(1):
        assert breaker.allow()
    with django_assert_num_queries(0):
        breaker.success()


@pytest.mark.django_db(transaction=True)
@pytest.mark.promise("F5")
def test_exactly_one_of_many_threads_is_the_probe(traveller):
    opened()
    traveller.shift(30)
    assert sum(in_threads(30, lambda: SharedBreaker("ets").allow())) == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.promise("F5")
def test_exactly_one_thread_of_several_processes_is_the_probe(traveller):
    opened()
    traveller.shift(30)
    probes = in_processes(4, lambda: sum(in_threads(8, lambda: SharedBreaker("ets").allow())))
    assert sum(probes) == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.promise("F5")
def test_failures_of_several_processes_are_counted_together(traveller):
    in_processes(4, lambda: SharedBreaker("ets").failure())
    assert SharedBreaker("ets").state() == "closed"
    in_processes(1, lambda: SharedBreaker("ets").failure())
    assert SharedBreaker("ets").state() == "open"


@pytest.mark.django_db(transaction=True)
@pytest.mark.promise("F5")
def test_a_failing_database_does_not_take_the_call_down():
    breaker = opened()
    with connection.schema_editor() as editor:
        editor.execute("ALTER TABLE base_breakerrow RENAME TO base_breakerrow_gone")
    try:
        assert breaker.allow()
        breaker.failure()
        breaker.success()
        with transaction.atomic():
            assert breaker.allow()
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
    finally:
        with connection.schema_editor() as editor:
            editor.execute("ALTER TABLE base_breakerrow_gone RENAME TO base_breakerrow")
    assert not breaker.allow()
