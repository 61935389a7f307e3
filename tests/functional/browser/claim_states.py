"""How families get in, and what staff do about it, in every state that looks different: a part of states.py."""

from __future__ import annotations

from playwright.sync_api import Page

from accounts import letter_codes
from accounts.models import Concern, Guardianship, Section
from accounts.services import concerns
from tests import factories
from tests.accounts.claiming import adult, mailed_code
from tests.functional.browser.place import Place
from tests.functional.browser.scene import State, at

PARENT, OFFICE, GUARD, DISTRICT = "parent_of_two", "office", "school_admin", "district_admin"
MAILBOX = "any.mailbox@example.net"
WORDS = "Ana Example, grade 3. I am her mother."


def prove_address(page: Page, email: str = MAILBOX) -> None:
    """Type an address and the code that comes by mail."""
    page.get_by_label("Email").fill(email)
    page.get_by_role("button", name="Email me a code").click()
    page.get_by_label("Code").wait_for()
    page.get_by_label("Code").fill(mailed_code())
    page.get_by_role("main").get_by_role("button", name="Sign in").click()


def proved(_place: Place, page: Page) -> None:
    page.goto("/claim/")
    prove_address(page)
    page.get_by_label("Code from the letter").wait_for()


def wrong_letter(_place: Place, page: Page) -> None:
    page.goto("/claim/")
    page.get_by_label("Code from the letter").fill(letter_codes.shown(letter_codes.new()))
    page.get_by_role("button", name="Use this code").click()
    page.get_by_text("This code does not work").wait_for()


def asked(place: Place) -> None:
    """One thing said and answered, one that waits, and a question whose account it is."""
    who = place.cast.parent_of_two
    first = concerns.raise_missing(school=place.cast.school_b, text=WORDS, by=who)
    concerns.answer(concern=first, text="She is on your list now.", end_link=False, by=place.cast.office)
    factories.concern(who, place.cast.child)
    factories.question(who, place.cast.child)


def families_ask(place: Place) -> None:
    concerns.raise_missing(school=place.cast.school_a, text=WORDS, by=place.cast.nobody)
    factories.concern(place.cast.parent_of_two, place.cast.child)


def answering(place: Place, page: Page) -> None:
    concern = factories.concern(place.cast.parent_of_two, place.cast.child)
    page.goto(f"/staff/concerns/{concern.uuid}/")


def answering_without_words(_place: Place, page: Page) -> None:
    concern = Concern.objects.filter(student__isnull=True).get()
    page.goto(f"/staff/concerns/{concern.uuid}/")
    page.get_by_label("Answer to the family").fill(" ")
    page.get_by_role("main").get_by_role("button", name="Answer").click()
    page.locator(".errorlist").first.wait_for()


def disowning(place: Place, page: Page) -> None:
    page.goto(f"/children/{place.cast.child.uuid}/not-mine/")


def asking_for_a_copy(place: Place, page: Page) -> None:
    page.goto(f"/children/{place.cast.child.uuid}/accessible-copy/")


def unfolded_list(_place: Place, page: Page) -> None:
    page.goto("/")
    page.get_by_text("Is something wrong with this list?").click()


def questions(place: Place) -> None:
    factories.question(place.cast.nobody, place.cast.child)


def deciding_an_account(place: Place, page: Page) -> None:
    question = factories.question(place.cast.nobody, place.cast.child)
    page.goto(f"/staff/reviews/accounts/{question.uuid}/")


def handing_over(place: Place, page: Page) -> None:
    page.goto(f"/staff/guardianships/{adult(place.cast.child).uuid}/code/")


def handing_over_without_id(place: Place, page: Page) -> None:
    handing_over(place, page)
    page.get_by_role("button", name="Make the code").evaluate("(one) => { one.form.noValidate = true; }")
    page.get_by_role("button", name="Make the code").click()
    page.locator(".errorlist").first.wait_for()


def handed_over(place: Place, page: Page) -> None:
    handing_over(place, page)
    page.get_by_label("passport").check()
    page.get_by_label("The name and the picture").check()
    page.get_by_role("button", name="Make the code").click()
    page.get_by_text("It is shown only now").wait_for()


def of_link(page_name: str, place: Place, page: Page) -> None:
    link = Guardianship.objects.get(guardian__user=place.cast.other_parent)
    page.goto(f"/staff/guardianships/{link.uuid}/{page_name}/")


def two_adults(place: Place) -> None:
    adult(place.cast.child)
    adult(place.cast.classmate, name="Luis Example", email="")
    Section.objects.filter(school=place.cast.school_a).update(name="Mathematics 5, period 2")


def letters_made(place: Place, page: Page) -> None:
    page.goto("/staff/letters/")
    page.get_by_role("button", name="Make the letters").click()
    page.get_by_text("This was the last letter").wait_for()


def no_letters(place: Place, page: Page) -> None:
    page.goto("/staff/letters/")
    page.get_by_role("button", name="Make the letters").click()
    page.get_by_text("No letter is due").wait_for()


CLAIM_STATES: dict[str, State] = {
    "claim": State(at("/claim/"), kind="claim"),
    "claim-proved": State(proved, kind="claim"),
    "claim-signed-in": State(at("/claim/"), PARENT, kind="claim"),
    "claim-wrong": State(wrong_letter, PARENT, kind="claim"),
    "home-list-wrong": State(unfolded_list, PARENT, kind="children"),
    "home-asked": State(at("/"), PARENT, asked, kind="children"),
    "child-missing": State(at("/children/missing/"), PARENT),
    "not-my-child": State(disowning, PARENT),
    "accessible-copy": State(asking_for_a_copy, PARENT),
    "accessibility": State(at("/accessibility/"), PARENT),
    "concerns": State(at("/staff/concerns/"), OFFICE, families_ask, kind="concerns"),
    "concerns-none": State(at("/staff/concerns/"), GUARD, kind="concerns"),
    "concern": State(answering, OFFICE, kind="concern"),
    "concern-wrong": State(answering_without_words, DISTRICT, families_ask, kind="concern"),
    "account-reviews": State(at("/staff/reviews/accounts/"), GUARD, questions, kind="account-reviews"),
    "account-reviews-none": State(at("/staff/reviews/accounts/"), DISTRICT, kind="account-reviews"),
    "account-review": State(deciding_an_account, GUARD),
    "hand-over": State(handing_over, OFFICE, kind="hand-over"),
    "hand-over-wrong": State(handing_over_without_id, OFFICE, kind="hand-over"),
    "hand-over-has-one": State(lambda *there: of_link("code", *there), OFFICE, kind="hand-over"),
    "handed-over": State(handed_over, OFFICE),
    "disconnect": State(lambda *there: of_link("disconnect", *there), GUARD),
    "letters-school": State(at("/staff/letters/"), DISTRICT, kind="letters"),
    "letters": State(at("/staff/letters/"), OFFICE, two_adults, kind="letters"),
    "letters-none": State(no_letters, OFFICE, kind="letters"),
    "letters-made": State(letters_made, OFFICE, two_adults),
}
