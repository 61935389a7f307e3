"""Adults whom an approved registration names: what they see, who lets them in, how contact and adult become one."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import AccessChange, Block, ClaimCode, Consent, Guardian, Guardianship
from accounts.models.guardianship import REGISTRATION, Standing
from accounts.services import guardianships, provisionals, reviews
from tests import factories
from tests.accounts.claiming import ROSA, account, by_mail
from tests.accounts.doors import opens, page_of, students_in
from tests.accounts.registering import BY, contact, registered
from tests.cast import Cast, sign_in

LIST = "/staff/reviews/registrations/"


def fresh(link: Guardianship) -> Guardianship:
    found: Guardianship = Guardianship.objects.select_related("guardian").get(pk=link.pk)
    return found


def unite(cast: Cast) -> int:
    return provisionals.unite(district=cast.district, by="sync:tests")


def decide(client: Any, *links: Guardianship, answer: str = "accept", reason: str = "On paper.") -> Any:
    """Answer about these links as they are now."""
    seen = {f"seen-{link.uuid}": reviews.state_of(fresh(link)) for link in links}
    form = {"links": [str(link.uuid) for link in links], "answer": answer, "reason": reason}
    return client.post(LIST, form | seen, follow=True)


def text_of(cast: Cast, by: str = "school_admin") -> str:
    return sign_in(getattr(cast, by)).get(LIST).content.decode()


def test_it_works(cast: Cast):
    link = registered(cast.child)
    client = by_mail(ROSA)
    assert account(client), "the address on an approved registration is a proof"
    assert students_in(client) == set(), "which opens nothing by itself"
    assert "Rosa Example" in text_of(cast)

    page = decide(sign_in(cast.school_admin), link).content.decode()

    assert "1 adult accepted." in page
    assert students_in(client) == {page_of(cast.child)}
    assert client.get(page_of(cast.child)).status_code == 200


@pytest.mark.promise("A8")
def test_an_adult_of_a_registration_sees_nothing_before_staff_accept_them(cast: Cast):
    link = registered(cast.child)
    client = by_mail(ROSA)
    who = account(client)
    assert who

    assert opens(who, cast.child) == 404
    assert fresh(link).standing == Standing.PROVISIONAL

    decide(sign_in(cast.school_admin), link)
    assert opens(who, cast.child) != 404, "the control: it is the same link"


def test_the_district_may_let_the_schools_approval_be_enough(cast: Cast):
    link = registered(cast.child, at_once=True)

    assert students_in(by_mail(ROSA)) == {page_of(cast.child)}
    row = AccessChange.objects.get(verb="guardianship.linked", subject_id=link.uuid)
    assert (row.actor, row.reason) == (BY, provisionals.AT_ONCE)


@pytest.mark.promise("A8", "A3")
@pytest.mark.parametrize(
    "case", ["no address", "an aunt", "blocked namesake", "shared address", "namesake in the system"]
)
def test_nobody_in_doubt_counts_at_once(cast: Cast, case: str):
    fields: dict[str, Any] = {}
    if case == "no address":
        fields["email"] = ""
    elif case == "an aunt":
        fields |= {"relationship": "Aunt", "is_parent_like": False}
    elif case == "blocked namesake":
        factories.block(contact(cast.child, name="ROSA  Éxample", email="other@example.org"))
    elif case == "shared address":
        factories.guardian(cast.district, None, name="Rosa's Sister", email=ROSA.upper())
    else:
        contact(cast.child, email="other@example.org")

    link = registered(cast.child, at_once=True, **fields)

    assert fresh(link).standing == Standing.PROVISIONAL


@pytest.mark.promise("A3")
def test_who_is_in_doubt_cannot_be_accepted_from_the_list(cast: Cast):
    factories.block(contact(cast.child, email="other@example.org"))
    link = registered(cast.child)

    text = text_of(cast)
    assert "An adult of this name, or one like it, is blocked from this child" in text
    assert f'value="{link.uuid}"' not in text
    decide(sign_in(cast.school_admin), link)

    assert fresh(link).standing == Standing.PROVISIONAL
    page = sign_in(cast.school_admin).get(f"/staff/reviews/{link.uuid}/").content.decode()
    assert "An adult of this name, or one like it, is blocked from this child" in page
    assert "555-0142" in page, "staff call the family"


@pytest.mark.promise("R5")
def test_a_list_is_decided_with_a_reason_and_each_is_recorded(cast: Cast):
    links = [registered(child, place=f"1:{child.pk}:1") for child in (cast.child, cast.classmate)]
    client = sign_in(cast.school_admin)
    assert decide(client, *links, reason=" ").status_code == 200
    assert {fresh(link).standing for link in links} == {Standing.PROVISIONAL}

    assert "2 adults declined." in decide(client, *links, answer="decline").content.decode()

    rows = AccessChange.objects.filter(verb="guardianship.declined")
    assert {row.subject_id for row in rows} == {link.uuid for link in links}
    assert {row.reason for row in rows} == {"On paper."}


@pytest.mark.promise("A7")
def test_a_link_of_another_school_is_neither_listed_nor_decided(cast: Cast):
    link = registered(cast.child)

    assert "Rosa Example" not in text_of(cast, by="school_admin_b")
    decide(sign_in(cast.school_admin_b), link)
    assert fresh(link).standing == Standing.PROVISIONAL


def test_the_same_registration_again_changes_nothing(cast: Cast):
    link = registered(cast.child)
    before = AccessChange.objects.count()

    assert registered(cast.child) == link
    assert registered(cast.child, place="1:902:1") == link, "nor does another one that names the adult"
    assert (Guardian.objects.filter(source=REGISTRATION).count(), AccessChange.objects.count()) == (1, before)


def test_an_adult_whom_the_system_names_already_is_not_made_again(cast: Cast):
    there = contact(cast.child, email=ROSA.title())

    assert registered(cast.child) == there
    assert not Guardian.objects.filter(source=REGISTRATION).exists()


def test_a_corrected_registration_corrects_who_waits_and_leaves_who_was_decided(cast: Cast):
    link = registered(cast.child)
    assert registered(cast.child, email="new@example.org") == link
    assert fresh(link).guardian.email == "new@example.org"
    guardianships.accept(guardianship=link, by="command:tests", reason="x")

    other = registered(cast.child, email="third@example.org")

    assert other != link
    assert fresh(link).guardian.email == "new@example.org"
    assert fresh(other).standing == Standing.PROVISIONAL


def test_what_a_person_ended_or_declined_no_registration_brings_back(cast: Cast):
    link = registered(cast.child)
    guardianships.decline(guardianship=link, by="command:tests", reason="x")

    assert registered(cast.child, at_once=True) == link
    assert fresh(link).standing == Standing.DECLINED


# --- One with the contact ---------------------------------------------------------------------------------------------


@pytest.mark.promise("F3")
def test_the_contact_and_the_adult_become_one_and_access_does_not_break(cast: Cast):
    link = registered(cast.child, at_once=True)
    client = by_mail(ROSA)
    there = contact(cast.child)

    assert unite(cast) == 1

    assert students_in(client) == {page_of(cast.child)}
    assert not Guardianship.objects.filter(pk=link.pk).exists()
    assert not Guardian.objects.filter(source=REGISTRATION).exists()
    assert fresh(there).guardian.user == account(client)
    row = AccessChange.objects.get(verb="guardianship.united")
    assert (row.subject_id, row.after["guardianship"]) == (link.uuid, str(there.uuid))
    assert unite(cast) == 0


@pytest.mark.promise("A3", "F3")
def test_papers_go_along(cast: Cast):
    link = registered(cast.child, at_once=True)
    code = factories.claim_code(registered(cast.sibling, at_once=True))
    client = by_mail(ROSA)
    block, consent = factories.block(link), factories.consent(link)
    there, sibling = contact(cast.child), contact(cast.sibling)

    assert unite(cast) == 2

    assert Block.objects.get(pk=block.pk).guardianship == there
    assert Consent.objects.get(pk=consent.pk).guardianship == there
    assert students_in(client) == {page_of(cast.sibling)}, "the block still holds"
    assert (ClaimCode.objects.get().guardianship, bool(code)) == (sibling, True)


@pytest.mark.parametrize(
    ("decision", "legal", "standing", "expected"),
    [
        ("accepted", None, Standing.REVIEW, Standing.COUNTS),
        ("accepted", False, Standing.REVIEW, Standing.REVIEW),
        ("none", None, Standing.REVIEW, Standing.REVIEW),
        ("none", True, Standing.COUNTS, Standing.COUNTS),
        ("declined", True, Standing.COUNTS, Standing.REVIEW),
        ("declined", None, Standing.REVIEW, Standing.DECLINED),
    ],
)
def test_what_staff_said_holds_where_the_record_says_nothing(
    cast: Cast, decision: str, legal: bool | None, standing: Standing, expected: Standing
):
    link = registered(cast.child)
    verbs: dict[str, Any] = {"accepted": guardianships.accept, "declined": guardianships.decline}
    if decision in verbs:
        verbs[decision](guardianship=link, by="command:tests", reason="Seen.")
    there = contact(cast.child, legal_guardian=legal, standing=standing)

    assert unite(cast) == 1
    assert fresh(there).standing == expected


@pytest.mark.promise("A8")
def test_two_adults_of_one_address_are_never_made_one(cast: Cast):
    registered(cast.child)
    contact(cast.child, name="Luis Example")

    assert unite(cast) == 0


@pytest.mark.promise("A8")
def test_what_two_accounts_have_is_left_to_staff(cast: Cast):
    link = registered(cast.child, at_once=True)
    by_mail(ROSA)
    contact(cast.child, user=factories.user())

    assert unite(cast) == 0
    assert fresh(link).guardian.user


def test_a_contact_without_an_address_takes_no_way_in_from_the_family(cast: Cast):
    link = registered(cast.child)
    guardianships.accept(guardianship=link, by=BY, reason="Seen.")
    there = contact(cast.child, email="", relationship="mother")
    assert unite(cast) == 0, "the address is on the registration alone"
    client = by_mail(ROSA)

    assert unite(cast) == 1
    assert fresh(there).guardian.user == account(client)
    assert students_in(client) == {page_of(cast.child)}
    assert not Guardianship.objects.filter(pk=link.pk).exists()


def test_an_adult_whose_contacts_differ_from_child_to_child_loses_none(cast: Cast):
    for child in (cast.child, cast.sibling):
        registered(child, place=f"1:{child.pk}:1", at_once=True)
    client = by_mail(ROSA)
    contact(cast.child)
    assert unite(cast) == 1
    assert students_in(client) == {page_of(cast.child), page_of(cast.sibling)}
    contact(cast.sibling)
    assert unite(cast) == 1

    assert students_in(client) == {page_of(cast.child), page_of(cast.sibling)}
