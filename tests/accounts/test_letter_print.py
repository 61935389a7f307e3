"""Letters: who prints which, for whom, what stands on them, and what does not get out (A8, A3, A4, A7)."""

from __future__ import annotations

import re
from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag
from django.test import Client

from accounts import letter_codes
from accounts.models import AccessChange, ClaimCode, Guardianship, Section
from accounts.models.guardianship import Standing
from accounts.services import letters
from portal.base import streaming
from tests import factories
from tests.accounts.claiming import adult, by_mail, type_in
from tests.accounts.doors import page_of, students_in
from tests.cast import Cast, sign_in
from tests.scorereports.pages import leave, words

LETTERS = "/staff/letters/"


def ask(client: Client, cast: Cast, **fields: str) -> Any:
    return client.post(LETTERS, {"school": str(cast.school_a.uuid), "print": "yes"} | fields)


def printed(cast: Cast, by: str = "office", **fields: str) -> list[Tag]:
    """Return the letters that come, as articles."""
    answer = ask(sign_in(getattr(cast, by)), cast, **fields)
    assert answer.streaming, words(answer)
    page = BeautifulSoup(b"".join(answer.streaming_content), "html.parser")
    return page.select("article.letter")


def to_whom(found: list[Tag]) -> list[str]:
    return [one.select(".letter-to")[0].get_text(strip=True) for one in found]


def code_on(letter: Tag) -> str:
    return letter.select(".letter-code")[0].get_text(strip=True)


@pytest.fixture
def rosa(cast: Cast) -> Guardianship:
    return adult(cast.child, name="Rosa Example")


def test_it_works(cast: Cast, rosa: Guardianship):
    [letter] = printed(cast)
    text = " ".join(letter.get_text(" ").split())

    assert to_whom([letter]) == ["Rosa Example"]
    assert cast.child.full_name in text
    assert cast.school_a.name in text
    assert cast.district.name in text
    assert "testserver/claim" in text
    assert len(letter.select("svg path")) == 1
    client = by_mail("rosa.new@example.net")
    type_in(client, code_on(letter))
    assert students_in(client) == {page_of(cast.child)}


@pytest.mark.promise("A8")
def test_only_adults_without_an_account_get_one(cast: Cast, rosa: Guardianship):
    assert to_whom(printed(cast)) == ["Rosa Example"], "the cast's parents have accounts"


def blocked(link: Guardianship) -> None:
    factories.block(link)


def held(link: Guardianship) -> None:
    factories.hold(link.student)


def in_review(link: Guardianship) -> None:
    Guardianship.objects.filter(pk=link.pk).update(standing=Standing.REVIEW)


def of_age(link: Guardianship) -> None:
    link.student.birth_date = factories.years_ago(18)
    link.student.save()


@pytest.mark.promise("A3", "A4", "A8")
@pytest.mark.parametrize("happens", [blocked, held, in_review, of_age])
def test_nobody_gets_a_letter_whom_it_would_not_let_in(cast: Cast, rosa: Guardianship, happens: Any):
    adult(cast.classmate, name="Somebody Else", email="")
    happens(rosa)

    assert to_whom(printed(cast)) == ["Somebody Else"]


@pytest.mark.promise("A3", "A8")
def test_a_block_keeps_letters_from_the_adult_and_not_from_the_other_parent(cast: Cast, rosa: Guardianship):
    """Also by a second record of the same adult; and though the two parents share an address."""
    factories.block(rosa)
    adult(cast.child, name="ROSA Example", email="other@example.org")
    adult(cast.child, name="Luis Example")

    assert to_whom(printed(cast)) == ["Luis Example"]


@pytest.mark.promise("A8")
def test_printing_again_makes_letters_only_for_those_without_one(cast: Cast, rosa: Guardianship):
    [first] = printed(cast)
    adult(cast.classmate, name="New Here", email="")
    [second] = printed(cast)

    assert to_whom([second]) == ["New Here"]
    assert ClaimCode.objects.filter(voided="").count() == 2
    client = by_mail("rosa.new@example.net")
    type_in(client, code_on(first))
    assert students_in(client) == {page_of(cast.child)}


@pytest.mark.promise("A8")
def test_asked_for_anew_the_old_code_is_void(cast: Cast, rosa: Guardianship):
    [first] = printed(cast)
    [second] = printed(cast, again="on")
    client = sign_in(cast.nobody)

    assert "does not work" in words(type_in(client, code_on(first)))
    type_in(client, code_on(second))
    assert students_in(client) == {page_of(cast.child)}


def test_grade_section_and_list_narrow_it(cast: Cast, rosa: Guardianship):
    adult(cast.classmate, name="Of Classmate", email="")
    cast.classmate.grade = "07"
    cast.classmate.save()
    section = Section.objects.filter(places__student=cast.child).get()

    assert to_whom(printed(cast, grade="05")) == ["Rosa Example"]
    assert to_whom(printed(cast, again="on", grade="07")) == ["Of Classmate"]
    assert to_whom(printed(cast, again="on", section=str(section.pk))) == ["Rosa Example", "Of Classmate"]
    listed = f"{cast.child.local_id}, no-such-id\n"
    assert to_whom(printed(cast, again="on", local_ids=listed)) == ["Rosa Example"]


@pytest.mark.promise("A7")
def test_staff_print_for_their_own_school_alone(cast: Cast, rosa: Guardianship):
    adult(cast.sibling, name="At School B", email="")
    b = str(cast.school_b.uuid)

    assert to_whom(printed(cast, by="school_admin_b")) == ["At School B"], "whichever school they name"
    assert to_whom(printed(cast, by="district_admin", school=b, again="on")) == ["At School B"]
    assert ask(sign_in(cast.staff_elsewhere), cast).status_code in {200, 404}
    other = Section.objects.filter(school=cast.school_a).first()
    assert other
    answer = ask(sign_in(cast.school_admin_b), cast, section=str(other.pk))
    assert not answer.streaming, "a section of another school is no choice"


@pytest.mark.promise("A7")
def test_a_code_made_with_a_foreign_school_in_the_form_is_none(cast: Cast, rosa: Guardianship):
    two = factories.school(cast.other_district)
    assert two
    assert ask(sign_in(cast.staff_elsewhere), cast).status_code == 404
    assert not ClaimCode.objects.exists()


def test_with_nobody_left_it_says_why(cast: Cast):
    answer = ask(sign_in(cast.office), cast)

    assert "No letter is due" in words(answer)


def test_more_than_a_print_can_hold_is_said(cast: Cast, rosa: Guardianship, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(letters, "MOST", 0)

    assert "Choose a grade or a section" in words(ask(sign_in(cast.office), cast))
    assert not ClaimCode.objects.exists()


def test_a_busy_portal_makes_no_letters(cast: Cast, rosa: Guardianship, settings: Any):
    settings.STREAM_SLOTS = 0
    ask(sign_in(cast.office), cast)

    assert not ClaimCode.objects.exists()


def test_letters_come_in_pieces_and_the_place_is_given_back(cast: Cast, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(letters, "_AT_ONCE", 2)
    for number in range(5):
        adult(cast.child, name=f"Adult {number} of five", email="")
    answer = ask(sign_in(cast.office), cast)
    pieces = list(answer.streaming_content)

    assert len(pieces) == 1 + 3 + 1
    assert ClaimCode.objects.count() == 5
    assert streaming.taken() == 0
    row = AccessChange.objects.get(verb="letters.printed")
    assert row.after == {"letters": 5, "asked": 5, "outcome": "complete"}


def test_a_print_that_breaks_off_leaves_no_codes_for_letters_that_never_came(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(letters, "_AT_ONCE", 1)
    for number in range(3):
        adult(cast.child, name=f"Adult {number} of three", email="")
    answer = ask(sign_in(cast.office), cast)
    next(iter(answer.streaming_content))
    leave(answer)

    assert ClaimCode.objects.count() == 1
    assert AccessChange.objects.get(verb="letters.printed").after["outcome"] == "client-left"
    assert len(printed(cast)) == 2


def test_the_family_s_language_stands_first_where_the_portal_has_it(cast: Cast, settings: Any):
    settings.LANGUAGES = [("en", "English"), ("es", "Español")]
    link = adult(cast.child)
    link.guardian.language = "01"
    link.guardian.save()
    other = adult(cast.child, name="Hmong Speaker", email="")
    other.guardian.language = "hmong"
    other.guardian.save()
    both = {to_whom([one])[0]: [part["lang"] for part in one.select("section")] for one in printed(cast)}

    assert both == {"Rosa Example": ["es", "en"], "Hmong Speaker": ["en"]}


@pytest.mark.promise("S2")
def test_neither_names_nor_codes_get_into_a_log(cast: Cast, rosa: Guardianship, caplog: Any, capfd: Any):
    [letter] = printed(cast)
    code = code_on(letter)
    type_in(by_mail("rosa.new@example.net"), code)
    noise = capfd.readouterr()
    told = caplog.text + noise.out + noise.err

    assert "letter-print" in told, "the control: the log was read"
    for canary in ("Rosa Example", cast.child.full_name, code, code.replace("-", "")):
        assert canary not in told


def test_the_picture_is_the_address_and_nothing_more(cast: Cast, rosa: Guardianship):
    first, second = printed(cast)[0], printed(cast, again="on")[0]

    assert str(first.select("svg")[0]) == str(second.select("svg")[0]), "no code is in it"
    assert re.fullmatch(r"[0-9A-Z-]{16}", code_on(first))
    assert letter_codes.read(code_on(first))
