"""The way in that the tests of access take: sign in, open the student's page, say what the browser would see."""

from __future__ import annotations

from bs4 import BeautifulSoup
from django.test import Client

from accounts.models import School, Student, User
from tests import factories
from tests.cast import give_second_factor, sign_in


def opens(who: User, student: Student) -> int:
    """Return the status of the student's page for somebody who has just signed in."""
    return sign_in(who).get(page_of(student)).status_code


def page_of(student: Student) -> str:
    return f"/students/{student.uuid}/"


def children_on_home(who: User) -> set[str]:
    """Return the addresses of the students whom the first page names."""
    return students_in(sign_in(who))


def students_in(client: Client) -> set[str]:
    page = BeautifulSoup(client.get("/").content, "html.parser")
    return {str(link["href"]) for link in page.select("main a[href^='/students/']")}


def without_tokens(content: bytes) -> str:
    """Return a page without what always differs: tokens, nonces, its own address, when the session ends."""
    page = BeautifulSoup(content, "html.parser")
    for ending in page.select("[data-session-end]"):
        ending.decompose()
    for script in page.select("script[nonce]"):
        del script["nonce"]
    for field in page.select("input[name=csrfmiddlewaretoken], input[name=form_token], input[name=next]"):
        field.decompose()
    return str(page)


def a_school() -> School:
    return factories.school(factories.district())


def staff_with_factor(user: User) -> User:
    give_second_factor(user)
    return user
