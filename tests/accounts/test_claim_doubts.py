"""Whom an address or a letter does not let in at first sight: lookalikes, namesakes, a child's mailbox (A3, A6, A8)."""

from __future__ import annotations

import pytest
from django.core import mail
from django.test import Client

from accounts.models import AccountQuestion, Student
from accounts.models.account_question import Doubt
from accounts.rights import Role
from tests import factories
from tests.accounts.claiming import (
    ASK,
    CLAIM,
    CONFIRM,
    ROSA,
    account,
    adult,
    by_mail,
    mailed_code,
    record_of,
    type_in,
)
from tests.accounts.doors import page_of, students_in
from tests.accounts.registering import contact, registered
from tests.cast import Cast, sign_in

CHILDS_OWN = "child@school.example.org"
# What a database may take for the letters of another mailbox; whoever registers such a domain reads its mail.
LOOKALIKES = [
    ("maria@gma\u0131l.example", "maria@gmail.example"),
    ("m\u0131ke@example.org", "mike@example.org"),
    ("\u017fam@example.org", "sam@example.org"),
]


def come_in(typed: str) -> Client:
    """Sign in by the code that went to the mailbox as it was typed."""
    client = Client()
    client.post(ASK, {"email": typed})
    assert mail.outbox[-1].to == [typed]
    client.post(CONFIRM, {"code": mailed_code()})
    return client


@pytest.mark.promise("A8")
@pytest.mark.parametrize(("typed", "theirs"), LOOKALIKES)
def test_a_mailbox_that_only_looks_alike_opens_nothing(cast: Cast, typed: str, theirs: str):
    factories.link(factories.guardian(cast.district, factories.user(email=theirs), email=theirs), cast.child)
    stranger = come_in(typed)

    assert account(stranger) is None
    assert students_in(stranger) == set()


@pytest.mark.promise("A8", "A9")
def test_nor_does_it_open_the_account_of_staff_who_have_no_second_factor_yet(cast: Cast):
    factories.grant(factories.user(email="mike@example.org"), Role.DISTRICT_ADMIN, cast.district)
    assert account(come_in("m\u0131ke@example.org")) is None


@pytest.mark.promise("A8")
@pytest.mark.parametrize("typed", ["mi\u212ae@example.org", "MIKE@Example.ORG"])
def test_what_is_one_address_in_small_letters_is_mailed_in_small_letters(cast: Cast, typed: str):
    """So the code reaches the account's own mailbox, whoever typed the address."""
    factories.user(email="mike@example.org")
    Client().post(ASK, {"email": typed})
    assert mail.outbox[-1].to == ["mike@example.org"]


@pytest.mark.promise("A8")
def test_a_registration_that_nobody_accepted_does_not_shut_a_parent_out(cast: Cast):
    """Anybody can type somebody's address into a form; staff tell the two apart, and the parent goes in."""
    mine = contact(cast.child)
    other = registered(cast.classmate, name="Somebody Else", email=ROSA, place="1:999:1")
    client = by_mail(ROSA)

    assert students_in(client) == {page_of(cast.child)}
    assert record_of(mine).user == account(client)
    assert record_of(other).user is None
    assert AccountQuestion.objects.get(guardian=other.guardian).doubt == Doubt.SHARED_ADDRESS


@pytest.mark.promise("A6", "A8")
def test_a_childs_own_mailbox_as_the_parents_address_waits_for_staff(cast: Cast):
    """Else a child of ten reads their own reports, and a sibling's, as the parent."""
    Student.unscoped.filter(pk=cast.child.pk).update(email=CHILDS_OWN)
    link = adult(cast.child, email=CHILDS_OWN)

    assert students_in(by_mail(CHILDS_OWN)) == set()
    assert AccountQuestion.objects.get(guardian=link.guardian).doubt == Doubt.STUDENTS_ADDRESS


@pytest.mark.promise("A8")
def test_an_address_that_several_students_have_is_the_familys(cast: Cast):
    Student.unscoped.filter(pk__in=[cast.child.pk, cast.sibling.pk]).update(email=ROSA)
    adult(cast.child)
    assert students_in(by_mail(ROSA)) == {page_of(cast.child)}


@pytest.mark.promise("A3", "A8")
def test_a_letter_opens_nothing_for_whom_a_namesake_written_otherwise_is_blocked(cast: Cast):
    twin = adult(cast.child, name="Jose Garcia", email="")
    code = factories.claim_code(twin)
    factories.block(adult(cast.child, name="Jos\u00e9 Garc\u00eda", email="jose@example.org"))
    client = sign_in(cast.nobody)
    type_in(client, code)

    assert students_in(client) == set()


@pytest.mark.promise("A3", "A8")
@pytest.mark.parametrize("has_account", [True, False])
def test_a_letter_for_one_child_waits_for_staff_if_a_namesake_is_blocked_from_another(
    cast: Cast, has_account: bool
):
    """A code is about one child, but joins the adult's whole record."""
    factories.block(adult(cast.sibling, name="Jose Garcia", email="jose@example.org"))
    twin = adult(cast.child, name="Jos\u00e9 Garcia", email="")
    factories.link(twin.guardian, cast.sibling)
    client = sign_in(cast.nobody) if has_account else by_mail("any.mailbox@example.net")
    assert client.get(CLAIM).status_code == 200
    type_in(client, factories.claim_code(twin))

    assert account(client)
    assert students_in(client) == set()
    assert AccountQuestion.objects.get(guardian=twin.guardian).doubt == Doubt.BLOCKED_NAMESAKE
