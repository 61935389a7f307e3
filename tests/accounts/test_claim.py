"""The page for letters: what a code opens and to whom, once, until when, and what it tells a stranger (A8, S8)."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.test import Client

from accounts import letter_codes
from accounts.models import AccessChange, AccountQuestion, ClaimCode, Guardianship, User
from accounts.models.account_question import Doubt
from accounts.models.guardianship import Standing
from accounts.services import blocks, claim_codes, claims, guardianships
from portal.base.clock import local_today
from tests import factories
from tests.accounts.claiming import CLAIM, account, adult, by_mail, record_of, type_in
from tests.accounts.doors import page_of, students_in
from tests.cast import Cast, sign_in
from tests.scorereports.pages import words

MAILBOX = "any.mailbox@example.net"
NO_SUCH = "This code does not work"


@pytest.fixture
def link(cast: Cast) -> Guardianship:
    """An adult on the child's record whose address the school does not know."""
    return adult(cast.child, email="")


def test_it_works(cast: Cast, link: Guardianship):
    """From the letter's address to the child: three things to type, each on a page without a script."""
    client = Client()
    page = BeautifulSoup(client.get(CLAIM).content, "html.parser")
    [form] = page.select("main form")
    assert form["action"] == "/accounts/login/code/"
    assert page.select_one("input[name=next]")["value"] == CLAIM  # type: ignore[index] # the test fails if it is none
    by_mail(MAILBOX, client)
    assert account(client) is None
    answer = type_in(client, letter_codes.shown(factories.claim_code(link)).lower())

    assert answer.redirect_chain[-1][0] == "/"
    assert "The letter worked" in words(answer)
    who = account(client)
    assert who
    assert (who.email, who.name) == (MAILBOX, "Rosa Example")
    assert students_in(client) == {page_of(cast.child)}
    assert client.get(page_of(cast.child)).status_code == 200


@pytest.mark.promise("A8")
def test_without_a_proved_address_a_code_is_not_even_looked_at(cast: Cast, link: Guardianship):
    code = factories.claim_code(link)
    answer = type_in(Client(), code)

    assert "First we make sure that your email address is yours" in words(answer)
    assert ClaimCode.objects.get().used_at is None


@pytest.mark.promise("A8")
def test_a_proved_address_is_forgotten_after_half_an_hour(cast: Cast, link: Guardianship):
    code = factories.claim_code(link)
    with time_machine.travel("2026-11-02T16:00:00Z", tick=False) as clock:
        client = by_mail(MAILBOX)
        clock.shift(31 * 60)
        type_in(client, code)

    assert not User.objects.filter(email=MAILBOX).exists()


@pytest.mark.promise("A8")
def test_a_signed_in_account_uses_its_letter(cast: Cast, link: Guardianship):
    client = sign_in(cast.nobody)
    type_in(client, factories.claim_code(link))

    assert students_in(client) == {page_of(cast.child)}
    assert record_of(link).user == cast.nobody


@pytest.mark.promise("A8")
def test_one_adult_proves_each_record_by_its_own_letter(cast: Cast, link: Guardianship):
    second = adult(cast.stranger_child, email="")
    client = by_mail(MAILBOX)
    type_in(client, factories.claim_code(link))
    assert students_in(client) == {page_of(cast.child)}
    type_in(client, factories.claim_code(second))

    assert students_in(client) == {page_of(cast.child), page_of(cast.stranger_child)}


@pytest.mark.promise("A8")
def test_a_code_works_once(cast: Cast, link: Guardianship):
    code = factories.claim_code(link)
    type_in(by_mail(MAILBOX), code)
    again = type_in(sign_in(cast.nobody), code)

    assert NO_SUCH in words(again)
    assert students_in(sign_in(cast.nobody)) == set()
    # Nor after the office took the account off the record again.
    claims.disconnect(guardian=record_of(link), by=cast.school_admin, reason="Not hers.")
    assert NO_SUCH in words(type_in(sign_in(cast.nobody), code))


@pytest.mark.promise("A8")
@pytest.mark.parametrize(("days", "works"), [(60, True), (61, False)])
def test_a_code_works_until_its_last_day(cast: Cast, link: Guardianship, days: int, works: bool):
    code = factories.claim_code(link)
    ClaimCode.objects.update(until=local_today() + timedelta(days=60 - days))
    client = sign_in(cast.nobody)
    answer = type_in(client, code)

    assert (NO_SUCH not in words(answer)) == works
    assert (students_in(client) == {page_of(cast.child)}) == works


@pytest.mark.promise("A8")
def test_a_newer_code_ends_the_one_before(cast: Cast, link: Guardianship):
    old, new = factories.claim_code(link), factories.claim_code(link)
    client = sign_in(cast.nobody)

    assert NO_SUCH in words(type_in(client, old))
    assert NO_SUCH not in words(type_in(client, new))


@pytest.mark.promise("A3", "A8")
def test_a_block_ends_the_code_for_good(cast: Cast, link: Guardianship):
    code = factories.claim_code(link)
    block = factories.block(link)
    client = sign_in(cast.nobody)
    assert NO_SUCH in words(type_in(client, code))
    blocks.lift(
        block=block, last_day=local_today() - timedelta(days=1), by=factories.BY, reason="Wrong adult."
    )

    assert NO_SUCH in words(type_in(client, code))
    assert students_in(client) == set()
    assert ClaimCode.objects.get().voided == "blocked"


def end_the_link(link: Guardianship) -> None:
    yesterday = local_today() - timedelta(days=1)
    guardianships.end(guardianship=link, last_day=yesterday, by=factories.BY, reason="x")


def put_in_review(link: Guardianship) -> None:
    Guardianship.objects.filter(pk=link.pk).update(standing=Standing.REVIEW)


def hold(link: Guardianship) -> None:
    factories.hold(link.student)


def block_a_namesake(link: Guardianship) -> None:
    factories.block(adult(link.student, name="rosa EXAMPLE", email="other@example.org"))


@pytest.mark.promise("A8")
@pytest.mark.parametrize("happens", [end_the_link, put_in_review, hold, block_a_namesake])
def test_a_code_opens_nothing_while_its_link_would_not(cast: Cast, link: Guardianship, happens: Any):
    code = factories.claim_code(link)
    happens(link)

    assert NO_SUCH in words(type_in(sign_in(cast.nobody), code))
    assert record_of(link).user is None
    with pytest.raises(claim_codes.NotClaimable):
        factories.claim_code(link)


@pytest.mark.promise("A8")
def test_a_code_for_a_record_that_has_an_account_says_no_more_than_a_wrong_one(
    cast: Cast, link: Guardianship
):
    code = factories.claim_code(link)
    type_in(sign_in(cast.nobody), factories.claim_code(adult(cast.sibling, email="")))
    record = record_of(link)
    record.user = cast.other_parent
    record.save()
    client = by_mail(MAILBOX)
    taken, wrong = (
        re.sub(r'(value|nonce)="[^"]*"', "", type_in(client, one).content.decode())
        for one in (code, letter_codes.new())
    )

    assert taken == wrong
    assert record_of(link).user == cast.other_parent


@pytest.mark.promise("A8")
@pytest.mark.parametrize("part", ["other_parent", "student"])
def test_a_letter_for_another_adult_waits_for_staff_and_stays_good(cast: Cast, link: Guardianship, part: str):
    code = factories.claim_code(link)
    who = getattr(cast, part)
    answer = type_in(sign_in(who), code)

    assert "for another adult" in words(answer)
    assert record_of(link).user is None
    assert AccountQuestion.objects.get(user=who).doubt == Doubt.OTHER_ADULT
    client = by_mail(MAILBOX)
    type_in(client, code)
    assert students_in(client) == {page_of(cast.child)}
    assert not AccountQuestion.objects.filter(verdict="").exists(), "answered by the right adult"


@pytest.mark.promise("A8", "R5")
def test_the_code_is_kept_nowhere_and_each_step_is_on_record(cast: Cast, link: Guardianship):
    code = factories.claim_code(link)
    type_in(by_mail(MAILBOX), code)
    rows = list(AccessChange.objects.order_by("pk").values())
    verbs = [row["verb"] for row in rows][-4:]

    assert verbs == ["claim_code.made", "user.made", "claim_code.used", "guardian.joined"]
    for row in [*rows, *ClaimCode.objects.values()]:
        assert code not in str(row)
        assert letter_codes.shown(code) not in str(row)


@pytest.mark.promise("S8")
def test_guesses_are_counted_for_the_account(cast: Cast):
    client = sign_in(cast.nobody)
    answers = [client.post(CLAIM, {"letter_code": letter_codes.new()}) for _ in range(11)]

    assert [answer.status_code for answer in answers] == [200] * 10 + [429]
    assert 0 < int(answers[-1]["Retry-After"]) <= 900
    assert "too many tries" in answers[-1].content.decode()


@pytest.mark.promise("S8")
@pytest.mark.parametrize("scope", ["address", "site"])
def test_guesses_are_counted_for_the_address_and_the_whole_site(cast: Cast, settings: Any, scope: str):
    settings.THROTTLES = settings.THROTTLES | {"claim": {scope: (2, 600)}}
    people = [cast.nobody, cast.other_parent, cast.parent_of_two]
    answers = [sign_in(one).post(CLAIM, {"letter_code": letter_codes.new()}).status_code for one in people]
    elsewhere = sign_in(cast.student, Client(REMOTE_ADDR="127.0.0.77"))

    assert answers == [200, 200, 429]
    status = elsewhere.post(CLAIM, {"letter_code": letter_codes.new()}).status_code
    assert status == (429 if scope == "site" else 200)


@pytest.mark.promise("S8")
def test_over_the_limit_the_right_code_opens_nothing(cast: Cast, link: Guardianship, settings: Any):
    settings.THROTTLES = settings.THROTTLES | {"claim": {"account": (1, 600)}}
    client = sign_in(cast.nobody)
    type_in(client, letter_codes.new())
    assert type_in(client, factories.claim_code(link)).status_code == 429

    assert record_of(link).user is None


@pytest.mark.promise("S8")
def test_a_slip_of_the_pen_is_said_and_is_no_guess(cast: Cast, link: Guardianship):
    client, code = sign_in(cast.nobody), factories.claim_code(link)
    slip = code[:-1] + ("0" if code[-1] != "0" else "1")
    answers = [words(type_in(client, slip)) for _ in range(12)]

    assert all("There is a slip in this code" in one for one in answers)
    assert NO_SUCH not in words(type_in(client, code))


# --- At the counter ---------------------------------------------------------------------------------------------------


def hand_over(cast: Cast, link: Guardianship, by: str = "office", **fields: str) -> Any:
    form = {"id_seen": "passport", "same_person": "on"} | fields
    return sign_in(getattr(cast, by)).post(f"/staff/guardianships/{link.uuid}/code/", form)


@pytest.mark.promise("A8")
def test_staff_hand_over_a_code_to_an_adult_whose_id_they_saw(cast: Cast, link: Guardianship):
    answer = hand_over(cast, link)
    code = BeautifulSoup(answer.content, "html.parser").select_one(".code")
    assert code
    client = by_mail(MAILBOX)
    type_in(client, code.get_text())

    assert students_in(client) == {page_of(cast.child)}
    row = ClaimCode.objects.get()
    assert (row.id_seen, row.made_by, row.until) == (
        "passport",
        str(cast.office.uuid),
        local_today() + timedelta(days=3),
    )
    assert AccessChange.objects.get(verb="claim_code.made").after["id_seen"] == "passport"


def test_without_an_id_there_is_no_code(cast: Cast, link: Guardianship):
    hand_over(cast, link, id_seen="")
    hand_over(cast, link, same_person="")

    assert not ClaimCode.objects.exists()


def test_nor_for_an_adult_who_is_blocked_or_has_an_account(cast: Cast, link: Guardianship):
    factories.block(link)
    assert hand_over(cast, link).status_code == 302
    hand_over(cast, Guardianship.objects.get(guardian__user=cast.other_parent))

    assert not ClaimCode.objects.exists()
