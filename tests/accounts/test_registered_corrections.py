"""Staff accept the adult whom they looked at: a registration that comes again changes nobody under their hand."""

from __future__ import annotations

import re
import threading
from typing import Any

import pytest
from django.db import connections
from django.test import Client

from accounts.models import AccessChange, Guardianship
from accounts.models.guardianship import Standing
from accounts.services import guardianships, provisionals, reviews
from tests.accounts.claiming import ROSA
from tests.accounts.registering import BY, registered
from tests.cast import Cast, sign_in

pytestmark = pytest.mark.promise("A8", "R5")
LIST = "/staff/reviews/registrations/"
OTHER: dict[str, Any] = {"name": "Somebody Else", "email": "else@example.org"}
CHANGED = "1 adult changed meanwhile and still waits"


def as_shown(client: Client, *links: Guardianship) -> dict[str, Any]:
    """Return the list's form as the page has it now, with these marked."""
    html = client.get(LIST).content.decode()
    shown = dict(re.findall(r'name="(seen-[0-9a-f-]+)" value="([^"]+)"', html))
    return shown | {"links": [str(link.uuid) for link in links], "answer": "accept", "reason": "Her papers."}


def standing(link: Guardianship) -> str:
    return str(Guardianship.objects.get(pk=link.pk).standing)


def test_it_works(cast: Cast):
    link = registered(cast.child)
    client = sign_in(cast.school_admin)
    form = as_shown(client, link)

    page = client.post(LIST, form, follow=True).content.decode()

    assert ("1 adult accepted." in page, CHANGED in page) == (True, False)
    assert standing(link) == Standing.COUNTS


@pytest.mark.parametrize("change", [{"name": "Somebody Else"}, {"email": "else@example.org"}])
def test_who_changed_since_the_list_was_shown_is_not_accepted_and_the_page_says_so(
    cast: Cast, change: dict[str, Any]
):
    link, other = (
        registered(cast.child),
        registered(cast.classmate, place="1:902:1", email="luis@example.org"),
    )
    client = sign_in(cast.school_admin)
    form = as_shown(client, link, other)
    assert registered(cast.child, **change) == link

    page = client.post(LIST, form, follow=True).content.decode()

    assert "1 adult accepted." in page
    assert CHANGED in page
    assert (standing(link), standing(other)) == (Standing.PROVISIONAL, Standing.COUNTS)
    assert not AccessChange.objects.filter(verb="guardianship.accepted", subject_id=link.uuid).exists()


def test_a_list_that_does_not_say_what_it_showed_accepts_nobody(cast: Cast):
    link = registered(cast.child)

    form = {"links": [str(link.uuid)], "answer": "accept", "reason": "Her papers."}
    page = sign_in(cast.school_admin).post(LIST, form, follow=True).content.decode()

    assert CHANGED in page
    assert standing(link) == Standing.PROVISIONAL


def test_who_changed_since_their_own_page_was_shown_is_not_accepted(cast: Cast):
    link = registered(cast.child)
    client = sign_in(cast.school_admin)
    form = {"seen": reviews.state_of(link), "answer": "accept", "reason": "Her papers."}
    registered(cast.child, **OTHER)

    page = client.post(f"/staff/reviews/{link.uuid}/", form, follow=True).content.decode()

    assert "Something changed meanwhile" in page
    assert standing(link) == Standing.PROVISIONAL


def test_what_a_form_sends_along_names_nobody(cast: Cast):
    link = registered(cast.child)

    word = reviews.state_of(link)

    assert not any(part in word for part in ("Rosa", ROSA, "555-0142"))
    assert word == reviews.state_of(Guardianship.objects.get(pk=link.pk))


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_an_acceptance_waits_for_a_correction_that_is_under_way(cast: Cast, monkeypatch: pytest.MonkeyPatch):
    link = registered(cast.child)
    seen = reviews.state_of(link)
    correct, refused = provisionals._correct, []  # the moment between looking and writing

    def accept() -> None:
        try:
            reviews.decide(
                link=Guardianship.objects.get(pk=link.pk),
                accept=True,
                seen=seen,
                by=cast.school_admin,
                reason="x",
            )
        except reviews.DecidedMeanwhile:
            refused.append(True)
        finally:
            connections.close_all()

    clerk = threading.Thread(target=accept)

    def while_somebody_accepts(*arguments: Any) -> None:
        clerk.start()
        clerk.join(2)
        correct(*arguments)

    monkeypatch.setattr(provisionals, "_correct", while_somebody_accepts)
    registered(cast.child, **OTHER)
    clerk.join(30)

    assert (standing(link), refused) == (Standing.PROVISIONAL, [True])


def test_what_was_accepted_no_registration_corrects(cast: Cast):
    link = registered(cast.child)
    guardianships.accept(guardianship=link, by=BY, reason="Her papers.")

    other = registered(cast.child, **OTHER)

    assert other != link
    assert Guardianship.objects.get(pk=link.pk).guardian.email == ROSA
