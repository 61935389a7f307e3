"""Property tests: whatever nights come, nothing beyond the brake without approval, nobody sees who should not.

The model beside the code is the rule in words: an adult sees a student only if the source last said yes, and a link
that was there is gone only after a flag turned off or two complete nights without it.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from accounts import access
from accounts.models import Guardianship, User
from integrations.models import SyncState
from integrations.sync.rows import ContactRow, Kind
from tests import factories
from tests.integrations.sync.conftest import A_NIGHT
from tests.integrations.sync.feeds import Feed, a_feed, account_of, night, settings_of

CHILDREN, ADULTS, LEAST = 3, 3, 2
PAIRS = [(child, adult) for child in range(CHILDREN) for adult in range(ADULTS)]
flags = st.sampled_from([True, False, None, "missing"])
nights = st.lists(
    st.tuples(
        st.fixed_dictionaries(dict.fromkeys(PAIRS, flags)),
        st.sets(st.sampled_from([Kind.CONTACTS, Kind.STUDENTS, Kind.SCHOOLS]), max_size=1),
    ),
    min_size=2,
    max_size=4,
)
relationships = st.lists(
    st.sampled_from(["Mother", "Aunt", ""]), min_size=len(PAIRS), max_size=len(PAIRS)
).map(lambda words: dict(zip(PAIRS, words, strict=True)))


def contacts(feed: Feed, said: dict, relationship: dict) -> list[ContactRow]:
    children = feed.rows[Kind.STUDENTS]
    return [
        ContactRow(
            children[child].local_id,
            f"adult-{adult}",
            f"Adult {adult}",
            "",
            "",
            relationship[child, adult],
            flag,
            None,
        )
        for (child, adult), flag in said.items()
        if flag != "missing"
    ]


def seeing() -> set[tuple[str, str]]:
    """Ask the one rule, person by person: which adult sees which student."""
    return {
        (user.email.partition("@")[0], local_id)
        for user in User.objects.filter(email__startswith="adult-")
        for local_id in access.students_visible_to(user).values_list("local_id", flat=True)
    }


@dataclass
class Seen:
    """The model: who was last said yes to, and how many complete nights in a row each pair was missing."""

    said_yes: set
    missed: dict

    def check(self, who, flag, *, complete: bool, before: set, after: set) -> None:
        if flag is True:
            self.said_yes.add(who)
        if flag is False:
            self.said_yes.discard(who)
            assert who not in after
        if flag != "missing":
            self.missed[who] = 0
        elif complete:
            self.missed[who] = self.missed.get(who, 0) + 1
        if who in before - after:
            assert flag is False or (flag == "missing" and self.missed[who] >= 2)


class RandomNights(TestCase):
    @pytest.mark.services  # half a minute of nights
    @pytest.mark.promise("A2", "F1", "F2")
    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(nights=nights, relationship=relationships)
    def test_access_follows_the_rule_and_the_brake(self, nights, relationship):
        with time_machine.travel(A_NIGHT, tick=False) as now:
            district = factories.district()
            settings_of(
                district,
                links_least=LEAST,
                links_percent=0,
                school_least=1000,
                rows_percent=0,
                people_percent=100,
            )
            feed = a_feed(district)
            for _ in range(CHILDREN):
                feed.student()
            seen = Seen(set(), {})
            for said, broken in nights:
                now.shift(datetime.timedelta(days=1))
                feed.rows[Kind.CONTACTS], feed.broken = contacts(feed, said, relationship), set(broken)
                before = seeing()
                run = night(district, feed)
                self._give_accounts(feed)
                after = seeing()
                if run.state == SyncState.HELD:
                    assert after == before
                    continue
                assert len(before - after) <= LEAST
                named = {
                    pair: (f"adult-{pair[1]}", feed.rows[Kind.STUDENTS][pair[0]].local_id) for pair in PAIRS
                }
                for pair, flag in said.items():
                    complete = not broken & {Kind.CONTACTS, Kind.STUDENTS}
                    seen.check(named[pair], flag, complete=complete, before=before, after=after)
                assert after <= seen.said_yes

    def _give_accounts(self, feed: Feed) -> None:
        for row in feed.rows[Kind.CONTACTS]:
            if Guardianship.objects.filter(guardian__source_id=row.contact_id).exists():
                guardian = Guardianship.objects.filter(guardian__source_id=row.contact_id)[0].guardian
                if guardian.user is None:
                    guardian.user, _ = User.objects.get_or_create(email=f"{row.contact_id}@example.org")
                    guardian.save()


def test_the_model_would_see_a_mistake(db, autumn):
    """The positive control: a link that counts against the rule shows."""
    district = factories.district()
    feed = a_feed(district)
    child = feed.student()
    row = feed.contact(child, "adult-0", legal_guardian=None)
    night(district, feed)
    account_of(row)
    User.objects.update(email="adult-0@example.org")
    assert seeing() == set()
    Guardianship.objects.update(standing="counts")

    assert seeing() == {("adult-0", child.local_id)}
