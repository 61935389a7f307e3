"""Bursts at every door: how many tries pass, what the others meet, and for whom the doors stay open (trust S8)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from accounts import throttles
from accounts.models import AccessRecord
from accounts.throttles import Act, TooOften
from portal.base.models import Counter
from portal.throttling import COUNTED, NOT_COUNTED
from tests import factories
from tests.cast import Cast, sign_in
from tests.scorereports.pages import first_report, leave

pytestmark = pytest.mark.promise("S8")

LOGIN, RESET = "/accounts/login/", "/accounts/password/reset/"
WRONG = "wrong password, long enough"
MONDAY = datetime(2026, 11, 2, 12, tzinfo=UTC)


def log_in(email: str, password: str = WRONG, client: Client | None = None) -> Any:
    return (client or Client()).post(LOGIN, {"login": email, "password": password})


def from_somewhere_else() -> Client:
    return Client(REMOTE_ADDR="127.0.0.77")


def names_under(prefix: str) -> set[str]:
    """Return the names of allauth's addresses."""

    def walk(patterns: list[URLPattern | URLResolver], path: str) -> set[str]:
        found = set()
        for one in patterns:
            here = path + str(one.pattern)
            if isinstance(one, URLResolver):
                found |= walk(one.url_patterns, here)
            elif one.name and here.startswith(prefix):
                found.add(one.name)
        return found

    return walk(get_resolver().url_patterns, "")


def test_it_works(cast: Cast):
    who = cast.parent_of_two.email
    with time_machine.travel(MONDAY, tick=False) as traveller:
        answers = [log_in(who) for _ in range(11)]
        assert [answer.status_code for answer in answers] == [200] * 10 + [429]
        traveller.shift(30)
        answer = log_in(who, factories.PASSWORD)
        assert answer.status_code == 429
        assert answer["Retry-After"] == "270"
        assert "Wait 5 minutes" in answer.content.decode()
        traveller.shift(271)
        assert log_in(who, factories.PASSWORD).status_code == 302


def test_every_page_of_sign_in_is_counted_or_listed_as_harmless():
    assert names_under("accounts/") == set(COUNTED) | NOT_COUNTED
    assert not set(COUNTED) & NOT_COUNTED


def test_guessing_at_one_account_from_many_addresses_comes_to_an_end(cast: Cast):
    who = cast.parent_of_two.email
    for number in range(10):
        log_in(who, client=Client(REMOTE_ADDR=f"127.0.1.{number}"))

    assert log_in(who, factories.PASSWORD, from_somewhere_else()).status_code == 429
    assert log_in(cast.other_parent.email, factories.PASSWORD).status_code == 302


def test_an_account_is_one_however_its_address_is_typed(cast: Cast):
    who = cast.parent_of_two.email
    for number in range(10):
        log_in(who.upper() if number % 2 else f" {who} ")

    assert log_in(who, factories.PASSWORD).status_code == 429


def test_a_burst_at_many_accounts_from_one_address_meets_a_plain_page(cast: Cast):
    answers = [log_in(f"person{number}@elsewhere.example", "short") for number in range(61)]
    answer = answers[-1]

    assert [one.status_code for one in answers] == [200] * 60 + [429]
    assert 0 < int(answer["Retry-After"]) <= 60
    assert "too many tries" in answer.content.decode()
    assert log_in(cast.parent_of_two.email, factories.PASSWORD, from_somewhere_else()).status_code == 302


def test_neighbours_in_one_ipv6_network_are_one_address(settings: Any, db: None):
    settings.THROTTLES = settings.THROTTLES | {"sign-in": {"address": (1, 60)}}
    log_in("a@example.org", client=Client(REMOTE_ADDR="2001:db8::1"))

    assert log_in("b@example.org", client=Client(REMOTE_ADDR="2001:db8::2")).status_code == 429
    assert log_in("b@example.org", client=Client(REMOTE_ADDR="2001:db8:0:1::2")).status_code == 200


def test_nobody_s_mailbox_is_flooded_with_links_for_a_new_password(cast: Cast):
    answers = [Client().post(RESET, {"email": cast.parent_of_two.email}).status_code for _ in range(6)]

    assert answers == [302] * 5 + [429]
    assert len(mail.outbox) == 5


def test_an_unknown_address_meets_the_same_limit(db: None):
    answers = [Client().post(RESET, {"email": "nobody.knows@example.org"}).status_code for _ in range(6)]

    assert answers == [302] * 5 + [429]


def test_a_password_asked_for_again_is_counted(cast: Cast):
    client = sign_in(cast.parent_of_two)
    answers = [client.post("/accounts/reauthenticate/", {"password": WRONG}).status_code for _ in range(11)]

    assert answers == [200] * 10 + [429]


def test_looking_at_a_page_costs_nothing(cast: Cast):
    client = Client()
    assert {client.get(LOGIN).status_code for _ in range(70)} == {200}


def test_opening_reports_is_counted_by_person(cast: Cast, connected: Any, sandbox: Any, settings: Any):
    settings.THROTTLES = settings.THROTTLES | {"opening": {"account": (2, 60), "address": (99, 60)}}
    client, other = sign_in(cast.parent_of_two), sign_in(cast.other_parent)
    content = first_report(client, cast.child) + "content/"
    for _ in range(2):
        answer = client.get(content)
        assert answer.status_code == 200
        leave(answer)
    calls = len(AccessRecord.objects.filter(action="opened"))
    answer = client.get(content)

    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= 60
    assert "Please wait a moment" in answer.content.decode()
    assert "frame-ancestors 'self'" in answer["Content-Security-Policy"]
    assert len(AccessRecord.objects.filter(action="opened")) == calls
    assert AccessRecord.objects.filter(action="refused", outcome="too-often").count() == 1
    answer = other.get(content)
    assert answer.status_code == 200
    leave(answer)


def test_opening_reports_is_counted_by_address(cast: Cast, connected: Any, sandbox: Any, settings: Any):
    settings.THROTTLES = settings.THROTTLES | {"opening": {"account": (9, 60), "address": (1, 60)}}
    client, other = sign_in(cast.parent_of_two), sign_in(cast.other_parent)
    content = first_report(client, cast.child) + "content/"
    leave(client.get(content))

    assert other.get(content).status_code == 429


def test_a_burst_of_searches_meets_a_plain_page(cast: Cast, settings: Any):
    """Each page of the hits is a search: nobody copies a district page by page."""
    assert settings.THROTTLES["search"]["account"] == (60, 60)
    settings.THROTTLES = settings.THROTTLES | {"search": {"account": (3, 60), "address": (99, 60)}}
    client, colleague = sign_in(cast.office), sign_in(cast.school_admin)
    answers = [client.post("/staff/students/", {"text": "last", "page": str(page)}) for page in range(4)]

    assert [one.status_code for one in answers] == [200] * 3 + [429]
    assert 0 < int(answers[-1]["Retry-After"]) <= 60
    assert "too many tries" in answers[-1].content.decode()
    assert cast.child.full_name not in answers[-1].content.decode()
    assert client.get("/staff/students/").status_code == 200
    assert colleague.post("/staff/students/", {"text": "last"}).status_code == 200


def test_searches_are_counted_by_address(cast: Cast, settings: Any):
    settings.THROTTLES = settings.THROTTLES | {"search": {"account": (9, 60), "address": (1, 60)}}
    sign_in(cast.office).post("/staff/students/", {"text": "last"})

    assert sign_in(cast.school_admin).post("/staff/students/", {"text": "last"}).status_code == 429


def test_no_name_or_address_stands_in_the_table(cast: Cast):
    log_in(cast.parent_of_two.email)
    names = " ".join(Counter.objects.values_list("name", flat=True))

    assert "throttle:sign-in:account:" in names
    assert cast.parent_of_two.email not in names
    assert "127.0.0.1" not in names


def test_the_counts_do_not_live_in_the_cache(cast: Cast):
    for _ in range(10):
        log_in(cast.parent_of_two.email)
        cache.clear()

    assert log_in(cast.parent_of_two.email).status_code == 429


def test_a_limit_of_the_whole_site_stops_everybody(rf: Any, settings: Any, db: None):
    settings.THROTTLES = settings.THROTTLES | {"sign-in": {"site": (1, 60)}}
    throttles.count(rf.post("/"), Act.SIGN_IN, account="a@example.org")
    with pytest.raises(TooOften):
        throttles.count(rf.post("/", REMOTE_ADDR="127.0.0.9"), Act.SIGN_IN, account="b@example.org")
