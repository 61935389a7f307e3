"""How sessions begin, end by themselves and are ended, by a clock that moves only when told (trust S7)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from accounts.models import Session, User
from accounts.rights import Role
from tests import factories
from tests.accounts.doors import page_of
from tests.cast import Cast, sign_in

pytestmark = pytest.mark.promise("S7")

LIST, STAY, OTHERS, LOGIN, LOGOUT = (
    f"/accounts/{page}/" for page in ("sessions", "sessions/stay", "sessions/end-others", "login", "logout")
)
MONDAY = datetime(2026, 11, 2, 16, tzinfo=UTC)
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/17.0 Mobile/15E148 Safari/604.1"
)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(MONDAY, tick=False) as traveller:
        yield traveller


def lets_in(client: Client) -> bool:
    return client.get("/").status_code == 200


def log_in(who: User, **headers: Any) -> Client:
    client = Client(**headers)
    client.post(LOGIN, {"login": who.email, "password": factories.PASSWORD})
    return client


def words(answer: Any) -> str:
    return " ".join(BeautifulSoup(answer.content, "html.parser").get_text().split())


def test_it_works(cast: Cast, clock: time_machine.Traveller):
    client = log_in(cast.parent_of_two)
    clock.shift(timedelta(minutes=29, seconds=59))
    assert lets_in(client)
    clock.shift(timedelta(minutes=30))
    answer = client.get(page_of(cast.child))

    assert answer["Location"] == f"{LOGIN}?next={page_of(cast.child)}"
    assert "You were signed out" in words(client.get(answer["Location"]))


def test_staff_are_out_after_fifteen_minutes(cast: Cast, clock: time_machine.Traveller):
    client = sign_in(cast.teacher)
    clock.shift(timedelta(minutes=14, seconds=59))
    assert lets_in(client)
    clock.shift(timedelta(minutes=15))

    assert not lets_in(client)


def test_a_parent_who_became_staff_meanwhile_is_staff(cast: Cast, clock: time_machine.Traveller):
    client = sign_in(cast.parent_of_two)
    clock.shift(timedelta(minutes=20))
    factories.grant(cast.parent_of_two, Role.OFFICE, cast.district, cast.school_b)

    assert client.get(page_of(cast.child))["Location"].startswith(LOGIN)


def test_after_twelve_hours_it_is_over_however_busy(cast: Cast, clock: time_machine.Traveller):
    client = sign_in(cast.parent_of_two)
    for _ in range(12 * 60 // 20 - 1):
        clock.shift(timedelta(minutes=20))
        assert lets_in(client)
    clock.shift(timedelta(minutes=19, seconds=59))
    assert lets_in(client)
    clock.shift(timedelta(seconds=1))

    assert not lets_in(client)


def test_a_session_that_ended_stays_ended(cast: Cast, clock: time_machine.Traveller):
    client = sign_in(cast.parent_of_two)
    cookie = client.cookies["sessionid"].value
    clock.shift(timedelta(minutes=31))
    assert not lets_in(client)
    thief = Client()
    thief.cookies["sessionid"] = cookie

    assert not lets_in(thief)


def test_signing_in_again_is_a_new_session(cast: Cast, clock: time_machine.Traveller):
    client = log_in(cast.parent_of_two)
    before = client.cookies["sessionid"].value
    clock.shift(timedelta(hours=1))
    client.post(LOGIN, {"login": cast.parent_of_two.email, "password": factories.PASSWORD})

    assert client.cookies["sessionid"].value != before
    assert lets_in(client)


def test_a_click_moves_the_end_and_costs_one_write_at_most(
    cast: Cast, clock: time_machine.Traveller, django_assert_num_queries: Any
):
    client = sign_in(cast.parent_of_two)
    clock.shift(timedelta(seconds=14))
    with django_assert_num_queries(2):  # session with role, person
        client.get("/nowhere/")
    clock.shift(timedelta(seconds=1))
    with django_assert_num_queries(3):  # and one write of the moment
        client.get("/nowhere/")


def test_every_page_says_when_it_ends_also_without_a_script(cast: Cast, clock: time_machine.Traveller):
    client = sign_in(cast.parent_of_two)
    assert "signed out at 8:30 a.m. unless" in words(client.get("/"))
    clock.shift(timedelta(minutes=10))
    assert "signed out at 8:40 a.m. unless" in words(client.get("/"))
    assert "signed out at 8:25 a.m. unless" in words(sign_in(cast.teacher).get("/"))
    assert "signed out at" not in words(Client().get(LOGIN))


def test_a_request_for_another_host_still_meets_its_plain_page(db: None, settings: Any):
    settings.ALLOWED_HOSTS = ["portal.example.org"]

    assert Client().get("/healthz", HTTP_HOST="evil.example").status_code == 400


def test_before_the_twelfth_hour_it_says_that_nothing_moves_the_end(
    cast: Cast, clock: time_machine.Traveller
):
    client = sign_in(cast.parent_of_two)
    Session.objects.update(seen_at=MONDAY + timedelta(hours=11, minutes=40))
    clock.shift(timedelta(hours=11, minutes=45))
    answer = client.get("/")

    assert "At 8 p.m. you are signed out" in words(answer)
    assert "Stay signed in" not in words(answer)


def test_the_page_hands_the_warning_its_seconds(cast: Cast, clock: time_machine.Traveller):
    page = BeautifulSoup(sign_in(cast.parent_of_two).get("/").content, "html.parser")
    [box] = page.select("[data-session-end]")
    [script] = page.select("script")

    assert (box["data-seconds-left"], box["data-warning-seconds"]) == ("1800", "150")
    assert script["nonce"]


def test_stay_signed_in_works_without_a_script_and_leads_back(cast: Cast, clock: time_machine.Traveller):
    client = sign_in(cast.parent_of_two)
    clock.shift(timedelta(minutes=29))
    answer = client.post(STAY, {"next": page_of(cast.child)})
    assert answer["Location"] == page_of(cast.child)
    clock.shift(timedelta(minutes=29))

    assert lets_in(client)
    assert client.post(STAY, {"next": "https://evil.example/"})["Location"] == "/"


def test_stay_signed_in_tells_the_script_how_long(cast: Cast, clock: time_machine.Traveller):
    client = sign_in(cast.parent_of_two)
    clock.shift(timedelta(minutes=29))

    assert client.post(STAY, headers={"Accept": "application/json"}).json() == {"seconds_left": 1800}


def test_a_session_that_is_over_cannot_be_kept(cast: Cast, clock: time_machine.Traveller):
    client = sign_in(cast.parent_of_two)
    clock.shift(timedelta(minutes=30))

    assert client.post(STAY)["Location"].startswith(LOGIN)


def test_people_find_their_sessions_in_words(cast: Cast):
    log_in(cast.parent_of_two, HTTP_USER_AGENT=IPHONE, REMOTE_ADDR="127.0.0.5")
    client = log_in(cast.parent_of_two, HTTP_USER_AGENT="curl")
    log_in(cast.other_parent, REMOTE_ADDR="127.0.0.6")
    seen = words(client.get(LIST))

    assert "Safari on iPhone" in seen
    assert "127.0.0.5" in seen
    assert "This device" in seen
    assert "127.0.0.6" not in seen


def test_one_of_them_ends_at_its_next_click(cast: Cast):
    lost, client = log_in(cast.parent_of_two, HTTP_USER_AGENT=IPHONE), log_in(cast.parent_of_two)
    page = BeautifulSoup(client.get(LIST).content, "html.parser")
    [form] = page.select("form[action$='/end/']")
    assert client.post(str(form["action"])).status_code == 302

    assert not lets_in(lost)
    assert lets_in(client)


def test_nobody_ends_the_sessions_of_somebody_else(cast: Cast):
    other = log_in(cast.other_parent)
    row = Session.objects.get(user=cast.other_parent)
    client = log_in(cast.parent_of_two)
    assert client.post(f"{LIST}{row.uuid}/end/").status_code == 404
    client.post(OTHERS)

    assert lets_in(other)


def test_sign_out_everywhere_else_leaves_this_one(cast: Cast):
    elsewhere = [log_in(cast.parent_of_two) for _ in range(3)]
    client = log_in(cast.parent_of_two)
    client.post(OTHERS)

    assert not any(map(lets_in, elsewhere))
    assert lets_in(client)
    assert "nowhere else" in words(client.get(LIST))


def test_a_session_left_idle_is_not_listed(cast: Cast, clock: time_machine.Traveller):
    log_in(cast.parent_of_two, HTTP_USER_AGENT=IPHONE)
    clock.shift(timedelta(minutes=30))

    assert "iPhone" not in words(log_in(cast.parent_of_two).get(LIST))


def test_what_the_browser_calls_itself_is_not_kept(cast: Cast):
    log_in(cast.parent_of_two, HTTP_USER_AGENT=IPHONE)
    row = Session.objects.get(user=cast.parent_of_two)

    assert (row.browser, row.system) == ("Safari", "iPhone")
    assert "AppleWebKit" not in str(row.get_decoded())


def test_a_new_password_ends_the_other_sessions(cast: Cast):
    elsewhere, client = log_in(cast.parent_of_two), log_in(cast.parent_of_two)
    client.post("/accounts/reauthenticate/", {"password": factories.PASSWORD})
    form = {"oldpassword": factories.PASSWORD, "password1": "a new one of many letters"}
    answer = client.post("/accounts/password/change/", form | {"password2": form["password1"]})
    assert answer.status_code == 302

    assert not lets_in(elsewhere)
    assert lets_in(client)


def test_signing_out_over_https_has_the_browser_forget_what_it_kept(cast: Cast, settings: Any):
    settings.HTTPS = True
    client = sign_in(cast.parent_of_two)
    assert "Clear-Site-Data" not in client.get(LOGOUT)
    answer = client.post(LOGOUT)

    assert answer["Clear-Site-Data"] == '"cache", "storage"'
    assert not Session.objects.filter(user=cast.parent_of_two).exists()


def test_a_request_under_way_does_not_bring_an_ended_session_back(cast: Cast):
    client = log_in(cast.parent_of_two)
    store = client.session
    store["late"] = True
    Session.objects.filter(user=cast.parent_of_two).delete()
    with pytest.raises(Exception, match=r"^$"):
        store.save()

    assert not Session.objects.filter(user=cast.parent_of_two).exists()


def test_what_is_over_is_swept(cast: Cast):
    sign_in(cast.parent_of_two)
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    call_command("clearsessions")

    assert not Session.objects.exists()
