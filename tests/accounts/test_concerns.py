"""What families say about their list of children, and what the office does about it (A7, A10, R5)."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils.html import escape

from accounts.models import AccessChange, Concern, Guardianship
from accounts.models.period import EndedBy
from accounts.services import concerns
from tests.accounts.doors import opens
from tests.cast import Cast, sign_in
from tests.scorereports.pages import words

MISSING, LIST = "/children/missing/", "/staff/concerns/"
WORDS = "Ana Example, grade 3. I am her mother."


def miss(cast: Cast, who: str = "nobody", **fields: str) -> Any:
    form = {"school": str(cast.school_a.pk), "text": WORDS} | fields
    return sign_in(getattr(cast, who)).post(MISSING, form, follow=True)


def not_mine(cast: Cast) -> Any:
    address = f"/children/{cast.child.uuid}/not-mine/"
    return sign_in(cast.other_parent).post(address, {"text": "We live elsewhere."}, follow=True)


def answer(cast: Cast, concern: Concern, by: str = "office", **fields: str) -> Any:
    form = {"text": "We corrected the record.", "done": "answer"} | fields
    return sign_in(getattr(cast, by)).post(f"{LIST}{concern.uuid}/", form, follow=True)


def test_it_works(cast: Cast):
    assert "has it now" in words(miss(cast))
    home = words(sign_in(cast.nobody).get("/"))
    assert f"a child at {cast.school_a.name} is missing" in home
    assert WORDS in words(sign_in(cast.office).get(LIST))
    answer(cast, Concern.objects.get())

    assert "We corrected the record." in words(sign_in(cast.nobody).get("/"))
    assert "No family waits" in words(sign_in(cast.office).get(LIST))


def test_the_first_page_leads_there(cast: Cast):
    home = sign_in(cast.other_parent).get("/").content.decode()

    assert f'href="{MISSING}"' in home
    assert f'href="/children/{cast.child.uuid}/not-mine/"' in home
    assert "not-mine" not in sign_in(cast.student).get("/").content.decode(), "nobody disowns themselves"


@pytest.mark.promise("A7")
def test_a_missing_child_is_for_the_school_that_was_named(cast: Cast):
    miss(cast)

    for part, sees in {
        "office": True,
        "district_admin": True,
        "school_admin_b": False,
        "staff_elsewhere": False,
    }.items():
        assert (WORDS in words(sign_in(getattr(cast, part)).get(LIST))) == sees, part
    assert answer(cast, Concern.objects.get(), by="school_admin_b").status_code == 404


@pytest.mark.promise("A7")
def test_a_child_who_is_not_theirs_is_for_the_child_s_school(cast: Cast):
    not_mine(cast)

    assert escape(cast.child.full_name) in sign_in(cast.office).get(LIST).content.decode()
    assert escape(cast.child.full_name) not in sign_in(cast.school_admin_b).get(LIST).content.decode()


@pytest.mark.promise("A10")
def test_the_office_ends_the_link_with_its_answer_and_no_sync_brings_it_back(cast: Cast):
    not_mine(cast)
    not_mine(cast)
    concern = Concern.objects.get()
    assert opens(cast.other_parent, cast.child) == 200, "saying so changes nothing yet"
    answer(cast, concern, done="end")

    assert opens(cast.other_parent, cast.child) == 404
    assert opens(cast.parent_of_two, cast.child) == 200
    assert Guardianship.objects.get(guardian__user=cast.other_parent).ended_by == EndedBy.PERSON
    verbs = list(AccessChange.objects.filter(actor=str(cast.office.uuid)).values_list("verb", flat=True))
    assert sorted(verbs) == ["concern.answered", "guardianship.ended"]


def test_an_answer_of_words_alone_leaves_the_link(cast: Cast):
    not_mine(cast)
    answer(cast, Concern.objects.get(), text="Your court paper names you. Please call us.")

    assert opens(cast.other_parent, cast.child) == 200


def test_who_answers_second_is_told(cast: Cast):
    miss(cast)
    concern = Concern.objects.get()
    answer(cast, concern)

    assert "answered already" in words(answer(cast, concern, by="school_admin", text="Something else."))
    concern.refresh_from_db()
    assert concern.answer == "We corrected the record."


def test_an_answer_needs_words_and_a_button(cast: Cast):
    miss(cast)
    answer(cast, Concern.objects.get(), text="")
    answer(cast, Concern.objects.get(), done="")

    assert Concern.objects.get().answered_at is None


def test_nobody_answers_their_own(cast: Cast):
    concern = concerns.raise_missing(school=cast.school_a, text=WORDS, by=cast.office)

    assert answer(cast, concern).status_code == 404
    assert answer(cast, concern, by="school_admin").status_code == 200


def test_one_family_does_not_drown_the_office(cast: Cast):
    for _ in range(concerns.MOST_OPEN):
        concerns.raise_missing(school=cast.school_a, text=WORDS, by=cast.nobody)

    assert "several things already" in words(miss(cast))
    assert Concern.objects.count() == concerns.MOST_OPEN


@pytest.mark.promise("R5")
def test_what_was_said_is_on_record_without_the_words(cast: Cast):
    miss(cast)
    row = AccessChange.objects.get(verb="concern.raised")

    assert row.actor == str(cast.nobody.uuid)
    assert row.after["school"] == str(cast.school_a.uuid)
    assert "Ana Example" not in str(row.after)


def copy_asked(cast: Cast, who: str = "other_parent") -> Any:
    address = f"/children/{cast.child.uuid}/accessible-copy/"
    return sign_in(getattr(cast, who)).post(address, {"text": "Large print, please."}, follow=True)


def test_a_copy_that_a_reader_can_use_is_a_task_for_the_childs_school(cast: Cast):
    assert "has it now" in words(copy_asked(cast))
    assert "a report in a form you can use" in words(sign_in(cast.other_parent).get("/"))
    assert "Large print, please." in words(sign_in(cast.office).get(LIST))
    assert "Large print, please." not in words(sign_in(cast.school_admin_b).get(LIST))
    answer(cast, Concern.objects.get())

    assert "We corrected the record." in words(sign_in(cast.other_parent).get("/"))
    verbs = AccessChange.objects.filter(subject="concern").values_list("verb", flat=True)
    assert sorted(verbs) == ["concern.answered", "concern.raised"]


def test_asking_for_a_copy_ends_no_link_whatever_the_answers_button_says(cast: Cast):
    copy_asked(cast)
    answer(cast, Concern.objects.get(), done="end")

    assert opens(cast.other_parent, cast.child) == 200
