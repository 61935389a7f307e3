"""A registration that gives somebody's name, with an address of its own, opens nothing of theirs: not by any night."""

from __future__ import annotations

import pytest

from accounts.models import AccessChange, Guardianship
from accounts.models.guardianship import Standing
from accounts.services import claims, guardianships, provisionals, reviews
from tests import factories
from tests.accounts.claiming import account, by_mail
from tests.accounts.doors import page_of, students_in
from tests.accounts.registering import BY, contact, registered
from tests.cast import Cast

NEW = "new@example.org"
pytestmark = pytest.mark.promise("A8")


def unite(cast: Cast) -> int:
    return provisionals.unite(district=cast.district, by="sync:tests")


def a_mother_of_two(cast: Cast) -> Guardianship:
    """Put a contact without an address beside two children, as many families' records have it."""
    there = contact(cast.child, email="")
    factories.link(there.guardian, cast.sibling, source="illuminate")
    return there


def accepted(cast: Cast) -> Guardianship:
    link = registered(cast.child, email=NEW)
    guardianships.accept(guardianship=link, by=BY, reason="Seen.")
    return link


def now(link: Guardianship) -> Guardianship:
    found: Guardianship = Guardianship.objects.select_related("guardian").get(pk=link.pk)
    return found


def test_it_works(cast: Cast):
    there = contact(cast.child, email="")
    accepted(cast)
    client = by_mail(NEW)

    assert unite(cast) == 1

    assert now(there).guardian.user == account(client)
    assert students_in(client) == {page_of(cast.child)}


def test_an_account_that_waits_does_not_become_the_contacts(cast: Cast):
    there = contact(cast.child, email="")
    registered(cast.child, email=NEW)
    client = by_mail(NEW)

    assert unite(cast) == 0

    assert students_in(client) == set()
    assert now(there).guardian.user is None


def test_one_that_staff_declined_does_not_either_and_the_contact_counts_as_before(cast: Cast):
    there = contact(cast.child, email="")
    link = registered(cast.child, email=NEW)
    client = by_mail(NEW)
    guardianships.decline(guardianship=link, by=BY, reason="Nobody knows her.")

    assert unite(cast) == 0

    assert students_in(client) == set()
    assert (now(there).standing, now(there).decision) == (Standing.COUNTS, "")
    assert now(link).standing == Standing.DECLINED


def test_the_districts_setting_accepts_nobody_for_a_contact(cast: Cast):
    link = registered(cast.child, email=NEW, at_once=True)
    client = by_mail(NEW)
    there = contact(cast.child, email="")

    assert unite(cast) == 0

    assert students_in(client) == {page_of(cast.child)}, "what the school approved, and no child more"
    assert (now(there).guardian.user, now(link).standing) == (None, Standing.COUNTS)


def test_who_was_accepted_for_one_child_gets_no_other_child_of_the_contact(cast: Cast):
    link = accepted(cast)
    client = by_mail(NEW)
    a_mother_of_two(cast)

    assert unite(cast) == 0
    assert students_in(client) == {page_of(cast.child)}

    other = registered(cast.sibling, email=NEW, place="1:902:1")
    guardianships.accept(guardianship=other, by=BY, reason="Seen.")
    client = by_mail(NEW)
    assert unite(cast) == 2, "the control: both were looked at"
    assert students_in(client) == {page_of(cast.child), page_of(cast.sibling)}
    assert not Guardianship.objects.filter(pk=link.pk).exists()


@pytest.mark.parametrize("address", ["", NEW])
def test_an_account_that_staff_disconnected_from_the_contact_does_not_come_back(cast: Cast, address: str):
    there = contact(cast.child, email="", user=factories.user(email=NEW))
    claims.disconnect(guardian=there.guardian, by=cast.school_admin, reason="Not hers.")
    registered(cast.child, email=NEW)
    client = by_mail(NEW)
    there.guardian.email = address
    there.guardian.save(update_fields=["email"])

    assert unite(cast) == 0

    assert now(there).guardian.user is None
    assert students_in(client) == set()


@pytest.mark.promise("A3", "R5")
@pytest.mark.parametrize("no", ["the record", "staff"])
def test_who_counts_unseen_waits_for_staff_once_a_contact_of_a_like_name_is_turned_away(cast: Cast, no: str):
    link = registered(cast.child, email=NEW, at_once=True)
    client = by_mail(NEW)
    there = contact(cast.child, name="Rosa M Example", legal_guardian=False, standing=Standing.REVIEW)
    if no == "staff":
        guardianships.decline(guardianship=there, by=BY, reason="A court order.")

    unite(cast)

    assert students_in(client) == set()
    assert link in reviews.registrations_waiting(cast.school_admin)
    row = AccessChange.objects.get(verb="guardianship.changed", subject_id=link.uuid)
    assert (row.before["standing"], row.after["standing"]) == ("counts", "provisional")
    assert row.reason == provisionals.TURNED_AWAY

    guardianships.accept(guardianship=link, by=BY, reason="Another Rosa.")
    unite(cast)
    assert students_in(client) == {page_of(cast.child)}, "what staff decided holds"


def test_who_counts_unseen_goes_on_beside_a_contact_of_another_name(cast: Cast):
    registered(cast.child, email=NEW, at_once=True)
    client = by_mail(NEW)
    contact(cast.child, name="Bob Other", legal_guardian=False, standing=Standing.REVIEW)
    contact(cast.child, name="Luis Example", email="luis@example.org")

    unite(cast)

    assert students_in(client) == {page_of(cast.child)}


def test_who_waits_without_an_address_goes_when_the_system_names_them(cast: Cast):
    link = registered(cast.child, email="")
    there = contact(cast.child)

    assert unite(cast) == 1, "nothing goes along: nobody decided, nobody signed in"

    assert not Guardianship.objects.filter(pk=link.pk).exists()
    assert (now(there).standing, now(there).guardian.user) == (Standing.COUNTS, None)
