"""In which language somebody is spoken to: the account's, else the cookie's, else the browser's; how one chooses."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.core import mail
from django.test import Client
from django.utils import formats, translation
from django.utils.translation import gettext

from accounts.models import User
from accounts.services import tongues
from portal import languages
from scorereports import catalog
from tests.accounts.claiming import ROSA, account, adult, by_mail
from tests.accounts.test_letter_print import printed
from tests.accounts.test_support_begin import looking
from tests.cast import Cast, sign_in

pytestmark = pytest.mark.promise("L1")
COOKIE = "django_language"


@pytest.fixture(autouse=True)
def _all_are_offered(settings: Any) -> None:
    settings.LANGUAGES = [(one.code, one.own_name) for one in languages.SPOKEN]


def page(answer: Any) -> BeautifulSoup:
    return BeautifulSoup(answer.content, "html.parser")


def tongue(answer: Any) -> tuple[str, str]:
    """Return what the page says of its own language and direction."""
    html = page(answer).html
    assert html
    return str(html["lang"]), str(html["dir"])


def speaks(client: Client, address: str = "/help/", **headers: str) -> str:
    return tongue(client.get(address, headers=headers))[0]


def test_it_works():
    answer = Client().get("/help/", headers={"Accept-Language": "ar"})

    assert tongue(answer) == ("ar", "rtl")
    assert answer["Content-Language"] == "ar"
    assert "Accept-Language" in answer["Vary"]


@pytest.mark.parametrize(
    ("asked", "spoken"),
    [
        ("en-US,en;q=0.9", "en"),
        ("es-MX,es;q=0.9,en;q=0.8", "es"),
        ("es-419", "es"),
        ("vi-VN,vi;q=0.9,en-US;q=0.6", "vi"),
        ("zh-TW,zh;q=0.9,en;q=0.8", "zh-hant"),
        ("zh-HK", "zh-hant"),
        ("zh-Hant-HK,en;q=0.5", "zh-hant"),
        ("zh", "zh-hant"),
        ("zh-CN,zh;q=0.9", "zh-hant"),
        ("zh-Hans-CN", "zh-hant"),
        ("yue-Hant-HK,yue;q=0.9", "zh-hant"),
        ("fil-PH,fil;q=0.9,en-PH;q=0.8", "fil"),
        ("tl-PH", "fil"),
        ("ko-KR,ko;q=0.9,en;q=0.8", "ko"),
        ("ar-EG,ar;q=0.9", "ar"),
        ("ru-RU,ar;q=0.4,ko;q=0.7", "ko"),
        ("fr-FR,de;q=0.9", "en"),
        ("fr,*;q=0.5", "en"),
        ("ko;q=0,vi;q=0.1", "vi"),
        ("not a ; header,,", "en"),
        ("", "en"),
    ],
)
def test_a_browser_asks_for_a_language(asked: str, spoken: str):
    assert speaks(Client(), **{"Accept-Language": asked}) == spoken


# What the school's record says in the state's code, and what it means as a first guess.
RECORDS = {"": "", "00": "", "02": "vi"}


@pytest.mark.parametrize("record", RECORDS)
@pytest.mark.parametrize("account_chose", ["", "es"])
@pytest.mark.parametrize("cookie", ["", "ko"])
def test_the_account_comes_first_then_the_cookie_then_the_record_then_the_browser(
    account_chose: str, cookie: str, record: str, cast: Cast
):
    client = signed_in_by_mail(cast, record)
    if account_chose:
        choose(client, account_chose)
    if cookie:
        client.cookies[COOKIE] = cookie

    for browser in ("ar", "", "fr"):
        first = next(filter(None, (account_chose, cookie, RECORDS[record], browser)), "en")
        assert speaks(client, **{"Accept-Language": browser}) == ("en" if first == "fr" else first), browser


def signed_in_by_mail(cast: Cast, record: str, client: Client | None = None) -> Client:
    """Come in for the first time as an adult of whose language the school's record says this."""
    link = adult(cast.child)
    link.guardian.language = record
    link.guardian.save()
    return by_mail(ROSA, client)


def test_what_was_chosen_just_before_the_first_sign_in_stays(cast: Cast):
    client = Client()
    choose(client, "ko")

    assert speaks(signed_in_by_mail(cast, "01", client)) == "ko"


def test_a_first_guess_is_no_choice_of_the_account(cast: Cast):
    user = account(signed_in_by_mail(cast, "01"))
    assert user
    assert user.language == ""

    elsewhere = Client()
    choose(elsewhere, "vi")
    assert speaks(by_mail(ROSA, elsewhere)) == "vi"


def test_a_choice_outlasts_a_sign_out_and_a_cookie_of_somebody_elses(cast: Cast):
    client = signed_in_by_mail(cast, "01")
    choose(client, "fil")
    client.post("/accounts/logout/")
    choose(client, "ar")

    assert speaks(client) == "ar"
    assert speaks(by_mail(ROSA, client)) == "fil"


def test_records_that_differ_leave_it_to_the_browser(cast: Cast):
    for record in ("01", "02"):
        other = adult(cast.child)
        other.guardian.language = record
        other.guardian.save()

    assert speaks(by_mail(ROSA), **{"Accept-Language": "ko"}) == "ko"


def test_what_nobody_offers_is_passed_over(cast: Cast):
    User.objects.filter(pk=cast.parent_of_two.pk).update(language="fr")
    client = sign_in(cast.parent_of_two)
    client.cookies[COOKIE] = "../../etc"

    assert speaks(client, **{"Accept-Language": "ar"}) == "ar"


def test_a_language_that_is_not_finished_is_not_offered(settings):
    settings.LANGUAGES = [("en", "English"), ("es", "Español")]

    assert speaks(Client(), **{"Accept-Language": "ko,es;q=0.5"}) == "es"
    assert [button["value"] for button in page(Client().get("/help/")).select(".tongues button")] == [
        "en",
        "es",
    ]


def test_with_english_alone_there_is_nothing_to_choose(settings):
    settings.LANGUAGES = [("en", "English")]

    assert not page(Client().get("/help/")).select(".tongues")


# --- The switcher -----------------------------------------------------------------------------------------------------


def test_each_is_offered_by_its_own_name():
    buttons = page(Client().get("/help/")).select(".tongues button")

    assert [(button["lang"], button["dir"], button.text) for button in buttons] == [
        (one.tag, one.dir, one.own_name) for one in languages.SPOKEN
    ]
    assert [button["value"] for button in buttons if button.get("aria-current")] == ["en"]


def choose(client: Client, language: str, back: str = "/help/") -> Any:
    return client.post("/language/", {"language": language, "next": back})


def test_a_stranger_keeps_it_in_a_cookie_and_comes_back():
    client = Client()
    answer = choose(client, "ar", "/help/?a=b")

    assert (answer.status_code, answer["Location"]) == (302, "/help/?a=b")
    assert answer.cookies[COOKIE]["httponly"]
    assert answer.cookies[COOKIE]["samesite"] == "Lax"
    assert tongue(client.get("/help/")) == ("ar", "rtl")


def test_somebody_signed_in_keeps_it_on_the_account(cast: Cast):
    answer = choose(sign_in(cast.parent_of_two), "tl")

    assert COOKIE not in answer.cookies
    assert User.objects.get(pk=cast.parent_of_two.pk).language == "fil"
    assert speaks(sign_in(cast.parent_of_two), **{"Accept-Language": "en"}) == "fil"


@pytest.mark.parametrize("language", ["fr", "", "en'><script>", "xx-" + "y" * 500])
def test_a_language_that_is_not_there_changes_nothing(language: str, cast: Cast):
    answer = choose(sign_in(cast.parent_of_two), language)

    assert answer.status_code == 302
    assert User.objects.get(pk=cast.parent_of_two.pk).language == ""
    assert COOKIE not in choose(Client(), language).cookies


@pytest.mark.parametrize(
    "back", ["https://evil.example/", "//evil.example", "javascript:x", "", "\\\\evil.example"]
)
def test_it_leads_to_no_other_site(back: str):
    assert choose(Client(), "es", back)["Location"] == "/"


def test_it_is_a_form_of_this_site():
    answer = Client(enforce_csrf_checks=True).post("/language/", {"language": "es"})

    assert answer.status_code == 403


def test_it_comes_back_to_the_page_it_was_on(cast: Cast):
    client = sign_in(cast.parent_of_two)
    shown = page(client.get("/claim/?x=1")).select_one(".tongues input[name=next]")
    after_a_mistake = page(client.post("/claim/", {"letter_code": "1"})).select_one(
        ".tongues input[name=next]"
    )

    assert shown
    assert shown["value"] == "/claim/?x=1"
    assert after_a_mistake
    assert after_a_mistake["value"] == "/claim/"


# --- Staff ------------------------------------------------------------------------------------------------------------


def test_staff_read_english(cast: Cast):
    User.objects.filter(pk=cast.office.pk).update(language="es")
    client = sign_in(cast.office)

    for address in ("/", "/staff/concerns/", "/admin/"):
        answer = client.get(address, headers={"Accept-Language": "ar"})
        assert (answer.status_code, tongue(answer)[0].partition("-")[0]) == (200, "en"), address
        assert not page(answer).select(".tongues")


def test_staff_who_look_as_a_family_read_english(cast: Cast):
    User.objects.filter(pk=cast.parent_of_two.pk).update(language="ar")
    client = looking(cast, cast.parent_of_two)
    answer = client.get("/", headers={"Accept-Language": "ar"})

    assert answer.context["user"].viewed_by == cast.district_admin
    assert tongue(answer) == ("en", "ltr")
    assert not page(answer).select(".tongues")


def test_a_probe_asks_nobody(cast: Cast, django_assert_num_queries):
    client = sign_in(cast.parent_of_two)

    with django_assert_num_queries(0):
        client.get("/healthz", headers={"Accept-Language": "ar"})


# --- Accounts, mails and letters --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("record", "language"), [("01", "es"), ("Arabic", "ar"), ("00", "en"), ("99", "en"), ("", "en")]
)
def test_a_new_account_begins_with_the_schools_language(record: str, language: str, cast: Cast):
    assert speaks(signed_in_by_mail(cast, record)) == language


def test_a_mail_is_in_the_language_of_whoever_asks_for_it(db):
    Client().post("/accounts/login/code/", {"email": "any@example.net"}, headers={"Accept-Language": "es"})

    with translation.override("es"):
        assert str(gettext("Your code for the score reports")) in mail.outbox[-1].subject


def test_what_is_sent_later_follows_the_account_then_the_schools_record(cast: Cast):
    who = cast.parent_of_two
    assert tongues.of(who) == "en"

    who.guardians.update(language="03")
    assert tongues.of(who) == "zh-hant"

    tongues.choose(user=who, language="ko")
    assert tongues.of(who) == "ko"


def test_a_letter_is_in_the_familys_language_and_in_english(cast: Cast):
    link = adult(cast.child)
    link.guardian.language = "11"
    link.guardian.save()
    [letter] = printed(cast)

    assert [(part["lang"], part["dir"]) for part in letter.select("section")] == [
        ("ar", "rtl"),
        ("en", "ltr"),
    ]
    assert letter["dir"] == "rtl"


def test_a_school_year_runs_from_left_to_right_in_arabic_too():
    with translation.override("ar"):
        assert catalog.year_label("2026") == "\u20662025–\u20602026\u2069"
    assert catalog.year_label("2026") == "2025–\u20602026"


@pytest.mark.parametrize(
    ("language", "time", "moment"),
    [
        ("es", "1:05 p. m.", "7 de junio de 2026, 1:05 p. m."),
        ("fil", "1:05 PM", "Hunyo 7, 2026, 1:05 PM"),
        ("ko", "오후 1:05", "2026년 6월 7일 오후 1:05"),
        ("ar", "1:05 م", "7 يونيو، 2026 1:05 م"),
    ],
)
def test_times_are_written_as_the_language_has_them(language: str, time: str, moment: str):
    at = dt.datetime(2026, 6, 7, 13, 5, tzinfo=dt.UTC)

    with translation.override(language):
        assert formats.date_format(at, "TIME_FORMAT") == time
        assert formats.date_format(at, "DATETIME_FORMAT") == moment
