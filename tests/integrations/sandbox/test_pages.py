"""HTML reports and films: a page, its parts beside it, all of it for 30 minutes."""

import re
import xml.etree.ElementTree as ET
from urllib.parse import urljoin, urlsplit

import pytest
import requests
from bs4 import BeautifulSoup

from integrations.sandbox.links import Target

PARTS = {
    "HTML": {"report.css": "text/css", "report.js": "text/javascript", "chart.svg": "image/svg+xml"},
    "VIDEO": {"report.css": "text/css", "film.js": "text/javascript", "film.webm": "video/webm"},
}


def fetch(url, **options):
    return requests.get(url, timeout=5, **options)


def parts_of(url):
    """What the page at this address asks for, as addresses; all of them are written relatively."""
    page = BeautifulSoup(fetch(url).text, "html.parser")
    named = [str(tag.get("src") or tag.get("href")) for tag in page.select("link, script, img, video")]
    assert all(re.fullmatch(r"[a-z]+\.[a-z]+", name) for name in named)
    return {name: urljoin(url, name) for name in named}


@pytest.mark.parametrize("form", ["HTML", "VIDEO"])
def test_it_works(ets, child, form):
    url = ets.link(child.ssid, format=form)
    reply = fetch(url)
    assert ".html?X-Amz-" in url
    assert reply.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "SAMPLE - fictional student" in reply.text
    assert child.name in reply.text
    assert "$" not in reply.text
    found = {
        name: fetch(part).headers["Content-Type"].partition(";")[0] for name, part in parts_of(url).items()
    }
    assert found == PARTS[form]


def test_a_page_is_one_link_however_many_parts_it_has(ets, child, sandbox):
    url = ets.link(child.ssid, format="HTML")
    for part in parts_of(url).values():
        fetch(part)
    assert (sandbox.calls["link"], sandbox.calls["asset"]) == (1, 3)


@pytest.mark.parametrize("form", ["HTML", "VIDEO"])
def test_a_page_and_all_its_parts_end_after_30_minutes(ets, child, form):
    url = ets.link(child.ssid, format=form)
    addresses = [url, *parts_of(url).values()]
    ets.control("clock", {"advance_seconds": 1790})
    assert {fetch(address).status_code for address in addresses} == {200}
    ets.control("clock", {"advance_seconds": 10})
    for address in addresses:
        reply = fetch(address)
        assert reply.status_code == 403
        assert ET.fromstring(reply.content).findtext("Message") == "Request has expired"  # noqa: S314 - made by our own sandbox, in this process


def test_a_part_needs_a_token_and_stands_beside_its_own_page_only(ets, child):
    page = ets.link(child.ssid, format="HTML")
    folder = page.rpartition("/")[0]
    refused = [
        folder[:-1] + ("A" if folder[-1] != "A" else "B") + "/report.css",
        urljoin(page, "../report.css"),
        f"{folder}/film.webm",
        f"{folder}/nothing.css",
        f"{folder}/report.html",
        f"{folder}/report.css?X-Amz-Signature=0",
        ets.link(child.ssid).partition(".pdf")[0] + "/report.css",
    ]
    assert {fetch(address).status_code for address in refused} == {403}
    assert fetch(f"{folder}/report.css").status_code == 200
    assert requests.post(f"{folder}/report.css", timeout=5).status_code == 403


def test_there_is_one_page_for_each_area_and_its_picture_is_its_own(ets, child, sandbox):
    year = sandbox.world.administration_year
    rows = ets.reports(child.ssid, type="CAASPP", lang="EN", format="HTML", year=year).json()
    assert [row["content area"] for row in rows] == ["ELA", "MATH"]
    pictures = set()
    for row, name in zip(rows, ("English Language Arts/Literacy", "Mathematics"), strict=True):
        page = BeautifulSoup(fetch(row["url"]).text, "html.parser")
        assert name in [heading.text for heading in page.select("h2")]
        [score] = [found.text for found in page.select(".score")]
        picture = fetch(urljoin(row["url"], "chart.svg")).text
        assert f">{score}</text>" in picture
        assert ET.fromstring(picture).tag == "{http://www.w3.org/2000/svg}svg"  # noqa: S314 - made by our own sandbox, in this process
        pictures.add(picture)
    assert len(pictures) == 2


@pytest.mark.parametrize(
    ("language", "tag", "direction", "word"),
    [
        ("EN", "en", "ltr", "Student Score Report"),
        ("ES", "es", "ltr", "Matemáticas"),
        ("VI", "vi", "ltr", "Báo cáo kết quả"),
        ("ZH", "zh-Hant", "ltr", "學生成績報告"),
        ("FL", "fil", "ltr", "Ulat ng Marka"),
        ("KR", "ko", "ltr", "학생 성적 보고서"),
        ("AR", "ar", "rtl", "تقرير نتائج الطالب"),
    ],
)
def test_a_page_is_in_the_reports_language(sandbox, language, tag, direction, word):
    world = sandbox.world
    found = (
        Target(student.index, report.ordinal)
        for student in world.students()
        for report in world.reports_for(student)
        if (report.language, report.format, report.content_area) == (language, "HTML", "MATH")
    )
    text = sandbox.ets.storage.file(next(found), "report.html")[1].decode()
    assert f'<html lang="{tag}" dir="{direction}">' in text
    assert word in text


def test_a_film_has_captions_in_the_reports_language(ets, child):
    for language, words in (("EN", "A film about the results"), ("ES", "Un video sobre los resultados")):
        page = BeautifulSoup(fetch(ets.link(child.ssid, format="VIDEO", lang=language)).text, "html.parser")
        [captions] = [player["data-captions"] for player in page.select(".player")]
        assert words in captions
        assert child.first_name in captions


def test_the_film_is_a_real_one_that_comes_in_ranges(ets, child):
    film = parts_of(ets.link(child.ssid, format="VIDEO"))["film.webm"]
    whole = fetch(film)
    assert whole.content.startswith(b"\x1a\x45\xdf\xa3")
    assert whole.headers["Accept-Ranges"] == "bytes"
    part = fetch(film, headers={"Range": "bytes=1000-1999"})
    assert (part.status_code, part.content) == (206, whole.content[1000:2000])
    assert part.headers["Content-Range"] == f"bytes 1000-1999/{len(whole.content)}"


def test_a_film_can_be_a_bare_file_in_the_place_of_the_page(ets, child, sandbox):
    ets.control("settings", {"video": "file"})
    url = ets.link(child.ssid, format="VIDEO")
    assert urlsplit(url).path.endswith("/film.webm")
    reply = fetch(url, headers={"Range": "bytes=0-3"})
    assert (reply.status_code, reply.headers["Content-Type"]) == (206, "video/webm")
    assert (sandbox.calls["link"], sandbox.calls["asset"]) == (1, 0)
    ets.control("clock", {"advance_seconds": 1800})
    assert fetch(url).status_code == 403
    assert ets.link(child.ssid, format="HTML").partition("?")[0].endswith("/report.html")


def test_a_fault_can_spoil_the_parts_alone(ets, child):
    url = ets.link(child.ssid, format="HTML")
    ets.faults({"where": "asset", "kind": "status", "status": 404, "ssid": child.ssid})
    assert {fetch(part).status_code for part in parts_of(url).values()} == {404}
