from __future__ import annotations

import datetime
from collections.abc import Generator

import pytest
import time_machine

from accounts.models import District
from tests import factories
from tests.integrations.sync.feeds import Feed, a_feed

# A school day; the default roll-over lies in summer.
A_NIGHT = datetime.datetime(2026, 10, 14, 9, 30, tzinfo=datetime.UTC)


@pytest.fixture
def autumn() -> Generator[time_machine.Traveller, None, None]:
    with time_machine.travel(A_NIGHT, tick=True) as now:
        yield now


@pytest.fixture
def district(db: None, autumn: time_machine.Traveller) -> District:
    return factories.district()


@pytest.fixture
def feed(district: District) -> Feed:
    return a_feed(district)
