"""A contact that became somebody else under the same id: the account of the former adult is taken off (trust A10)."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import AccessChange, AccountQuestion, District, Guardian
from accounts.models.account_question import Verdict
from accounts.rights import Role
from accounts.services import account_questions, handovers
from integrations.services import previews
from integrations.services.previews import Line
from tests import factories
from tests.accounts.claiming import account, by_mail
from tests.integrations.sync.feeds import Feed, a_family, night, sees

pytestmark = [pytest.mark.slow, pytest.mark.promise("A10")]
ROSA: dict[str, Any] = {"name": "Rosa Example", "email": "rosa@example.org"}


def rosa_with_an_account(district: District, feed: Feed) -> tuple[str, Any, Any]:
    """Let Rosa see her child; enough others are there that one change holds no night."""
    (child,), (tie,) = a_family(feed, **ROSA)
    for _ in range(6):
        a_family(feed)
    night(district, feed)
    who = account(by_mail(ROSA["email"]))
    assert who
    assert sees(who) == {child.local_id}
    return child.local_id, tie, who


@pytest.mark.promise("R5", "A8")
def test_name_and_address_of_somebody_else_take_the_account_off(district: District, feed: Feed):
    local_id, tie, who = rosa_with_an_account(district, feed)
    feed.change(tie, name="Luis Other", email="luis@example.org")
    run = night(district, feed)

    assert run.state == "done"
    assert sees(who) == set()
    change = AccessChange.objects.get(verb="guardian.disconnected")
    assert (change.before, change.after) == ({"user": str(who.uuid)}, {"user": None})
    assert (change.reason, change.actor) == (handovers.SOMEBODY_ELSE, f"sync:{run.uuid}")
    custodian = factories.staff(Role.RECORDS_CUSTODIAN, district)
    question = account_questions.waiting(custodian).get()
    assert (question.user, question.guardian.name) == (who, "Luis Other")
    luis = account(by_mail("luis@example.org"))
    assert luis
    assert sees(luis) == {local_id}, "the adult whom the record names now"
    night(district, feed)
    assert (sees(who), AccountQuestion.objects.filter(verdict=Verdict.OPEN).exists()) == (set(), True)


@pytest.mark.parametrize(
    "now",
    [
        {"name": "Rosa Newname"},
        {"name": "Luis Other"},
        {"email": "rosa@work.example.org"},
        {"name": "Rosa Newname", "email": "rosa@work.example.org"},
        {"name": "Example, R.", "email": ""},
    ],
)
def test_what_may_be_the_same_adult_keeps_the_account(district: District, feed: Feed, now: dict[str, str]):
    local_id, tie, who = rosa_with_an_account(district, feed)
    feed.change(tie, **now)
    night(district, feed)

    assert sees(who) == {local_id}
    assert not AccessChange.objects.filter(verb="guardian.disconnected").exists()


def test_an_account_of_the_new_address_stays(district: District, feed: Feed):
    """A record that was blank, or wrong, and is put right: whoever claimed it by a letter is this adult."""
    local_id, _tie, who = rosa_with_an_account(district, feed)
    Guardian.objects.filter(user=who).update(name="Guardian 1", email="")
    night(district, feed)

    assert sees(who) == {local_id}


@pytest.mark.promise("F1")
def test_the_preview_says_so_first(district: District, feed: Feed):
    _local_id, tie, who = rosa_with_an_account(district, feed)
    feed.change(tie, name="Luis Other", email="luis@example.org")
    run = night(district, feed, dry_run=True)

    lines = guardian_lines(run, factories.staff(Role.DISTRICT_ADMIN, district))
    assert ["an account that is joined" in line.why for line in lines] == [True]
    assert sees(who) != set(), "nothing is done yet"


def guardian_lines(run: Any, user: Any) -> list[Line]:
    return previews.lines(run, "guardians", previews.rows(run, "guardians"), user)
