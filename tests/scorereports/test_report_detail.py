"""The viewer: what it says without asking ETS, its frame, and the key in its address."""

from __future__ import annotations

import itertools
import uuid

import pytest
from bs4 import BeautifulSoup

from scorereports import keys
from scorereports.keys import ReportKey, UnknownKey
from tests.cast import Cast, sign_in
from tests.scorereports.pages import asked, first_report, listed_reports

TYPES = ("CAASPP", "CAST", "CST", "CAAS", "CSA", "STS", "ESA", "EIA", "ESALT", "EIALT", "LEXQUAN")


def test_it_works(cast: Cast, connected, sandbox):
    client = sign_in(cast.parent_of_two)
    address = first_report(client, cast.child)
    answer = client.get(address)
    page = BeautifulSoup(answer.content, "html.parser")

    assert answer.status_code == 200
    assert cast.child.full_name in page.get_text()
    assert page.select_one("main h1")


def test_the_viewer_asks_ets_nothing(cast: Cast, connected, sandbox):
    client = sign_in(cast.parent_of_two)
    address = first_report(client, cast.child)
    before = asked(sandbox)
    client.get(address)

    assert asked(sandbox) == before


@pytest.mark.promise("S5")
def test_the_frame_shows_our_own_address_without_a_referrer_when_it_is_seen(cast: Cast, connected, sandbox):
    client = sign_in(cast.parent_of_two)
    address = first_report(client, cast.child)
    frames = BeautifulSoup(client.get(address).content, "html.parser").select("iframe")

    assert len(frames) == 1
    assert str(frames[0]["src"]).partition("#")[0] == f"{address}content/"
    assert frames[0]["loading"] == "lazy"  # a phone that hides it logs no opening
    assert frames[0]["referrerpolicy"] == "no-referrer"
    assert frames[0]["title"]
    assert not frames[0].has_attr("sandbox")  # a PDF in a sandbox is a blank page on an iPhone


def test_open_and_save_need_no_script(cast: Cast, connected, sandbox):
    client = sign_in(cast.parent_of_two)
    address = first_report(client, cast.child)
    page = BeautifulSoup(client.get(address).content, "html.parser")
    links = {str(link["href"]): link for link in page.select("main a")}

    assert links[f"{address}content/"]["rel"] == ["noopener", "noreferrer"]
    assert f"{address}content/?save=1" in links


@pytest.mark.parametrize("key", ["x", "A" * 86, "%2e%2e", "é", "0" * 5000, "..."])
def test_a_key_that_is_none_is_a_calm_page(cast: Cast, connected, sandbox, key: str):
    client = sign_in(cast.parent_of_two)

    for page in ("", "content/"):
        answer = client.get(f"/students/{cast.child.uuid}/reports/{key}/{page}")
        assert answer.status_code == 404
        assert "This report is not there any more" in answer.content.decode()
    assert sandbox.calls["reports"] == 0


def test_any_change_to_a_key_makes_it_none(cast: Cast, connected, sandbox):
    client = sign_in(cast.parent_of_two)
    address = first_report(client, cast.child)
    for place in (-2, -10, -40, -80):
        other = "A" if address[place] != "A" else "B"
        assert client.get(address[:place] + other + address[place + 1 :]).status_code == 404


# --- The key -------------------------------------------------------------------------------------------------------


@pytest.mark.promise("S2")
def test_an_address_tells_neither_test_nor_year_nor_language(cast: Cast, connected, sandbox):
    for address in listed_reports(sign_in(cast.parent_of_two), cast.child):
        key = address.split("/")[-2]
        assert len(key) in range(86, 89)
        for telling in (*TYPES, "2024", "2025", "2026", "PDF"):
            assert telling not in key or len(telling) < 4  # three letters come by chance


def test_every_test_has_a_key_of_one_length():
    areas = ("", "EP", "SC", "ELA", "MATH", "ELA,MATH")
    student = uuid.uuid4()
    lengths = {
        len(keys.seal(ReportKey(kind, "2026", language, "PDF", area, 0), student=student))
        for kind, language, area in itertools.product(TYPES, ("EN", "ES"), areas)
    }

    assert len(lengths) == 1
    assert lengths <= {86, 87, 88}


def test_the_same_report_has_the_same_key_each_time(cast: Cast, connected, sandbox):
    one = listed_reports(sign_in(cast.parent_of_two), cast.child)
    other = listed_reports(sign_in(cast.teacher), cast.child)

    assert one == other
    assert len(set(one)) == len(one)


def test_the_same_report_of_another_student_has_another_key_that_neither_can_use():
    report = ReportKey("CAAS", "2026", "EN", "PDF", "SC", 0)
    one, other = uuid.uuid4(), uuid.uuid4()
    key = keys.seal(report, student=one)

    assert keys.read(key, student=one) == report
    assert key != keys.seal(report, student=other)
    with pytest.raises(UnknownKey):
        keys.read(key, student=other)


@pytest.mark.parametrize(
    "report",
    [
        ReportKey("", "", "", "", "", 0),
        ReportKey("ALT/2", "2026", "zh-Hant", "E PUB", "ELA,MATH", 3),
        ReportKey("x" * 100, "2026", "y" * 100, "z" * 100, "w" * 100, 99),
        ReportKey('"],["', "2026", "日本語", "\u202e", "\\", 1),
    ],
)
def test_whatever_ets_calls_a_report_comes_out_of_its_key_again(report: ReportKey):
    student = uuid.uuid4()

    assert keys.read(keys.seal(report, student=student), student=student) == report
