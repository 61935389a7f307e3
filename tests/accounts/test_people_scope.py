"""Every people page, crawled as each staff role: nothing of another school, section or district, in any corner.

Two nets. The words of foreign places must show nowhere; and when those places double, no page may change: what is not
named may still have been counted.
"""

from __future__ import annotations

import re
from urllib.parse import urljoin

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from accounts.models import School
from tests.accounts import people_world
from tests.accounts.doors import without_tokens
from tests.accounts.people_world import PeopleWorld
from tests.cast import Cast, sign_in

pytestmark = [pytest.mark.promise("A1", "A7"), pytest.mark.slow, pytest.mark.services]
ELSEWHERE = ("class_a", "class_b", "school_b")
# Whoever looks, and the places of which they may learn nothing.
LOOKERS = {
    "teacher": ("class_b", "school_b", "district_b"),
    "other_teacher": ("school_b", "district_b"),
    "counselor": ("class_a", "class_b", "school_b", "district_b"),
    "office": ("school_b", "district_b"),
    "school_admin": ("school_b", "district_b"),
    "district_admin": ("district_b",),
    "records_custodian": ("district_b",),
    "integrations_admin": ("class_a", "class_b", "school_b", "district_b"),
    "staff_elsewhere": ELSEWHERE,
}
START = {
    "/",
    "/staff/restrictions/",
    "/staff/reviews/",
    *(
        f"/staff/reviews/students/{question}/"
        for question in ("ssid-changed", "ssid-shared", "no-birth-date", "turning-18")
    ),
}


@pytest.fixture
def there(cast: Cast) -> PeopleWorld:
    return people_world.build(cast)


def linked(page: str, base: str) -> set[str]:
    found = {
        urljoin(base, str(link["href"])) for link in BeautifulSoup(page, "html.parser").select("a[href]")
    }
    own = re.compile(r"/(\?|$)|/staff/|/students/")
    # Reports, the schedule of syncs and one's own account have tests of their own.
    not_people = re.compile(r"/reports/|/staff/syncs|/staff/outcomes")
    return {
        address.partition("#")[0]
        for address in found
        if address.startswith("/") and own.match(address) and not not_people.search(address)
    }


def crawl(client: Client, start: set[str]) -> dict[str, str]:
    """Open every address, and those that the pages link to; return what each says."""
    to_do, pages = set(start), {}
    while to_do:
        address = to_do.pop()
        answer = client.get(address)
        pages[address] = (
            f"{answer.status_code} {answer.headers.get('Location', '')} {without_tokens(answer.content)}"
        )
        if answer.status_code == 200:
            to_do |= linked(answer.content.decode(), address) - set(pages)
        elif answer.status_code == 302:
            to_do |= {urljoin(address, answer.headers["Location"])} - set(pages)
    return pages


def foreign(there: PeopleWorld, part: str) -> tuple[set[str], set[str]]:
    """Return the words this part may not meet, and the pages that are not for them."""
    places = [getattr(there, name) for name in LOOKERS[part]]
    return set().union(*(place.words for place in places)), set().union(
        *(place.addresses for place in places)
    )


@pytest.mark.parametrize("part", LOOKERS)
def test_it_works(cast: Cast, there: PeopleWorld, part: str):
    words, addresses = foreign(there, part)
    pages = crawl(sign_in(getattr(cast, part)), START | addresses)
    for address, page in pages.items():
        # The address asked for comes back in links of the page's own foot.
        said = page.replace(address, "")
        leaks = {word for word in words if re.search(rf"{re.escape(word)}", said)}
        assert not leaks, f"{address}: {leaks}"

    assert {pages[address][:3] for address in addresses} == {"404"}


@pytest.mark.parametrize("part", ["teacher", "counselor", "office", "school_admin", "staff_elsewhere"])
def test_no_page_changes_when_the_places_of_others_double(cast: Cast, there: PeopleWorld, part: str):
    client = sign_in(getattr(cast, part))
    before = crawl(client, START)
    if "class_b" in LOOKERS[part]:
        people_world.fill(there.class_b, cast.school_a, cast.other_teacher)
    if "school_b" in LOOKERS[part]:
        people_world.fill(there.school_b, cast.school_b, cast.superuser)
    if "district_b" in LOOKERS[part]:
        people_world.fill(there.district_b, School.objects.get(district=cast.other_district), cast.superuser)
    if part == "staff_elsewhere":
        people_world.fill(there.class_a, cast.school_a, cast.teacher)
    after = crawl(client, START)

    assert after.keys() == before.keys()
    assert {address for address, page in after.items() if page != before[address]} == set()


def test_the_crawl_sees_what_is_there(cast: Cast, there: PeopleWorld):
    """The control: the same crawl by somebody of the district meets the words of its places, on more pages."""
    pages = crawl(sign_in(cast.records_custodian), START)
    said = " ".join(pages.values())

    assert len(pages) > 100
    for place in (there.class_a, there.class_b, there.school_b):
        ids = {word for word in place.words if re.fullmatch(r"[0-9a-f-]{36}", word)}
        assert place.word in said
        assert len([word for word in ids if word in said]) > len(ids) / 2
