"""The staff pages about adults who wait for a decision: whose they are, why they wait, and what a decision does."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils.html import escape

from accounts.models import AccessChange, Guardianship
from accounts.models.guardianship import Standing
from accounts.services import changes, guardianships
from tests import factories
from tests.accounts.doors import opens
from tests.cast import Cast, sign_in

LIST = "/staff/reviews/"


def waiting(cast: Cast) -> Guardianship:
    return Guardianship.objects.get(guardian__user=cast.guardian_in_review)


def seen_on(client: Any, link: Guardianship) -> str:
    return str(client.get(f"{LIST}{link.uuid}/").context["form"].initial["seen"])


def answer(client: Any, link: Guardianship, **fields: str) -> Any:
    form = {
        "seen": seen_on(client, link),
        "reason": "Saw the birth certificate.",
        "answer": "accept",
    } | fields
    return client.post(f"{LIST}{link.uuid}/", form, follow=True)


def text_of(cast: Cast, by: str = "school_admin") -> str:
    return sign_in(getattr(cast, by)).get(LIST).content.decode()


def another_waiting(cast: Cast, **fields: Any) -> Guardianship:
    who = factories.guardian(cast.district, None)
    return factories.link(who, cast.child, **({"legal_guardian": None, "standing": Standing.REVIEW} | fields))


def test_it_works(cast: Cast):
    text = text_of(cast)

    assert escape(waiting(cast).guardian.name) in text
    assert escape(cast.child.full_name) in text
    assert escape(cast.school_a.name) in text
    assert "does not say whether" in text


@pytest.mark.promise("A2", "A10")
def test_an_accepted_adult_sees_the_student_at_the_next_click(cast: Cast):
    assert opens(cast.guardian_in_review, cast.child) == 404

    assert "Accepted" in answer(sign_in(cast.school_admin), waiting(cast)).content.decode()

    assert opens(cast.guardian_in_review, cast.child) != 404
    assert escape(waiting(cast).guardian.name) not in text_of(cast)


def test_a_declined_adult_does_not_and_the_reason_is_remembered(cast: Cast):
    answer(sign_in(cast.school_admin), waiting(cast), answer="decline", reason="The mother’s neighbor.")
    link = waiting(cast)

    assert opens(cast.guardian_in_review, cast.child) == 404
    assert (link.standing, link.decision_reason) == (Standing.DECLINED, "The mother’s neighbor.")
    page = sign_in(cast.district_admin).get(f"{LIST}{link.uuid}/").content.decode()
    assert "The mother’s neighbor." in page
    assert escape(cast.school_admin.get_full_name()) in page


@pytest.mark.promise("R5")
def test_a_decision_is_recorded_with_who_made_it(cast: Cast):
    answer(sign_in(cast.school_admin), waiting(cast))
    row = AccessChange.objects.get(verb="guardianship.accepted")

    assert row.actor == str(cast.school_admin.uuid)
    assert row.reason == "Saw the birth certificate."


@pytest.mark.parametrize("fields", [{"reason": "  "}, {"answer": "maybe"}])
def test_nothing_is_decided_without_a_reason_and_an_answer(cast: Cast, fields: dict[str, str]):
    assert answer(sign_in(cast.school_admin), waiting(cast), **fields).status_code == 200

    assert waiting(cast).standing == Standing.REVIEW


@pytest.mark.promise("A7")
def test_a_link_of_another_school_is_not_listed_and_cannot_be_decided(cast: Cast):
    link = waiting(cast)

    assert escape(link.guardian.name) not in text_of(cast, by="school_admin_b")
    form = {"seen": "x", "reason": "x", "answer": "accept"}
    assert sign_in(cast.school_admin_b).post(f"{LIST}{link.uuid}/", form).status_code == 404
    assert waiting(cast).standing == Standing.REVIEW


@pytest.mark.promise("A8")
def test_nobody_decides_about_themselves(cast: Cast):
    by_account = factories.guardian(cast.district, cast.school_admin)
    by_address = factories.guardian(cast.district, None, email=cast.school_admin.email.upper())
    own = [
        factories.link(who, cast.child, standing=Standing.REVIEW, legal_guardian=None)
        for who in (by_account, by_address)
    ]

    for link in own:
        assert sign_in(cast.school_admin).get(f"{LIST}{link.uuid}/").status_code == 404
        assert sign_in(cast.district_admin).get(f"{LIST}{link.uuid}/").status_code == 200


def test_a_second_answer_to_what_somebody_decided_meanwhile_changes_nothing(cast: Cast):
    link, late = waiting(cast), sign_in(cast.district_admin)
    looked_at = seen_on(late, link)
    answer(sign_in(cast.school_admin), link, answer="decline")

    page = answer(late, link, seen=looked_at).content.decode()

    assert "Something changed meanwhile" in page
    assert waiting(cast).standing == Standing.DECLINED


def test_a_flag_that_a_sync_changed_meanwhile_is_looked_at_again(cast: Cast):
    link, client = waiting(cast), sign_in(cast.school_admin)
    looked_at = seen_on(client, link)
    Guardianship.objects.filter(pk=link.pk).update(legal_guardian=False)

    answer(client, link, seen=looked_at)

    assert waiting(cast).standing == Standing.REVIEW


def test_a_decision_can_be_changed_from_the_page_of_who_sees_the_student(cast: Cast):
    link, client = waiting(cast), sign_in(cast.school_admin)
    answer(client, link, answer="decline")

    assert f"{LIST}{link.uuid}/" in client.get(f"/staff/students/{cast.child.uuid}/access/").content.decode()
    answer(client, link)
    assert waiting(cast).standing == Standing.COUNTS


def test_it_says_why_each_link_waits(cast: Cast):
    another_waiting(cast, legal_guardian=False)
    declined = another_waiting(cast)
    guardianships.decline(guardianship=declined, by="command:tests", reason="x")
    Guardianship.objects.filter(pk=declined.pk).update(standing=Standing.REVIEW, legal_guardian=True)
    counted = another_waiting(cast, legal_guardian=False)
    changes.record(
        "guardianship.changed",
        subject="guardianship",
        subject_id=counted.uuid,
        by="sync:illuminate",
        before={"standing": "counts"},
        after={"standing": "review"},
    )
    text = text_of(cast)

    for words in (
        "does not say whether",
        "says: not a legal guardian",
        "declined this adult earlier",
        "no longer says",
    ):
        assert text.count(words) == 1, words


def test_an_ended_link_waits_no_longer(cast: Cast):
    Guardianship.objects.filter(pk=waiting(cast).pk).update(until=factories.years_ago(1))

    assert "Nobody waits" in text_of(cast)


def test_many_are_shown_in_pages(cast: Cast):
    for _ in range(51):
        another_waiting(cast)

    assert "Page 1 of 2" in text_of(cast)


def test_the_first_page_tells_those_who_decide_how_many_wait(cast: Cast):
    for part, told in {"school_admin": True, "office": False, "school_admin_b": True}.items():
        text = sign_in(getattr(cast, part)).get("/").content.decode()
        assert (f'href="{LIST}"' in text) is told, part
    assert "1 waiting" in sign_in(cast.school_admin).get("/").content.decode()
