from datetime import UTC, datetime

import pytest
import time_machine
from django.db import transaction

from portal.base import leases
from tests.base.crowd import in_processes, in_threads

MONDAY = datetime(2026, 11, 2, 12, tzinfo=UTC)


@pytest.mark.django_db
def test_it_works():
    lease = leases.acquire("sync", seconds=30)
    assert lease is not None
    assert leases.acquire("sync", seconds=30) is None
    assert leases.release(lease)
    assert leases.acquire("sync", seconds=30) is not None


@pytest.mark.django_db
def test_other_names_are_other_leases():
    assert leases.acquire("one", seconds=30)
    assert leases.acquire("two", seconds=30)


@pytest.mark.django_db
@pytest.mark.promise("F7")
def test_a_lease_that_ran_out_can_be_taken_and_its_old_holder_can_do_nothing_any_more():
    with time_machine.travel(MONDAY, tick=False) as traveller:
        old = leases.acquire("job", seconds=30)
        traveller.shift(29)
        assert leases.acquire("job", seconds=30) is None
        traveller.shift(1)
        new = leases.acquire("job", seconds=30)
        assert old
        assert new
        assert not leases.renew(old, seconds=30)
        assert not leases.release(old)
        assert leases.acquire("job", seconds=30) is None


@pytest.mark.django_db
@pytest.mark.promise("F7")
def test_a_renewed_lease_is_not_stolen():
    with time_machine.travel(MONDAY, tick=False) as traveller:
        lease = leases.acquire("job", seconds=30)
        assert lease
        for _ in range(5):
            traveller.shift(20)
            assert leases.renew(lease, seconds=30)
            assert leases.acquire("job", seconds=30) is None


@pytest.mark.django_db
def test_a_holder_who_renews_late_keeps_it_if_nobody_took_it():
    with time_machine.travel(MONDAY, tick=False) as traveller:
        lease = leases.acquire("job", seconds=30)
        assert lease
        traveller.shift(100)
        assert leases.renew(lease, seconds=30)
        assert leases.acquire("job", seconds=30) is None


@pytest.mark.django_db
def test_a_lease_shows_no_token_in_its_repr():
    lease = leases.acquire("job", seconds=30)
    assert lease
    assert lease.token not in repr(lease)


@pytest.mark.django_db(transaction=True)
@pytest.mark.promise("F7")
def test_a_lease_nobody_held_is_won_by_exactly_one_of_fifty_threads():
    won = [lease for lease in in_threads(50, lambda: leases.acquire("new", seconds=30)) if lease]
    assert len(won) == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.promise("F7")
def test_an_expired_lease_is_won_by_exactly_one_of_fifty_threads():
    with time_machine.travel(MONDAY, tick=False) as traveller:
        leases.acquire("old", seconds=30)
        traveller.shift(31)
        won = [lease for lease in in_threads(50, lambda: leases.acquire("old", seconds=30)) if lease]
    assert len(won) == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.promise("F7")
def test_an_expired_lease_is_won_by_exactly_one_thread_of_several_processes():
    with time_machine.travel(MONDAY, tick=False) as traveller:
        leases.acquire("old", seconds=30)
        traveller.shift(31)
        won = in_processes(
            4, lambda: sum(bool(lease) for lease in in_threads(8, lambda: leases.acquire("old", seconds=30)))
        )
    assert sum(won) == 1


@pytest.mark.django_db(transaction=True)
def test_it_works_inside_a_transaction_too():
    with transaction.atomic():
        assert leases.acquire("inside", seconds=30)
    assert leases.acquire("inside", seconds=30) is None
