from datetime import UTC, date, datetime, timedelta

import time_machine

from portal.base import clock


def test_now_is_aware_and_in_utc():
    assert clock.now().utcoffset() == timedelta(0)
    assert clock.SystemClock().now().tzinfo is UTC


def test_the_date_turns_at_midnight_in_los_angeles_in_summer_and_in_winter():
    for last_second, day in (
        (datetime(2026, 7, 16, 6, 59, 59, tzinfo=UTC), date(2026, 7, 15)),
        (datetime(2026, 1, 16, 7, 59, 59, tzinfo=UTC), date(2026, 1, 15)),
    ):
        with time_machine.travel(last_second, tick=False) as traveller:
            assert clock.local_today() == day
            traveller.shift(1)
            assert clock.local_today() == day + timedelta(days=1)


def test_monotonic_seconds_do_not_run_backwards():
    system = clock.SystemClock()
    before = system.monotonic()
    system.sleep(0)
    assert system.monotonic() >= before
